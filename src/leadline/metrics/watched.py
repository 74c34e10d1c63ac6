"""What the metrics of videos share."""

import ibis
import ibis.expr.types as ir
from ibis import _

from leadline.metrics.metric import Facts
from leadline.metrics.population import by_now

VIDEO_BY = ("course", "module", "video", "cycle_no")


def starts(facts: Facts) -> ir.Table:
    """Watches that were started by now: somebody pressed play, or some of it was watched."""
    watch = facts.watch
    return watch.filter(watch.starter, by_now(facts, watch.started_at))


def seconds(facts: Facts, layer: str) -> ir.Table:
    """One row per played segment of the layer and whole second in it, with the watch's `at`.

    Second s lies in a segment where start_s ≤ s < end_s."""
    segment = facts.segment.filter(_.layer == layer)
    watch = starts(facts)
    played = segment.inner_join(
        watch.select("person", "video", "cycle_no", watch_course=watch.course, at=watch.started_at),
        [
            "person",
            "video",
            "cycle_no",
            segment.course.identical_to(watch.course),
        ],
    )
    whole = ibis.range(
        played.start_s.ceil().cast("int64"), played.end_s.ceil().cast("int64")
    ).unnest()
    return played.select("person", "course", "module", "video", "cycle_no", "at", second=whole)
