"""Did a course change what is measured of whole customers or units? One course, one outcome.

Each account (or unit) is one piece of evidence, however many of its people took the course; those
in which nobody did are what it is compared with. The verb comes from the ladder of claims."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import exp, log

import numpy as np
from numpy.typing import NDArray
from scipy import special

from leadline.metrics.metric import Facts
from leadline.metrics.quarters import (
    NEVER,
    Floats,
    Labels,
    Quarters,
    Shared,
    quarter_name,
    quarters,
    taught,
)
from leadline.stats.claims import (
    Check,
    Claim,
    Design,
    Verdict,
    claim,
    sensitivity_check,
    trend_check,
    verdict,
)
from leadline.stats.did import Panel, Staggered, breakdown, staggered
from leadline.stats.intervals import CONFIDENCE, Interval, normal_quantile
from leadline.stats.multiplicity import benjamini_hochberg
from leadline.stats.power import PLAUSIBLE_SD, detectable_beside
from leadline.stats.refusal import Refused
from leadline.stats.regression import (
    clustered,
    clustered_scores,
    coefficient,
    least_squares,
    poisson,
)

VERSION = 1
QUESTION = "Did training change what is measured of customers?"
DEFINITION = (
    "Accounts (or units) by whole calendar quarters. An account counts as trained from the quarter "
    "in which the first of its people completed the course, while they belonged to it; accounts in "
    "which nobody has are what it is compared with. Effect: how much more the outcome changed from "
    "the quarter before the training to the quarter after it than in accounts without training "
    "(Callaway and Sant'Anna; accounts measured in every quarter). Beside it, for all accounts: "
    "the ratio of rates (of counts; quasi-Poisson) or the difference (of measures) between "
    "quarters after training and quarters without, among accounts of like size, segment, region "
    "and plan in the same quarter, errors by account. The quarter of the training itself counts as "
    "neither."
)
Flags = NDArray[np.bool_]

LISTED_MIN_GROUPS = 10  # trained; of fewer there is nothing to ask
COMPARE_MIN_GROUPS = 20  # trained, and not; fewer clusters say too little of how groups differ
LEVEL_MIN_GROUPS = 10  # of a segment, region or plan; smaller ones stand together
PLAUSIBLE_SHARE = 0.2  # of the usual rate: what training may be hoped to change in a count
FALSE_FINDINGS = 0.05
AFTER = 1  # quarters since the first completion
NOT_ALWAYS = "not measured in every quarter"


@dataclass(frozen=True)
class Arm:
    """Accounts or units, and their rate (or mean) in the quarters that count; None: none does."""

    groups: int
    rate: float | None


@dataclass(frozen=True)
class Line:
    """One quarter: those trained in an earlier quarter, and those not (yet)."""

    quarter: str
    trained: Arm
    others: Arm


@dataclass(frozen=True)
class Collective:
    """One course and one outcome of whole accounts or units.

    adjusted: ratio of rates (of counts) or difference (of measures). effect: the change in the
    quarter after, against those without; by_age: the same by quarters since the first completion,
    (effect, groups), before it too. headline: what is to be shown, `effect` where that was
    possible. design and claim: None where there is no number. q: false discovery rate among the
    courses of this outcome, where asked together."""

    course: str
    outcome: Shared
    as_of: datetime
    lines: tuple[Line, ...]
    trained: Arm
    others: Arm
    left_out: Mapping[str, int | None]
    adjusted: Interval | Refused
    effect: Interval | Refused
    by_age: Mapping[int, tuple[Interval, int]]
    checks: tuple[Check, ...]
    design: Design | None
    claim: Claim | None
    verdict: Verdict | None
    detectable: float | None
    plausible: float | None
    q: float | None = None
    version: int = VERSION

    @property
    def controlled(self) -> bool:
        """Whether the headline is a change against those without."""
        return isinstance(self.effect, Interval)

    @property
    def headline(self) -> Interval | Refused:
        return self.effect if self.controlled else self.adjusted

    @property
    def nothing(self) -> float:
        """The headline's value if there were no effect."""
        return 1.0 if self.outcome.counted and not self.controlled else 0.0

    @property
    def seen(self) -> bool:
        """Whether the headline's interval leaves out "no effect"."""
        found = self.headline
        return isinstance(found, Interval) and not found.low <= self.nothing <= found.high

    @property
    def too_little(self) -> bool:
        """Whether a plausible effect could have been missed for want of accounts."""
        return self.detectable is None or self.detectable > (self.plausible or 0.0)


def collectives(facts: Facts, outcome: Shared) -> list[Collective]:
    """Every course that reached LISTED_MIN_GROUPS against one outcome: one family of questions."""
    found = [
        each
        for course in taught(facts, outcome.kind, LISTED_MIN_GROUPS)
        if (each := collective(facts, course, outcome))
    ]
    p_values = {
        each.course: _p(each.headline, each.nothing)
        for each in found
        if isinstance(each.headline, Interval)
    }
    q_values = dict(zip(p_values, benjamini_hochberg(list(p_values.values())), strict=True))
    return [_among(each, q_values) for each in found]


def collective(facts: Facts, course: str, outcome: Shared) -> Collective | None:
    """One course against one outcome; None: the outcome has no whole quarter yet."""
    told = quarters(facts, course, outcome)
    return None if told is None else _judged(facts, course, outcome, told)


def _judged(facts: Facts, course: str, outcome: Shared, told: Quarters) -> Collective:
    few = _few(told)
    after, without = _after(told), _without(told)
    panel = few or _staggered(told)
    effect = _effect(panel)
    adjusted = few or _adjusted(told, outcome)
    checks = _checks(panel, effect, adjusted, outcome)
    headline = effect if isinstance(effect, Interval) else adjusted
    design: Design | None = "controlled change" if isinstance(effect, Interval) else "adjusted"
    design = design if isinstance(headline, Interval) else None
    ratio = outcome.counted and not isinstance(effect, Interval)
    plausible = PLAUSIBLE_SHARE if ratio else _plausible(told, outcome)
    return Collective(
        course=course,
        outcome=outcome,
        as_of=facts.now,
        lines=tuple(_lines(told)),
        trained=_arm(told, after),
        others=_arm(told, without & (told.first == NEVER)[:, None]),
        left_out={NOT_ALWAYS: int((~_complete(told)).sum())},
        adjusted=adjusted,
        effect=effect,
        by_age=_ages(panel, told),
        checks=checks,
        design=design,
        claim=claim(design, checks) if design else None,
        verdict=_verdict(effect, outcome, plausible),
        detectable=_detectable(headline, effect, outcome),
        plausible=plausible,
    )


def _few(told: Quarters) -> Refused | None:
    trained = int((_after(told) & ~np.isnan(told.value)).any(axis=1).sum())
    others = int((told.first == NEVER).sum())
    if min(trained, others) >= COMPARE_MIN_GROUPS:
        return None
    had = f"{trained} have a quarter after somebody completed it, in {others} nobody has"
    return Refused("low_n", f"{had}; {COMPARE_MIN_GROUPS} of each are needed.")


def _columns(told: Quarters) -> Labels:
    return np.arange(len(told.periods))


def _after(told: Quarters) -> Flags:
    """Group by quarter: whether it lies after the quarter of the first completion."""
    first = told.first[:, None]
    return np.asarray((first != NEVER) & (_columns(told) > first))


def _without(told: Quarters) -> Flags:
    first = told.first[:, None]
    return np.asarray((first == NEVER) | (_columns(told) < first))


def _complete(told: Quarters) -> Flags:
    return np.asarray(~np.isnan(told.value).any(axis=1))


def _arm(told: Quarters, cells: Flags) -> Arm:
    counted = cells & ~np.isnan(told.value)
    exposure = float(told.exposure[counted].sum())
    rate = float(told.value[counted].sum()) / exposure if exposure else None
    return Arm(int(counted.any(axis=1).sum()), rate)


def _lines(told: Quarters) -> Iterator[Line]:
    after, without = _after(told), _without(told)
    for number, quarter in enumerate(told.periods):
        only = np.zeros_like(after)
        only[:, number] = True
        yield Line(quarter_name(quarter), _arm(told, after & only), _arm(told, without & only))


def _staggered(told: Quarters) -> Staggered | Refused:
    """Of the groups measured in every quarter, each of which stands alone."""
    kept = _complete(told)
    if not kept.any():
        return Refused("low_n", "None was measured in every quarter.")
    return staggered(Panel(told.rate[kept], told.first[kept], np.arange(int(kept.sum()))))


def _effect(panel: Staggered | Refused) -> Interval | Refused:
    if isinstance(panel, Refused):
        return panel
    if AFTER not in panel.by_age:
        return Refused("immature", "No quarter after the first completions is over yet.")
    return panel.by_age[AFTER]


def _ages(panel: Staggered | Refused, told: Quarters) -> dict[int, tuple[Interval, int]]:
    if isinstance(panel, Refused):
        return {}
    first = told.first[_complete(told)]
    first, last = first[first > 0], len(told.periods) - 1
    return {
        age: (effect, int(((first + age >= 0) & (first + age <= last)).sum()))
        for age, effect in panel.by_age.items()
    }


def _adjusted(told: Quarters, outcome: Shared) -> Interval | Refused:
    """Quarters after training against quarters without, like with like, errors by group."""
    after, cells = _after(told), (_after(told) | _without(told)) & ~np.isnan(told.value)
    group, period = np.nonzero(cells)
    x = _independent([after[cells].astype(np.float64), *_likeness(told, group, period)])
    if x.shape[1] < 2 or len(group) <= x.shape[1]:
        return Refused("not_identified", "Training cannot be told apart from size or time.")
    cluster = np.unique(group, return_inverse=True)[1].astype(np.int64)
    df = int(cluster.max())
    if not outcome.counted:
        fit = least_squares(x, told.rate[cells])
        variance = float(clustered(fit, cluster)[1, 1])
        return coefficient(float(fit.coefficients[1]), variance, df, "regression, by account")
    if not told.value[cells].sum():
        return Refused("not_identified", "Nothing was counted at all.")
    rates = poisson(x, told.value[cells], told.exposure[cells])
    variance = float(clustered_scores(rates, cluster)[1, 1])
    logged = coefficient(float(rates.coefficients[1]), variance, df, "")
    limits = (exp(logged.estimate), exp(logged.low), exp(logged.high))
    return Interval(*limits, "ratio of rates, quasi-Poisson, by account")


def _likeness(told: Quarters, group: Labels, period: Labels) -> Iterator[Floats]:
    yield np.log1p(told.size)[group]
    for levels in told.levels.values():
        names, groups = np.unique(np.array(levels), return_counts=True)
        for name, many in zip(names.tolist(), groups.tolist(), strict=True):
            if name and many >= LEVEL_MIN_GROUPS:
                yield (np.array(levels) == name)[group].astype(np.float64)
    for number in range(1, len(told.periods)):
        yield (period == number).astype(np.float64)


def _independent(columns: Sequence[Floats]) -> Floats:
    """An intercept and those columns that are no sum of the ones before."""
    kept: list[Floats] = [np.ones(len(columns[0]))]
    for column in columns:
        tried = np.column_stack([*kept, column])
        if np.linalg.matrix_rank(tried) == tried.shape[1]:
            kept.append(column)
        elif column is columns[0]:
            break
    return np.column_stack(kept)


def _checks(
    panel: Staggered | Refused,
    effect: Interval | Refused,
    adjusted: Interval | Refused,
    outcome: Shared,
) -> tuple[Check, ...]:
    if isinstance(effect, Interval) and isinstance(panel, Staggered):
        trend = panel.trend_before
        before = [each.estimate for age, each in panel.by_age.items() if age < 0]
        return (
            _difference(effect, 0.0),
            trend_check(trend.p_value if trend else None),
            sensitivity_check(breakdown(effect, before)),
        )
    if isinstance(adjusted, Interval):
        return (_difference(adjusted, 1.0 if outcome.counted else 0.0),)
    return ()


def _difference(found: Interval, nothing: float) -> Check:
    crosses = found.low <= nothing <= found.high
    limits = f"{found.low:,.4g} to {found.high:,.4g}"
    return Check("difference", "fail" if crosses else "pass", limits)


def _plausible(told: Quarters, outcome: Shared) -> float | None:
    without = _without(told) & ~np.isnan(told.value)
    if not without.any():
        return None
    if outcome.counted:
        exposure = float(told.exposure[without].sum())
        return PLAUSIBLE_SHARE * float(told.value[without].sum()) / exposure or None
    return PLAUSIBLE_SD * float(told.rate[without].std()) or None


def _detectable(
    headline: Interval | Refused, effect: Interval | Refused, outcome: Shared
) -> float | None:
    """In the measure of the outcome, or, of a ratio, the smallest departure from 1."""
    if isinstance(headline, Refused):
        return None
    if isinstance(effect, Interval) or not outcome.counted:
        return detectable_beside(headline)
    logged = Interval(0.0, log(max(headline.low, 1e-9)), log(max(headline.high, 1e-9)), "")
    return 1 - exp(-detectable_beside(logged))


def _verdict(
    effect: Interval | Refused, outcome: Shared, plausible: float | None
) -> Verdict | None:
    if isinstance(effect, Refused) or outcome.better is None or not plausible:
        return None
    if outcome.better == "down":
        effect = replace(effect, estimate=-effect.estimate, low=-effect.high, high=-effect.low)
    return verdict(effect, plausible)


def _p(found: Interval, nothing: float) -> float:
    """Two-sided, of no effect, from the width of the interval; a ratio on its logarithm."""
    low, middle, high = found.low, found.estimate, found.high
    if nothing:
        low, middle, high = (log(max(each, 1e-9)) for each in (low, middle, high))
    error = (high - low) / (2 * normal_quantile(CONFIDENCE))
    return 2 * float(special.ndtr(-abs(middle) / error)) if error else 1.0


def _among(each: Collective, q_values: Mapping[str, float]) -> Collective:
    """With what many courses asked at once do to it: a q above the limit vetoes."""
    if each.course not in q_values or each.design is None or len(q_values) == 1:
        return each
    q = q_values[each.course]
    finding = f"q = {q:.3f} among {len(q_values)} courses"
    check = Check("several courses", "pass" if q <= FALSE_FINDINGS else "fail", finding)
    checks = (*each.checks, check)
    return replace(each, q=q, checks=checks, claim=claim(each.design, checks))
