"""How numbers are said in a sentence."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from leadline.insights.finding import Looking
from leadline.stats.intervals import Interval

Titles = Mapping[str, str]


def titles(lens: Looking, course: str | None = None) -> Titles:
    """Names that authors gave, by activity id."""
    rows: Sequence[Mapping[str, Any]] = lens.activities(course=course)
    return {row["activity"]: row["name"] for row in rows if row["name"]}


def called(activity: str, names: Titles) -> str:
    return f"“{names.get(activity, activity)}”"


def clock(second: float) -> str:
    """Position in a recording: 200 s is 3:20, 3,725 s is 1:02:05."""
    minutes, seconds = divmod(int(second), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def percent(share: float) -> str:
    """Whole percents; what is not nothing is never called 0 %."""
    if 0 < share < 0.005:
        return "under 1 %"
    return f"{round(100 * share)} %"


def sure(interval: Interval) -> str:
    low, high = round(100 * interval.low), round(100 * interval.high)
    return f"95 % interval {low} to {high} %"


def date(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"
