"""How many left."""

import ibis.expr.types as ir

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import population, so_far

BY = ("course", "source", "cycle_no")


@metric(
    area=Area.PROGRAMME_TRENDS,
    unit="count",
    good="down",
    summary=Summary.TOTAL,
    version=1,
    fact="cycle",
    by=BY,
    companions=("enrolments", "completion_rate"),
    activity=True,
)
def withdrawals(facts: Facts) -> ir.Table:
    """How many enrolments ended in a withdrawal?

    Assignment cycles with a withdrawal from the course up to now, also where it was complete by
    then. Periods go by the instant of the withdrawal."""
    cycle = so_far(facts, facts.cycle, "withdrawn_at")
    return population(cycle, BY, at=cycle.withdrawn_at, value=1)
