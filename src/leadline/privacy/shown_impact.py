"""What a course changed, with what would tell of a few people taken out (METHODS I4)."""

from dataclasses import dataclass, fields, replace

from leadline.metrics.impact import Covariate, Impact
from leadline.stats.refusal import Refused


@dataclass(frozen=True, kw_only=True)
class ShownImpact(Impact):
    """Both groups are large enough; smaller counts beside them, and how unlike the groups are in
    what only a few share, are None."""


def safe_impact(found: Impact, smallest: int) -> ShownImpact | None:
    """None where too few had completed the course, too few had not, or too few were measured."""
    if min(found.exposed.people, found.others.people) < smallest:
        return None
    told = found.correlations
    if told.hours_people < smallest:
        few = Refused("low_n", "Too few people with recorded hours in it.")
        told = replace(told, hours=few, hours_people=0)
    parts = {field.name: getattr(found, field.name) for field in fields(found)}
    return ShownImpact(
        **parts
        | {
            "later": _count(found.later, smallest, of=found.others.people),
            "left_out": {why: _count(n, smallest) for why, n in found.left_out.items()},
            "correlations": told,
            "balance": tuple(_covariate(each, smallest) for each in found.balance),
        }
    )


def _count(people: int | None, smallest: int, of: int | None = None) -> int | None:
    """None where those counted, or those of a known group who are not, are few."""
    rest = None if of is None or people is None else of - people
    few = people is not None and 0 < people < smallest
    return None if few or (rest is not None and 0 < rest < smallest) else people


def _covariate(each: Covariate, smallest: int) -> Covariate:
    return each if each.people >= smallest else replace(each, before=None, after=None)
