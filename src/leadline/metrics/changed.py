"""What was different in a course after a change to it: how fast it is completed, passed and left.

Before and after, nothing more: who begins after a change may be other people in other times. The
words come from the ladder of claims (stats.claims)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import sqrt
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
from ibis import _
from scipy import special

from leadline.metrics.metric import Facts, catalogue
from leadline.metrics.population import (
    DAY_SECONDS,
    by_now,
    cycles,
    instant,
    local,
    seconds_between,
)
from leadline.stats.claims import Claim, claim, trend_check
from leadline.stats.intervals import (
    CONFIDENCE,
    Interval,
    difference_of,
    normal_quantile,
    wilson,
)
from leadline.stats.refusal import Refused

VERSION = 1
QUESTION = "What was it before the change, and what is it after?"
DEFINITION = (
    "Enrolments of a course that began on the day of the change or later against those that began "
    "so long before it that their horizon was over by then. The horizon is the shortest of 14, 30, "
    "60 and 90 days within which 95 % of those came that had completed it before the change, if it "
    "is over for ten enrolments of each side. Days to complete: the mean, who has not completed by "
    "the horizon counted with all of it. Left: not complete by the horizon, and withdrawn or "
    "without activity in the 14 days before it. Pass: first graded attempts handed in before the "
    "day, and from it on. Waived enrolments are left out."
)
HORIZONS_DAYS = (14, 30, 60, 90)
USUAL_SHARE = 0.95
OVER_MIN = 10  # enrolments of each side whose horizon is over
IDLE_DAYS = 14
DRIFT_MIN = 20  # enrolments in each half of those before
PASSES = "first_attempt_pass_rate"


class Line(NamedTuple):
    """How many enrolments began so many days after the change (before it: below 0), and after how
    many days they were completed and last active (None: never), ended without that or are looked
    at, and are looked at."""

    began: int
    done: int | None
    active: int | None
    seen: int
    age: int
    enrolments: int


@dataclass(frozen=True)
class Compared:
    """One figure before and after. change: after less before. people: who stands behind each."""

    before: Interval | Refused
    after: Interval | Refused
    change: Interval | Refused
    before_people: int
    after_people: int


@dataclass(frozen=True)
class Changed:
    """A course before and after a day. passing, leaving: None where the facts are closed to the
    viewer, or there is nothing to count. claim: of the days to complete."""

    course: str
    on: date
    as_of: datetime
    horizon_days: int
    days: Compared
    passing: Compared | None
    leaving: Compared | None
    claim: Claim
    version: int = VERSION


def changed(facts: Facts, course: str, on: date) -> Changed | None:
    """None: nobody began it long enough before the day, or nobody since.

    Sums by day leave the engine."""
    cycle = _cycles(facts, course, on)
    lines = [Line(**line) for line in _lines(cycle).to_pyarrow().to_pylist()]
    horizon = _horizon(lines)
    before, after = _over(lines, horizon, late=False), _over(lines, horizon, late=True)
    people = _people(cycle, horizon)
    if not people[False] or not people[True]:
        return None
    return Changed(
        course=course,
        on=on,
        as_of=facts.now,
        horizon_days=horizon,
        days=_compared(_mean(before, horizon), _mean(after, horizon), people),
        passing=_passing(facts, course, on),
        leaving=_compared(_leave(before, horizon), _leave(after, horizon), people)
        if "last_at" in facts.cycle.columns
        else None,
        claim=claim("before and after", [trend_check(_drift(before, horizon))]),
    )


def _cycles(facts: Facts, course: str, on: date) -> ir.Table:
    """person and the columns of Line; of enrolments that were not waived."""
    table = cycles(facts).filter(_.course == course)
    table = table.filter(by_now(facts, table.completed_at) | ~by_now(facts, table.waived_at))
    ended = ibis.ifelse(by_now(facts, table.withdrawn_at), table.withdrawn_at, instant(facts.now))
    never = ibis.null("timestamp('UTC')")
    done = ibis.ifelse(by_now(facts, table.completed_at), table.completed_at, never)
    active = table.last_at if "last_at" in table.columns else never
    day = local(table.began, facts.reporting_zone).date()
    return table.select(
        "person",
        began=_day(day) - (on - date(1970, 1, 1)).days,
        done=_days(table.began, done),
        active=_days(table.began, active),
        seen=_days(table.began, ended),
        age=_days(table.began, instant(facts.now)),
    )


def _day(day: ir.DateColumn) -> ir.IntegerColumn:
    """Days since 1970, by epoch seconds: the same on every engine."""
    return (day.cast("timestamp").epoch_seconds() // DAY_SECONDS).cast("int64")


def _days(start: ir.TimestampColumn, end: ir.TimestampColumn) -> ir.IntegerColumn:
    whole = (seconds_between(start, end) // DAY_SECONDS).cast("int64")
    return ibis.ifelse(whole < 0, 0, whole)  # null stays null, as it does not in GREATEST


def _lines(cycle: ir.Table) -> ir.Table:
    keys = ["began", "done", "active", "seen", "age"]
    return cycle.group_by(keys).aggregate(enrolments=cycle.count()).order_by(keys)


def _people(cycle: ir.Table, horizon: int) -> dict[bool, int]:
    """How many people have an enrolment whose horizon was over by the day, and one since."""
    told = cycle.filter((cycle.began >= 0) | (cycle.began <= -horizon))
    late = told.mutate(late=told.began >= 0)
    rows = late.group_by("late").aggregate(people=late.person.nunique()).to_pyarrow().to_pylist()
    return {False: 0, True: 0} | {row["late"]: row["people"] for row in rows}


def _horizon(lines: Sequence[Line]) -> int:
    """Chosen by how long completing took before the change and how long both sides were followed,
    never by how those after it fared."""
    told = [
        horizon
        for horizon in HORIZONS_DAYS
        if all(_count(_over(lines, horizon, late=late)) >= OVER_MIN for late in (False, True))
    ]
    usual = _usual([line for line in lines if line.began < 0])
    return min((h for h in told if h >= usual), default=max(told, default=HORIZONS_DAYS[0]))


def _usual(before: Sequence[Line]) -> int:
    """Days within which nearly all came that completed it by the day of the change."""
    days = [(line.done, line.enrolments) for line in before if line.done is not None]
    known = sorted((done, n) for done, n in days)
    total, counted = sum(n for _, n in known), 0
    for done, enrolments in known:
        counted += enrolments
        if counted >= USUAL_SHARE * total:
            return done
    return HORIZONS_DAYS[-1]


def _over(lines: Sequence[Line], horizon: int, *, late: bool) -> list[Line]:
    """Those of one side whose horizon is over: by now, or was by the day of the change."""
    if late:
        return [line for line in lines if line.began >= 0 and line.age >= horizon]
    return [line for line in lines if line.began <= -horizon]


def _count(lines: Sequence[Line]) -> int:
    return sum(line.enrolments for line in lines)


def _mean(lines: Sequence[Line], horizon: int) -> Interval | Refused:
    """Days to complete within the horizon; all of them were followed to it, so nothing is censored.

    Normal limits from the variance of the days."""
    n = _count(lines)
    if n < OVER_MIN:
        return _early(n)
    mean, error = _moments(lines, horizon)
    half = normal_quantile(CONFIDENCE) * error
    return Interval(mean, max(0.0, mean - half), min(horizon, mean + half), "restricted mean")


def _early(n: int) -> Refused:
    return Refused("immature", f"{n} are followed long enough so far; {OVER_MIN} are needed.")


def _moments(lines: Sequence[Line], horizon: int) -> tuple[float, float]:
    """Mean of the days and its standard error."""
    days = [(min(horizon if line.done is None else line.done, horizon), line) for line in lines]
    n = _count(lines)
    mean = sum(day * line.enrolments for day, line in days) / n
    squares = sum((day - mean) ** 2 * line.enrolments for day, line in days)
    return mean, sqrt(squares / (n - 1) / n)


def _drift(before: Sequence[Line], horizon: int) -> float | None:
    """p of "those before fare alike, the earlier and the later half"; None: too few to tell."""
    total, counted = _count(before), 0
    halves: tuple[list[Line], list[Line]] = ([], [])
    for line in sorted(before, key=lambda each: each.began):
        halves[2 * counted >= total].append(line)
        counted += line.enrolments
    if min(map(_count, halves)) < DRIFT_MIN:
        return None
    (one, first), (two, second) = (_moments(half, horizon) for half in halves)
    error = sqrt(first**2 + second**2)
    return float(special.erfc(abs(one - two) / error / sqrt(2))) if error else None


def _leave(lines: Sequence[Line], horizon: int) -> Interval | Refused:
    n = _count(lines)
    if n < OVER_MIN:
        return _early(n)
    return wilson(sum(line.enrolments for line in lines if _left(line, horizon)), n)


def _left(line: Line, horizon: int) -> bool:
    if line.done is not None and line.done <= horizon:
        return False
    withdrawn = line.done is None and line.seen < min(line.age, horizon)
    return withdrawn or line.active is None or line.active <= horizon - IDLE_DAYS


def _passing(facts: Facts, course: str, on: date) -> Compared | None:
    rows = catalogue()[PASSES].rows(facts)
    rows = rows.filter(rows.course == course, rows.excluded.isnull(), by_now(facts, rows["at"]))
    day = local(rows["at"], facts.reporting_zone).date()
    told = rows.mutate(late=day >= ibis.literal(on))
    counts = told.group_by("late").aggregate(
        passed=told.value.sum(), n=told.count(), people=told.person.nunique()
    )
    arms = {row["late"]: row for row in counts.to_pyarrow().to_pylist()}
    if not arms:
        return None
    one, two = (_share(arms.get(late)) for late in (False, True))
    people = {late: arms[late]["people"] if late in arms else 0 for late in (False, True)}
    return _compared(one, two, people)


def _share(arm: Mapping[str, Any] | None) -> Interval | Refused:
    if arm is None or arm["n"] < OVER_MIN:
        n = arm["n"] if arm else 0
        return Refused("low_n", f"{n} so far; {OVER_MIN} are needed.")
    return wilson(round(arm["passed"]), arm["n"])


def _compared(
    before: Interval | Refused, after: Interval | Refused, people: Mapping[bool, int]
) -> Compared:
    change: Interval | Refused = Refused("low_n", "Too few before or after to compare.")
    if isinstance(before, Interval) and isinstance(after, Interval):
        change = difference_of(after, before)
    return Compared(before, after, change, people[False], people[True])
