"""Do the trained have fewer incidents? Person-months with and without a course (MISSION S089).

An incident is an outcome that counts: violations, accidents, complaints, one or more on a day. Time
before a person's training is untrained time of the same person, so that nobody is counted as
trained for having stayed (METHODS E: no immortal time)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import exp, log

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from ibis import _

from leadline.metrics.impact import Outcome
from leadline.metrics.landmark import EPOCH, UNIT_LEVELS, Flags, Floats
from leadline.metrics.metric import Facts
from leadline.metrics.population import DAY_SECONDS, so_far
from leadline.stats.claims import Check, Claim, claim
from leadline.stats.intervals import Interval
from leadline.stats.power import detectable_beside
from leadline.stats.rates import Counts, RateRatio, rate_ratio
from leadline.stats.refusal import Refused

VERSION = 1
QUESTION = "Do the trained have fewer incidents?"
DEFINITION = (
    "Incidents a person-month: the outcome's counts over the time that people held a position, "
    "from the month of its first record to its last record, at most 36 months. Trained: from the "
    "day after a person's first completion of the course; before it, and without it, untrained. "
    "The rate ratio compares within the same month, unit and role (Mantel-Haenszel); its interval "
    "lets people differ and have several incidents. Check before: untrained time of those who took "
    "the course later against that of those who never did, which training cannot have changed."
)
MONTHS_MAX = 36
PEOPLE_MAX = 50_000
MONTH_DAYS = 365.25 / 12
PLAUSIBLE_FALL = 0.25  # what training may be hoped to take away from a rate

Index = np.ndarray


@dataclass(frozen=True)
class Side:
    """Person-months in one state: people, months, incidents, and incidents in 100 months."""

    people: int
    months: float
    incidents: int

    @property
    def rate(self) -> float:
        return 100 * self.incidents / self.months if self.months else 0.0


@dataclass(frozen=True)
class Rates:
    """One course and one outcome. ratio: rate of the trained over that of the others at the same
    time, place and role. before: those trained later (`later` people) over those never trained
    (`never`), both untrained. detectable: the smallest fall (share) that would have shown.
    unplaced: incidents on days on which the person held no position; they are left out."""

    course: str
    outcome: Outcome
    as_of: datetime
    since: date
    until: date
    trained: Side
    untrained: Side
    found: RateRatio | Refused
    before: RateRatio | Refused
    checks: tuple[Check, ...]
    claim: Claim | None
    detectable: float | None
    later: int
    never: int
    unplaced: int
    version: int = VERSION

    @property
    def seen(self) -> bool:
        """Whether the ratio's interval leaves out "the same rate"."""
        found = self.found
        return isinstance(found, RateRatio) and not found.ratio.low <= 1 <= found.ratio.high

    @property
    def too_little(self) -> bool:
        """Whether a plausible fall could have been missed."""
        return self.detectable is None or self.detectable > PLAUSIBLE_FALL


def counted(facts: Facts) -> list[str]:
    """The outcomes that count something: whole numbers from 0 on, where less is better."""
    told = so_far(facts, facts.outcome, "at")
    each = told.group_by("outcome").aggregate(
        whole=((_.value >= 0) & (_.value == _.value.floor())).all(),
        better=_.better.argmax(_["at"], where=_.better.notnull()),
    )
    found = each.filter(each.whole, each.better == "down").order_by("outcome")
    return list(found.to_pyarrow()["outcome"].to_pylist())


def rates(facts: Facts, course: str, outcome: Outcome) -> Rates | None:
    """One course against one outcome that counts; None: it counts nothing, or nobody is placed."""
    told = so_far(facts, facts.outcome.filter(_.outcome == outcome.outcome), "at")
    incidents = told.select("person", "value", day=_day(told["at"].date())).to_pyarrow()
    if not len(incidents) or not _counts(incidents["value"].to_numpy()):
        return None
    seats = _seats(facts)
    if not len(seats):
        return None
    time = _Time(seats, incidents, _completed(facts, course))
    found = rate_ratio(time.all())
    before = rate_ratio(time.before())
    checks = _checks(found, before)
    return Rates(
        course=course,
        outcome=outcome,
        as_of=facts.now,
        since=EPOCH + timedelta(days=int(time.edges[0])),
        until=EPOCH + timedelta(days=int(time.edges[-1]) - 1),
        trained=time.side(trained=True),
        untrained=time.side(trained=False),
        found=found,
        before=before,
        checks=checks,
        claim=None if isinstance(found, Refused) else claim("adjusted", checks),
        detectable=_detectable(found),
        later=time.people_before(later=True),
        never=time.people_before(later=False),
        unplaced=time.unplaced,
    )


def _counts(values: Floats) -> bool:
    return bool((values >= 0).all() and (values == np.floor(values)).all())


def _day(when: ir.DateValue) -> ir.IntegerValue:
    """By epoch seconds: the same on every engine."""
    return (when.cast("timestamp").epoch_seconds() // DAY_SECONDS).cast("int64")


def _seats(facts: Facts) -> pa.Table:
    """person, first, last (exclusive; null: still), unit, role: of people by their random keys,
    where there are more than PEOPLE_MAX."""
    seat = facts.position
    people = int(seat.person.nunique().to_pyarrow().as_py())
    parts = -(-people // PEOPLE_MAX)
    chosen = seat if parts <= 1 else seat.filter(seat.person % parts == 0)
    return chosen.select(
        "person",
        "role",
        unit=chosen.unit_path,
        first=_day(chosen.valid_from),
        last=_day(chosen.valid_to),
        left=_day(chosen.left_on),
    ).to_pyarrow()


def _completed(facts: Facts, course: str) -> pa.Table:
    done = so_far(facts, facts.cycle.filter(_.course == course), "completed_at")
    day = _day(done.completed_at.date()).min()
    return done.group_by("person").aggregate(done=day).to_pyarrow()


class _Time:
    """Person-time by seat and month, split where somebody was trained, and what happened in it."""

    def __init__(self, seats: pa.Table, incidents: pa.Table, done: pa.Table) -> None:
        days = incidents["day"].to_numpy()
        self.edges = _months(int(days.min()), int(days.max()))
        self.people, self.who = np.unique(seats["person"].to_numpy(), return_inverse=True)
        self.first = seats["first"].to_numpy().astype(np.float64)
        ends = [np.nan_to_num(_numbers(seats, name), nan=np.inf) for name in ("last", "left")]
        self.last = np.minimum(*ends)
        place = [
            f"{'/'.join((unit or '').split('/')[:UNIT_LEVELS])}|{role or ''}"
            for unit, role in zip(seats["unit"].to_pylist(), seats["role"].to_pylist(), strict=True)
        ]
        self.place = np.unique(np.array(place), return_inverse=True)[1]
        self.since = self._trained_since(done)
        self.untrained, self.trained = self._months_of_each()
        self.happened, self.unplaced = self._happened(incidents)

    def _trained_since(self, done: pa.Table) -> Floats:
        """By person, the first trained day; inf: never."""
        since = np.full(len(self.people), np.inf)
        at = np.searchsorted(self.people, done["person"].to_numpy())
        at = np.minimum(at, len(self.people) - 1)
        known = self.people[at] == done["person"].to_numpy()
        since[at[known]] = done["done"].to_numpy()[known] + 1
        return since

    def _months_of_each(self) -> tuple[Floats, Floats]:
        """Days in each seat (row) and month (column), untrained and trained."""
        start, end = self.edges[:-1], self.edges[1:]
        turn = self.since[self.who][:, None]
        from_ = np.maximum(self.first[:, None], start)
        to = np.minimum(self.last[:, None], end)
        whole = np.maximum(to - from_, 0)
        trained = np.maximum(to - np.maximum(from_, turn), 0)
        return whole - trained, trained

    def _happened(self, incidents: pa.Table) -> tuple[tuple[Index, Index, Flags, Floats], int]:
        """(seat, month, whether trained, how many) of each incident; how many have no seat."""
        days, value = incidents["day"].to_numpy(), incidents["value"].to_numpy()
        kept = (days >= self.edges[0]) & (value > 0)
        days, value, who = days[kept], value[kept], incidents["person"].to_numpy()[kept]
        seats: dict[int, list[int]] = {}
        for place, person in enumerate(self.people[self.who].tolist()):
            seats.setdefault(person, []).append(place)
        found = [self._seat(seats.get(p, []), d) for p, d in zip(who, days, strict=True)]
        seated = np.array(found, dtype=np.int64)
        here = seated >= 0
        row, days, value = seated[here], days[here], value[here]
        month = np.searchsorted(self.edges, days, side="right") - 1
        trained = days >= self.since[self.who[row]]
        return (row, month, trained, value), int(kept.sum() - here.sum())

    def _seat(self, rows: list[int], day: int) -> int:
        return next((r for r in rows if self.first[r] <= day < self.last[r]), -1)

    def all(self) -> Counts:
        """Trained against untrained time."""
        return self._counts(self.untrained, self.trained, self.happened[2])

    def before(self) -> Counts:
        """Untrained time alone: of those trained later against those never trained."""
        later = np.isfinite(self.since)[self.who]
        row, _month, trained, _value = self.happened
        ever = later[row]
        return self._counts(
            self.untrained * ~later[:, None], self.untrained * later[:, None], ever, ~trained
        )

    def _counts(
        self, others: Floats, exposed: Floats, marked: Flags, kept: Flags | None = None
    ) -> Counts:
        row, month, _trained, value = self.happened
        months = others.shape[1]
        cells = self.place[:, None] * months + np.arange(months)
        parts = []
        for side, time in ((True, exposed), (False, others)):
            mine = (marked == side) if kept is None else (marked == side) & kept
            events = np.zeros_like(time)
            np.add.at(events, (row[mine], month[mine]), value[mine])
            used = time > 0
            persons = np.broadcast_to(self.who[:, None], time.shape)
            parts.append((events[used], time[used] / MONTH_DAYS, cells[used], persons[used], side))
        events, time, stratum, cluster = (
            np.concatenate([part[column] for part in parts]) for column in range(4)
        )
        sides = np.concatenate([np.full(len(part[0]), part[4]) for part in parts])
        dense = [np.unique(each, return_inverse=True)[1] for each in (stratum, cluster)]
        return Counts(events, time, sides, dense[0], dense[1])

    def side(self, *, trained: bool) -> Side:
        time = self.trained if trained else self.untrained
        _row, _month, was, value = self.happened
        people = len(np.unique(self.who[time.sum(axis=1) > 0]))
        return Side(people, float(time.sum() / MONTH_DAYS), int(value[was == trained].sum()))

    def people_before(self, *, later: bool) -> int:
        """People with untrained time who were trained later, or never were."""
        spent = self.untrained.sum(axis=1) > 0
        return len(np.unique(self.who[spent & (np.isfinite(self.since)[self.who] == later)]))


def _numbers(table: pa.Table, name: str) -> Floats:
    found: Floats = table[name].cast(pa.float64()).to_numpy()
    return found


def _months(first: int, last: int) -> Floats:
    """The first days of the months from that of the first record on, and the day after the last."""
    end = EPOCH + timedelta(days=last)
    starts: list[int] = []
    year, month = end.year, end.month
    while len(starts) < MONTHS_MAX:
        start = (date(year, month, 1) - EPOCH).days
        starts.append(start)
        if start <= first:
            break
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return np.array([*reversed(starts), last + 1], dtype=np.float64)


def _checks(found: RateRatio | Refused, before: RateRatio | Refused) -> tuple[Check, ...]:
    if isinstance(found, Refused):
        return ()
    same = found.ratio.low <= 1 <= found.ratio.high
    difference = Check("difference", "fail" if same else "pass", _limits(found.ratio))
    if isinstance(before, Refused):
        return (difference, Check("placebo", "na", before.reason))
    apart = not before.ratio.low <= 1 <= before.ratio.high
    said = f"before training: {_limits(before.ratio)}"
    return (difference, Check("placebo", "fail" if apart else "pass", said))


def _limits(ratio: Interval) -> str:
    return f"rate ratio {ratio.estimate:.2f} ({ratio.low:.2f} to {ratio.high:.2f})"


def _detectable(found: RateRatio | Refused) -> float | None:
    """1 − the ratio that this many incidents would show with power 0.8."""
    if isinstance(found, Refused):
        return None
    ratio = found.ratio
    logs = Interval(log(ratio.estimate), log(ratio.low), log(ratio.high), ratio.method)
    return 1 - exp(-detectable_beside(logs))
