"""All the time spent."""

import ibis.expr.types as ir

from leadline.metrics.active import THETA_BAND
from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import population, so_far

BY = ("course", "module", "rule")


@metric(
    area=Area.LEARNER_BEHAVIOUR,
    unit="seconds",
    good=None,
    summary=Summary.TOTAL,
    version=1,
    fact="session",
    by=BY,
    companions=("active_time", "completion_rate"),
    activity=True,
    assumptions=THETA_BAND[1:],
)
def active_time_total(facts: Facts) -> ir.Table:
    """How much time was spent in all?

    Sum of active seconds of all sessions, by the rule of active_time (idle gaps of up to 30
    minutes). Slice by `rule` to see where the time is from. Periods go by the start of the
    session's stretch."""
    session = so_far(facts, facts.session, "started_at")
    return population(session, BY, at=session.started_at, value=session.active_s)
