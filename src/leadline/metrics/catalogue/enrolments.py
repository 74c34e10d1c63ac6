"""How many enrolments."""

import ibis.expr.types as ir

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import population, so_far

BY = ("course", "source", "cycle_no")


@metric(
    area=Area.PROGRAMME_TRENDS,
    unit="count",
    good=None,
    summary=Summary.TOTAL,
    version=1,
    fact="cycle",
    by=BY,
    companions=("completion_rate", "first_attempt_pass_rate"),
    activity=True,
)
def enrolments(facts: Facts) -> ir.Table:
    """How many times was a course assigned or enrolled in?

    Assignment cycles opened by an assignment or registration up to now. Enrolling again while a
    cycle is open opens none. Cycles that a learner simply began, without enrolling, are left out.
    Periods go by the instant of enrolment."""
    cycle = so_far(facts, facts.cycle, "assigned_at")
    return population(cycle, BY, at=cycle.assigned_at, value=1)
