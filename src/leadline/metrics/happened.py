"""What the metrics of raw events share."""

import ibis
import ibis.expr.types as ir

from leadline.metrics.metric import Facts
from leadline.metrics.population import by_now

EVENT_BY = ("course", "module", "assessment", "video", "object", "kind", "verb", "did", "source")


def happened(facts: Facts) -> ir.Table:
    """Events up to now, with `video` where it is one."""
    event = facts.event
    live = event.filter(by_now(facts, event.timestamp))
    return live.mutate(video=ibis.ifelse(live.kind == "video", live.object, ibis.null("string")))
