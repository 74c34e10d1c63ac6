"""Who began."""

import ibis.expr.types as ir

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import population, so_far

BY = ("course", "source", "cycle_no")


@metric(
    area=Area.LEARNER_BEHAVIOUR,
    unit="people",
    good=None,
    summary=Summary.PEOPLE,
    version=1,
    fact="cycle",
    by=BY,
    companions=("enrolments", "completion_rate"),
    activity=True,
)
def starters(facts: Facts) -> ir.Table:
    """How many people began?

    Distinct people who did something themselves in a course up to now; being assigned is not
    beginning. Periods go by the instant of the first thing done in the cycle."""
    cycle = so_far(facts, facts.cycle, "started_at")
    return population(cycle, BY, at=cycle.started_at, value=1)
