"""How often each second was played."""

import ibis.expr.types as ir

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import population
from leadline.metrics.watched import VIDEO_BY, seconds

BY = (*VIDEO_BY, "second")


@metric(
    area=Area.CONTENT_EFFECTIVENESS,
    unit="count",
    good=None,
    summary=Summary.TOTAL,
    version=1,
    fact="segment",
    by=BY,
    companions=("video_viewers",),
    activity=True,
)
def video_plays(facts: Facts) -> ir.Table:
    """How many times was each second of the video played, repeats included?

    Seconds played, each time anybody played them: start_s ≤ s < end_s of every played segment.
    Slice by `second` for one video. Far above the viewers means watched again: hard, or loved.
    Periods go by the first start."""
    played = seconds(facts, "every")
    return population(played, BY, at=played.at, value=1)
