"""Intervals of a proportion, of a difference of two, and of ratios over clustered rows."""

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

from scipy import special

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """An estimate with its limits, and the method by its citable name."""

    estimate: float
    low: float
    high: float
    method: str


@dataclass(frozen=True)
class ClusterSums:
    """Sufficient statistics of a ratio R = Σy/Σn over clusters (people).

    y and n are a cluster's sums: of values and of rows (or exposure). `yy`, `yn`, `nn` are sums
    over clusters of y², y·n, n². `rows` is the number of rows underneath."""

    clusters: int
    rows: int
    y: float
    n: float
    yy: float
    yn: float
    nn: float

    @property
    def ratio(self) -> float:
        return self.y / self.n

    def variance(self, ratio: float) -> float:
        """Variance of R by linearisation: G/(G−1) · Σ(y−Rn)² / (Σn)²."""
        if self.clusters < 2:
            raise ValueError("The variance over clusters needs at least two clusters.")
        squares = self.yy - 2 * ratio * self.yn + ratio * ratio * self.nn
        return self.clusters / (self.clusters - 1) * max(squares, 0.0) / (self.n * self.n)


@lru_cache
def normal_quantile(confidence: float) -> float:
    return float(special.ndtri((1 + confidence) / 2))


def wilson(successes: float, n: float, confidence: float = CONFIDENCE) -> Interval:
    """Score interval of one proportion.

    Centre (p̂ + z²/2n)/(1 + z²/n), half-width z√(p̂(1−p̂)/n + z²/4n²)/(1 + z²/n).
    Assumes independent rows of one probability; wrong where people have several rows (use
    `clustered_share`) and for finite-population audits, where the count itself is exact.
    Source: Wilson 1927; Newcombe, Statistics in Medicine 17 (1998) 857-872, method 3."""
    return _score(successes, n, normal_quantile(confidence), "Wilson")


def _score(successes: float, n: float, z: float, method: str) -> Interval:
    if n <= 0:
        raise ValueError("A proportion of nothing has no interval; n must be above 0.")
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n} is not a proportion.")
    share = successes / n
    spread = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / spread
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / spread
    # At 0 and 1 the score limit is exactly 0 or 1; floating point must not show 1e-17.
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return Interval(share, low, high, method)


def newcombe(first: tuple[int, int], second: tuple[int, int]) -> Interval:
    """Hybrid score interval (95 %) of the difference p1 − p2 of two independent proportions.

    d − √((p1−l1)² + (u2−p2)²) to d + √((u1−p1)² + (p2−l2)²), l and u the Wilson limits.
    `first` and `second` are (successes, n). Assumes independent rows; wrong for the same people
    measured twice. Source: Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10."""
    found = difference_of(wilson(*first), wilson(*second))
    low, high = max(-1.0, found.low), min(1.0, found.high)
    return Interval(found.estimate, low, high, "Newcombe hybrid score")


def difference_of(one: Interval, two: Interval) -> Interval:
    """The interval of one less the other, from the two intervals (of the same confidence).

    d − √((e1−l1)² + (u2−e2)²) to d + √((u1−e1)² + (e2−l2)²). Assumes that the two estimates are
    independent; wrong (mostly too long) where the same people stand in both. Source: Zou and
    Donner, Statistics in Medicine 27 (2008) 1693-1702 (MOVER)."""
    difference = one.estimate - two.estimate
    below = sqrt((one.estimate - one.low) ** 2 + (two.high - two.estimate) ** 2)
    above = sqrt((one.high - one.estimate) ** 2 + (two.estimate - two.low) ** 2)
    return Interval(difference, difference - below, difference + above, "MOVER")


def clustered_ratio(sums: ClusterSums, confidence: float = CONFIDENCE) -> Interval:
    """Cluster-robust interval of a mean or rate R = Σy/Σn: R ± t(G−1)·√variance.

    Assumes many independent clusters; wrong (too short) with fewer than 20 of them or where a few
    clusters hold most rows. Source: Cochran, Sampling Techniques, 3rd ed. 1977, 6.3 (ratio
    estimator with finite-sample G/(G−1)); equals the CR1 variance of an intercept-only
    regression."""
    half = float(special.stdtrit(sums.clusters - 1, (1 + confidence) / 2)) * sqrt(
        sums.variance(sums.ratio)
    )
    return Interval(sums.ratio, sums.ratio - half, sums.ratio + half, "cluster-robust")


def clustered_share(sums: ClusterSums, confidence: float = CONFIDENCE) -> Interval:
    """Interval of a share where people have several rows: Wilson at the effective sample size.

    n* = p(1−p) / cluster-robust variance, with t(G−1) in place of z, so that it stays inside 0 to
    1. At p = 0 or 1 the variance says nothing and n* is the number of people, the cautious
    choice. Wrong with fewer than 20 clusters. Source: Korn and Graubard 1998; Dean and Pagano,
    Journal of Survey Statistics and Methodology 3 (2015) 484-503 (Wilson with effective n)."""
    share = sums.ratio
    variance = sums.variance(share) if 0 < share < 1 else 0.0
    effective = share * (1 - share) / variance if variance > 0 else float(sums.clusters)
    effective = min(effective, sums.n)
    t = float(special.stdtrit(sums.clusters - 1, (1 + confidence) / 2))
    return _score(share * effective, effective, t, "Wilson, cluster-robust effective n")


def design_effect(sums: ClusterSums) -> float | None:
    """How many times larger the variance of a share is than with independent rows (Kish 1965)."""
    share = sums.ratio
    if not 0 < share < 1:
        return None
    return sums.variance(share) / (share * (1 - share) / sums.n)


def quantile_levels(below: ClusterSums, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Levels at which the sample's quantiles bound a quantile (Woodruff's interval).

    `below` holds the sums of the 0/1 "value is at or below the estimated quantile". The limits of
    that share are turned back into values by the caller. Assumes a roughly continuous variable;
    over-covers with heavy ties. Source: Woodruff, JASA 47 (1952) 635-646."""
    limits = clustered_share(below, confidence)
    return limits.low, limits.high
