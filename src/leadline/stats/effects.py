"""What difference did it make, from records of who happened to do it? Weighting that can be vetoed.

The average effect on those who did it (ATT): the question a training owner asks. Bounded at 200,000
rows, teams never split. A number from here is never shown without `checks`."""

from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from leadline.stats.bootstrap import Floats
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused
from leadline.stats.regression import Labels, coefficient, logistic, sums_by

ROWS_MAX = 200_000
TREATED_MIN = 100
EFFECTIVE_MIN = 50.0  # controls, after weighting
IMBALANCE_MAX = 0.1  # standardised mean difference after weighting
OVERLAP_MAX = 0.95  # propensity beyond which nobody comparable went without
FOLDS = 5
SEEDS = 5  # the median over them does not hang on one split
RIDGE = 1.0

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Balance:
    """How alike the groups are, covariate by covariate: standardised mean differences.

    `effective` is the number of controls the weighted ones are worth, `trimmed` the share of the
    treated left out because nobody comparable went without."""

    before: tuple[float, ...]
    after: tuple[float, ...]
    effective: float
    trimmed: float

    @property
    def worst(self) -> float:
        return max((abs(each) for each in self.after), default=0.0)


@dataclass(frozen=True)
class Effect:
    """The effect on the treated with its interval, and everything that may veto it."""

    att: Interval
    naive: Interval
    balance: Balance
    treated: int
    controls: int
    clusters: int
    propensity: tuple[Floats, Floats]  # shares of treated and controls by tenth, for the plot


@dataclass(frozen=True)
class Study:
    """One line a person: outcome `y`, `treated`, covariates `x` from before (no intercept), the
    cluster 0..G−1 (team) and a seed. `x` must hold nothing that the treatment could have moved."""

    y: Floats
    treated: Flags
    x: Floats
    cluster: Labels
    seed: int


def effect_on_treated(
    study: Study, learner: Literal["linear", "trees"] = "linear"
) -> Effect | Refused:
    """Augmented inverse-probability weighting, cross-fitted over teams, five splits, median.

    ψ = mean over the treated of (Y − μ̂0) less the weighted mean over controls, w = ê/(1 − ê); ê by
    ridge-penalised logistic regression on standardised covariates, μ̂0 by ridge regression or trees
    on controls. Errors from the influence function, summed over clusters. Treated with ê above .95
    are left out and said so. Refused below 100 treated or 50 effective controls. Right if either ê
    or μ̂0 is; wrong whatever they are if something unmeasured moves both. Source: Robins, Rotnitzky
    and Zhao 1994; Chernozhukov et al., Econometrics Journal 21 (2018) C1-C68."""
    treated = int(study.treated.sum())
    if len(study.y) > ROWS_MAX:
        raise ValueError(f"More than {ROWS_MAX} rows; draw a sample of whole teams first.")
    if treated < TREATED_MIN or len(study.y) - treated < TREATED_MIN:
        smaller = min(treated, len(study.y) - treated)
        return Refused("low_n", f"{smaller} in the smaller group; {TREATED_MIN} are needed.")
    splits = [_split(study, study.seed + k, learner) for k in range(SEEDS)]
    middle = sorted(range(SEEDS), key=lambda k: splits[k].estimate)[SEEDS // 2]
    found = splits[middle]
    spread = [s.variance + (s.estimate - found.estimate) ** 2 for s in splits]
    balance = _balance(study, found)
    if balance.effective < EFFECTIVE_MIN:
        reason = f"Only about {balance.effective:.0f} comparable people went without"
        return Refused("not_identified", f"{reason}; {EFFECTIVE_MIN:.0f} are needed.")
    clusters = int(study.cluster.max()) + 1
    method = f"AIPW on the treated, {FOLDS}-fold, clustered"
    tenths = np.linspace(0, 1, 11)
    return Effect(
        att=coefficient(found.estimate, float(np.median(spread)), clusters - 1, method),
        naive=difference(study),
        balance=balance,
        treated=treated,
        controls=len(study.y) - treated,
        clusters=clusters,
        propensity=(
            np.histogram(found.propensity[study.treated], tenths)[0] / treated,
            np.histogram(found.propensity[~study.treated], tenths)[0] / (len(study.y) - treated),
        ),
    )


def difference(study: Study) -> Interval:
    """Mean outcome of the treated less that of the others, errors over clusters: no adjustment."""
    a = study.treated.astype(np.float64)
    means = np.where(study.treated, study.y[study.treated].mean(), study.y[~study.treated].mean())
    influence = (study.y - means) * (a / a.mean() - (1 - a) / (1 - a.mean()))
    estimate = float(study.y[study.treated].mean() - study.y[~study.treated].mean())
    variance, clusters = _variance(influence, study.cluster), int(study.cluster.max()) + 1
    return coefficient(estimate, variance, clusters - 1, "difference of means, clustered")


@dataclass(frozen=True)
class _Split:
    estimate: float
    variance: float
    propensity: Floats
    kept: Flags


def _split(study: Study, seed: int, learner: str) -> _Split:
    fold = _folds(study, seed)
    propensity, outcome = np.empty(len(study.y)), np.empty(len(study.y))
    for k in range(FOLDS):
        train, test = fold != k, fold == k
        centre, scale = study.x[train].mean(axis=0), study.x[train].std(axis=0)
        x = (study.x - centre) / np.where(scale > 0, scale, 1.0)
        propensity[test] = _propensity(x[train], study.treated[train], x[test])
        control = train & ~study.treated
        outcome[test] = _outcome(x[control], study.y[control], x[test], learner)
    kept = propensity <= OVERLAP_MAX
    a = study.treated & kept
    weight = np.where(~study.treated & kept, propensity / (1 - np.minimum(propensity, 0.999)), 0.0)
    left = study.y - outcome
    one, other = float(left[a].mean()), float(weight @ left / weight.sum())
    n = len(study.y)
    influence = a * (left - one) * n / a.sum() - weight * (left - other) * n / weight.sum()
    return _Split(one - other, _variance(influence, study.cluster), propensity, kept)


def _folds(study: Study, seed: int) -> Labels:
    """Whole clusters to folds, treated ones dealt first so that every fold has some."""
    generator = np.random.default_rng(seed)
    touched = np.bincount(study.cluster, weights=study.treated) > 0
    order = np.lexsort((generator.random(len(touched)), ~touched))
    fold = np.empty(len(touched), dtype=np.int64)
    fold[order] = np.arange(len(touched)) % FOLDS
    return fold[study.cluster]


def _propensity(x: Floats, treated: Flags, ahead: Floats) -> Floats:
    fit = logistic(
        np.column_stack([np.ones(len(x)), x]),
        treated.astype(np.float64),
        np.ones(len(x)),
        ridge=RIDGE,
    )
    return np.asarray(special.expit(fit.coefficients[0] + ahead @ fit.coefficients[1:]))


def _outcome(x: Floats, y: Floats, ahead: Floats, learner: str) -> Floats:
    if learner == "trees":
        from sklearn.ensemble import HistGradientBoostingRegressor  # slow to load

        model = HistGradientBoostingRegressor(max_iter=100, max_leaf_nodes=8, random_state=0)
        return np.asarray(model.fit(x, y).predict(ahead), dtype=np.float64)
    centre = float(y.mean())
    penalty = RIDGE * np.eye(x.shape[1])
    slopes = np.linalg.solve(x.T @ x + penalty, x.T @ (y - centre))
    shift = x.mean(axis=0) @ slopes
    return np.asarray(centre - shift + ahead @ slopes, dtype=np.float64)


def _variance(influence: Floats, cluster: Labels) -> float:
    sums = sums_by(influence[:, None], cluster)[:, 0]
    return float(sums @ sums) / len(influence) ** 2 * len(sums) / (len(sums) - 1)


def _balance(study: Study, split: _Split) -> Balance:
    a, kept = study.treated, split.kept
    odds = split.propensity / (1 - np.minimum(split.propensity, 0.999))
    weight = np.where(kept & ~a, odds, 0.0)
    return Balance(
        before=standardised_differences(study.x, a, np.ones(len(a))),
        after=standardised_differences(study.x[kept], a[kept], np.where(a, 1.0, weight)[kept]),
        effective=effective_size(weight[~a]),
        trimmed=float((a & ~kept).sum() / a.sum()),
    )


def standardised_differences(x: Floats, treated: Flags, weight: Floats) -> tuple[float, ...]:
    """(Weighted mean of the treated − of the others) / SD of the treated, covariate by covariate.

    Above 0.1 in size the groups are not alike. Source: Austin, Statistics in Medicine 28 (2009)."""
    one, other = weight * treated, weight * ~treated
    gap = one @ x / one.sum() - other @ x / other.sum()
    spread = x[treated].std(axis=0, ddof=1)
    return tuple(float(each) for each in gap / np.where(spread > 0, spread, 1.0))


def effective_size(weight: Floats) -> float:
    """(Σw)²/Σw²: how many equally weighted people these are worth (Kish 1965)."""
    squares = float(weight @ weight)
    return float(weight.sum()) ** 2 / squares if squares else 0.0


def inverse_probability(study: Study) -> tuple[float, Balance] | Refused:
    """Weighting alone, without cross-fitting or an outcome model: the textbook IPW-ATT.

    To compare with published analyses; `effect_on_treated` is the method. Source: Hirano and
    Imbens 2001."""
    scale = study.x.std(axis=0)
    x = (study.x - study.x.mean(axis=0)) / np.where(scale > 0, scale, 1.0)
    design = np.column_stack([np.ones(len(x)), x])
    try:
        share = logistic(design, study.treated.astype(np.float64), np.ones(len(x))).means
    except ValueError as reason:
        return Refused("not_identified", str(reason))
    weight = np.where(study.treated, 1.0, share / (1 - share))
    estimate = study.y[study.treated].mean()
    estimate -= np.average(study.y[~study.treated], weights=weight[~study.treated])
    return float(estimate), Balance(
        before=standardised_differences(study.x, study.treated, np.ones(len(x))),
        after=standardised_differences(study.x, study.treated, weight),
        effective=effective_size(weight[~study.treated]),
        trimmed=0.0,
    )


@dataclass(frozen=True)
class Unmeasured:
    """How strong something unmeasured must be, with training and with outcome, to explain all:
    risk ratios for the estimate and for the limit nearest to no effect (1: it explains already)."""

    estimate: float
    limit: float


def e_value(ratio: Interval) -> Unmeasured:
    """E = RR + √(RR(RR − 1)), of the ratio and of its limit nearest 1; 1 if the limits hold 1.

    For a rare outcome an odds ratio may stand for RR. Not a probability that confounding exists.
    Source: VanderWeele and Ding, Annals of Internal Medicine 167 (2017) 268-274."""
    nearest = ratio.low if ratio.estimate >= 1 else ratio.high
    crosses = ratio.low <= 1 <= ratio.high
    return Unmeasured(_e(ratio.estimate), 1.0 if crosses else _e(nearest))


def e_value_of_difference(effect: Interval, sd: float) -> Unmeasured:
    """The same for a difference of means: RR ≈ exp(0.91·d), d = effect/SD of the outcome."""
    low, high = sorted(_ratio(each / sd) for each in (effect.low, effect.high))
    return e_value(Interval(_ratio(effect.estimate / sd), low, high, "exp(0.91 d)"))


def _ratio(d: float) -> float:
    return float(np.exp(0.91 * d))


def _e(ratio: float) -> float:
    above = ratio if ratio >= 1 else 1 / ratio
    return above + sqrt(above * (above - 1))
