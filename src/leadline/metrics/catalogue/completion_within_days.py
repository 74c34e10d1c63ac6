"""The share completed within a fixed time: the comparable one."""

import ibis
import ibis.expr.types as ir
from ibis import _

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import DAY_SECONDS, WAIVED, immature, population, seconds_between

BY = ("course", "source", "cycle_no")


@metric(
    area=Area.PROGRAMME_TRENDS,
    unit="share",
    good="up",
    summary=Summary.SHARE,
    version=1,
    fact="cycle",
    by=BY,
    choices={"days": ("30", "60", "90")},
    companions=("completion_rate", "first_attempt_pass_rate"),
    activity=True,
    assumptions=("Those who left are followed as not completing: leaving is a competing event.",),
)
def completion_within_days(facts: Facts, days: str = "30") -> ir.Table:
    """What share of those assigned completed within a fixed number of days?

    Share of assignment cycles completed at most `days` × 24 h after assignment, among those
    assigned at least that long ago. Younger cohorts are immature and give no number. Cycles waived
    within the time and not completed are excluded; leavers stay in as not completed, so that the
    share is the Aalen-Johansen incidence at that age. Periods go by the instant of assignment."""
    cycle = facts.cycle.filter(_.assigned_at.notnull())
    allowed = int(days) * DAY_SECONDS
    within = (seconds_between(cycle.assigned_at, cycle.completed_at) <= allowed).fill_null(False)
    waived = (seconds_between(cycle.assigned_at, cycle.waived_at) <= allowed).fill_null(False)
    mature_at = cycle.assigned_at + ibis.interval(days=int(days))
    young = immature(facts, mature_at)
    return population(
        cycle,
        BY,
        at=cycle.assigned_at,
        value=within,
        excluded=ibis.coalesce(young, ibis.cases((within, None), (waived, WAIVED)).cast("string")),
        mature_at=mature_at,
    )
