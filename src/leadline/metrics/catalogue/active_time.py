"""How much time a course takes."""

import ibis.expr.types as ir

from leadline.metrics.active import THETA_BAND, time_spent
from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import population

BY = ("course", "cycle_no")


@metric(
    area=Area.LEARNER_BEHAVIOUR,
    unit="seconds",
    good=None,
    summary=Summary.MEDIAN,
    version=1,
    fact="session",
    by=BY,
    companions=("time_per_module", "completion_rate", "average_score"),
    activity=True,
    assumptions=THETA_BAND,
)
def active_time(facts: Facts) -> ir.Table:
    """How much time do people spend on the course?

    Median active seconds per learner and cycle with at least one event. Gaps between events of at
    most 30 minutes count, longer ones do not, the last event counts nothing; a video counts its
    played time, a quiz the time until it is handed in. Overlapping devices count once. Never effort
    and never a ground for sanction. Periods go by the first session."""
    spent = time_spent(facts)
    return population(
        spent,
        BY,
        at=spent.at,
        value=spent.active_s,
        beside_idle_10_min=spent.active_10_s,
        beside_idle_60_min=spent.active_60_s,
    )
