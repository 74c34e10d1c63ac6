"""Who began a video."""

import ibis.expr.types as ir

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import population
from leadline.metrics.watched import VIDEO_BY, starts


@metric(
    area=Area.CONTENT_EFFECTIVENESS,
    unit="people",
    good=None,
    summary=Summary.PEOPLE,
    version=1,
    fact="watch",
    by=VIDEO_BY,
    companions=("video_finishers", "watched_time"),
    activity=True,
)
def video_starters(facts: Facts) -> ir.Table:
    """How many people started the video?

    Distinct people who pressed play, or of whom some watching was reported, up to now. Opening the
    page is not starting. Periods go by the first start."""
    watch = starts(facts)
    return population(watch, VIDEO_BY, at=watch.started_at, value=1)
