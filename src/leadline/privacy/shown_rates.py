"""Rates of the trained and the untrained, with what would tell of a few people taken out."""

from dataclasses import dataclass, fields

from leadline.metrics.rates import Rates
from leadline.stats.claims import Check
from leadline.stats.refusal import Refused

FEW = "too few people to compare them from before"


@dataclass(frozen=True, kw_only=True)
class ShownRates(Rates):
    """Both sides have enough people. Where few were trained later, or few never, they are not
    compared from before."""


def safe_rates(found: Rates, smallest: int) -> ShownRates | None:
    """None where either side has too few people."""
    both = (found.trained.people, found.untrained.people)
    if min(both) < smallest:
        return None
    parts = {field.name: getattr(found, field.name) for field in fields(found)}
    if min(found.later, found.never) < smallest:
        few = Refused("low_n", FEW)
        parts["before"] = few
        parts["checks"] = tuple(
            Check("placebo", "na", FEW) if check.name == "placebo" else check
            for check in found.checks
        )
    if 0 < found.unplaced < smallest:
        parts["unplaced"] = 0
    return ShownRates(**parts)
