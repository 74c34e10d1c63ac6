"""How many were completed."""

import ibis.expr.types as ir

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import population, so_far

BY = ("course", "source", "cycle_no")


@metric(
    area=Area.PROGRAMME_TRENDS,
    unit="count",
    good="up",
    summary=Summary.TOTAL,
    version=1,
    fact="cycle",
    by=BY,
    companions=("completion_rate", "first_attempt_pass_rate"),
    activity=True,
)
def completions(facts: Facts) -> ir.Table:
    """How many times was a course completed?

    Assignment cycles whose completion criterion was met up to now. It counts that the course was
    finished, not that anything was learned. Periods go by the instant of completion."""
    cycle = so_far(facts, facts.cycle, "completed_at")
    return population(cycle, BY, at=cycle.completed_at, value=1)
