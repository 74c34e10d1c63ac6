"""Funnels, curves and other shapes with what would tell of a few people taken out (METHODS I4)."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import groupby
from typing import Any

from leadline.metrics.competency import Change, Cohort, Competency
from leadline.metrics.funnel import Funnel
from leadline.metrics.items import Asked, Items
from leadline.metrics.linkage import Taught
from leadline.metrics.retention import Lasting
from leadline.metrics.scale import Alike
from leadline.metrics.video import Curve
from leadline.stats.items import ItemJudged
from leadline.stats.refusal import Refused
from leadline.stats.retention import PassRetention

WEEK_DAYS = 7
BLANK = "left blank"
OTHERS = "others"  # options that too few people chose to be shown alone


@dataclass(frozen=True, kw_only=True)
class ShownFunnel(Funnel):
    """A funnel without the steps that too few people reached; `withheld` are their modules."""

    withheld: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ShownCurve(Curve):
    """A curve without what too few people watched.

    `withheld`: spans [first, last + 1) of seconds in which fewer people than the minimum, though
    somebody, watched; `viewers` and `plays` are 0 there and must be drawn as withheld. `stops` is
    empty: where single people stopped is nobody's business. `bins` ends where too few remain."""

    withheld: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class ShownItems(Items):
    """Questions without those that too few people were asked; `withheld` are these.

    In `chose`, answers that too few people gave stand together under OTHERS, blank ones (BLANK)
    among them, with one more where that is needed; they are not judged."""

    withheld: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ShownCompetency(Competency):
    """A role's times on a grid of weeks, each step with enough people at risk; `counts` are empty.

    Where too few came before or after a change, there is no change to be seen."""


@dataclass(frozen=True, kw_only=True)
class ShownLasting(Lasting):
    """A delayed check that enough people took.

    Where few were silent, neither how many were due nor the response is told; `complete` stays."""


def safe_funnel(funnel: Funnel, smallest: int) -> ShownFunnel | None:
    """None where no step was reached by enough people. Steps that nobody reached stay."""
    small = {step.module for step in funnel.steps if 0 < step.people < smallest}
    if all(step.people < smallest for step in funnel.steps):
        return None
    steps = tuple(step for step in funnel.steps if step.module not in small)
    withheld = tuple(step.module for step in funnel.steps if step.module in small)
    return ShownFunnel(**{**_parts(funnel), "steps": steps}, withheld=withheld)


def safe_curve(curve: Curve, smallest: int) -> ShownCurve | None:
    """None where too few people started the video."""
    if curve.starters < smallest:
        return None
    small = [0 < viewers < smallest for viewers in curve.viewers]
    return ShownCurve(
        **{
            **_parts(curve),
            "viewers": _blanked(curve.viewers, small),
            "plays": _blanked(curve.plays, small),
            "stops": (),
            "bins": tuple(each for each in curve.bins if each.at_risk >= smallest),
        },
        withheld=_spans(small),
    )


def safe_items(items: Items, smallest: int) -> ShownItems | None:
    """None where too few people took the test."""
    if items.people < smallest:
        return None
    small = {asked.question for asked in items.questions if asked.people < smallest}
    return ShownItems(
        **{
            **_parts(items),
            "questions": tuple(
                _safe_question(asked, smallest)
                for asked in items.questions
                if asked.question not in small
            ),
        },
        withheld=tuple(sorted(small)),
    )


def _safe_question(asked: Asked, smallest: int) -> Asked:
    """With its rare answers put together, and one more where they are still too few together."""
    told = asked.chose | ({BLANK: asked.omitted} if asked.omitted else {})
    rising = sorted(told.items(), key=lambda option: (option[1], option[0]))
    rare = [option for option in rising if option[1] < smallest]
    if not rare:
        return replace(asked, chose=told)
    if sum(people for _, people in rare) < smallest:
        rare = rising[: len(rare) + 1]
    hidden = {name for name, _ in rare}
    shown = {name: people for name, people in told.items() if name not in hidden}
    together = sum(people for _, people in rare)
    return replace(
        asked,
        omitted=0 if BLANK in hidden else asked.omitted,
        chose=shown | ({OTHERS: together} if together >= smallest else {}),
        judged=_without(asked.judged, hidden),
    )


def _without(judged: ItemJudged | Refused, hidden: set[str]) -> ItemJudged | Refused:
    if isinstance(judged, Refused):
        return judged
    return replace(
        judged,
        options=tuple(option for option in judged.options if option.name not in hidden),
        suspect=None if judged.suspect in hidden else judged.suspect,
    )


def safe_alike(found: Alike, smallest: int) -> Alike:
    """Only groups that are large enough, both."""
    compared = tuple(
        each for each in found.compared if min(each.focal_people, each.reference_people) >= smallest
    )
    judged = tuple(each for each in found.judged if each.groups in compared)
    return replace(found, compared=compared, judged=judged)


def safe_taught(contents: Sequence[Taught], smallest: int) -> tuple[Taught, ...]:
    """Those contents that enough learners had used, and enough had not (or nobody)."""
    return tuple(
        content
        for content in contents
        if not any(0 < n < smallest for n in (content.used_people, content.unused_people))
    )


def safe_competency(found: Competency, smallest: int) -> ShownCompetency | None:
    """None where too few people came into the role."""
    if found.whole.people < smallest:
        return None
    change = found.change
    if change and min(change.before.people, change.after.people) < smallest:
        change = None
    parts = {"whole": _safe_cohort(found.whole, smallest), "change": _safe_change(change, smallest)}
    return ShownCompetency(**{**_parts(found), **parts})


def safe_lasting(found: Lasting, smallest: int) -> ShownLasting | None:
    """None where too few people took the check."""
    if found.tested < smallest:
        return None
    parts = _parts(found)
    if 0 < (found.due or 0) - found.tested < smallest:
        silent = ("due", "response", "mean_due", "weighted", "bounds")
        parts |= dict.fromkeys(silent)
    if 0 < (found.not_due or 0) < smallest:
        parts["not_due"] = None
    if isinstance(found.passes, PassRetention) and found.passes.n < smallest:
        few = Refused("low_n", "Too few people were told both times whether they passed.")
        parts |= {"passes": few, "passed": None}
    return ShownLasting(**parts)


def _safe_change(change: Change | None, smallest: int) -> Change | None:
    if change is None:
        return None
    before, after = (_safe_cohort(each, smallest) for each in (change.before, change.after))
    return replace(change, before=before, after=after)


def _safe_cohort(cohort: Cohort, smallest: int) -> Cohort:
    """Each single step is one person: only where a week ended, with enough people at risk."""
    curve = {-(-step.t // WEEK_DAYS): step for step in cohort.curve if step.at_risk >= smallest}
    share = {-(-step.t // WEEK_DAYS): step for step in cohort.share if step.at_risk >= smallest}
    left = cohort.left or 0
    waiting = cohort.people - cohort.competent - left
    few = 0 < left < smallest or 0 < waiting < smallest
    return replace(
        cohort,
        left=None if few else cohort.left,
        counts=(),
        curve=tuple(replace(s, t=w * WEEK_DAYS, events=0) for w, s in curve.items()),
        share=tuple(replace(s, t=w * WEEK_DAYS, events=0) for w, s in share.items()),
    )


def _parts(shape: Funnel | Curve | Items | Competency | Lasting) -> dict[str, Any]:
    return {field.name: getattr(shape, field.name) for field in fields(shape)}


def _blanked(counts: Sequence[int], small: Sequence[bool]) -> tuple[int, ...]:
    return tuple(
        0 if second < len(small) and small[second] else count for second, count in enumerate(counts)
    )


def _spans(small: Sequence[bool]) -> tuple[tuple[int, int], ...]:
    spans = []
    for hidden, run in groupby(range(len(small)), key=lambda second: small[second]):
        seconds = list(run)
        if hidden:
            spans.append((seconds[0], seconds[-1] + 1))
    return tuple(spans)
