"""What is still known later: the same people, the same measure, and who did not answer."""

from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
from scipy import special

from leadline.stats.bootstrap import Floats
from leadline.stats.contrasts import Pairs, mcnemar, paired_difference
from leadline.stats.intervals import CONFIDENCE, Interval, wilson
from leadline.stats.refusal import Refused
from leadline.stats.regression import logistic
from leadline.stats.tables import Significance

PAIRS_MIN = 20
RESPONSE_MIN = 0.7
RIDGE = 1.0
WEIGHT_MAX = 10.0  # nobody stands for more than ten who did not answer

Standing = Literal["as measured", "indicative"]


@dataclass(frozen=True)
class Later:
    """One line a person who was due a delayed check: the first score, the later one (nan where not
    taken), and what was known beforehand (activity, department as 0/1 columns), if anything.

    Scores lie between 0 and 1; `guessing` is the score of one who knows nothing."""

    first: Floats
    later: Floats
    known: Floats | None = None
    guessing: float = 0.0


@dataclass(frozen=True)
class Retention:
    """How much of the first mean is left, in the same people.

    `response` is the share who took the delayed check. Below 70 % the standing is "indicative" and
    `weighted` (by who answers) and `bounds` (had the others known nothing, or everything) belong
    beside the ratio. `mean_first` and `mean_later` are of those who answered."""

    ratio: Interval
    mean_first: float
    mean_later: float
    response: Interval
    standing: Standing
    weighted: float | None
    bounds: tuple[float, float] | None
    n: int
    due: int


def retention(later: Later) -> Retention | Refused:
    """Ratio of mean later to mean first score over everyone who took both, with Fieller's limits.

    Everyone, never only those who passed: selecting on the first score gives .85 where .94 is true
    (regression to the mean). Guessing-corrected s* = (s − g)/(1 − g). Needs forms of equal
    difficulty (common items); the delayed check teaches too, so test each person once. Source:
    Fieller, JRSS B 16 (1954) 175-185; METHODS C."""
    first, second = (
        (each - later.guessing) / (1 - later.guessing) for each in (later.first, later.later)
    )
    answered = ~np.isnan(second)
    n, due = int(answered.sum()), len(first)
    if n < PAIRS_MIN:
        return Refused("low_n", f"{n} delayed checks; {PAIRS_MIN} are needed.")
    ratio = ratio_of_means(second[answered], first[answered])
    if isinstance(ratio, Refused):
        return ratio
    response = wilson(n, due)
    complete = response.estimate >= RESPONSE_MIN
    return Retention(
        ratio=ratio,
        mean_first=float(later.first[answered].mean()),
        mean_later=float(later.later[answered].mean()),
        response=response,
        standing="as measured" if complete else "indicative",
        weighted=None if complete else _weighted(first, second, later.known),
        bounds=None if complete else _bounds(first, second),
        n=n,
        due=due,
    )


def ratio_of_means(top: Floats, bottom: Floats) -> Interval | Refused:
    """Mean(top)/mean(bottom) of the same people, Fieller's limits at 95 %.

    Roots of (ȳ − ρx̄)² = t²(s²y − 2ρs_xy + ρ²s²x)/n. Refused where the bottom's mean is not clearly
    above 0: the ratio is then unbounded. For a gain pass later − before and first − before."""
    n = len(top)
    y, x = float(top.mean()), float(bottom.mean())
    covariance = np.cov(top, bottom) / n
    t = float(special.stdtrit(n - 1, (1 + CONFIDENCE) / 2))
    vy, vxy, vx = float(covariance[0, 0]), float(covariance[0, 1]), float(covariance[1, 1])
    a = x * x - t * t * vx
    if x <= 0 or a <= 0:
        return Refused("not_identified", "There was too little to begin with to say what is left.")
    b, c = x * y - t * t * vxy, y * y - t * t * vy
    half = sqrt(max(0.0, b * b - a * c))
    return Interval(y / x, (b - half) / a, (b + half) / a, "Fieller")


def _weighted(first: Floats, second: Floats, known: Floats | None) -> float:
    """The ratio with each answer weighted by 1/P(answers | first score, what was known)."""
    answered = ~np.isnan(second)
    columns = first[:, None] if known is None else np.column_stack([first, known])
    spread = columns.std(axis=0)
    x = (columns - columns.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    design = np.column_stack([np.ones(len(x)), x])
    chance = logistic(design, answered.astype(np.float64), np.ones(len(x)), ridge=RIDGE).means
    weight = np.minimum(1 / chance[answered], WEIGHT_MAX)
    return float(weight @ second[answered] / (weight @ first[answered]))


def _bounds(first: Floats, second: Floats) -> tuple[float, float]:
    known = np.nansum(second)
    silent = int(np.isnan(second).sum())
    return float(known / first.sum()), float((known + silent) / first.sum())


@dataclass(frozen=True)
class PassRetention:
    """Of those who passed at first, the share who pass later; and the change of share in all."""

    kept: Interval
    change: Interval
    test: Significance
    n: int


def pass_retention(pairs: Pairs) -> PassRetention | Refused:
    """P(pass later | passed first) by Wilson; later minus first share by Newcombe, McNemar's test.

    The kept share falls by chance alone (some passed by luck); the change over everyone does not.
    `pairs` counts passed both times, first only, later only, neither."""
    passed = pairs.both + pairs.first_only
    if passed < PAIRS_MIN:
        return Refused("low_n", f"{passed} who passed and were tested again; {PAIRS_MIN} needed.")
    back = paired_difference(pairs)
    change = Interval(-back.estimate, -back.high, -back.low, back.method)
    return PassRetention(wilson(pairs.both, passed), change, mcnemar(pairs), pairs.n)
