"""How much of a video was seen."""

import ibis
import ibis.expr.types as ir

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import population
from leadline.metrics.watched import VIDEO_BY, starts


@metric(
    area=Area.CONTENT_EFFECTIVENESS,
    unit="seconds",
    good=None,
    summary=Summary.MEDIAN,
    version=1,
    fact="watch",
    by=VIDEO_BY,
    companions=("video_finishers", "video_starters"),
    activity=True,
)
def watched_time(facts: Facts) -> ir.Table:
    """How much of the video do people watch?

    Median seconds of video covered by the union of a learner's played segments, one row per
    learner, cycle and video started; seconds watched twice count once. Where nothing tells how
    much was watched, the row is excluded. Periods go by the first start."""
    watch = starts(facts)
    untold = ibis.ifelse(watch.watched_s.isnull(), "watching not reported", ibis.null("string"))
    return population(watch, VIDEO_BY, at=watch.started_at, value=watch.watched_s, excluded=untold)
