"""What a trial changed, with what would tell of a few people taken out (METHODS I4)."""

from dataclasses import dataclass, fields, replace

from leadline.metrics.drawn import Arm, Tried
from leadline.stats.claims import Check
from leadline.stats.refusal import Refused
from leadline.stats.trials import Complied, Trial

FEW_LOST = "few were lost: fewer than can be told"


@dataclass(frozen=True, kw_only=True)
class ShownTrial(Tried):
    """Both arms are large enough. Where few of an arm were lost, `drawn` is what was measured, and
    no check says how many; where few took the course, or did not, nothing is said per taker."""


def safe_trial(found: Tried, smallest: int) -> ShownTrial | None:
    """None where too few of an arm were drawn or measured."""
    arms = (found.offered, found.others)
    if min(arm.measured for arm in arms) < smallest:
        return None
    few_lost = any(0 < arm.drawn - arm.measured < smallest for arm in arms)
    parts = {field.name: getattr(found, field.name) for field in fields(found)}
    if few_lost:
        parts |= {"offered": _closed(found.offered), "others": _closed(found.others)}
        parts["trial"] = replace(
            found.trial, offered=found.offered.measured, others=found.others.measured
        )
    parts["checks"] = tuple(_check(each, few_lost) for each in found.checks)
    if isinstance(found.found, Trial):
        parts["found"] = replace(found.found, complied=_complied(found.found, arms, smallest))
    return ShownTrial(**parts)


def _closed(arm: Arm) -> Arm:
    return replace(arm, drawn=arm.measured)


def _check(each: Check, few_lost: bool) -> Check:
    """A check passes or not, also where its numbers cannot be told."""
    if few_lost and each.name in ("attrition", "assignment"):
        return replace(each, finding=FEW_LOST)
    if each.name == "declared" and each.passing == "fail":
        return replace(each, finding="some draws came in after the outcome")
    return each


def _complied(found: Trial, arms: tuple[Arm, Arm], smallest: int) -> Complied | Refused | None:
    told = found.complied
    if told is None:
        return None
    few = Refused("low_n", "Too few took the course, or did not, to tell of takers.")
    if isinstance(told, Refused):
        return few if "%" in told.reason else told
    for share, arm in zip((told.taken, told.taken_others), arms, strict=True):
        took = round(share * arm.measured)
        if 0 < took < smallest or 0 < arm.measured - took < smallest:
            return few
    return told
