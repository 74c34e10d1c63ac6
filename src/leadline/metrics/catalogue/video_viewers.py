"""Who saw which second."""

import ibis.expr.types as ir

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import population
from leadline.metrics.watched import VIDEO_BY, seconds

BY = (*VIDEO_BY, "second")


@metric(
    area=Area.CONTENT_EFFECTIVENESS,
    unit="people",
    good=None,
    summary=Summary.PEOPLE,
    version=1,
    fact="segment",
    by=BY,
    companions=("video_plays", "video_finishers"),
    activity=True,
)
def video_viewers(facts: Facts) -> ir.Table:
    """How many different people watched each second of the video?

    Distinct people of whom a played segment covers the second s: start_s ≤ s < end_s. Slice by
    `second` for one video; watching a second again adds nobody. Periods go by the first start."""
    played = seconds(facts, "unique")
    return population(played, BY, at=played.at, value=1)
