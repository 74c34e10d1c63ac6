"""Several studies, or people within teams: what is common and what varies."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import special

from leadline.stats.bootstrap import Floats
from leadline.stats.intervals import CONFIDENCE, Interval, normal_quantile
from leadline.stats.refusal import Refused
from leadline.stats.regression import Labels, sums_by

HARTUNG_KNAPP_BELOW = 10
TEAMS_MIN = 10
THETA_LOG_RANGE = (-12.0, 9.0)  # of the ratio of variances between and within teams


@dataclass(frozen=True)
class Combined:
    """The mean effect over studies, how much studies differ (τ², Q with its p-value, I²)."""

    mean: Interval
    error: float
    tau2: float
    q: float
    q_p_value: float
    i2: float
    studies: int


def combine(
    effects: Sequence[tuple[float, float]], confidence: float = CONFIDENCE
) -> Combined | Refused:
    """Random-effects mean of (estimate, standard error) pairs by DerSimonian and Laird.

    τ² = max(0, (Q − (k−1))/(Σw − Σw²/Σw)), weights 1/(se² + τ²); below 10 studies Hartung and
    Knapp's error with t(k−1), never shorter than the plain one. Assumes independent studies of one
    question; a mean hides that some changes help and some harm, so show τ². Source: DerSimonian
    and Laird 1986; Hartung and Knapp, Statistics in Medicine 20 (2001); R `metafor`."""
    if len(effects) < 2:
        return Refused("low_n", "One study is not combined with anything.")
    y = np.array([estimate for estimate, _ in effects])
    v = np.array([error for _, error in effects]) ** 2
    if np.any(v <= 0):
        raise ValueError("Every effect needs a standard error above 0.")
    k, w = len(y), 1 / v
    q = float((w * (y - (w @ y) / w.sum()) ** 2).sum())
    tau2 = max(0.0, (q - (k - 1)) / float(w.sum() - (w @ w) / w.sum()))
    w = 1 / (v + tau2)
    mean, error = float(w @ y / w.sum()), sqrt(1 / float(w.sum()))
    quantile, method = normal_quantile(confidence), "DerSimonian-Laird"
    if k < HARTUNG_KNAPP_BELOW:
        scale = float((w * (y - mean) ** 2).sum()) / (k - 1)
        error *= sqrt(max(1.0, scale))
        quantile = float(special.stdtrit(k - 1, (1 + confidence) / 2))
        method = "DerSimonian-Laird, Hartung-Knapp"
    half = quantile * error
    return Combined(
        mean=Interval(mean, mean - half, mean + half, method),
        error=error,
        tau2=tau2,
        q=q,
        q_p_value=float(special.chdtrc(k - 1, q)),
        i2=max(0.0, 1 - (k - 1) / q) if q else 0.0,
        studies=k,
    )


@dataclass(frozen=True)
class Mixed:
    """Fixed effects with limits and errors, variances of the random effects, residual variance."""

    fixed: tuple[Interval, ...]
    errors: tuple[float, ...]
    random_variances: tuple[float, ...]
    residual_variance: float
    groups: int


def mixed_model(
    y: Floats, x: Floats, group: Labels, random: Floats | None = None
) -> Mixed | Refused:
    """y = xβ + z·b(group) + e by REML; `random` (z) is the intercept alone by default.

    Assumes normal random effects and errors, and that random effects do not go with x: where teams
    chose, use `within_and_between`. Refused below 10 groups. Source: Laird and Ware, Biometrics 38
    (1982); R `lme4::lmer`."""
    place = np.unique(group, return_inverse=True)[1].reshape(-1)
    groups = int(place.max()) + 1
    if groups < TEAMS_MIN:
        return Refused("low_n", f"{groups} teams; a model of teams needs {TEAMS_MIN}.")
    if random is None:
        return _random_intercept(y, x, place)
    from statsmodels.regression.mixed_linear_model import MixedLM  # slow to load

    fit = MixedLM(y, x, place, exog_re=random).fit(reml=True)
    if not fit.converged:
        return Refused("not_identified", "The model of teams did not settle on an answer.")
    covariance = np.diag(np.asarray(fit.bse_fe, dtype=np.float64) ** 2)
    variances = tuple(float(each) for each in np.diag(np.atleast_2d(fit.cov_re)))
    return _mixed(np.asarray(fit.fe_params), covariance, variances, float(fit.scale), groups)


def _random_intercept(y: Floats, x: Floats, place: Labels) -> Mixed:
    """REML with one variance ratio θ = τ²/σ² to search; θ = 0 is an answer, not a failure."""
    from scipy import optimize  # takes longer to load than most answers to compute

    size = np.bincount(place).astype(np.float64)
    sum_x, sum_y = sums_by(x, place), sums_by(y[:, None], place)[:, 0]
    xx, xy, yy = x.T @ x, x.T @ y, float(y @ y)
    free = len(y) - x.shape[1]

    def solve(theta: float) -> tuple[Floats, Floats, float]:
        # V⁻¹ = I − θ/(1 + nθ)·11ᵀ within a group, so sums by group are enough.
        pull = theta / (1 + size * theta)
        information = xx - (sum_x * pull[:, None]).T @ sum_x
        beta: Floats = np.asarray(np.linalg.solve(information, xy - sum_x.T @ (pull * sum_y)))
        rest = yy - float(pull @ sum_y**2)
        rest -= float(beta @ information @ beta)
        return beta, information, float(rest / free)

    def deviance(log_theta: float) -> float:
        theta = float(np.exp(log_theta))
        _, information, variance = solve(theta)
        spread = float(np.log1p(size * theta).sum()) + float(np.linalg.slogdet(information)[1])
        return float(free * np.log(variance) + spread)

    best = optimize.minimize_scalar(deviance, bounds=THETA_LOG_RANGE, method="bounded")
    theta = float(np.exp(best.x)) if deviance(float(best.x)) < deviance(-40.0) else 0.0
    beta, information, variance = solve(theta)
    covariance: Floats = np.asarray(np.linalg.inv(information)) * variance
    return _mixed(beta, covariance, (theta * variance,), variance, len(size))


def _mixed(
    beta: Floats, covariance: Floats, variances: tuple[float, ...], rest: float, groups: int
) -> Mixed:
    z, errors = normal_quantile(CONFIDENCE), np.sqrt(np.diag(covariance))
    fixed = tuple(
        Interval(float(b), float(b - z * e), float(b + z * e), "mixed model, REML")
        for b, e in zip(beta, errors, strict=True)
    )
    return Mixed(fixed, tuple(float(e) for e in errors), variances, rest, groups)


@dataclass(frozen=True)
class WithinBetween:
    """The slope among people of one team, and the slope among team means.

    Where they differ, the one between teams is usually selection: good teams train more."""

    within: Interval
    between: Interval
    teams: int


def within_and_between(y: Floats, x: Floats, team: Labels) -> WithinBetween | Refused:
    """Mundlak's split of a slope: y on (x − team mean) and the team mean, random team intercept.

    Source: Mundlak, Econometrica 46 (1978) 69-85."""
    place = np.unique(team, return_inverse=True)[1].reshape(-1).astype(np.int64)
    means = (np.bincount(place, weights=x) / np.bincount(place))[place]
    if min(np.std(x - means), np.std(means)) <= 1e-9 * max(1e-300, float(np.std(x))):
        return Refused("not_identified", "Nobody differs within teams, or no team from another.")
    found = mixed_model(y, np.column_stack([np.ones(len(y)), x - means, means]), place)
    if isinstance(found, Refused):
        return found
    return WithinBetween(found.fixed[1], found.fixed[2], found.groups)
