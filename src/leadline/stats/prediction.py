"""How good is a risk score, and how many people does a model need?"""

from dataclasses import dataclass
from math import ceil, exp, log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import special

from leadline.stats.bootstrap import Floats
from leadline.stats.intervals import CONFIDENCE, Interval, normal_quantile
from leadline.stats.tables import Significance

SHRINKAGE = 0.9
OPTIMISM = 0.05


@dataclass(frozen=True)
class ModelSize:
    """People needed so that a model shrinks little, fits little noise, and knows the base rate."""

    shrinkage: int
    optimism: int
    base_rate: int

    @property
    def needed(self) -> int:
        return max(self.shrinkage, self.optimism, self.base_rate)


def model_size(r2: float, parameters: int, prevalence: float) -> ModelSize:
    """Smallest development sample for a yes-or-no prediction model.

    (1) p/((S−1)·ln(1 − R²/S)) for shrinkage S = 0.9; (2) the same with S = R²/(R² + 0.05·max R²);
    (3) (1.96/0.05)²·φ(1−φ). R² is Cox and Snell's, expected beforehand. A minimum, not a promise.
    Source: Riley et al., Statistics in Medicine 38 (2019) 1276-1296; R `pmsampsize`."""
    if not 0 < prevalence < 1 or not 0 < r2 < 1 or parameters < 1:
        raise ValueError("The share and R² must lie between 0 and 1, with at least one parameter.")
    ceiling = 1 - exp(2 * (prevalence * log(prevalence) + (1 - prevalence) * log(1 - prevalence)))
    if r2 >= ceiling:
        raise ValueError(f"R² cannot reach {r2:.3f}; at this share its ceiling is {ceiling:.3f}.")

    def size(shrinkage: float) -> int:
        return ceil(parameters / ((shrinkage - 1) * log(1 - r2 / shrinkage)))

    base = (normal_quantile(CONFIDENCE) / OPTIMISM) ** 2 * prevalence * (1 - prevalence)
    return ModelSize(size(SHRINKAGE), size(r2 / (r2 + OPTIMISM * ceiling)), ceil(base))


def auc(score: Floats, happened: NDArray[np.bool_], confidence: float = CONFIDENCE) -> Interval:
    """Area under the ROC curve, P(score of one it happened to > score of one it did not) + ½P(=).

    DeLong's variance from each person's placement, cut at 0 and 1. Assumes independent people; says
    nothing of calibration. Source: DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837."""
    area, positive, negative = _placements(score, happened)
    half = normal_quantile(confidence) * sqrt(_spread(positive, positive, negative, negative))
    return Interval(area, max(0.0, area - half), min(1.0, area + half), "DeLong")


def compare_auc(first: Floats, second: Floats, happened: NDArray[np.bool_]) -> Significance:
    """Do two scores of the same people differ in their areas? z of first − second, paired.

    Not for nested models on the sample they were fitted to. Source: DeLong et al. 1988; pROC."""
    one, p1, n1 = _placements(first, happened)
    two, p2, n2 = _placements(second, happened)
    variance = _spread(p1, p1, n1, n1) + _spread(p2, p2, n2, n2) - 2 * _spread(p1, p2, n1, n2)
    if variance <= 0:
        return Significance(0.0, 1.0, "DeLong, paired")
    z = (one - two) / sqrt(variance)
    return Significance(z, 2 * float(special.ndtr(-abs(z))), "DeLong, paired")


def _placements(score: Floats, happened: NDArray[np.bool_]) -> tuple[float, Floats, Floats]:
    """The area, and each person's share of the other group that is on the right side of them."""
    positive, negative = score[happened], score[~happened]
    if len(positive) < 2 or len(negative) < 2:
        raise ValueError("Both outcomes must have happened at least twice.")
    above = _share_below(np.sort(negative), positive)
    below = 1 - _share_below(np.sort(positive), negative)
    return float(above.mean()), above, below


def _share_below(ordered: Floats, values: Floats) -> Floats:
    low = np.searchsorted(ordered, values, side="left")
    high = np.searchsorted(ordered, values, side="right")
    share: Floats = (low + high) / (2 * len(ordered))
    return share


def _spread(p1: Floats, p2: Floats, n1: Floats, n2: Floats) -> float:
    return float(np.cov(p1, p2)[0, 1] / len(p1) + np.cov(n1, n2)[0, 1] / len(n1))
