"""How often people came."""

import ibis.expr.types as ir

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import by_now, population

BY = ("course", "module")


@metric(
    area=Area.LEARNER_BEHAVIOUR,
    unit="count",
    good=None,
    summary=Summary.TOTAL,
    version=1,
    fact="session",
    by=BY,
    companions=("people", "first_attempt_pass_rate"),
    activity=True,
)
def logins(facts: Facts) -> ir.Table:
    """How many times did people log in?

    Log-ins reported by the sources up to now; a source that reports none has none, and most are
    outside any course. A log-in shows that somebody came, not that anything was learned. Periods go
    by the start of the session's stretch."""
    session = facts.session
    came = session.filter(by_now(facts, session.started_at), session.logins > 0)
    return population(came, BY, at=came.started_at, value=came.logins)
