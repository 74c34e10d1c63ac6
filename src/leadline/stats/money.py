"""Was it worth the money? An interval, or the reason why nobody can say."""

from dataclasses import dataclass

import numpy as np

from leadline.stats.bootstrap import Floats
from leadline.stats.intervals import CONFIDENCE, Interval, normal_quantile
from leadline.stats.refusal import Refused

DRAWS = 20_000
LEVEL_MIN = 3  # of the ladder of claims
MONTHS_MAX = 12.0


@dataclass(frozen=True)
class Programme:
    """What is needed to price an effect.

    `effect` per person and month with its limits, `value` of one unit of it and the whole `cost` in
    one currency, with limits (equal ones where known exactly); `people` who were reached, and
    `months` for which the effect is counted, at most 12. Cost holds learners' working time too.
    `level` is the claim's level on the ladder."""

    effect: Interval
    value: Interval
    cost: Interval
    people: int
    months: float
    level: int


@dataclass(frozen=True)
class Ratios:
    """Benefit/cost, return on investment (0.857 is 85.7 %), and months until cost is covered."""

    benefit_cost: float
    roi: float
    payback_months: float | None


def ratios(benefit: float, cost: float, months: float = MONTHS_MAX) -> Ratios:
    """B/C, (B − C)/C and C/(B/months); payback is None where nothing comes back.

    Source: Phillips and Phillips, Handbook of Training Evaluation and Measurement Methods 2016."""
    if cost <= 0:
        raise ValueError("The cost must be above 0.")
    payback = cost / (benefit / months) if benefit > 0 else None
    return Ratios(benefit / cost, (benefit - cost) / cost, payback)


@dataclass(frozen=True)
class Worth:
    """Benefit, BCR, ROI and payback, each with limits; `payback_months.high` is infinite where it
    may never be covered. `cautious` prices the lower limit of the effect: the headline.
    `chance` is the share of draws in which it pays; `break_even` the effect at which it does."""

    benefit: Interval
    benefit_cost: Interval
    roi: Interval
    payback_months: Interval
    cautious: Ratios
    chance: float
    break_even: float


def break_even(programme: Programme) -> float:
    """The effect per person and month at which the benefit equals the cost."""
    months = min(programme.months, MONTHS_MAX)
    return programme.cost.estimate / (programme.value.estimate * programme.people * months)


def worth(programme: Programme, seed: int) -> Worth | Refused:
    """Benefit = effect × value × people × months (at most 12) against cost, by Monte Carlo.

    20,000 draws of effect, value and cost, normal with their intervals, independent. Refused where
    the effect's claim is at level 2 or lower: then only `break_even` may be said. Assumes that the
    effect holds for those reached and lasts as long as counted. Source: METHODS J; Phillips."""
    if min(programme.people, programme.months, programme.cost.low, programme.value.estimate) <= 0:
        raise ValueError("People, months, cost and value must be above 0.")
    if programme.level < LEVEL_MIN:
        needed = f"It breaks even at {break_even(programme):,.4g} per person and month."
        return Refused(
            "not_identified", f"ROI not estimable: the effect is not established. {needed}"
        )
    generator = np.random.default_rng(seed)
    scale = programme.people * min(programme.months, MONTHS_MAX)
    drawn = [_draw(each, generator) for each in (programme.effect, programme.value, programme.cost)]
    cost = np.maximum(drawn[2], programme.cost.low * 1e-3)
    benefit = drawn[0] * drawn[1] * scale
    middle = programme.effect.estimate * programme.value.estimate * scale
    low = programme.effect.low * programme.value.estimate * scale
    months = min(programme.months, MONTHS_MAX)
    point = ratios(middle, programme.cost.estimate, months)
    with np.errstate(divide="ignore"):
        payback = np.where(benefit > 0, cost * months / np.maximum(benefit, 1e-300), np.inf)
    return Worth(
        benefit=_between(middle, benefit),
        benefit_cost=_between(point.benefit_cost, benefit / cost),
        roi=_between(point.roi, benefit / cost - 1),
        payback_months=_between(
            np.inf if point.payback_months is None else point.payback_months, payback
        ),
        cautious=ratios(low, programme.cost.estimate, months),
        chance=float(np.mean(benefit > cost)),
        break_even=break_even(programme),
    )


def _draw(interval: Interval, generator: np.random.Generator) -> Floats:
    error = (interval.high - interval.low) / (2 * normal_quantile(CONFIDENCE))
    return generator.normal(interval.estimate, error, DRAWS)


def _between(estimate: float, draws: Floats) -> Interval:
    tails = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)
    low, high = np.quantile(draws, tails, method="inverted_cdf")
    return Interval(float(estimate), float(low), float(high), f"Monte Carlo, {DRAWS:,} draws")
