"""A question that is often wrong: the question's fault, the content's, or did nobody see it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from leadline.stats.dif import Differential
from leadline.stats.intervals import CONFIDENCE, Interval, normal_quantile
from leadline.stats.items import ItemJudged
from leadline.stats.refusal import Refused
from leadline.stats.tables import TwoByTwo, common_difference

ENGAGED_MIN_SHARE = 0.5  # of a block, to count as exposed
EACH_MIN_PEOPLE = 50
DETECTABLE_MAX = 0.10
POWER_QUANTILE = 0.8416212335729143  # normal quantile of power 0.8

Verdict = Literal[
    "item defect",
    "content does not teach it",
    "exposure gap",
    "language or context",
    "no action",
    "cannot separate content from item",
]


@dataclass(frozen=True)
class Linked:
    """A question's verdict. `difference` is P(right | exposed) − P(right | not) at equal ability,
    `detectable` the smallest such difference these numbers could show."""

    verdict: Verdict
    difference: Interval | None
    detectable: float | None


def exposure_difference(strata: Sequence[TwoByTwo]) -> tuple[Interval, float] | Refused:
    """P(right | engaged with the block) − P(right | not), within fifths of the rest score.

    Row 1 of each table is the exposed (right, wrong). Refused below 50 exposed or 50 not. People
    choose what they watch; equal rest scores remove ability, not interest."""
    exposed, others = sum(t.a + t.b for t in strata), sum(t.c + t.d for t in strata)
    if min(exposed, others) < EACH_MIN_PEOPLE:
        reason = f"{exposed} saw the content and {others} did not"
        return Refused("low_n", f"{reason}; {EACH_MIN_PEOPLE} of each are needed.")
    found = common_difference(strata)
    if found is None:
        return Refused("not_identified", "At no score are there both people who saw it and not.")
    z = normal_quantile(CONFIDENCE)
    error = (found.high - found.low) / 2 / z
    return found, (z + POWER_QUANTILE) * error


def link(
    item: ItemJudged,
    strata: Sequence[TwoByTwo],
    differential: Differential | Refused | None = None,
) -> Linked:
    """The decision table of METHODS B5: fix the question first, then the content, then the route.

    A question is low where judged too hard or near guessing. Defect comes before everything; "does
    not teach it" needs the power to have seen 10 points; below that nothing is separated."""
    low = bool({"too hard", "near guessing"} & set(item.flags))
    if item.suspect or (low and item.defective):
        return Linked("item defect", None, None)
    if isinstance(differential, Differential) and differential.class_ == "C":
        return Linked("language or context", None, None)
    return _separated(exposure_difference(strata)) if low else Linked("no action", None, None)


def _separated(found: tuple[Interval, float] | Refused) -> Linked:
    if isinstance(found, Refused):
        return Linked("cannot separate content from item", None, None)
    difference, detectable = found
    verdict: Verdict = "cannot separate content from item"
    if difference.low > 0:
        verdict = "exposure gap"
    elif difference.high < 0 or detectable <= DETECTABLE_MAX:
        verdict = "content does not teach it"
    return Linked(verdict, difference, detectable)
