"""Who had completed a course by a landmark day, and what was measured of them afterwards.

Whoever stays longer has more time to complete anything; so who counts as having completed is fixed
on one day, only those employed on it count, and outcomes count from it on (METHODS E). Without
that, completers look better although nothing was learned (immortal time)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from ibis import _
from numpy.typing import NDArray

from leadline.metrics.metric import Facts
from leadline.metrics.population import DAY_SECONDS, so_far

TAKING_DAYS = 365  # before the landmark, in which it may have been completed
JOINED_DAYS = 90  # after the hire, for those who are followed from their first day
FOLLOW_DAYS = 365  # after the landmark, in which outcomes count
PEOPLE_MAX = 20_000
LEVEL_MIN_PEOPLE = 50  # a role, unit or location with fewer is one of the others
LEVEL_MIN_SHARE = 0.02
UNIT_LEVELS = 2
TEAMS_MIN = 20  # fewer clusters say too little of how teams differ
YEAR_DAYS = 365.25
TENURE, BEFORE, EARLIER = "years employed", "last measured before", "measured earlier"
NOT_EMPLOYED, TAKEN_EARLIER = "not employed on the landmark day", "completed it earlier"
EPOCH = date(1970, 1, 1)
TAKING = timedelta(days=TAKING_DAYS)

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Landmark:
    """One day for everybody, or, where there is none, so many days after each one's hire.

    since: the day from which on the course may have been completed, TAKING_DAYS before where not
    said; what was measured earlier is from before anybody counted took it."""

    on: date | None
    days: int = JOINED_DAYS
    since: date | None = None


@dataclass(frozen=True)
class Column:
    """What the groups may differ in before: a number, or belonging to a role, unit or location."""

    name: str
    values: Floats
    level: bool


@dataclass(frozen=True)
class Followed:
    """One line a person: mean outcome `y` after the landmark, whether `exposed`, what they brought
    with them, the `team`, hours in the course by then, and the last outcome before (or NaN).

    later: of those not exposed, how many completed it while the outcome was counted. share: of all
    such people, those looked at (whole teams drawn by lot where there are more than PEOPLE_MAX)."""

    y: Floats
    exposed: Flags
    hours: Floats
    before: Floats
    columns: tuple[Column, ...]
    team: NDArray[np.int64]
    teams: bool
    later: int
    left_out: dict[str, int]
    share: float

    def design(self, without: str = "") -> Floats:
        """The columns side by side, those that follow from others left out."""
        chosen = [c.values for c in self.kept(without)]
        return np.column_stack(chosen) if chosen else np.empty((len(self.y), 0))

    def kept(self, without: str = "") -> tuple[Column, ...]:
        """Columns that say something of their own, `without` one (and its being missing)."""
        offered = [c for c in self.columns if not without or not c.name.startswith(without)]
        return tuple(_independent(offered, len(self.y)))


def usual(facts: Facts, course: str) -> Landmark | None:
    """The Monday after the day by which half of those who completed it had; None: nobody has.

    From completions alone, so that no result can have moved it."""
    done = _completions(facts, course)
    days = done.group_by("done").aggregate(people=done.count()).order_by("done").to_pyarrow()
    counts = days["people"].to_numpy()
    if not len(counts):
        return None
    middle = int(np.searchsorted(counts.cumsum(), counts.sum() / 2))
    day = _date(days["done"][middle].as_py())
    on = day + timedelta(days=7 - day.weekday())
    within = [each for each in days["done"].to_pylist() if _date(each) >= on - TAKING]
    return Landmark(on, since=_date(within[0]))


def _date(number: int) -> date:
    return EPOCH + timedelta(days=number)


def followed(facts: Facts, course: str, outcome: str, landmark: Landmark) -> Followed:
    """Everybody who was measured after the landmark. One query, three where they are too many."""
    rows = _people(facts, course, outcome, landmark)
    found = rows.order_by("person").limit(PEOPLE_MAX + 1).to_pyarrow()
    if len(found) <= PEOPLE_MAX:
        return _followed(found, share=1.0)
    parts = ceil(int(rows.count().to_pyarrow().as_py()) / PEOPLE_MAX)
    drawn = rows.filter(ibis.coalesce(_.manager, _.person) % parts == 0)
    return _followed(drawn.order_by("person").to_pyarrow(), 1 / parts)


def _people(facts: Facts, course: str, outcome: str, landmark: Landmark) -> ir.Table:
    """One row per person who was measured: person, y, last, earlier, done, hours, their seat.

    Days are counted from 1970; `taken_from`, `mark`: from when on and up to when (exclusive) the
    course may have been completed."""
    told = so_far(facts, facts.outcome.filter(_.outcome == outcome), "at")
    told = told.mutate(day=_day(told["at"].date()))
    marked = told.inner_join(_marks(facts, told, landmark), "person")
    after = (marked.day >= marked.mark) & (marked.day < marked.mark + FOLLOW_DAYS)
    before = marked.day < marked.taken_from
    each = marked.group_by(["person", "taken_from", "mark"]).aggregate(
        y=marked.value.mean(where=after),
        last=marked.value.argmax(marked["at"], where=before),
        total=marked.value.sum(where=before),
        measured=before.cast("int64").sum(),
    )
    each = each.filter(each.y.notnull())
    each = each.mutate(earlier=(each.total - each["last"]) / (each.measured - 1).nullif(0))
    return (
        _with_hours(facts, each, course)
        .left_join(_completions(facts, course), "person")
        .drop("person_right")
        .left_join(_seats(facts, each), "person")
        .drop("person_right")
    )


def _marks(facts: Facts, told: ir.Table, landmark: Landmark) -> ir.Table:
    if landmark.on is not None:
        since = landmark.since or landmark.on - TAKING
        marks = {"taken_from": (since - EPOCH).days, "mark": (landmark.on - EPOCH).days}
        people = told.select("person").distinct()
        return people.mutate(**{name: ibis.literal(day) for name, day in marks.items()})
    seat = facts.position.filter(_.hire_date.notnull())
    hired = seat.group_by("person").aggregate(taken_from=_day(seat.hire_date.max()))
    return hired.mutate(mark=hired.taken_from + landmark.days)


def _completions(facts: Facts, course: str) -> ir.Table:
    """person, done: the day of the first completion."""
    done = so_far(facts, facts.cycle.filter(_.course == course), "completed_at")
    return done.group_by("person").aggregate(done=_day(done.completed_at.min().date()))


def _with_hours(facts: Facts, each: ir.Table, course: str) -> ir.Table:
    spent = facts.session.filter(_.course == course)
    joined = spent.inner_join(each.select("person", "mark"), "person")
    joined = joined.filter(_day(joined.started_at.date()) < joined.mark)
    hours = joined.group_by("person").aggregate(hours=joined.active_s.sum() / 3600)
    return each.left_join(hours, "person").drop("person_right")


def _seats(facts: Facts, each: ir.Table) -> ir.Table:
    """Where each was on their landmark day; nobody who had left by then."""
    seat = facts.position.inner_join(each.select("person", "mark"), "person")
    first, last, left = (_day(seat[c]) for c in ("valid_from", "valid_to", "left_on"))
    here = (first <= seat.mark) & (last.isnull() | (last > seat.mark))
    here = here & (left.isnull() | (left > seat.mark))
    return seat.filter(here).select(
        "person",
        "role",
        "location",
        "manager",
        unit=seat.unit_path,
        hired=_day(seat.hire_date),
        placed=ibis.literal(True),
    )


def _day(when: ir.DateValue) -> ir.IntegerValue:
    """By epoch seconds: the same on every engine."""
    return (when.cast("timestamp").epoch_seconds() // DAY_SECONDS).cast("int64")


def _followed(rows: pa.Table, share: float) -> Followed:
    placed = rows["placed"].is_valid().to_numpy()
    done = _numbers(rows, "done")
    taken_from, mark = _numbers(rows, "taken_from"), _numbers(rows, "mark")
    earlier = placed & (done < taken_from)
    kept = placed & ~earlier
    rows, done, mark = rows.filter(pa.array(kept)), done[kept], mark[kept]
    exposed = done < mark
    team, teams = _teams(rows)
    return Followed(
        y=_numbers(rows, "y"),
        exposed=exposed,
        hours=np.nan_to_num(_numbers(rows, "hours")),
        before=_numbers(rows, "last"),
        columns=tuple(_columns(rows, mark)),
        team=team,
        teams=teams,
        later=int((~exposed & (done < mark + FOLLOW_DAYS)).sum()),
        left_out={NOT_EMPLOYED: int((~placed).sum()), TAKEN_EARLIER: int(earlier.sum())},
        share=share,
    )


def _numbers(rows: pa.Table, name: str) -> Floats:
    """A column as floats; what is not known is NaN."""
    found: Floats = rows[name].cast(pa.float64()).to_numpy()
    return found


def _teams(rows: pa.Table) -> tuple[NDArray[np.int64], bool]:
    """Clusters 0…: those with one manager, else those of one unit, if there are TEAMS_MIN of them;
    else everyone alone."""
    person = rows["person"].to_pylist()
    for column in ("manager", "unit"):
        told = rows[column].to_pylist()
        keys = [
            f"{column} {t}" if t is not None else f"{p}" for t, p in zip(told, person, strict=True)
        ]
        if len({t for t in told if t is not None}) >= TEAMS_MIN:
            return np.unique(np.array(keys), return_inverse=True)[1].astype(np.int64), True
    return np.arange(len(person)), False


def _columns(rows: pa.Table, mark: Floats) -> Iterator[Column]:
    for name, values in (
        (TENURE, (mark - _numbers(rows, "hired")) / YEAR_DAYS),
        (BEFORE, _numbers(rows, "last")),
        (EARLIER, _numbers(rows, "earlier")),
    ):
        missing = np.isnan(values)
        if not missing.all():
            yield Column(name, np.where(missing, np.nanmean(values), values), level=False)
            yield Column(f"{name}: not known", missing.astype(np.float64), level=True)
    for name in ("role", "unit", "location"):
        told = [_top(each) if name == "unit" else each for each in rows[name].to_pylist()]
        names = np.array([each or "" for each in told])
        levels, counts = np.unique(names, return_counts=True)
        least = max(LEVEL_MIN_PEOPLE, LEVEL_MIN_SHARE * len(names))
        for level, people in zip(levels.tolist(), counts.tolist(), strict=True):
            if level and people >= least:
                yield Column(f"{name}: {level}", (names == level).astype(np.float64), level=True)


def _top(path: str | None) -> str | None:
    return "/".join(path.split("/")[:UNIT_LEVELS]) if path else path


def _independent(columns: list[Column], rows: int) -> Iterator[Column]:
    """Those that are no constant and no sum of the ones before, one after another."""
    basis = np.full((rows, 1), 1 / np.sqrt(max(rows, 1)))
    for column in columns:
        size = float(np.linalg.norm(column.values))
        left = column.values - basis @ (basis.T @ column.values)
        if size and float(np.linalg.norm(left)) > 1e-6 * size:
            basis = np.column_stack([basis, left / np.linalg.norm(left)])
            yield column
