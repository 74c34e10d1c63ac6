"""What may be said of an effect: the ladder of claims, its vetoes, and the verdict on a change.

The words are the product's promise. A page takes its verb from here and nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from leadline.stats.effects import IMBALANCE_MAX, Balance
from leadline.stats.intervals import Interval

TRIMMED_MAX = 0.2  # share of the treated without anyone comparable
LOST_MAX = 0.2  # share of those drawn who were never measured
LOST_APART_MAX = 0.05  # and the most by which the arms may differ in it

Design = Literal[
    "same window",
    "exposure first",
    "before and after",
    "adjusted",
    "weighted",
    "controlled change",
    "randomised",
]
Passing = Literal["pass", "fail", "na"]


@dataclass(frozen=True)
class Check:
    """A check that can veto, and what it found, in words."""

    name: str
    passing: Passing
    finding: str


@dataclass(frozen=True)
class Claim:
    """The level of the ladder (0 to 5), the words allowed there, and whether anything is
    established. `vetoes` are the checks that failed."""

    level: int
    wording: str
    established: bool
    vetoes: tuple[Check, ...]


WORDING = {
    0: "moves together with",
    1: "is associated with",
    2: "is associated with, after adjustment,",
    3: "has an estimated effect, if no unmeasured confounding is stronger than the E-value, on",
    4: "has an estimated effect on",
    5: "caused",
}
CONSISTENT = "is consistent with a change in"
NOT_ESTABLISHED = "not established"

_LEVEL: dict[Design, int] = {
    "same window": 0,
    "exposure first": 1,
    "before and after": 1,
    "adjusted": 2,
    "weighted": 3,
    "controlled change": 4,
    "randomised": 5,
}
# What a design must show before its level may be claimed; without them it falls to 2 (or lower).
REQUIRED: dict[Design, tuple[str, ...]] = {
    "weighted": ("balance", "overlap", "placebo", "unmeasured"),
    "controlled change": ("trend before", "sensitivity"),
    "randomised": ("declared", "assignment", "attrition"),
}
_FALLBACK = 2


def claim(design: Design, checks: Sequence[Check] = ()) -> Claim:
    """The highest claim this design and these checks carry.

    A required check that is missing or could not be made lowers the level to 2; one that failed
    also makes it "not established", whatever the number looks like: on LaLonde's trial with survey
    controls the weighted estimate is close to the truth and its placebo fails. Source: METHODS E;
    LaLonde, AER 76 (1986); Dehejia and Wahba, JASA 94 (1999)."""
    by_name = {check.name: check for check in checks}
    vetoes = tuple(check for check in checks if check.passing == "fail")
    needed = REQUIRED.get(design, ())
    shown = all(name in by_name and by_name[name].passing == "pass" for name in needed)
    level = _LEVEL[design] if shown and not vetoes else min(_LEVEL[design], _FALLBACK)
    if vetoes:
        return Claim(level, NOT_ESTABLISHED, established=False, vetoes=vetoes)
    wording = CONSISTENT if design == "before and after" else WORDING[level]
    return Claim(level, wording, established=level >= 3, vetoes=())


def balance_check(balance: Balance) -> Check:
    """Pass where every standardised difference after weighting is below 0.1."""
    passing: Passing = "pass" if balance.worst < IMBALANCE_MAX else "fail"
    return Check("balance", passing, f"largest standardised difference {balance.worst:.2f}")


def overlap_check(balance: Balance) -> Check:
    """Pass where at most a fifth of the treated had nobody comparable."""
    passing: Passing = "pass" if balance.trimmed <= TRIMMED_MAX else "fail"
    worth = f"the others are worth {balance.effective:.0f} people"
    return Check("overlap", passing, f"{balance.trimmed:.0%} without anyone comparable; {worth}")


def placebo_check(placebo: Interval | None, effect: Interval) -> Check:
    """Pass where the "effect" on an outcome from before is about nothing.

    Fails if its interval leaves out 0 or if it is as large as the effect itself: groups that
    differed before cannot show what training did. Source: Imbens and Rubin 2015, ch. 21."""
    if placebo is None:
        return Check("placebo", "na", "no outcome from before to try it on")
    differs = not placebo.low <= 0 <= placebo.high
    large = abs(placebo.estimate) >= abs(effect.estimate)
    passing: Passing = "fail" if differs or large else "pass"
    limits = f"{placebo.low:,.4g} to {placebo.high:,.4g}"
    return Check("placebo", passing, f"before it began: {placebo.estimate:,.4g} ({limits})")


def unmeasured_check(at_limit: float) -> Check:
    """Pass where something unmeasured would have to matter at all to explain the effect (E > 1)."""
    passing: Passing = "pass" if at_limit > 1 else "fail"
    return Check("unmeasured", passing, f"E-value at the limit {at_limit:.2f}")


def trend_check(p_value: float | None) -> Check:
    """Pass where the trends before did not differ (weak evidence); na without periods before."""
    if p_value is None:
        return Check("trend before", "na", "too few periods before the change to compare")
    passing: Passing = "pass" if p_value > 0.05 else "fail"
    return Check("trend before", passing, f"difference of trends before: p = {p_value:.3f}")


def sensitivity_check(breakdown: float | None) -> Check:
    """Pass where a departure as large as the largest seen before does not explain the effect."""
    if breakdown is None:
        return Check("sensitivity", "na", "no departure before to compare with")
    passing: Passing = "pass" if breakdown >= 1 else "fail"
    return Check("sensitivity", passing, f"holds up to {breakdown:.1f} times the largest before")


def assignment_check(p_value: float) -> Check:
    """Pass where the groups have the sizes that the draw should give (p ≥ 0.001)."""
    passing: Passing = "pass" if p_value >= 0.001 else "fail"
    return Check("assignment", passing, f"sizes of the groups against the draw: p = {p_value:.3g}")


def declared_check(late: int, people: int) -> Check:
    """Pass where everybody's draw was on record, by our own clock, before their first outcome."""
    if not late:
        return Check("declared", "pass", "every draw was on record before the person's outcome")
    return Check("declared", "fail", f"{late:,} of {people:,} draws came in after the outcome")


def attrition_check(drawn: tuple[int, int], measured: tuple[int, int]) -> Check:
    """Pass where at most a fifth of those drawn went without an outcome, and their shares differ by
    at most five points between the arms.

    Whoever cannot be measured may have gone because of what was drawn. The limits are engineering
    defaults, on the cautious side of the What Works Clearinghouse's (Standards Handbook 4.1)."""
    lost = tuple(1 - m / d if d else 0.0 for m, d in zip(measured, drawn, strict=True))
    whole = 1 - sum(measured) / max(1, sum(drawn))
    apart = abs(lost[0] - lost[1])
    passing: Passing = "pass" if whole <= LOST_MAX and apart <= LOST_APART_MAX else "fail"
    said = f"not measured: {lost[0]:.1%} of those offered it, {lost[1]:.1%} of the others"
    return Check("attrition", passing, said)


Verdict = Literal[
    "improved", "improved, size uncertain", "no meaningful change", "worsened", "inconclusive"
]


def verdict(effect: Interval, worthwhile: float) -> Verdict:
    """What a change did, from its interval and the smallest worthwhile effect δ > 0 (higher is
    better; turn signs first where it is not).

    Above δ: improved. Within (−δ, δ): no meaningful change, which is shown, not merely not found.
    Above 0: improved, size uncertain. Below 0: worsened. Else inconclusive, to be shown with the
    detectable difference. Source: METHODS H; Schuirmann 1987 (equivalence)."""
    if worthwhile <= 0:
        raise ValueError("The smallest worthwhile effect must be above 0.")
    if effect.low > worthwhile:
        return "improved"
    if -worthwhile < effect.low and effect.high < worthwhile:
        return "no meaningful change"
    if effect.low > 0:
        return "improved, size uncertain"
    if effect.high < 0:
        return "worsened"
    return "inconclusive"
