"""Certificates about to lapse."""

import ibis
import ibis.expr.types as ir

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import by_now, instant, population

BY = ("course", "certificate", "source")


@metric(
    area=Area.PERFORMANCE_OUTCOMES,
    unit="share",
    good="down",
    summary=Summary.SHARE,
    version=1,
    fact="certificate",
    by=BY,
    choices={"days": ("30", "14", "60", "90")},
    companions=("certificates",),
)
def expiring(facts: Facts, days: str = "30") -> ir.Table:
    """What share of the valid certificates runs out soon?

    Share of certificates valid now that expire within `days` × 24 h and have no later-ending
    successor, one row per person and certificate. Expired ones are not warnings and are left out;
    one without an end never expires. Periods go by the issue."""
    table = facts.certificate
    now = instant(facts.now)
    endless = table.expires_at.isnull()
    valid = table.filter(by_now(facts, table.issued_at), endless | (table.expires_at > now))
    held = valid.group_by(["person", "certificate"]).aggregate(
        course=valid.course.max(),
        source=valid.source.max(),
        issued_at=valid.issued_at.max(),
        ends_at=valid.expires_at.max(),
        endless=valid.expires_at.isnull().any(),
    )
    soon = held.ends_at <= now + ibis.interval(days=int(days))
    value = ~held.endless & soon.fill_null(False)
    return population(held, BY, at=held.issued_at, value=value)
