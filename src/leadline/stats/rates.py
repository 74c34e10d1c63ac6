"""Events per time: rate ratios over strata, and counts that vary more than Poisson's.

A row is one person's (or team's) time in one state and stratum: events, time, exposed or not."""

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import special

from leadline.stats.bootstrap import Floats
from leadline.stats.intervals import CONFIDENCE, Interval, normal_quantile
from leadline.stats.refusal import Refused
from leadline.stats.regression import Labels, poisson

EVENTS_MIN = 5  # in each state; below, a ratio says nothing
CLUSTERS_MIN = 10
ROUNDS_MAX = 100
ALPHA_MAX = 1e4
ALPHA_MIN = 1e-8


@dataclass(frozen=True)
class Counts:
    """Rows of events during `time`, `exposed` or not, in stratum 0..S−1 (a month, a unit) and of
    the person or team 0..G−1 that they belong to."""

    events: Floats
    time: Floats
    exposed: NDArray[np.bool_]
    stratum: Labels
    cluster: Labels


@dataclass(frozen=True)
class RateRatio:
    """Rate of the exposed over that of the others, within strata. rates: crude, exposed and others,
    events per unit of time. dispersion: of clusters; above 1 they differ more than by chance."""

    ratio: Interval
    crude: float
    rates: tuple[float, float]
    events: tuple[float, float]
    time: tuple[float, float]
    dispersion: float
    clusters: int


def rate_ratio(counts: Counts) -> RateRatio | Refused:
    """Mantel and Haenszel's rate ratio; interval on the log scale from what clusters add up to.

    RR = Σ a·T0/T / Σ b·T1/T over strata (a, b events and T1, T0 time of exposed and others). Each
    cluster adds u = Σ (a_i·T0 − RR·b_i·T1)/T less what its time lets expect; Var ln RR = G/(G−1)
    Σu²/R². People who have several events, or teams that differ, widen it as they should. Assumes
    one ratio over strata; time in which nobody could have had an event must be left out. Refused
    below five events in either state. Source: Rothman and Greenland, Modern Epidemiology, 2nd ed.
    1998, ch. 15; Greenland and Robins, Biometrics 41 (1985); Liang and Zeger 1986."""
    one = counts.exposed
    events, time = (
        (float(each[one].sum()), float(each[~one].sum())) for each in (counts.events, counts.time)
    )
    clusters = len(np.unique(counts.cluster))
    if few := _few(events, time, clusters):
        return few
    t1, t0, a, b = (_by_stratum(counts, side, of) for side, of in _SUMS)
    whole = t1 + t0
    up, down = float((a * t0 / whole).sum()), float((b * t1 / whole).sum())
    if not up or not down:
        return Refused("not_identified", "In no month were both the trained and others at work.")
    ratio = up / down
    base = (a + b) / np.where(ratio * t1 + t0 > 0, ratio * t1 + t0, 1.0)
    here = counts.stratum
    expected = counts.time * base[here] * np.where(one, ratio, 1.0)
    weight = np.where(one, t0[here], -ratio * t1[here]) / whole[here]
    parts = np.bincount(counts.cluster, weights=weight * (counts.events - expected))
    error = sqrt(clusters / (clusters - 1) * float(parts @ parts)) / up
    more = exp(normal_quantile(CONFIDENCE) * error)
    rates = events[0] / time[0], events[1] / time[1]
    return RateRatio(
        ratio=Interval(ratio, ratio / more, ratio * more, "Mantel-Haenszel rate ratio, clustered"),
        crude=rates[0] / rates[1],
        rates=rates,
        events=events,
        time=time,
        dispersion=_dispersion(counts, expected, clusters),
        clusters=clusters,
    )


def _few(events: tuple[float, float], time: tuple[float, float], clusters: int) -> Refused | None:
    if min(events) < EVENTS_MIN or min(time) <= 0:
        said = f"{min(events):.0f} events in one of the states; {EVENTS_MIN} are needed."
        return Refused("low_n", said)
    if clusters < CLUSTERS_MIN:
        return Refused("low_n", f"{clusters} people or teams; {CLUSTERS_MIN} are needed.")
    return None


_SUMS = ((True, "time"), (False, "time"), (True, "events"), (False, "events"))


def _by_stratum(counts: Counts, exposed: bool, of: str) -> Floats:
    values: Floats = getattr(counts, of) * (counts.exposed == exposed)
    size = int(counts.stratum.max()) + 1
    total: Floats = np.bincount(counts.stratum, weights=values, minlength=size).astype(np.float64)
    return total


def _dispersion(counts: Counts, expected: Floats, clusters: int) -> float:
    seen = np.bincount(counts.cluster, weights=counts.events)
    hoped = np.bincount(counts.cluster, weights=expected)
    known = hoped > 0
    return float(((seen - hoped)[known] ** 2 / hoped[known]).sum() / max(1, clusters - 1))


@dataclass(frozen=True)
class Overdispersed:
    """log E(count) = log(time) + xβ with variance μ + α·μ²; α 0 is Poisson's."""

    coefficients: Floats
    covariance: Floats
    alpha: float
    log_likelihood: float


def negative_binomial(x: Floats, counts: Floats, time: Floats) -> Overdispersed | Refused:
    """Negative binomial regression (NB2), β and α in turn by maximum likelihood.

    The first column of x must be the intercept. For counts of people whose rates differ: Poisson's
    errors would be too small. Independent rows; where a person has several, cluster. Refused where
    counts vary less than Poisson's: then use that. Source: Cameron and Trivedi, Regression Analysis
    of Count Data, 2nd ed. 2013, 3.3; R `MASS::glm.nb`."""
    from scipy import optimize  # takes longer to load than most answers to compute

    start = poisson(x, counts, time)
    if start.dispersion <= 1:
        return Refused("not_identified", "The counts do not vary more than by chance alone.")

    def fitted(log_alpha: float) -> tuple[Floats, Floats, float]:
        beta = _weighted(x, counts, time, (exp(log_alpha), start.coefficients))
        means = time * np.exp(x @ beta)
        return beta, means, _likelihood(counts, means, exp(log_alpha))

    best = optimize.minimize_scalar(
        lambda log_alpha: -fitted(log_alpha)[2],
        bounds=(log(ALPHA_MIN), log(ALPHA_MAX)),
        method="bounded",
        options={"xatol": 1e-9},
    )
    alpha = exp(float(best.x))
    beta, means, likelihood = fitted(float(best.x))
    information = (x * (means / (1 + alpha * means))[:, None]).T @ x
    covariance: Floats = np.asarray(np.linalg.inv(information), dtype=np.float64)
    return Overdispersed(beta, covariance, alpha, likelihood)


def _weighted(x: Floats, counts: Floats, time: Floats, known: tuple[float, Floats]) -> Floats:
    """β at a given α, by scoring."""
    alpha, beta = known
    for _ in range(ROUNDS_MAX):
        means = time * np.exp(np.clip(x @ beta, -50, 50))
        weight = means / (1 + alpha * means)
        score = x.T @ ((counts - means) / (1 + alpha * means))
        step = np.linalg.solve((x * weight[:, None]).T @ x, score)
        beta = beta + step
        if float(np.abs(step).max()) < 1e-11:
            break
    return beta


def _likelihood(counts: Floats, means: Floats, alpha: float) -> float:
    size = 1 / alpha
    each = (
        special.gammaln(counts + size)
        - special.gammaln(size)
        - special.gammaln(counts + 1)
        + special.xlogy(counts, alpha * means / (1 + alpha * means))
        - size * np.log1p(alpha * means)
    )
    return float(each.sum())
