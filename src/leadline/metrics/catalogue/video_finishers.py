"""Who reached the end of a video."""

import ibis.expr.types as ir

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import population
from leadline.metrics.watched import VIDEO_BY, starts


@metric(
    area=Area.CONTENT_EFFECTIVENESS,
    unit="share",
    good="up",
    summary=Summary.SHARE,
    version=1,
    fact="watch",
    by=VIDEO_BY,
    companions=("video_starters", "watched_time"),
    activity=True,
    assumptions=("To date: those still watching count as not finished yet.",),
)
def video_finishers(facts: Facts) -> ir.Table:
    """What share of those who started a video finished it?

    Share finished among started watches, one per learner, cycle and video. Finished means said to
    be completed, or progress or the share watched at the video's threshold (95 % unless sent
    otherwise). Periods go by the first start."""
    watch = starts(facts)
    return population(watch, VIDEO_BY, at=watch.started_at, value=watch.finished)
