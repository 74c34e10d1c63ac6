"""The course's funnel (METHODS B1): per module who came, went on, stopped, or is still on the
way."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis import _

from leadline.metrics.metric import Facts
from leadline.metrics.path import ABANDONED, IN_PROGRESS, journeys, order
from leadline.metrics.population import DAY_SECONDS, OfCourse
from leadline.stats.funnel import StepCounts, StepJudged, judge

VERSION = 1
QUESTION = "Where do they leave the course?"
DEFINITION = (
    "Assignment cycles by module, in the declared order or else the median order of first "
    "touch. Reached: did something in it or in a later one. Continued: reached a later one, or "
    "completed the course (where nobody is known to have completed it: reached the last one). "
    "Abandoned: it is the furthest one, the course is incomplete, and the learner withdrew or "
    "was idle for 14 days or the 95th percentile of the usual gap between modules, whichever is "
    "longer. In progress: the rest. Waived and incomplete cycles are left out. Continue rate: "
    "continued of continued and abandoned (Wilson). Abnormal: at least 30 decided, more exits "
    "than the other modules' rate explains (beta-binomial, Benjamini-Hochberg at 5 % over the "
    "modules), with the lower limit of the excess above 0."
)
MODULES_MAX = 500

Line = dict[str, Any]


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

    `idle_days` is how long without activity counts as stopped; `since` the first visit counted."""

    course: str
    steps: tuple[FunnelStep, ...]
    declared: bool
    idle_days: float | None
    since: datetime | None
    as_of: datetime
    version: int = VERSION


def funnels(facts: Facts, course: str | None = None) -> dict[str, Funnel]:
    """The funnels of all courses, or of one, as of `facts.now`; two queries.

    Courses in which nobody visited a module are absent. Declared steps that nobody reached are
    there with zeros; a course longer than MODULES_MAX is cut there."""
    if course is not None:
        facts = OfCourse(facts, course)
    places = order(facts).filter(_.place <= MODULES_MAX)
    # Held for the second query, which would otherwise work the order out again.
    held = places.order_by(["course", "place"]).to_pyarrow()
    known = _by_course(held)
    counted = _by_course(_counts(journeys(facts, ibis.memtable(held))).to_pyarrow())
    return {
        name: _funnel(name, known[name], lines, facts.now)
        for name, lines in sorted(counted.items())
        if name in known
    }


def _counts(ends: ir.Table) -> ir.Table:
    """Cycles by how far, how ended and where last seen; `people` counts each at their furthest."""
    best = ibis.window(group_by=["course", "person"], order_by=[_.furthest.desc(), _.cycle_no])
    return (
        ends.mutate(best=ibis.row_number().over(best) == 0)
        .group_by(["course", "furthest", "outcome", "last_module"])
        .aggregate(
            cycles=_.count(), people=_.best.sum(), idle_s=_.idle_s.max(), began=_.began.min()
        )
    )


def _funnel(course: str, known: list[Line], lines: list[Line], now: datetime) -> Funnel:
    def total(count: str, place: int, outcome: str | None = None, *, beyond: bool) -> int:
        return sum(
            line[count]
            for line in lines
            if (line["furthest"] >= place if beyond else line["furthest"] == place)
            and outcome in (None, line["outcome"])
        )

    counts = []
    for step in known:
        reached = total("cycles", step["place"], beyond=True)
        stopped = total("cycles", step["place"], ABANDONED, beyond=False)
        undecided = total("cycles", step["place"], IN_PROGRESS, beyond=False)
        counts.append(StepCounts(reached, reached - stopped - undecided, stopped))
    last = Counter[str]()
    for line in lines:
        if line["outcome"] == ABANDONED:
            last[line["last_module"]] += line["cycles"]
    steps = tuple(
        FunnelStep(
            module=step["module"],
            place=step["place"],
            people=total("people", step["place"], beyond=True),
            reached=judged.counts.reached,
            continued=judged.counts.continued,
            abandoned=judged.counts.stopped,
            in_progress=judged.counts.undecided,
            last_touched=last[step["module"]],
            judged=judged,
        )
        for step, judged in zip(known, judge(counts), strict=True)
    )
    idle_days = lines[0]["idle_s"] / DAY_SECONDS
    since = min(line["began"] for line in lines)
    return Funnel(course, steps, known[0]["declared"], idle_days, since, now)


def _by_course(table: pa.Table) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in table.to_pylist():
        found.setdefault(line["course"], []).append(line)
    return found
