"""How long until it happens, with those who are still waiting counted right.

All functions take a daily table: one row (t, events at t, censored at t) per time, at most a few
thousand rows a group, which SQL can give without naming anyone."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from leadline.stats.bootstrap import Floats
from leadline.stats.intervals import CONFIDENCE, Interval, normal_quantile
from leadline.stats.refusal import Refused
from leadline.stats.tables import Significance

EVENTS_MIN = 10  # for a median
ROUNDING = 1e-9
AT_RISK_MIN_PEOPLE = 10  # in each group at the end of a restricted mean

Daily = Sequence[tuple[float, int, int]]
Scale = Literal["log-log", "log"]


@dataclass(frozen=True)
class Step:
    """The curve just after time `t`: at risk before it, events at it, survival with its limits."""

    t: float
    at_risk: int
    events: int
    survival: float
    low: float
    high: float


def daily(time: Floats, event: NDArray[np.bool_]) -> list[tuple[float, int, int]]:
    """The table of (t, events, censored) from one time and one yes or no a person."""
    times, place = np.unique(time, return_inverse=True)
    events = np.bincount(place, weights=event, minlength=len(times))
    people = np.bincount(place, minlength=len(times))
    return [(float(t), int(d), int(n - d)) for t, d, n in zip(times, events, people, strict=True)]


def kaplan_meier(
    counts: Daily,
    confidence: float = CONFIDENCE,
    scale: Scale = "log-log",
    late: Sequence[tuple[float, int]] = (),
) -> list[Step]:
    """Product-limit curve from (t, d events, c censored at t) counts, one row per time.

    S(t) = Π(1 − d/n); Greenwood variance Σ d/(n(n−d)); limits on the log(−log) or log scale. Those
    censored at t are at risk at t. `late` lists (t, how many) whose records begin at t only: they
    are in `counts` and join those at risk just after t (left truncation). Assumes that the censored
    are like those who stay; wrong where leaving is a competing event (`cumulative_incidence`).
    Source: Kaplan and Meier, JASA 53 (1958) 457-481; Kalbfleisch and Prentice 2002, 1.4."""
    z = normal_quantile(confidence)
    left = sum(events + censored for _, events, censored in counts)
    survival, greenwood, steps = 1.0, 0.0, []
    for t, events, censored in sorted(counts):
        at_risk = left - sum(number for entry, number in late if entry >= t)
        if events > at_risk:
            raise ValueError(f"More events than people at risk at {t:g}: a record begins too late.")
        if events:
            survival *= 1 - events / at_risk
            greenwood += events / (at_risk * (at_risk - events)) if at_risk > events else inf
            low, high = _limits(survival, greenwood, z, scale)
            steps.append(Step(t, at_risk, events, survival, low, high))
        left -= events + censored
    return steps


def _limits(survival: float, greenwood: float, z: float, scale: Scale) -> tuple[float, float]:
    if survival <= 0.0 or greenwood == inf:
        return 0.0, 0.0
    if survival >= 1.0:
        return 1.0, 1.0
    if scale == "log":
        half = z * sqrt(greenwood)
        return survival * exp(-half), min(1.0, survival * exp(half))
    half = z * sqrt(greenwood) / abs(log(survival))
    return survival ** exp(half), survival ** exp(-half)


def median(steps: Sequence[Step]) -> float | None:
    """First time at which half are through: min{t: S(t) ≤ ½}; None where it was not reached."""
    return next((step.t for step in steps if step.survival <= 0.5), None)


@dataclass(frozen=True)
class MedianTime:
    """A median time; `estimate` or a limit is None where the curve does not come down to ½."""

    estimate: float | None
    low: float | None
    high: float | None
    events: int
    method: str


def median_time(steps: Sequence[Step]) -> MedianTime | Refused:
    """The median with the times at which the curve's limits pass ½; refused below 10 events.

    Steps of one person make it jumpy; the restricted mean is the better headline. Source:
    Brookmeyer and Crowley, Biometrics 38 (1982) 29-41."""
    events = sum(step.events for step in steps)
    if events < EVENTS_MIN:
        return Refused("low_n", f"{events} so far; a median needs {EVENTS_MIN}.")
    return MedianTime(
        estimate=median(steps),
        low=next((step.t for step in steps if step.low <= 0.5), None),
        high=next((step.t for step in steps if step.high <= 0.5), None),
        events=events,
        method="Kaplan-Meier, Brookmeyer-Crowley",
    )


def survival_at(steps: Sequence[Step], t: float) -> Interval:
    """S(t) with its limits: the last step at or before t."""
    past = [step for step in steps if step.t <= t]
    last = past[-1] if past else Step(0.0, 0, 0, 1.0, 1.0, 1.0)
    return Interval(last.survival, last.low, last.high, "Kaplan-Meier")


def log_rank(strata: Sequence[Sequence[Daily]]) -> Significance | None:
    """Do two or more groups differ in time? Each stratum lists the same groups in the same order.

    Z'V⁻¹Z with Z observed less expected events and V hypergeometric, summed over strata, on
    groups − 1 degrees of freedom. None where nothing can be compared. Weak where curves cross
    (compare restricted means). Source: Mantel 1966; Peto and Peto 1972; R `survdiff`."""
    groups = len(strata[0])
    excess, variance = np.zeros(groups), np.zeros((groups, groups))
    for stratum in strata:
        for events, at_risk in _risk_sets(stratum):
            n, d = float(at_risk.sum()), float(events.sum())
            if n < 2 or not d:
                continue
            share = at_risk / n
            excess += events - d * share
            spread = np.diag(share) - np.outer(share, share)
            variance += spread * d * (n - d) / (n - 1)
    degrees = int(np.linalg.matrix_rank(variance))
    if not degrees:
        return None
    statistic = float(excess @ np.linalg.pinv(variance) @ excess)
    name = "log-rank" if len(strata) == 1 else "log-rank, stratified"
    return Significance(statistic, float(special.chdtrc(degrees, statistic)), name)


def _risk_sets(stratum: Sequence[Daily]) -> list[tuple[Floats, Floats]]:
    """At each time anyone has an event: events and at risk, by group."""
    at_risk = np.array([sum(d + c for _, d, c in counts) for counts in stratum], dtype=np.float64)
    by_time: dict[float, tuple[Floats, Floats]] = {}
    for group, counts in enumerate(stratum):
        for t, d, c in counts:
            events, gone = by_time.setdefault(t, (np.zeros(len(stratum)), np.zeros(len(stratum))))
            events[group] += d
            gone[group] += d + c
    sets = []
    for t in sorted(by_time):
        events, gone = by_time[t]
        sets.append((events, at_risk.copy()))
        at_risk -= gone
    return sets


def restricted_mean(
    counts: Daily, until: float, confidence: float = CONFIDENCE
) -> Interval | Refused:
    """Mean time within the first `until`: ∫₀^τ S(t) dt, Var = Σ A² d/(n(n−d)), A = ∫_t^τ S.

    Counts the slow and those still waiting, which a mean over finishers leaves out. Refused where
    fewer than 10 were followed to τ; τ is declared beforehand. Source: Royston and Parmar, BMC Med.
    Res. Methodology 13 (2013) 152; R `survRM2`."""
    followed = sum(d + c for t, d, c in counts if t >= until)
    steps = kaplan_meier(counts)
    finished = bool(steps) and steps[-1].t <= until and steps[-1].survival <= 0
    if followed < AT_RISK_MIN_PEOPLE and not finished:
        reason = f"{followed} followed for {until:g}; a mean up to there needs "
        return Refused("immature", f"{reason}{AT_RISK_MIN_PEOPLE}.")
    inside = [step for step in steps if step.t <= until]
    times = [0.0, *(step.t for step in inside), until]
    levels = [1.0, *(step.survival for step in inside)]
    areas = np.diff(times) * np.array(levels)
    after = np.cumsum(areas[::-1])[::-1][1:]
    variance = sum(
        float(area) ** 2 * step.events / (step.at_risk * (step.at_risk - step.events))
        for area, step in zip(after, inside, strict=True)
        if step.at_risk > step.events
    )
    mean, half = float(areas.sum()), normal_quantile(confidence) * sqrt(variance)
    return Interval(mean, mean - half, mean + half, "restricted mean, Greenwood")


def restricted_mean_difference(
    first: Daily, second: Daily, until: float, confidence: float = CONFIDENCE
) -> Interval | Refused:
    """First minus second restricted mean: "slower by so many days within τ", independent groups.

    The headline of a comparison of times, whether or not curves cross or hazards are proportional.
    Source: Royston and Parmar 2013; Uno et al., J. Clinical Oncology 32 (2014) 2380."""
    one, two = restricted_mean(first, until), restricted_mean(second, until)
    if isinstance(one, Refused):
        return one
    if isinstance(two, Refused):
        return two
    z = normal_quantile(CONFIDENCE)
    error = sqrt(((one.high - one.low) / 2 / z) ** 2 + ((two.high - two.low) / 2 / z) ** 2)
    difference, half = one.estimate - two.estimate, normal_quantile(confidence) * error
    return Interval(
        difference, difference - half, difference + half, "difference of restricted means"
    )


@dataclass(frozen=True)
class Incidence:
    """Just after `t`: at risk before it, and the share to whom the event has happened."""

    t: float
    at_risk: int
    events: int
    share: float
    low: float
    high: float


def cumulative_incidence(
    counts: Sequence[tuple[float, int, int, int]], confidence: float = CONFIDENCE
) -> list[Incidence]:
    """Aalen and Johansen's share with the event by t, where leaving first makes it impossible.

    Rows (t, events, competing events, censored). F(t) = Σ S(t−)·d/n, with S for events of both
    kinds; delta-method variance; limits on the log(−log) scale. One minus Kaplan-Meier, which calls
    leavers censored, overstates. Source: Aalen and Johansen 1978; Marubini and Valsecchi 1995, 10;
    Kalbfleisch and Prentice 2002, 8."""
    z = normal_quantile(confidence)
    at_risk = sum(d + other + c for _, d, other, c in counts)
    survival, share, sums = 1.0, 0.0, np.zeros(6)
    found = []
    for t, events, other, censored in sorted(counts):
        gone = events + other
        before = survival
        if gone:
            share += before * events / at_risk
            survival *= 1 - gone / at_risk
            g = gone / (at_risk * (at_risk - gone)) if at_risk > gone else 0.0
            m = before**2 * events * (at_risk - events) / at_risk**3
            v = before * events / at_risk**2
            sums += (g, g * share, g * share**2, m, v, v * share)
        if events:
            variance = share**2 * sums[0] - 2 * share * sums[1] + sums[2] + sums[3]
            variance -= 2 * (share * sums[4] - sums[5])
            low, high = _incidence_limits(share, max(0.0, float(variance)), z)
            found.append(Incidence(t, at_risk, events, share, low, high))
        at_risk -= gone + censored
    return found


def _incidence_limits(share: float, variance: float, z: float) -> tuple[float, float]:
    if not ROUNDING < share < 1 - ROUNDING:  # of sums that should be 0 or 1
        return share, share
    half = z * sqrt(variance) / (share * abs(log(share)))
    return share ** exp(half), share ** exp(-half)


def incidence_at(steps: Sequence[Incidence], t: float) -> Interval:
    """F(t) with its limits: the last step at or before t; 0 before the first."""
    past = [step for step in steps if step.t <= t]
    last = past[-1] if past else Incidence(0.0, 0, 0, 0.0, 0.0, 0.0)
    return Interval(last.share, last.low, last.high, "Aalen-Johansen")
