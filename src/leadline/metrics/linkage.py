"""Does the content teach what the question asks (METHODS B5)?

The curriculum says which content teaches what a question tests; the facts say who had used it
before they answered. Whoever answers the rest of the test alike is compared with and without it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from leadline.metrics.items import Asked, first_marks
from leadline.metrics.metric import Facts
from leadline.stats.dif import Differential
from leadline.stats.intervals import Interval, wilson
from leadline.stats.items import HARD, ItemJudged
from leadline.stats.power import detectable_difference
from leadline.stats.refusal import Refused
from leadline.stats.tables import TwoByTwo, common_difference

VERSION = 1
QUESTION = "Is the content to blame, the question, or that nobody saw the content?"
DEFINITION = (
    "For each question and each content declared to teach it: learners who had used the content "
    "before they answered against those who had not, share right, compared within fifths of the "
    "rest of the test (Mantel-Haenszel risk difference). Used: at least half of a video's length "
    "watched; of other content, completed, or half of the time that those in it usually spend. At "
    "least 50 with and 50 without."
)
USED_SHARE = 0.5
COMPARE_MIN_PEOPLE = 50
ALIKE_MOST = 0.10  # a difference that could not have been missed: METHODS B5's MDE

Line = dict[str, Any]


class Verdict(StrEnum):
    """What to do about a question, in the order of METHODS B5's table."""

    ITEM_DEFECT = "item defect"
    NOT_TAUGHT = "content does not teach it"
    NOT_SEEN = "exposure gap"
    LANGUAGE = "language or context"
    NO_ACTION = "no action"
    UNTOLD = "cannot separate content from item"


@dataclass(frozen=True)
class Taught:
    """A question and a content that is declared to teach it.

    used, unused: share right of those who had used the content before, and of those who had not.
    difference: used less unused among learners alike in the rest of the test. detectable: the
    smallest difference that would have shown."""

    question: str
    content: str
    objective: str
    used: Interval | None
    used_people: int
    unused: Interval | None
    unused_people: int
    difference: Interval | Refused
    detectable: float | None


def taught(facts: Facts, assessment: str) -> dict[str, list[Taught]]:
    """The declared contents of an assessment's questions, by question. One query."""
    marks = first_marks(facts, assessment).join(facts.linkage, "question")
    marks = marks.filter(marks.state != "unmarked")  # right or wrong, not some of the points
    used = _used(facts)
    met = marks.left_join(used, (marks.person == used.person) & (marks.content == used.content))
    seen = (met.used_at <= met.answered_at).fill_null(False)
    cells = (
        met.mutate(seen=seen)
        .group_by(["question", "content", "objective", "fifth", "seen"])
        .aggregate(people=_.count(), right=_.mark.sum().cast("int64"))
    )
    found: dict[tuple[str, str, str], list[Line]] = defaultdict(list)
    for line in cells.to_pyarrow().to_pylist():
        found[line["question"], line["content"], line["objective"]].append(line)
    told: dict[str, list[Taught]] = defaultdict(list)
    for key, lines in sorted(found.items()):
        told[key[0]].append(_taught(key, lines))
    return told


def _used(facts: Facts) -> ir.Table:
    """person, content, used_at: since when they had used it."""
    watch = facts.watch
    enough = watch.watched_s >= USED_SHARE * watch.length_s
    watched = watch.filter(enough).select("person", content="video", at="last_at")
    reach = facts.reach.filter((_.kind != "video").fill_null(True))  # told better by watching
    usual = reach.active_s.quantile(USED_SHARE).over(ibis.window(group_by=["course", "module"]))
    timed = reach.mutate(usual=usual)
    long_enough = (timed.active_s > 0) & (timed.active_s >= USED_SHARE * timed.usual)
    read = timed.mutate(
        at=ibis.coalesce(
            timed.completed_at,
            ibis.ifelse(long_enough, timed.last_at, ibis.null(timed.last_at.type())),
        )
    )
    both = watched.union(read.filter(_.at.notnull()).select("person", content="module", at="at"))
    return both.group_by(["person", "content"]).aggregate(used_at=_["at"].min())


def _taught(key: tuple[str, str, str], lines: Sequence[Line]) -> Taught:
    question, content, objective = key
    arms = {seen: _arm(line for line in lines if line["seen"] is seen) for seen in (True, False)}
    (used, used_right), (unused, unused_right) = arms[True], arms[False]
    fewest = min(used, unused)
    difference: Interval | Refused | None = Refused(
        "low_n",
        f"{used} had used it and {unused} had not; {COMPARE_MIN_PEOPLE} of each are needed.",
    )
    if fewest >= COMPARE_MIN_PEOPLE:
        difference = common_difference(_strata(lines))
    alike = "Those who had used it and those who had not have nothing else in common."
    return Taught(
        question=question,
        content=content,
        objective=objective,
        used=wilson(used_right, used) if used else None,
        used_people=used,
        unused=wilson(unused_right, unused) if unused else None,
        unused_people=unused,
        difference=difference or Refused("not_identified", alike),
        detectable=detectable_difference(unused_right / unused, fewest) if unused else None,
    )


def _arm(lines: Any) -> tuple[int, int]:
    counted = [(line["people"], line["right"]) for line in lines]
    return sum(people for people, _ in counted), sum(right for _, right in counted)


def _strata(lines: Sequence[Line]) -> list[TwoByTwo]:
    cells: Mapping[int, dict[bool, Line]] = defaultdict(dict)
    for line in lines:
        cells[line["fifth"]][line["seen"]] = line
    nobody: Line = {"people": 0, "right": 0}
    return [
        TwoByTwo(
            (used := cell.get(True, nobody))["right"],
            used["people"] - used["right"],
            (unused := cell.get(False, nobody))["right"],
            unused["people"] - unused["right"],
        )
        for cell in cells.values()
    ]


def verdict(
    asked: Asked, contents: Sequence[Taught], groups: Sequence[Differential] = ()
) -> Verdict:
    """What a question's figures say together (METHODS B5).

    The question first: nothing is believed of a broken one. groups: whether it works differently
    for groups of learners."""
    judged = asked.judged
    if not isinstance(judged, ItemJudged):
        return Verdict.UNTOLD
    if judged.defective:
        return Verdict.ITEM_DEFECT
    if judged.difficulty.estimate >= HARD:
        hard_for_some = any(group.class_ == "C" for group in groups)
        return Verdict.LANGUAGE if hard_for_some else Verdict.NO_ACTION
    return _low(contents)


def _low(contents: Sequence[Taught]) -> Verdict:
    """Of a sound question that few get right."""
    differences = [
        (content.difference, content.detectable)
        for content in contents
        if isinstance(content.difference, Interval)
    ]
    if any(difference.low > 0 for difference, _ in differences):
        return Verdict.NOT_SEEN
    alike = [
        difference
        for difference, detectable in differences
        if difference.low <= 0 <= difference.high and (detectable or 1) <= ALIKE_MOST
    ]
    return Verdict.NOT_TAUGHT if differences and len(alike) == len(differences) else Verdict.UNTOLD
