"""What the metrics of raw events share."""

import ibis
import ibis.expr.types as ir

from leadline.metrics.metric import Facts
from leadline.metrics.population import by_now

EVENT_BY = ("course", "module", "assessment", "video", "object", "kind", "verb", "did", "source")


def happened(facts: Facts) -> ir.Table:
    """Events up to now, without the voided and the voiding, and with `video` where it is one."""
    event = facts.event
    voided = event.filter(event.voids.notnull()).select(statement_id=event.voids)
    live = event.filter(event.voids.isnull(), event.did != "voided")
    live = live.anti_join(voided, "statement_id").filter(by_now(facts, live.timestamp))
    return live.mutate(video=ibis.ifelse(live.kind == "video", live.object, ibis.null("string")))
