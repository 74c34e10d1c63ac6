"""The course's funnel (METHODS B1): per module who came, went on, stopped, or is still on the
way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis.expr.types as ir
from ibis import _

from leadline.metrics.metric import Facts
from leadline.metrics.path import ABANDONED, CONTINUED, IN_PROGRESS, order, steps
from leadline.metrics.population import DAY_SECONDS
from leadline.stats.funnel import StepCounts, StepJudged, judge

VERSION = 1
MODULES_MAX = 500


@dataclass(frozen=True)
class FunnelStep:
    """One module in its place. Counts are assignment cycles; `people` are distinct learners.

    reached = continued + abandoned + in_progress. `last_touched` are those abandoned anywhere whose
    last activity was in this module: it differs from `abandoned` where people jump back."""

    module: str
    place: int
    people: int
    reached: int
    continued: int
    abandoned: int
    in_progress: int
    last_touched: int
    judged: StepJudged


@dataclass(frozen=True)
class Funnel:
    """A course's steps in order. `declared`: the order is the course's own, not inferred from use.

    `idle_days` is how long without activity counts as stopped."""

    course: str
    steps: tuple[FunnelStep, ...]
    declared: bool
    idle_days: float | None
    as_of: datetime
    version: int = VERSION


def funnel(facts: Facts, course: str) -> Funnel:
    """The funnel of one course as of `facts.now`; steps nobody reached are there with zeros.

    Two queries; at most MODULES_MAX steps leave the engine."""
    places = order(facts).filter(_.course == course).order_by("place").limit(MODULES_MAX)
    counted = {line["module"]: line for line in _lines(_counts(facts, course))}
    known = _lines(places)
    counts = [_step_counts(counted.get(place["module"], {})) for place in known]
    rows = tuple(
        FunnelStep(
            module=place["module"],
            place=place["place"],
            people=counted.get(place["module"], {}).get("people", 0),
            reached=judged.counts.reached,
            continued=judged.counts.continued,
            abandoned=judged.counts.stopped,
            in_progress=judged.counts.undecided,
            last_touched=counted.get(place["module"], {}).get("last_touched", 0),
            judged=judged,
        )
        for place, judged in zip(known, judge(counts), strict=True)
    )
    idle = next((line["idle_s"] for line in counted.values()), None)
    return Funnel(
        course=course,
        steps=rows,
        declared=bool(known) and known[0]["declared"],
        idle_days=None if idle is None else idle / DAY_SECONDS,
        as_of=facts.now,
    )


def _counts(facts: Facts, course: str) -> ir.Table:
    step = steps(facts).filter(_.course == course)
    return step.group_by("module").aggregate(
        people=_.person.nunique(),
        reached=_.count(),
        continued=(_.fate == CONTINUED).sum(),
        abandoned=(_.fate == ABANDONED).sum(),
        in_progress=(_.fate == IN_PROGRESS).sum(),
        last_touched=(_.last_touched & _.stopped).sum(),
        idle_s=_.idle_s.max(),
    )


def _step_counts(line: Mapping[str, Any]) -> StepCounts:
    return StepCounts(line.get("reached", 0), line.get("continued", 0), line.get("abandoned", 0))


def _lines(table: ir.Table) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = table.to_pyarrow().to_pylist()
    return lines
