"""Who was there."""

import ibis.expr.types as ir

from leadline.metrics.happened import EVENT_BY, happened
from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import population


@metric(
    area=Area.LEARNER_BEHAVIOUR,
    unit="people",
    good=None,
    summary=Summary.PEOPLE,
    version=1,
    fact="event",
    by=EVENT_BY,
    companions=("statements", "completion_rate"),
    activity=True,
)
def people(facts: Facts) -> ir.Table:
    """How many people do the records speak of?

    Distinct people with at least one statement up to now, those only assigned included; voided
    statements do not count. Several identifiers of one person of the directory are one person.
    Groups overlap, so they do not add up. Periods go by when it happened."""
    event = happened(facts)
    return population(event, EVENT_BY, at=event.timestamp, value=1)
