"""How much was recorded."""

import ibis.expr.types as ir

from leadline.metrics.happened import EVENT_BY, happened
from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import population


@metric(
    area=Area.LEARNER_BEHAVIOUR,
    unit="count",
    good=None,
    summary=Summary.TOTAL,
    version=1,
    fact="event",
    by=EVENT_BY,
    companions=("people",),
    activity=True,
)
def statements(facts: Facts) -> ir.Table:
    """How many statements are there?

    Statements that say something up to now: each statement once; voided ones and those that only
    void another are left out. Periods go by when it happened, not by when it arrived."""
    event = happened(facts)
    return population(event, EVENT_BY, at=event.timestamp, value=1)
