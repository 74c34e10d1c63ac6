"""One series with a change in it: interrupted time series, and charts that tell signal from noise.

Points are equally long, complete periods of one maturity, in order of time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, exp, log, pi, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from leadline.stats.bootstrap import Floats
from leadline.stats.intervals import CONFIDENCE, Interval, normal_quantile
from leadline.stats.refusal import Refused
from leadline.stats.regression import (
    Generalised,
    Linear,
    autocorrelated_scores,
    coefficient,
    least_squares,
    newey_west,
    poisson,
)

SIDE_MIN_POINTS = 8
SIDE_GOOD_POINTS = 12
BASELINE_MIN_POINTS = 12
RUN_POINTS = 8  # on one side of the centre
D2 = 1.128  # mean moving range of two normal values, in standard deviations
RANGE_UPPER = 3.268
OVERDISPERSED = 1.2
HARMONICS = 2

Errors = Literal["model", "quasi", "autocorrelated"]


@dataclass(frozen=True)
class Series:
    """Values by period, and `start`: the index of the first one after the change.

    `exposure` (people, hours) turns values into counts per exposure; without it they are means.
    `season` is the number of points a year if the year should be allowed for; `transition` points
    from `start` on are left out as the time in which the change took hold."""

    y: Floats
    start: int
    exposure: Floats | None = None
    season: int | None = None
    transition: int = 0


@dataclass(frozen=True)
class Interrupted:
    """A step (and bend) at a declared date against the continued earlier trend.

    `level` is the change at the start: a ratio of rates for counts (`ratio`), else a difference.
    `slope` is the change of trend per point, `trend_before` the trend per point before, on the same
    scale. `expected` is what the earlier trend would have given at each point used. `thin` where a
    side has fewer than 12 points. `dispersion` above 1: counts vary more than by chance."""

    level: Interval
    slope: Interval | None
    trend_before: Interval
    ratio: bool
    dispersion: float | None
    before: int
    after: int
    thin: bool
    expected: Floats


def interrupted(
    series: Series, *, bend: bool = True, errors: Errors = "autocorrelated"
) -> Interrupted | Refused:
    """Segmented regression: β0 + β1·t + β2·after + β3·(t − t0)·after + two harmonics of the year.

    Counts by Poisson with exposure, means by least squares. `errors`: "quasi" scales by the
    dispersion, "autocorrelated" uses Newey-West with ⌈n^¼⌉ lags, n/(n−k) and t(n−k), and is never
    below quasi. Refused below 8 points on a side. The date is declared, not searched. Assumes that
    the earlier trend would have gone on and that nothing else happened then: without a control
    series, at most "consistent with". Source: Lopez Bernal, Cummins and Gasparrini, Int. J.
    Epidemiology 46 (2017) 348-355; Wagner et al. 2002."""
    kept = np.ones(len(series.y), dtype=bool)
    kept[series.start : series.start + series.transition] = False
    after_at = np.arange(len(series.y)) >= series.start
    before, after = int((kept & ~after_at).sum()), int((kept & after_at).sum())
    if min(before, after) < SIDE_MIN_POINTS:
        reason = f"{before} points before and {after} after; {SIDE_MIN_POINTS} are needed on each"
        return Refused("low_n", f"{reason} side.")
    x = _design(series, bend)
    found = _estimates(series, x[kept], kept, errors)
    without = x[kept].copy()
    without[:, 2 : 4 if bend else 3] = 0.0
    eta = without @ found.coefficients
    expected = eta
    if series.exposure is not None:
        expected = np.exp(eta) * series.exposure[kept]
    ratio = series.exposure is not None
    return Interrupted(
        level=found.interval(2, ratio),
        slope=found.interval(3, ratio) if bend else None,
        trend_before=found.interval(1, ratio),
        ratio=ratio,
        dispersion=found.dispersion,
        before=before,
        after=after,
        thin=min(before, after) < SIDE_GOOD_POINTS,
        expected=expected,
    )


def _design(series: Series, bend: bool) -> Floats:
    t = np.arange(len(series.y), dtype=np.float64)
    step = (t >= series.start).astype(np.float64)
    columns = [np.ones_like(t), t, step]
    if bend:
        columns.append((t - series.start) * step)
    if series.season:
        for k in range(1, HARMONICS + 1):
            angle = 2 * pi * k * (t + 1) / series.season
            columns += [np.sin(angle), np.cos(angle)]
    return np.column_stack(columns)


@dataclass(frozen=True)
class _Estimates:
    coefficients: Floats
    covariance: Floats
    dispersion: float | None
    df: float
    method: str

    def interval(self, place: int, ratio: bool) -> Interval:
        found = coefficient(
            float(self.coefficients[place]),
            float(self.covariance[place, place]),
            self.df,
            self.method,
        )
        if not ratio:
            return found
        return Interval(exp(found.estimate), exp(found.low), exp(found.high), found.method)


def _estimates(series: Series, x: Floats, kept: NDArray[np.bool_], errors: Errors) -> _Estimates:
    n, k = x.shape
    lags = ceil(n**0.25)
    fit: Linear | Generalised
    if series.exposure is None:
        fit = least_squares(x, series.y[kept])
        plain = fit.bread * float(fit.residuals @ fit.residuals) / fit.df
        robust, dispersion = newey_west(fit, lags), None
    else:
        fit = poisson(x, series.y[kept], series.exposure[kept])
        dispersion = fit.dispersion
        plain = fit.covariance * (1.0 if errors == "model" else dispersion)
        robust = autocorrelated_scores(fit, lags)
    name = "segmented regression" if series.exposure is None else "segmented Poisson"
    if errors != "autocorrelated":
        # z for a count model's own limits, as published analyses have them.
        df = 1e9 if series.exposure is not None else float(n - k)
        return _Estimates(fit.coefficients, plain, dispersion, df, f"{name}, {errors} errors")
    covariance = np.where(np.eye(k) > 0, np.maximum(robust, plain), robust)
    method = f"{name}, Newey-West {lags} lags"
    return _Estimates(fit.coefficients, covariance, dispersion, float(n - k), method)


@dataclass(frozen=True)
class Controlled:
    """A change's step beyond the step of a series that had no change, and the two by themselves.

    `level` is a ratio of ratios for counts. `trend_p_value`: had the two different trends before?
    Below 5 % the control is none (see `claims.trend_check`)."""

    level: Interval
    changed: Interrupted
    control: Interrupted
    trend_p_value: float


def controlled(changed: Series, control: Series, *, bend: bool = True) -> Controlled | Refused:
    """Controlled interrupted series: the step of one less the step of the other at the same date.

    Difference on the scale of the model (log for counts), errors added as if independent, which is
    cautious where both share their shocks. Takes out whatever happened to both at that date.
    Source: Lopez Bernal, Cummins and Gasparrini, Int. J. Epidemiology 47 (2018) 2082-2093."""
    if changed.start != control.start or (changed.exposure is None) != (control.exposure is None):
        raise ValueError("Both series need the same date of change and the same kind of values.")
    one, other = interrupted(changed, bend=bend), interrupted(control, bend=bend)
    if isinstance(one, Refused):
        return one
    if isinstance(other, Refused):
        return other
    level = _apart(one.level, other.level, one.ratio)
    trend = _apart(one.trend_before, other.trend_before, one.ratio)
    middle, half = (
        (log(trend.estimate), log(trend.high / trend.low) / 2)
        if one.ratio
        else (
            trend.estimate,
            (trend.high - trend.low) / 2,
        )
    )
    z = abs(middle) / half * normal_quantile(CONFIDENCE)
    return Controlled(level, one, other, 2 * float(special.ndtr(-z)))


def _apart(one: Interval, other: Interval, ratio: bool) -> Interval:
    method = f"{one.method}, controlled"
    if ratio:
        logs = [
            Interval(log(each.estimate), log(each.low), log(each.high), "") for each in (one, other)
        ]
        apart = _apart(logs[0], logs[1], ratio=False)
        return Interval(exp(apart.estimate), exp(apart.low), exp(apart.high), method)
    half = sqrt(sum(((each.high - each.low) / 2) ** 2 for each in (one, other)))
    gap = one.estimate - other.estimate
    return Interval(gap, gap - half, gap + half, method)


def break_point(y: Floats, edge: int = 5) -> int:
    """Where a series most likely changed its level: the split with the smallest squared error.

    Returns the number of points before the break. Exploratory: it always finds one, and a date that
    was found may not then be tested as if it had been declared. Source: Bai, Econometric Theory 13
    (1997); the Nile breaks after 28 years, in 1898 (Cobb 1978)."""
    if len(y) < 2 * edge:
        raise ValueError(f"A break needs at least {2 * edge} points.")
    splits = range(edge, len(y) - edge + 1)
    return min(splits, key=lambda at: float(np.var(y[:at]) * at + np.var(y[at:]) * (len(y) - at)))


Signal = Literal["outside", "run"]


@dataclass(frozen=True)
class Chart:
    """A process behaviour chart: centre and limits (one a point), and which points are signals.

    `signals` maps the index of a point to why it is one. A chart tells that something changed, not
    what did it."""

    centre: float
    upper: tuple[float, ...]
    lower: tuple[float, ...]
    signals: dict[int, Signal]
    method: str
    sigma_z: float | None = None


@dataclass(frozen=True)
class Limits:
    """Centre, mean moving range and natural limits of single values."""

    centre: float
    range_mean: float
    upper: float
    lower: float
    range_upper: float


def individuals(baseline: Sequence[float]) -> Limits:
    """XmR limits x̄ ± 3·mR̄/1.128 and the upper limit 3.268·mR̄ of the moving range.

    Source: Shewhart; NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2."""
    values = np.asarray(baseline, dtype=np.float64)
    centre, moved = float(values.mean()), float(np.abs(np.diff(values)).mean())
    half = 3 * moved / D2
    return Limits(centre, moved, centre + half, centre - half, RANGE_UPPER * moved)


def xmr(values: Sequence[float], baseline: int) -> Chart | Refused:
    """Chart of single values with limits frozen from the first `baseline` points (12, better 20).

    Signals: a point outside the limits, or 8 in a row on one side of the centre. Of 24 clean points
    6 % of charts show a point outside. Wrong for strongly skewed or autocorrelated values."""
    if baseline < BASELINE_MIN_POINTS or len(values) < baseline:
        reason = f"{min(baseline, len(values))} points in the baseline"
        return Refused("low_n", f"{reason}; {BASELINE_MIN_POINTS} are needed.")
    limits = individuals(values[:baseline])
    count = len(values)
    chart = Chart(limits.centre, (limits.upper,) * count, (limits.lower,) * count, {}, "XmR")
    return _marked(chart, values)


def share_limits(centre: float, n: int, wider: float = 1.0) -> tuple[float, float]:
    """p̄ ± 3√(p̄q̄/n), times `wider` for shares that vary more than binomially, within 0 and 1."""
    half = 3 * wider * sqrt(centre * (1 - centre) / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def p_chart(counts: Sequence[tuple[int, int]], baseline: int | None = None) -> Chart:
    """Chart of shares x/n: p̄ ± 3√(p̄q̄/n) within 0 and 1; Laney's p′ if the shares vary more.

    Where the moving range of z = (p − p̄)/√(p̄q̄/n) gives σz above 1.2, binomial limits are too
    narrow and are widened by σz. Limits come from the first `baseline` points (all by default).
    Source: Montgomery, Statistical Quality Control, 7.2; Laney, Quality Engineering 14 (2002)."""
    first = counts[: baseline or len(counts)]
    centre = sum(x for x, _ in first) / sum(n for _, n in first)
    spread = [sqrt(centre * (1 - centre) / n) for _, n in counts]
    shares = [x / n for x, n in counts]
    if not 0 < centre < 1 or len(first) < 2:
        return Chart(centre, (1.0,) * len(counts), (0.0,) * len(counts), {}, "p-chart")
    z = [(p - centre) / s for p, s in zip(shares, spread, strict=True)][: len(first)]
    sigma_z = float(np.abs(np.diff(z)).mean()) / D2
    wider = sigma_z if sigma_z > OVERDISPERSED else 1.0
    chart = Chart(
        centre=centre,
        upper=tuple(share_limits(centre, n, wider)[1] for _, n in counts),
        lower=tuple(share_limits(centre, n, wider)[0] for _, n in counts),
        signals={},
        method="Laney p′-chart" if wider > 1 else "p-chart",
        sigma_z=sigma_z,
    )
    return _marked(chart, shares)


def between_events(days: Sequence[float]) -> Chart | Refused:
    """Chart of the days between rare events (lapses, accidents): XmR of x^(1/3.6), turned back.

    The power makes exponential waits nearly normal. Above the upper limit events have become
    rarer. Source: Nelson, Journal of Quality Technology 26 (1994) 239-241 (t-chart)."""
    found = xmr([day ** (1 / 3.6) for day in days], min(len(days), 20))
    if isinstance(found, Refused):
        return found
    return replace(
        found,
        centre=found.centre**3.6,
        upper=tuple(limit**3.6 for limit in found.upper),
        lower=tuple(max(0.0, limit) ** 3.6 for limit in found.lower),
        method="t-chart",
    )


def _marked(chart: Chart, values: Sequence[float]) -> Chart:
    signals: dict[int, Signal] = {}
    side, length = 0, 0
    for place, value in enumerate(values):
        above = (value > chart.centre) - (value < chart.centre)
        length = length + 1 if above == side and above else 1
        side = above
        if length >= RUN_POINTS and side:
            signals.update(dict.fromkeys(range(place - RUN_POINTS + 1, place + 1), "run"))
    for place, value in enumerate(values):
        if not chart.lower[place] <= value <= chart.upper[place]:
            signals[place] = "outside"
    return replace(chart, signals=dict(sorted(signals.items())))
