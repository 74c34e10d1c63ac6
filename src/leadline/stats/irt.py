"""Item response models with one and two parameters, by marginal maximum likelihood.

P(correct | θ) = 1/(1 + exp(−(aθ + d))), θ ~ N(0, 1); difficulty b = −d/a. Bounded: at most 50,000
people, collapsed to patterns, over 61 points of ability. Three parameters are never fitted: the
guessing parameter is not identified at the sizes of training."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from leadline.stats.bootstrap import Floats
from leadline.stats.refusal import Refused

PEOPLE_MAX = 50_000
ONE_MIN_PEOPLE = 100
TWO_MIN_PEOPLE = 500
TWO_WITH_PRIOR_MIN_PEOPLE = 250
PRIOR_SD = 0.5  # of log a
POINTS = 61
PATTERNS_AT_ONCE = 5_000
ROUNDS_MAX = 1_000
SLOPE_MAX = 1e-4  # of the log-likelihood per person, where the search may end
STEP = 1e-4  # of the numerical second derivative
RUNAWAY = 30.0  # no real slope or log odds is this large

Model = Literal["1PL", "2PL"]
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(POINTS)
NODES: Floats = np.asarray(_NODES, dtype=np.float64)
LOG_WEIGHTS: Floats = np.asarray(
    np.log(np.maximum(_WEIGHTS / _WEIGHTS.sum(), 1e-300)), dtype=np.float64
)


@dataclass(frozen=True)
class Patterns:
    """Distinct rows of answers (1, 0, nan for not reached or not given) and how many gave each."""

    answers: Floats
    counts: Floats

    @property
    def n(self) -> int:
        return int(self.counts.sum())


@dataclass(frozen=True)
class Fitted:
    """A fitted model: slope a and difficulty b of each item with standard errors.

    `penalised` where a prior on log a was used, so that the log-likelihood is not the highest."""

    model: Model
    n: int
    a: Floats
    b: Floats
    a_se: Floats
    b_se: Floats
    log_likelihood: float
    penalised: bool

    @property
    def d(self) -> Floats:
        """Intercepts: the log odds of the average person."""
        return -self.a * self.b


def patterns(answers: NDArray[np.float64], counts: Sequence[int] | None = None) -> Patterns:
    """Collapse rows to patterns; `counts` where each line already stands for several people."""
    weight = np.ones(len(answers)) if counts is None else np.asarray(counts, dtype=np.float64)
    if weight.sum() > PEOPLE_MAX:
        raise ValueError(f"More than {PEOPLE_MAX} people; draw a sample first.")
    coded = np.where(np.isnan(answers), 2, answers).astype(np.int8)
    unique, place = np.unique(coded, axis=0, return_inverse=True)
    back = np.where(unique == 2, np.nan, unique.astype(np.float64))
    people = np.bincount(place.reshape(-1), weights=weight)
    return Patterns(back, people.astype(np.float64))


def fit(found: Patterns, model: Model = "2PL") -> Fitted | Refused:
    """1PL (one common slope, from 100 people) or 2PL (from 500; from 250 with a prior on log a).

    Maximises Σ n_p log Σ_q w_q Π P^x(1−P)^(1−x) over Gauss-Hermite points by BFGS; its gradient
    comes from the E step (expected counts by ability), errors from the observed information.
    Assumes one ability, normal in the population, and answers independent given it (see
    `local_dependence`). An item that all or none got right is refused. Source: Bock and Aitkin,
    Psychometrika 46 (1981) 443-459; R `ltm`, `mirt`."""
    from scipy import optimize  # takes longer to load than most answers to compute

    minimum = ONE_MIN_PEOPLE if model == "1PL" else TWO_WITH_PRIOR_MIN_PEOPLE
    if found.n < minimum:
        return Refused("low_n", f"{found.n} people; a {model} model needs {minimum}.")
    right = np.nansum(found.answers * found.counts[:, None], axis=0)
    seen = (~np.isnan(found.answers) * found.counts[:, None]).sum(axis=0)
    if found.answers.shape[1] < 3:
        return Refused("not_identified", "A response model needs at least three questions.")
    if np.any(right <= 0) or np.any(right >= seen):
        return Refused("not_identified", "A question that all or none got right has no difficulty.")
    penalised = model == "2PL" and found.n < TWO_MIN_PEOPLE
    problem = _Problem(found, model, penalised)
    slope = 0.0 if penalised else 1.0
    start = np.concatenate([np.full(problem.slopes, slope), special.logit(right / seen)])
    best = optimize.minimize(
        problem.loss, start, jac=True, method="BFGS", options={"gtol": 1e-6, "maxiter": ROUNDS_MAX}
    )
    if not np.abs(best.x).max() < RUNAWAY:
        return Refused("not_identified", "The answers do not fit one ability; a slope ran away.")
    if np.abs(best.jac).max() > SLOPE_MAX:
        return Refused("not_identified", "The search for a response model did not come to an end.")
    return problem.read(np.asarray(best.x, dtype=np.float64))


class _Problem:
    """The marginal likelihood of one model: parameters are slopes (logs if penalised), then d."""

    def __init__(self, found: Patterns, model: Model, penalised: bool) -> None:
        self._found, self._model, self._penalised = found, model, penalised
        self._items = found.answers.shape[1]
        self.slopes = 1 if model == "1PL" else self._items

    def loss(self, point: Floats, /) -> tuple[float, Floats]:
        """Minus the log-likelihood (and log prior), per person, with its gradient."""
        a, d = self._read(point)
        likelihood, right, given = _expected(self._found, a, d)
        excess = right - given * _chances(a, d)
        by_slope = excess @ NODES * (a if self._penalised else 1.0)
        if self._model == "1PL":
            by_slope = by_slope.sum(keepdims=True)
        if self._penalised:
            raw = point[: self.slopes]
            likelihood -= float((raw**2).sum()) / (2 * PRIOR_SD**2)
            by_slope = by_slope - raw / PRIOR_SD**2
        gradient = np.concatenate([by_slope, excess.sum(axis=1)])
        return -likelihood / self._found.n, -gradient / self._found.n

    def _read(self, point: Floats) -> tuple[Floats, Floats]:
        raw = point[: self.slopes]
        slopes = np.exp(raw) if self._penalised else raw
        return np.broadcast_to(slopes, (self._items,)).astype(np.float64), point[self.slopes :]

    def read(self, point: Floats) -> Fitted:
        a, d = self._read(point)
        covariance = np.linalg.pinv(self._information(point))
        places = np.arange(self._items)
        slope_at = np.zeros(self._items, dtype=int) if self._model == "1PL" else places
        d_at = self.slopes + places
        a_variance = covariance[slope_at, slope_at] * (a**2 if self._penalised else 1.0)
        across = covariance[slope_at, d_at] * (a if self._penalised else 1.0)
        # b = −d/a by the delta method.
        b_variance = (
            covariance[d_at, d_at] / a**2 - 2 * d * across / a**3 + d**2 * a_variance / a**4
        )
        return Fitted(
            model=self._model,
            n=self._found.n,
            a=a,
            b=-d / a,
            a_se=np.sqrt(np.maximum(a_variance, 0.0)),
            b_se=np.sqrt(np.maximum(b_variance, 0.0)),
            log_likelihood=_expected(self._found, a, d)[0],
            penalised=self._penalised,
        )

    def _information(self, point: Floats) -> Floats:
        """Observed information: central differences of the exact gradient."""
        rows = []
        for place in range(len(point)):
            step = np.zeros(len(point))
            step[place] = STEP
            rows.append((self.loss(point + step)[1] - self.loss(point - step)[1]) / (2 * STEP))
        information = np.array(rows) * self._found.n
        half: Floats = (information + information.T) / 2
        return half


def _chances(a: Floats, d: Floats) -> Floats:
    """P(correct) of each item at each point of ability."""
    return np.asarray(special.expit(np.outer(a, NODES) + d[:, None]), dtype=np.float64)


def _expected(found: Patterns, a: Floats, d: Floats) -> tuple[float, Floats, Floats]:
    """The log-likelihood, and how many are expected right and asked, by item and ability."""
    right, given = np.zeros((len(a), POINTS)), np.zeros((len(a), POINTS))
    likelihood = 0.0
    for start in range(0, len(found.counts), PATTERNS_AT_ONCE):
        block = slice(start, start + PATTERNS_AT_ONCE)
        likely, weights = _posterior(found.answers[block], a, d)
        likelihood += float(likely @ found.counts[block])
        weights = weights * found.counts[block][:, None]
        right += np.nan_to_num(found.answers[block]).T @ weights
        given += (~np.isnan(found.answers[block])).astype(np.float64).T @ weights
    return likelihood, right, given


def _posterior(answers: Floats, a: Floats, d: Floats) -> tuple[Floats, Floats]:
    """Log-likelihood of each pattern and its weights over ability (each line sums to 1)."""
    eta = np.outer(a, NODES) + d[:, None]
    given = (~np.isnan(answers)).astype(np.float64)
    # log P = η + log(1 − P), so that one log-sigmoid serves both answers.
    joint = np.nan_to_num(answers) @ eta + given @ special.log_expit(-eta) + LOG_WEIGHTS
    likely = special.logsumexp(joint, axis=1)
    return np.asarray(likely, dtype=np.float64), np.exp(joint - likely[:, None])


def ability(fitted: Fitted, answers: Floats) -> tuple[Floats, Floats]:
    """Expected θ given each line of answers (EAP), and its standard deviation.

    Pulled to 0 the fewer answers there are. Source: Bock and Mislevy 1982."""
    _, weights = _posterior(answers, fitted.a, fitted.d)
    mean = weights @ NODES
    return mean, np.sqrt(np.maximum(weights @ NODES**2 - mean**2, 0.0))


def local_dependence(fitted: Fitted, found: Patterns) -> Floats:
    """Yen's Q3: correlations between items of what ability leaves unexplained (k × k).

    About −1/(k−1) where answers are independent given ability; above 0.2 two questions give each
    other away or share a text. Source: Yen, Applied Psychological Measurement 8 (1984) 125-145."""
    theta, _ = ability(fitted, found.answers)
    left = found.answers - special.expit(np.outer(theta, fitted.a) + fitted.d)
    seen = (~np.isnan(left)).astype(np.float64)
    left, weight = np.nan_to_num(left), found.counts[:, None]
    n = seen.T @ (seen * weight)
    sums, squares = left.T @ (seen * weight), (left**2).T @ (seen * weight)
    cross = left.T @ (left * weight) - sums * sums.T / n
    spread = squares - sums**2 / n
    correlations: Floats = cross / np.sqrt(spread * spread.T)
    return correlations
