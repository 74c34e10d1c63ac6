"""How fast a module is forgotten, pooled over modules, and when to refresh it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import expm1, log, log1p, sqrt
from typing import Literal

import numpy as np
from scipy import special

from leadline.stats.bootstrap import Floats
from leadline.stats.intervals import CONFIDENCE, Interval, normal_quantile
from leadline.stats.multiplicity import benjamini_hochberg
from leadline.stats.refusal import Refused

DELAYED_MIN_TESTS = 50
DELAYS_MIN = 3  # distinct ones, before a module's own rate is fitted
BOUND = 0.8
SOONEST_DAYS = 7.0
FASTER_Q_MAX = 0.05
ROUNDS_MAX = 500
TOLERANCE = 1e-5
WIDE = np.diag([4.0, 1.0])  # how far modules may lie apart, to begin with

CRITICALITY: Mapping[str, float] = {"safety": 0.9, "standard": 0.8}


@dataclass(frozen=True)
class Recalled:
    """Of `total` answers `days` after learning, `right` were right (day 0: the same-day test)."""

    days: float
    right: int
    total: int


@dataclass(frozen=True)
class Curve:
    """logit p(t) = a − b·log(1 + t in days), with the covariance of (a, b).

    `pooled` where the module's own rate could not be fitted (fewer than three delays) and b is that
    of all modules. `faster_q` tells whether it is forgotten faster than the average module."""

    a: float
    b: float
    covariance: tuple[tuple[float, float], tuple[float, float]]
    delayed: int
    pooled: bool
    faster_q: float | None

    def chance(self, days: float, confidence: float = CONFIDENCE) -> Interval:
        """p(t) with limits from the logit scale."""
        x = np.array([1.0, -log1p(days)])
        middle = self.a - self.b * log1p(days)
        half = normal_quantile(confidence) * sqrt(float(x @ np.array(self.covariance) @ x))
        low, middle_p, high = (
            float(special.expit(v)) for v in (middle - half, middle, middle + half)
        )
        return Interval(middle_p, low, high, "forgetting curve, power type, pooled")

    @property
    def rate(self) -> Interval:
        """b with its limits: log odds lost per e-fold of time."""
        half = normal_quantile(CONFIDENCE) * sqrt(self.covariance[1][1])
        return Interval(self.b, self.b - half, self.b + half, "empirical Bayes, Laplace")


def curves(modules: Mapping[str, Sequence[Recalled]]) -> dict[str, Curve | Refused]:
    """Every module's forgetting curve, each pulled towards the average of all.

    Binomial on the logit scale; (a, b) of modules are normal around a common mean, fitted by
    Laplace-EM; covariances are widened by the dispersion where answers of one person go together.
    Refused below 50 delayed answers. A curve of averages: people differ, and a check is itself a
    rehearsal. Power, not exponential: Ebbinghaus' own figures fit it with R² .97 against .40.
    Source: Wickelgren 1974; Rubin and Wenzel, Psychological Review 103 (1996); METHODS C."""
    enough = {
        name: tests
        for name, tests in modules.items()
        if sum(t.total for t in tests if t.days > 0) >= DELAYED_MIN_TESTS
    }
    found: dict[str, Curve | Refused] = {
        name: Refused("low_n", f"Fewer than {DELAYED_MIN_TESTS} delayed answers.")
        for name in modules
        if name not in enough
    }
    if enough:
        names = list(enough)
        fitted = _Pool([_Counts(enough[name]) for name in names]).fit()
        found |= dict(zip(names, fitted, strict=True))
    return {name: found[name] for name in modules}


class _Counts:
    """One module's answers as arrays, with its log-likelihood's slope and curvature in (a, b)."""

    def __init__(self, tests: Sequence[Recalled]) -> None:
        self.x = np.array([[1.0, -log1p(t.days)] for t in tests])
        self.right = np.array([t.right for t in tests], dtype=np.float64)
        self.total = np.array([t.total for t in tests], dtype=np.float64)
        self.delayed = int(sum(t.total for t in tests if t.days > 0))
        self.own_rate = len({t.days for t in tests if t.total}) >= DELAYS_MIN

    def newton(self, theta: Floats, mean: Floats, precision: Floats) -> tuple[Floats, Floats]:
        """Mode and covariance of (a, b) given the modules' mean and precision."""
        for _ in range(50):
            p = special.expit(self.x @ theta)
            slope = self.x.T @ (self.right - self.total * p) - precision @ (theta - mean)
            curve = (self.x * (self.total * p * (1 - p))[:, None]).T @ self.x + precision
            step = np.linalg.solve(curve, slope)
            theta = theta + step * min(1.0, 3.0 / max(float(np.abs(step).max()), 1e-12))
            if np.abs(step).max() < TOLERANCE:
                break
        return theta, np.asarray(np.linalg.inv(curve), dtype=np.float64)

    def pearson(self, theta: Floats) -> float:
        p = special.expit(self.x @ theta)
        expected = np.maximum(self.total * p * (1 - p), 1e-9)
        return float(((self.right - self.total * p) ** 2 / expected).sum())


class _Pool:
    """The modules together: their mean (a, b) and how far they lie apart."""

    def __init__(self, modules: Sequence[_Counts]) -> None:
        self._modules = modules
        self._own = np.array([module.own_rate for module in modules])

    def fit(self) -> list[Curve]:
        mean, spread = self._start()
        thetas = np.tile(mean, (len(self._modules), 1))
        covariances = np.zeros((len(self._modules), 2, 2))
        for _ in range(ROUNDS_MAX):
            precision: Floats = np.asarray(np.linalg.inv(spread), dtype=np.float64)
            for k, module in enumerate(self._modules):
                thetas[k], covariances[k] = module.newton(thetas[k], mean, precision)
            before = mean
            mean, spread = self._moments(thetas, covariances, mean, spread)
            if np.abs(mean - before).max() < TOLERANCE:
                break
        return self._curves(thetas, covariances * self._dispersion(thetas), mean)

    def _start(self) -> tuple[Floats, Floats]:
        x = np.concatenate([module.x for module in self._modules])
        right = np.concatenate([module.right for module in self._modules])
        total = np.concatenate([module.total for module in self._modules])
        everything = _Counts([])
        everything.x, everything.right, everything.total = x, right, total
        flat = np.diag([1e-4, 1e-4])
        mean, _ = everything.newton(np.zeros(2), np.zeros(2), flat)
        return mean, np.asarray(WIDE, dtype=np.float64)

    def _moments(
        self, thetas: Floats, covariances: Floats, mean: Floats, spread: Floats
    ) -> tuple[Floats, Floats]:
        if len(self._modules) < 3:
            return mean, spread  # two modules do not say how far modules lie apart
        own = self._own if self._own.sum() >= 2 else np.ones(len(self._own), dtype=bool)
        mean = np.array([thetas[:, 0].mean(), thetas[own, 1].mean()])
        away = thetas[own] - mean
        spread = (away.T @ away + covariances[own].sum(axis=0)) / own.sum()
        return mean, spread + np.eye(2) * 1e-6

    def _dispersion(self, thetas: Floats) -> float:
        pearson = sum(m.pearson(t) for m, t in zip(self._modules, thetas, strict=True))
        free = sum(len(m.right) for m in self._modules) - 2 * len(self._modules)
        return max(1.0, pearson / free) if free > 0 else 1.0

    def _curves(self, thetas: Floats, covariances: Floats, mean: Floats) -> list[Curve]:
        errors = np.sqrt(covariances[:, 1, 1])
        tested = [k for k in range(len(thetas)) if self._own[k] and len(thetas) > 2]
        tails = [float(special.ndtr(-(thetas[k, 1] - mean[1]) / errors[k])) for k in tested]
        q = dict(zip(tested, benjamini_hochberg(tails), strict=True))
        return [
            Curve(
                a=float(theta[0]),
                b=float(theta[1]),
                covariance=(
                    (float(cov[0, 0]), float(cov[0, 1])),
                    (float(cov[1, 0]), float(cov[1, 1])),
                ),
                delayed=module.delayed,
                pooled=not module.own_rate,
                faster_q=q.get(k),
            )
            for k, (theta, cov, module) in enumerate(
                zip(thetas, covariances, self._modules, strict=True)
            )
        ]


@dataclass(frozen=True)
class Refresher:
    """Refresh after `days`, when the cautious curve passes the target.

    `low`, `middle` and `high` are the days at which the lower 80 % limit, the curve and the upper
    limit pass it, infinite where one never does. `bound` says what moved the date, if anything."""

    days: float
    low: float
    middle: float
    high: float
    bound: Literal["none", "soonest", "expiry", "below at once"]


def refresher(curve: Curve, target: float, latest: float = np.inf) -> Refresher | Refused:
    """When p(t) falls below the target: t* = exp((a − logit p*)/b) − 1, from the lower 80 % limit.

    At least 7 days, at most `latest` (expiry less lead time). Refused where nothing is forgotten
    and so no day can be named. The limit is that of an 80 % interval. Compare the gap with Cepeda
    et al. 2008 (20-40 % of a week's horizon, 5-10 % of a year's). Source: METHODS C."""
    low, middle, high = (_crossing(curve, target, side) for side in (-1, 0, 1))
    if low == np.inf and latest == np.inf:
        return Refused("not_identified", "No decline is shown, so no day can be named.")
    if low <= 0:
        bound: Literal["none", "soonest", "expiry", "below at once"] = "below at once"
    elif low < SOONEST_DAYS:
        bound = "soonest"
    else:
        bound = "expiry" if low > latest else "none"
    return Refresher(min(max(low, SOONEST_DAYS), latest), low, middle, high, bound)


def _crossing(curve: Curve, target: float, side: int) -> float:
    """The first day on which the limit (−1 lower, 1 upper) or the curve itself is below target."""

    def level(days: float) -> float:
        found = curve.chance(days, BOUND)
        return (found.low, found.estimate, found.high)[side + 1]

    longest = 36_525.0
    grid = np.expm1(np.linspace(0.0, log(longest), 400))
    below = [float(day) for day in grid if level(float(day)) < target]
    if not below:
        return np.inf
    high = below[0]
    if high <= 0:
        return 0.0
    low = expm1(log1p(high) - log(longest) / 399)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if level(middle) < target else (middle, high)
    return high


@dataclass(frozen=True)
class Shape:
    """How well each law of forgetting fits a series of shares kept: R² = 1 − SSE/SST."""

    power: float
    exponential: float


def shape(days: Sequence[float], kept: Sequence[float]) -> Shape:
    """R² of λ·t^−ψ and λ·e^−ψt, both by least squares on the shares themselves.

    To compare laws, not to predict. Source: Wixted and Ebbesen, Psychological Science 2 (1991)."""
    from scipy import optimize  # takes longer to load than most answers to compute

    t, r = np.asarray(days, dtype=np.float64), np.asarray(kept, dtype=np.float64)
    around = float(((r - r.mean()) ** 2).sum())

    def fits(x: Floats) -> float:
        def error(psi: float) -> float:
            decline = np.exp(-psi * (x - x.min()))
            return float(((r - decline * (decline @ r) / (decline @ decline)) ** 2).sum())

        best = optimize.minimize_scalar(
            error, bounds=(0.0, 20 / float(np.ptp(x))), method="bounded"
        )
        return 1 - error(float(best.x)) / around

    return Shape(fits(np.log(t)), fits(t))
