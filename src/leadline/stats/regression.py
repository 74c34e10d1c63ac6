"""Regression on bounded arrays: least squares with robust errors, logistic and Poisson.

Design matrices are built from arrays by the caller, intercept included; never from a formula,
which would evaluate names. At most 200,000 rows by 30 columns are meant to be passed."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import special

from leadline.stats.bootstrap import Floats
from leadline.stats.intervals import CONFIDENCE, Interval

ROUNDS_MAX = 60
TOLERANCE = 1e-10
SEPARATED_LOGIT = 25.0  # fitted odds beyond this come from a perfect split, not from evidence

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Linear:
    """A least-squares fit: coefficients, residuals, the design and (XᵀX)⁻¹."""

    coefficients: Floats
    residuals: Floats
    x: Floats
    bread: Floats

    @property
    def df(self) -> int:
        return len(self.residuals) - len(self.coefficients)


def least_squares(x: Floats, y: Floats) -> Linear:
    """β = (XᵀX)⁻¹Xᵀy. Columns that follow from others are an error that says so."""
    rows, columns = x.shape
    if rows <= columns:
        raise ValueError(f"{rows} rows cannot fit {columns} coefficients.")
    if np.linalg.matrix_rank(x) < columns:
        raise ValueError("One column of the design follows exactly from the others.")
    bread: Floats = np.asarray(np.linalg.inv(x.T @ x), dtype=np.float64)
    coefficients = bread @ (x.T @ y)
    return Linear(coefficients, y - x @ coefficients, x, bread)


def classical(fit: Linear) -> Floats:
    """Covariance σ²(XᵀX)⁻¹: for independent rows of equal variance only."""
    variance: Floats = fit.bread * float(fit.residuals @ fit.residuals) / fit.df
    return variance


def hc2(fit: Linear) -> Floats:
    """Covariance for rows of unequal variance: e² / (1 − leverage) in the middle.

    Source: MacKinnon and White, Journal of Econometrics 29 (1985) 305-325."""
    leverage = np.einsum("ij,jk,ik->i", fit.x, fit.bread, fit.x)
    return _sandwich(fit, fit.x * (fit.residuals / np.sqrt(1 - leverage))[:, None])


def clustered(fit: Linear, cluster: Labels) -> Floats:
    """Covariance for rows that belong together in clusters 0..G−1 (CR1).

    G/(G−1)·(N−1)/(N−K) · bread (Σ s sᵀ) bread, s the sum of x·e in a cluster. Too small below
    about 20 clusters: use randomisation there. Source: Liang and Zeger 1986; Cameron and Miller,
    Journal of Human Resources 50 (2015); Stata's and R sandwich's correction."""
    scores = sums_by(fit.x * fit.residuals[:, None], cluster)
    groups, (rows, columns) = len(scores), fit.x.shape
    if groups < 2:
        raise ValueError("Errors over clusters need at least two clusters.")
    factor = groups / (groups - 1) * (rows - 1) / (rows - columns)
    covariance: Floats = factor * _sandwich(fit, scores)
    return covariance


def clustered_few(fit: Linear, cluster: Labels, place: int) -> tuple[float, float]:
    """Variance and degrees of freedom of one coefficient where clusters are few or unequal (CR2).

    Σ (cᵀ M X_gᵀ A_g e_g)² over clusters with A_g = (I − H_gg)^(−1/2), unbiased under equal
    variances; degrees of freedom by Satterthwaite under the same. Source:
    Bell and McCaffrey, Survey Methodology 28 (2002) 169-181; Imbens and Kolesár, Review of
    Economics and Statistics 98 (2016); R `clubSandwich`, `estimatr`."""
    values, vectors = np.linalg.eigh(fit.bread)
    root = vectors * np.sqrt(np.maximum(values, 0.0))  # bread = root rootᵀ
    contrast = fit.bread[:, place]
    variance, sizes, across = 0.0, [], []
    order = np.argsort(cluster, kind="stable")
    for rows in np.split(order, np.cumsum(np.bincount(cluster))[:-1]):
        x, residuals = fit.x[rows], fit.residuals[rows]
        u, s, _ = np.linalg.svd(x @ root, full_matrices=False)
        # What this cluster alone decides has no residual: left out, as by a generalised inverse.
        left = 1 - s**2
        more = np.where(left > 1e-9, 1 / np.sqrt(np.maximum(left, 1e-9)), 0.0) - 1
        pull = x @ contrast
        pull = pull + u @ (more * (u.T @ pull))
        variance += float(pull @ residuals) ** 2
        sizes.append(float(pull @ pull))
        across.append(x.T @ pull)
    spread = np.diag(sizes) - np.array(across) @ fit.bread @ np.array(across).T
    return variance, float(np.trace(spread)) ** 2 / float((spread**2).sum())


def clustered_twice(fit: Linear, first: Labels, second: Labels) -> Floats:
    """Covariance for two overlapping groupings: V(first) + V(second) − V(both at once).

    Source: Cameron, Gelbach and Miller, JBES 29 (2011) 238-249."""
    both = np.unique(np.column_stack([first, second]), axis=0, return_inverse=True)[1]
    return clustered(fit, first) + clustered(fit, second) - clustered(fit, both.reshape(-1))


def newey_west(fit: Linear, lags: int) -> Floats:
    """Covariance for a series whose errors are correlated up to `lags` apart (Bartlett weights).

    Rows in order of time, equally spaced; times N/(N−K). Still too small for short series. Source:
    Newey and West, Econometrica 55 (1987) 703-708; R `NeweyWest(prewhite=FALSE, adjust=TRUE)`."""
    factor = len(fit.x) / fit.df
    middle = _autocovariance(fit.x * fit.residuals[:, None], lags)
    covariance: Floats = factor * fit.bread @ middle @ fit.bread
    return covariance


def _autocovariance(scores: Floats, lags: int) -> Floats:
    middle = scores.T @ scores
    for lag in range(1, lags + 1):
        across = scores[lag:].T @ scores[:-lag]
        middle = middle + (1 - lag / (lags + 1)) * (across + across.T)
    return np.asarray(middle, dtype=np.float64)


def sums_by(values: Floats, cluster: Labels) -> Floats:
    """Sums of rows (n × k) by cluster (G × k)."""
    total = np.zeros((int(cluster.max()) + 1, values.shape[1]))
    np.add.at(total, cluster, values)
    return total


def _sandwich(fit: Linear, scores: Floats) -> Floats:
    return fit.bread @ (scores.T @ scores) @ fit.bread


def coefficient(
    estimate: float, variance: float, df: float, method: str, confidence: float = CONFIDENCE
) -> Interval:
    """estimate ± t(df)·√variance."""
    half = float(special.stdtrit(df, (1 + confidence) / 2)) * sqrt(max(variance, 0.0))
    return Interval(estimate, estimate - half, estimate + half, method)


@dataclass(frozen=True)
class Generalised:
    """A maximum-likelihood fit: coefficients, their covariance, the fitted means.

    `dispersion` is Pearson's χ²/df, about 1 where the model's variance holds; multiply the
    covariance by it for quasi-likelihood limits. `scores` are x·(y − μ), one line a row."""

    coefficients: Floats
    covariance: Floats
    means: Floats
    scores: Floats
    log_likelihood: float
    dispersion: float


def logistic(x: Floats, hits: Floats, n: Floats, ridge: float = 0.0) -> Generalised:
    """logit P = xβ for `hits` of `n` in each line, by iterated weighted least squares.

    `ridge` adds −ridge·β²/2 for every column but the first, which must be the intercept; without
    it a perfect split raises. Assumes independent trials; see `dispersion`. Source: McCullagh and
    Nelder, Generalized Linear Models, 2nd ed. 1989, ch. 2 and 4."""

    def family(eta: Floats) -> tuple[Floats, Floats]:
        share = special.expit(eta)
        return n * share, n * share * (1 - share)

    start = float(special.logit((hits.sum() + 0.5) / (n.sum() + 1)))
    fit = _fit(x, hits, family, (start, ridge))
    if ridge == 0.0 and np.abs(x @ fit[0]).max() > SEPARATED_LOGIT:
        raise ValueError("A combination of columns splits hits from misses; there is no estimate.")
    share = np.clip(fit[1] / n, 1e-300, 1 - 1e-16)
    likelihood = float((special.xlogy(hits, share) + special.xlog1py(n - hits, -share)).sum())
    return _generalised(x, hits, fit, likelihood)


def poisson(x: Floats, counts: Floats, exposure: Floats) -> Generalised:
    """log E(count) = log(exposure) + xβ; the first column must be the intercept.

    Assumes variance = mean; where `dispersion` is above 1, use it. Source: McCullagh and Nelder
    1989, ch. 6."""
    offset = np.log(exposure)

    def family(eta: Floats) -> tuple[Floats, Floats]:
        mean = np.exp(np.clip(eta + offset, -700, 50))
        return mean, mean

    start = float(np.log((counts.sum() + 0.5) / exposure.sum()))
    fit = _fit(x, counts, family, (start, 0.0))
    means = fit[1]
    likelihood = float((special.xlogy(counts, means) - means - special.gammaln(counts + 1)).sum())
    return _generalised(x, counts, fit, likelihood)


Family = Callable[[Floats], tuple[Floats, Floats]]  # linear predictor to means and variances
Fitted = tuple[Floats, Floats, Floats, Floats]  # coefficients, means, variances, covariance


def _fit(x: Floats, y: Floats, family: Family, start: tuple[float, float]) -> Fitted:
    if start[1] == 0.0 and np.linalg.matrix_rank(x) < x.shape[1]:
        raise ValueError("The columns of the design cannot be told apart.")
    penalty = np.full(x.shape[1], start[1])
    penalty[0] = 0.0
    beta = np.zeros(x.shape[1])
    beta[0] = start[0]
    for _ in range(ROUNDS_MAX):
        means, variances = family(x @ beta)
        information = (x * variances[:, None]).T @ x + np.diag(penalty)
        try:
            step = np.linalg.solve(information, x.T @ (y - means) - penalty * beta)
        except np.linalg.LinAlgError:
            break  # all weights have vanished: the split is perfect, and the caller says so
        # A whole step may overshoot where odds are extreme; bounded steps still converge.
        step *= min(1.0, 5.0 / max(float(np.abs(x @ step).max()), 1e-300))
        beta = beta + step
        if np.abs(step).max() < TOLERANCE * max(1.0, float(np.abs(beta).max())):
            break
    means, variances = family(x @ beta)
    information = (x * variances[:, None]).T @ x + np.diag(penalty)
    covariance = np.asarray(np.linalg.pinv(information, hermitian=True), dtype=np.float64)
    return beta, means, variances, covariance


def _generalised(x: Floats, y: Floats, fit: Fitted, log_likelihood: float) -> Generalised:
    beta, means, variances, covariance = fit
    pearson = float(((y - means) ** 2 / np.maximum(variances, 1e-300)).sum())
    free = max(1, len(y) - x.shape[1])
    scores = x * (y - means)[:, None]
    return Generalised(beta, covariance, means, scores, log_likelihood, pearson / free)


def clustered_scores(fit: Generalised, cluster: Labels) -> Floats:
    """Covariance of a generalised fit whose rows belong together: G/(G−1) · V (Σ s sᵀ) V."""
    scores = sums_by(fit.scores, cluster)
    groups = len(scores)
    if groups < 2:
        raise ValueError("Errors over clusters need at least two clusters.")
    middle = scores.T @ scores
    return groups / (groups - 1) * fit.covariance @ middle @ fit.covariance


def autocorrelated_scores(fit: Generalised, lags: int) -> Floats:
    """Newey and West's covariance of a generalised fit to a series, rows in order of time."""
    rows, columns = fit.scores.shape
    middle = _autocovariance(fit.scores, lags) * (rows / (rows - columns))
    covariance: Floats = fit.covariance @ middle @ fit.covariance
    return covariance
