"""How often people came."""

import ibis.expr.types as ir

from leadline.metrics.happened import happened
from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import population

BY = ("source", "platform", "language")


@metric(
    area=Area.LEARNER_BEHAVIOUR,
    unit="count",
    good=None,
    summary=Summary.TOTAL,
    version=1,
    fact="event",
    by=BY,
    companions=("people", "first_attempt_pass_rate"),
    activity=True,
)
def logins(facts: Facts) -> ir.Table:
    """How many times did people log in?

    Log-ins reported by the sources up to now; a source that reports none has none. A log-in shows
    that somebody came, not that anything was learned. Periods go by when it happened."""
    event = happened(facts)
    logged_in = event.filter(event.did == "logged_in")
    return population(logged_in, BY, at=logged_in.timestamp, value=logged_in.clicks.fill_null(1))
