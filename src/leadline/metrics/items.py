"""The questions of an assessment (METHODS B3): how hard, how telling, and what was chosen instead.

Only first attempts count: whoever tries again has seen the question before."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
from ibis import _

from leadline.metrics.metric import Facts
from leadline.metrics.population import by_now
from leadline.stats.items import (
    ItemJudged,
    Option,
    PairSums,
    Reliability,
    judge_item,
    options,
    reliability,
)
from leadline.stats.refusal import Refused

VERSION = 2
QUESTION = "Which questions are broken?"
DEFINITION = (
    "Each learner's first attempt at the assessment in which questions were marked. Share correct: "
    "of those who were asked it, blank answers counted as wrong; questions never shown are missing "
    "(Wilson; of a question that gives points, their mean share, Student). Item-rest: correlation "
    "of the mark with the share correct of the other questions asked, from 50 learners (Fisher). "
    "Options: who chose each, and its correlation with the rest. Flags: share correct below 30 % "
    "or above 95 %; item-rest below 0.15, or below 0; a wrong option that those who know the rest "
    "choose more than the right one (possible mis-key). Reliability: Cronbach's alpha (KR-20) of "
    "those asked every question, with Feldt's interval."
)
QUESTIONS_MAX = 500
OPTIONS_MAX = 26
MARKED = ("correct", "incorrect", "omitted")
FIFTHS = 5
PEERS = (None, 0)  # a frame of values: in a frame of rows ClickHouse ranks equals apart

Line = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One question: how many were asked it, how many left it blank, and what is to be said of it.

    `chose`: people by option, for closed questions whose answers were sent."""

    question: str
    people: int
    omitted: int
    judged: ItemJudged | Refused
    chose: dict[str, int]


@dataclass(frozen=True)
class Items:
    """The questions of one assessment, as of `as_of`. people: whose first attempt counts."""

    assessment: str
    course: str | None
    people: int
    since: datetime | None
    as_of: datetime
    questions: tuple[Asked, ...]
    reliability: Reliability | Refused
    version: int = VERSION


def items(facts: Facts, assessment: str | None = None) -> dict[str, Items]:
    """By assessment: all, or one. Three queries, whose answers grow with the questions only.

    An assessment in which no question was ever marked is absent; questions beyond QUESTIONS_MAX of
    one are left out."""
    marks = first_marks(facts, assessment).cache()  # asked three times, worked out once
    try:
        asked = _by(_asked(marks), "assessment")
        chosen = _by(_chosen(marks), "assessment", "question")
        whole = _by(_whole(marks), "assessment")
    finally:
        marks.release()
    return {
        name: _items(name, lines[:QUESTIONS_MAX], chosen, whole[(name,)][0], facts.now)
        for (name,), lines in asked.items()
    }


def first_marks(facts: Facts, assessment: str | None) -> ir.Table:
    """Marks of first attempts: who was asked what, `mark` (1, 0, or a share of its points), `rest`
    (mean mark of the other questions asked; null: there were none), `total` and `asked` of the
    attempt, `fifth` (of `rest`, 0 to 4, by question)."""
    known = facts.response
    points = (known.state == "unmarked") & known.score.between(0, 1)
    told = known.filter(
        known.state.isin(MARKED) | points,
        known.assessment.notnull(),
        known.answered_at.isnull() | by_now(facts, known.answered_at),
    )
    if assessment is not None:
        told = told.filter(told.assessment == assessment)
    sitting = ibis.window(
        group_by=["person", "assessment"],
        order_by=["cycle_no", "attempt_no", "course"],
        range=PEERS,
    )
    first = told.mutate(sat=ibis.dense_rank().over(sitting)).filter(_.sat == 0)
    right = (first.state == "correct").cast("float64")
    marked = first.mutate(mark=ibis.ifelse(first.state == "unmarked", first.score, right))
    mine = ibis.window(group_by=["person", "assessment"])
    marked = marked.mutate(total=_.mark.sum().over(mine), asked=_.count().over(mine))
    others = ibis.ifelse(marked.asked > 1, marked.asked - 1, ibis.null("int64"))
    marked = marked.mutate(rest=(marked.total - marked.mark) / others)
    return marked.mutate(fifth=_fifth(marked)).select(
        *("person", "assessment", "course", "question", "state", "answered_at", "response"),
        *("success", "mark", "rest", "total", "asked", "fifth"),
    )


def _fifth(marked: ir.Table) -> ir.IntegerColumn:
    """0 to 4 by how many did worse in the rest; equal scores are never parted."""
    alike = ibis.window(group_by=["assessment", "question"])
    ladder = ibis.window(group_by=["assessment", "question"], order_by="rest", range=PEERS)
    others = ibis.greatest(marked.count().over(alike) - 1, 1)
    return ibis.least(ibis.rank().over(ladder) * FIFTHS // others, FIFTHS - 1).cast("int64")


def _asked(marks: ir.Table) -> ir.Table:
    """Sums by question. Those with `total` are of learners who were asked every question."""
    longest = marks.group_by("assessment").aggregate(longest=marks.asked.max())
    seen = marks.join(longest, "assessment").mutate(every=lambda t: t.asked == t.longest)
    rest = seen.rest
    return (
        seen.group_by(["assessment", "question"])
        .aggregate(
            people=seen.count(),
            right=seen.mark.sum(),
            omitted=(seen.state == "omitted").sum(),
            n=rest.count(),
            x=seen.mark.sum(where=rest.notnull()),
            xx=(seen.mark * seen.mark).sum(where=rest.notnull()),
            r=rest.sum(),
            rr=(rest * rest).sum(),
            xr=(rest * seen.mark).sum(),
            longest=seen.longest.max(),
            all_n=seen.every.sum(),
            all_x=seen.mark.sum(where=seen.every),
            all_t=seen.total.sum(where=seen.every),
            all_tt=(seen.total * seen.total).sum(where=seen.every),
            all_xt=(seen.total * seen.mark).sum(where=seen.every),
            all_xx=(seen.mark * seen.mark).sum(where=seen.every),
        )
        .order_by(["assessment", _.people.desc(), "question"])
    )


def _chosen(marks: ir.Table) -> ir.Table:
    """By option of a closed question: how many chose it, how they did in the rest, was it right."""
    sent = marks.filter(marks.response.notnull(), marks.response.strip() != "")
    return (
        sent.group_by(["assessment", "question", "response"])
        .aggregate(
            people=sent.count(),
            right=sent.success.fill_null(False).sum(),
            n=sent.rest.count(),
            xr=sent.rest.sum(),
            **{f"fifth{n}": (sent.fifth == n).sum() for n in range(FIFTHS)},
        )
        .order_by(["assessment", "question", _.people.desc(), "response"])
    )


def _whole(marks: ir.Table) -> ir.Table:
    return marks.group_by("assessment").aggregate(
        people=marks.person.nunique(),
        course=marks.course.min(),
        since=marks.answered_at.min(),
    )


def _by(table: ir.Table, *columns: str) -> dict[tuple[str, ...], list[Line]]:
    found: dict[tuple[str, ...], list[Line]] = defaultdict(list)
    for line in table.to_pyarrow().to_pylist():
        found[tuple(line[column] for column in columns)].append(line)
    return found


def _items(
    name: str,
    lines: Sequence[Line],
    chosen: Mapping[tuple[str, ...], list[Line]],
    whole: Line,
    now: datetime,
) -> Items:
    return Items(
        assessment=name,
        course=whole["course"],
        people=whole["people"],
        since=whole["since"],
        as_of=now,
        questions=tuple(
            _question(line, chosen.get((name, line["question"]), ())) for line in lines
        ),
        reliability=_reliability(lines),
    )


def _question(line: Line, chosen: Sequence[Line]) -> Asked:
    sums = PairSums(
        line["n"], line["x"], line["r"] or 0.0, line["xx"], line["rr"] or 0.0, line["xr"]
    )
    told = _options(line, chosen[:OPTIONS_MAX])
    judged = judge_item(
        sums if line["n"] else PairSums(line["people"], line["right"], 0, line["right"], 0, 0),
        told,
        len(told) or None,
    )
    chose = {option["response"]: option["people"] for option in chosen}
    return Asked(line["question"], line["people"], line["omitted"], judged, chose)


def _options(line: Line, chosen: Sequence[Line]) -> tuple[Option, ...]:
    """None where it is not known which one is right, or where every answer is its own."""
    rights = [option for option in chosen if 2 * option["right"] > option["people"]]
    if len(rights) != 1 or len(chosen) < 2:
        return ()
    answered = sum(option["people"] for option in chosen)
    sums = {
        option["response"]: (
            PairSums(line["n"], n, line["r"] or 0.0, n, line["rr"] or 0.0, option["xr"] or 0.0),
            [option[f"fifth{each}"] for each in range(FIFTHS)],
        )
        for option in chosen
        if (n := option["people"])
    }
    return options(sums, rights[0]["response"], answered)


def _reliability(lines: Sequence[Line]) -> Reliability | Refused:
    """Of the learners who were asked all questions; of several forms, those of the longest."""
    every = [line for line in lines if line["all_n"]]
    n = max((line["all_n"] for line in every), default=0)
    every = [line for line in every if line["all_n"] == n]
    if n < 2 or len(every) != every[0]["longest"]:
        return Refused("not_identified", "Learners were asked different questions.")
    x, xx, t, xt = (
        np.array([line[f"all_{sum_}"] for line in every], float) for sum_ in ("x", "xx", "t", "xt")
    )
    return reliability((xx - x**2 / n) / (n - 1), (xt - x * t / n) / (n - 1), n)
