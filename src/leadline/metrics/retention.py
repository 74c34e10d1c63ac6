"""What is still known weeks later (METHODS C): the same people, tested on the day and again.

The curriculum declares which assessment is the delayed check of which. Everyone with a graded first
attempt counts, never only those who passed it: selecting on the first score shows forgetting where
there is none."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import numpy as np
from ibis import _

from leadline.metrics.metric import Facts
from leadline.metrics.population import DAY_SECONDS, by_now, instant, local, so_far
from leadline.stats.bootstrap import Floats
from leadline.stats.contrasts import Pairs
from leadline.stats.forgetting import Curve, Recalled, curves
from leadline.stats.intervals import ClusterSums, Interval, clustered_ratio, wilson
from leadline.stats.refusal import Refused
from leadline.stats.retention import (
    PAIRS_MIN,
    RESPONSE_MIN,
    Later,
    PassRetention,
    pass_retention,
    retention,
)

VERSION = 1
QUESTION = "Did learning last?"
DEFINITION = (
    "Everyone with a graded first attempt whose check has fallen due, passed or not; against the "
    "first graded attempt at the declared delayed check within its days (14 to 28 where not said), "
    "counted in calendar days of the reporting zone. Of a check that Leadline itself sends those "
    "count who were invited. Results carried over do not count; a score "
    "below 0 counts as 0. Retention: mean later over mean first score of the same people (Fieller)."
    " Change: mean paired difference (t). Pass: McNemar, paired Newcombe. Response: tested of "
    "those due (Wilson); under 70 % the answer is indicative and stands beside what it would be "
    "had the silent known nothing or everything."
)
WEEK_DAYS = 7
TRY = ("at", "course", "cycle_no", "attempt_no")  # an order without ties

EARLY = Refused("immature", "Nobody's days for the delayed check are over yet.")

Line = dict[str, Any]


class Declared(NamedTuple):
    """`check` is the delayed check of `of`, taken from_day to to_day days after it."""

    check: str
    of: str
    from_day: int
    to_day: int


@dataclass(frozen=True)
class Lasting:
    """What the people of one declared check still knew.

    due: whose days for the check are over, not_due: whose are not yet; None: withheld, and with
    `due` what is told of the silent. tested: of those due. complete: enough of them for a verdict;
    where not, `weighted` (by who answers) and `bounds` belong beside `ratio`. means: first and
    later score; mean_due: first score of everybody due; passed: share first and later. change: mean
    of later less first score. curve: of all checks of the same assessment together. since: the
    oldest first attempt of those due."""

    declared: Declared
    course: str | None
    tested: int
    due: int | None
    not_due: int | None
    since: datetime | None
    as_of: datetime
    response: Interval | None
    complete: bool
    ratio: Interval | Refused
    means: tuple[float, float] | None
    mean_due: float | None
    change: Interval | None
    weighted: float | None
    bounds: tuple[float, float] | None
    passes: PassRetention | Refused
    passed: tuple[float, float] | None
    curve: Curve | Refused
    version: int = VERSION


def declared(facts: Facts) -> list[Declared]:
    """The checks that are declared, in alphabetical order."""
    rows = facts.check.to_pyarrow().to_pylist()
    return sorted(Declared(r["assessment"], r["of"], r["from_day"], r["to_day"]) for r in rows)


def pairs(facts: Facts) -> ir.Table:
    """One row per person and declared check of an assessment in which the person has a score.

    person, check, of, from_day, to_day, course, at, first, first_passed, later, later_passed, days
    (between the two; all three null: not tested within the days), due."""
    tried = _graded(facts)
    began = _earliest(_answerable(facts, tried), ["person", "check", "of"])
    began = began.filter(_.score.notnull())
    again = tried.rename(check="assessment").filter(_.score.notnull())
    met = began.select("person", "check", "of", "from_day", "to_day", began="day")
    met = met.inner_join(again, ["person", "check"])
    met = met.mutate(days=met.day - met.began)
    met = met.filter(met.days >= met.from_day, met.days <= met.to_day)
    taken = _earliest(met, ["person", "check", "of"]).select(
        "person", "check", "of", "days", later="score", later_passed="passed"
    )
    told = began.left_join(taken, ["person", "check", "of"])
    return told.select(
        *("person", "check", "of", "from_day", "to_day", "course", "at"),
        *("later", "later_passed", "days"),
        first=told.score,
        first_passed=told.passed,
        due=told.day + told.to_day < _today(facts),
    )


def _answerable(facts: Facts, tried: ir.Table) -> ir.Table:
    """Attempts with each check that they are the day of learning of.

    Where a check counts only who was invited: those that an invitation followed within its days."""
    checks = facts.check.rename(check="assessment")
    began = tried.rename(of="assessment").inner_join(checks, "of")
    asked = so_far(facts, facts.invitation, "invited_at").rename(check="assessment")
    asked = asked.select("person", "check", asked_on=_day(facts, asked.invited_at))
    followed = began.filter(began.invited).inner_join(asked, ["person", "check"])
    waited = followed.asked_on - followed.day
    followed = followed.filter(waited >= followed.from_day, waited <= followed.to_day)
    return began.filter(~began.invited).union(followed.drop("asked_on"))


def _graded(facts: Facts) -> ir.Table:
    """Graded attempts at what is checked or is a check: person, assessment, course, cycle_no,
    attempt_no, at, day (number), score from 0, passed."""
    check = facts.check
    wanted = check.select("assessment").union(check.select(assessment=check.of), distinct=True)
    return _tried(facts, facts.attempt.semi_join(wanted, "assessment"))


def _tried(facts: Facts, attempt: ir.Table) -> ir.Table:
    attempt = attempt.mutate(at=ibis.coalesce(attempt.submitted_at, attempt.graded_at))
    own = ~attempt.transferred.fill_null(False)
    known = attempt.filter(by_now(facts, attempt.graded_at), by_now(facts, attempt.at), own)
    return known.select(
        *("person", "assessment", "course", "cycle_no", "attempt_no", "at", "passed"),
        day=_day(facts, known["at"]),
        score=ibis.ifelse(known.score < 0, 0.0, known.score),
    )


def _day(facts: Facts, at: ir.TimestampValue) -> ir.IntegerValue:
    """Number of the day of the calendar in the reporting zone."""
    then = local(at, facts.reporting_zone).date().cast("timestamp")
    return (then.epoch_seconds() // DAY_SECONDS).cast("int64")


def _earliest(tried: ir.Table, of: list[str]) -> ir.Table:
    place = ibis.row_number().over(ibis.window(group_by=of, order_by=TRY))
    return tried.mutate(place=place).filter(_.place == 0).drop("place")


def _today(facts: Facts) -> int:
    today = facts.now.astimezone(ZoneInfo(facts.reporting_zone)).date()
    return (today - date(1970, 1, 1)).days


def learned(facts: Facts, of: str, since: datetime) -> ir.Table:
    """Who has a first graded attempt at an assessment, with a score, in one assignment cycle, and
    when: person, cycle_no, at; those from `since` on. The day of learning that checks go by."""
    tried = _tried(facts, facts.attempt.filter(_.assessment == of))
    began = _earliest(tried, ["person", "cycle_no"]).filter(_.score.notnull())
    return began.filter(began["at"] >= instant(since)).select("person", "cycle_no", "at")


def lasting(facts: Facts) -> dict[Declared, Lasting]:
    """Every declared check in which somebody was due or will be. One query; its answer has at most
    a line for each person due."""
    return compared(pairs(facts), facts)


def compared(told: ir.Table, facts: Facts) -> dict[Declared, Lasting]:
    """The same of some of the `pairs`."""
    lines = _lines(told)
    curve = _curves(lines)
    return {
        one: _lasting(one, list(its), curve[one.of], facts.now)
        for one, its in groupby(lines, key=_declared)
    }


def _declared(line: Line) -> Declared:
    return Declared(line["check"], line["of"], line["from_day"], line["to_day"])


def _lines(told: ir.Table) -> list[Line]:
    told = told.mutate(week=(told.days // WEEK_DAYS).cast("int64"))
    scores = ("first", "first_passed", "later", "later_passed", "week")
    told = told.mutate(**{name: ibis.ifelse(told.due, told[name], None) for name in scores})
    key = list(Declared._fields)
    grouped = told.group_by([*key, "due", *scores]).aggregate(
        people=told.count(),
        days=told.days.sum(),
        since=told["at"].min(),
        course=told.course.min(),
    )
    lines: list[Line] = grouped.order_by([*key, "due", *scores]).to_pyarrow().to_pylist()
    return lines


def _curves(lines: Iterable[Line]) -> Mapping[str, Curve | Refused]:
    """By assessment: how its scores fall with the weeks, all checks of it together.

    A test counts as one answer, right with the chance that its score says: fewer than it really
    has, so that the interval is rather too wide."""
    sums: dict[str, dict[int, list[float]]] = {}
    for line in lines:
        weeks = sums.setdefault(line["of"], {})
        if line["later"] is None:
            continue
        n = line["people"]
        for week, score, days in (
            (0, line["first"], 0),
            (line["week"] + 1, line["later"], line["days"]),
        ):
            total = weeks.setdefault(week, [0.0, 0.0, 0.0])
            total[:] = total[0] + n, total[1] + n * score, total[2] + days
    return curves(
        {
            of: [Recalled(days / n, round(right), round(n)) for n, right, days in weeks.values()]
            for of, weeks in sums.items()
        }
    )


def _lasting(
    one: Declared, lines: Sequence[Line], curve: Curve | Refused, now: datetime
) -> Lasting:
    due = [line for line in lines if line["due"]]
    tested = [line for line in due if line["later"] is not None]
    people, answered = _people(due), _people(tested)
    kept = retention(Later(_column(due, "first"), _column(due, "later"))) if due else EARLY
    told = None if isinstance(kept, Refused) else kept
    marks = _marks(tested)
    return Lasting(
        declared=one,
        course=min((line["course"] for line in lines if line["course"]), default=None),
        tested=answered,
        due=people,
        not_due=_people(lines) - people,
        since=min((line["since"] for line in due), default=None),
        as_of=now,
        response=wilson(answered, people) if people else None,
        complete=answered >= RESPONSE_MIN * people > 0,
        ratio=kept if isinstance(kept, Refused) else kept.ratio,
        means=(told.mean_first, told.mean_later) if told else None,
        mean_due=float(_column(due, "first").mean()) if due else None,
        change=_change(tested),
        weighted=told.weighted if told else None,
        bounds=told.bounds if told else None,
        passes=pass_retention(marks),
        passed=_passed(marks),
        curve=curve,
    )


def _marks(tested: Sequence[Line]) -> Pairs:
    """Who passed when, of those of whom both are told."""
    counts = Counter[tuple[bool | None, bool | None]]()
    for line in tested:
        counts[line["first_passed"], line["later_passed"]] += line["people"]
    yes, no = True, False
    return Pairs(counts[yes, yes], counts[yes, no], counts[no, yes], counts[no, no])


def _passed(marks: Pairs) -> tuple[float, float] | None:
    if marks.n < PAIRS_MIN:
        return None
    return (marks.both + marks.first_only) / marks.n, (marks.both + marks.second_only) / marks.n


def _people(lines: Iterable[Line]) -> int:
    return sum(line["people"] for line in lines)


def _column(lines: Sequence[Line], name: str) -> Floats:
    """One number a person; nan where there is none."""
    values = np.array([line[name] for line in lines], dtype=np.float64)
    return np.repeat(values, [line["people"] for line in lines])


def _change(tested: Sequence[Line]) -> Interval | None:
    """Mean of later less first, with the limits of a paired t test."""
    people = _people(tested)
    if people < PAIRS_MIN:
        return None
    lost = _column(tested, "later") - _column(tested, "first")
    total, squares = float(lost.sum()), float((lost * lost).sum())
    mean = clustered_ratio(ClusterSums(people, people, total, people, squares, total, people))
    return replace(mean, method="paired t")
