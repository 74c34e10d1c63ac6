"""Small groups borrow strength: empirical Bayes for shares."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from leadline.stats.intervals import CONFIDENCE, Interval

STRENGTH_RANGE = (1e-2, 1e6)


@dataclass(frozen=True)
class Prior:
    """A Beta(α, β) prior: mean α/(α+β), strength α+β in rows."""

    alpha: float
    beta: float

    @property
    def mean(self) -> float:
        return self.alpha / (self.alpha + self.beta)

    @property
    def strength(self) -> float:
        return self.alpha + self.beta


def fit_prior(counts: Sequence[tuple[float, float]]) -> Prior:
    """The Beta prior that makes the groups' counts (x, n) most likely under the beta-binomial.

    Maximises Σ log B(x+α, n−x+β)/B(α, β) over mean and strength. Assumes exchangeable groups; wrong
    where groups differ by a known cause (stratify first). Where groups differ no more than chance,
    strength runs to its upper bound and everyone shrinks to the common mean. Source: Efron and
    Morris, JASA 70 (1975) 311-319; Casella 1985."""
    from scipy import optimize  # takes longer to load than most answers to compute

    x = np.array([count[0] for count in counts], dtype=np.float64)
    n = np.array([count[1] for count in counts], dtype=np.float64)
    if len(x) < 2 or n.sum() <= 0:
        raise ValueError("A prior needs at least two groups with rows in them.")

    def unlikeliness(point: NDArray[np.float64], /) -> float:
        mean, strength = float(special.expit(point[0])), float(np.exp(point[1]))
        alpha, beta = mean * strength, (1 - mean) * strength
        terms = special.betaln(x + alpha, n - x + beta) - special.betaln(alpha, beta)
        return -float(terms.sum())

    pooled = float(np.clip(x.sum() / n.sum(), 1e-6, 1 - 1e-6))
    bounds = [(-14.0, 14.0), (float(np.log(STRENGTH_RANGE[0])), float(np.log(STRENGTH_RANGE[1])))]
    fitted = min(
        (
            optimize.minimize(unlikeliness, [special.logit(pooled), start], bounds=bounds)
            for start in (1.0, 4.0, 8.0)
        ),
        key=lambda found: float(found.fun),
    )
    mean, strength = float(special.expit(fitted.x[0])), float(np.exp(fitted.x[1]))
    return Prior(mean * strength, (1 - mean) * strength)


def shrink(successes: float, n: float, prior: Prior, confidence: float = CONFIDENCE) -> Interval:
    """A group's share pulled to the prior: (x+α)/(n+α+β), limits from the Beta posterior.

    Treats the prior as known, so the interval is a little short with few groups."""
    alpha, beta = successes + prior.alpha, n - successes + prior.beta
    low = float(special.betaincinv(alpha, beta, (1 - confidence) / 2))
    high = float(special.betaincinv(alpha, beta, (1 + confidence) / 2))
    return Interval(alpha / (alpha + beta), low, high, "empirical Bayes")


def james_stein(values: Sequence[float], variance: float) -> tuple[float, list[float]]:
    """Efron and Morris' shrinkage of k equally precise means to their own mean.

    c = 1 − (k−3)·σ²/Σ(y−ȳ)² (at least 0); each estimate is ȳ + c(y−ȳ). Returns (c, estimates).
    Assumes one known variance; wrong for groups of unlike size, where `shrink` is the method.
    Source: Efron and Morris, Scientific American 236(5) (1977) 119-127."""
    y = np.asarray(values, dtype=np.float64)
    if len(y) < 4:
        raise ValueError("Shrinkage to the own mean needs at least four values.")
    spread = float(((y - y.mean()) ** 2).sum())
    factor = max(0.0, 1 - (len(y) - 3) * variance / spread) if spread > 0 else 0.0
    return factor, [float(value) for value in y.mean() + factor * (y - y.mean())]
