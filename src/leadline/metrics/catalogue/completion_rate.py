"""The share completed, to date."""

import ibis
import ibis.expr.types as ir

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import by_now, cycles, population, released

BY = ("course", "source", "cycle_no")
UNKNOWN = "completion not reported"


@metric(
    area=Area.PROGRAMME_TRENDS,
    unit="share",
    good="up",
    summary=Summary.SHARE,
    version=1,
    fact="cycle",
    by=BY,
    companions=("first_attempt_pass_rate", "completion_within_days", "withdrawals"),
    activity=True,
    assumptions=("To date: younger cohorts have had less time; compare cohorts by days allowed.",),
)
def completion_rate(facts: Facts) -> ir.Table:
    """What share of those assigned have completed, to date?

    Share of assignment cycles begun up to now that were completed up to now. Incomplete cycles
    that were waived, or left before they fell due (without a due date: left at all), are excluded
    and listed; completed then left counts as completed. Where nobody assigned the course and
    nobody is known to have completed it, completion is unknown, not 0 %, and excluded. Periods go
    by the instant of assignment, else of the start."""
    cycle = cycles(facts)
    completed = by_now(facts, cycle.completed_at)
    reported = completed.any().over(ibis.window(group_by="course"))
    unknown = ibis.ifelse(cycle.assigned_at.isnull() & ~reported, UNKNOWN, ibis.null("string"))
    return population(
        cycle,
        BY,
        at=cycle.began,
        value=completed,
        excluded=ibis.coalesce(unknown, released(cycle, facts)),
    )
