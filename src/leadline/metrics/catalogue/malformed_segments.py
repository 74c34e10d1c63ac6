"""How much of the watching is unreadable."""

import ibis.expr.types as ir

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import population, so_far
from leadline.metrics.watched import VIDEO_BY


@metric(
    area=Area.CONTENT_EFFECTIVENESS,
    unit="count",
    good="down",
    summary=Summary.TOTAL,
    version=1,
    fact="watch",
    by=VIDEO_BY,
    choices={"fault": ("malformed", "open")},
    companions=("video_starters",),
    activity=True,
)
def malformed_segments(facts: Facts, fault: str = "malformed") -> ir.Table:
    """How many reports of watching could not be read?

    Statements whose list of played segments was unreadable (`malformed`), or segments without an
    end (`open`); both are left out of the viewers. Many of them mean a faulty player: ask its
    vendor. Periods go by the last statement about the video."""
    watch = so_far(facts, facts.watch, "last_at")
    faults = {"malformed": watch.segments_malformed, "open": watch.segments_open}
    return population(watch, VIDEO_BY, at=watch.last_at, value=faults[fault])
