"""What the lens answers: results with everything a reader needs to judge them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from leadline.metrics import Metric, Result


@dataclass(frozen=True)
class Late:
    """What arrived more than a day after the period had ended (S031). last: newest `stored`."""

    statements: int = 0
    last: datetime | None = None


@dataclass(frozen=True)
class Quality:
    """How sound the records are (S063): score is the product of (1 - share) over the parts.

    parts: share of records with each fault, 0 to 1, named in quality.PARTS. A part that cannot be
    known is absent; score is None where no part can be known."""

    score: float | None
    parts: Mapping[str, float]


@dataclass(frozen=True)
class Answer:
    """Results of one metric, one per group.

    coverage: share of the people counted who have an HR record at the time (S021), None where
    nobody was counted; as_of: the instant asked at; watermark: all sources are heard up to here."""

    metric: Metric
    results: tuple[Result, ...]
    coverage: float | None
    quality: Quality
    late: Late
    as_of: datetime
    watermark: datetime | None

    @property
    def result(self) -> Result:
        """The one result of a question without slices."""
        (only,) = self.results
        return only
