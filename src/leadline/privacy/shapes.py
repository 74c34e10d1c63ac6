"""Funnels and video curves with what would tell of a few people taken out (METHODS I4)."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from typing import Any

from leadline.metrics.funnel import Funnel
from leadline.metrics.video import Curve


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


def _parts(shape: Funnel | Curve) -> dict[str, Any]:
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
