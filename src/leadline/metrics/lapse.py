"""How much of what is required will be met on a later day (METHODS F9).

When certificates run out is known; at which pace people renew follows from how they did so far."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

import ibis
import ibis.expr.types as ir
from ibis import _

from leadline.metrics.metric import Facts
from leadline.metrics.obligation import FAR, MET, NOT_COUNTED, NOT_YET_DUE
from leadline.stats.intervals import Interval, wilson
from leadline.stats.refusal import Refused
from leadline.stats.renewal import Pace, Waiting, met_on

VERSION = 1
DEFINITION = (
    "Of all pairs of a person and a requirement that binds them now and is owed by that day: those "
    "whose certificate still holds then, and those who renew by then at the pace at which people "
    "renewed so far, by days from the due day. Whoever is let off or away now is left out."
)
EDGES = (-3650, -90, -60, -42, -28, -14, -7, 0, 7, 30, 90, 3650)  # days from the due day
HISTORY_DAYS = 730
SEED = 909
NEEDED = ("person", "state", "due_on", "violated_on", "today", "thing")
Paces = Mapping[bool, Pace]  # whether it is for the first; nobody renews as fast as they begin


@dataclass(frozen=True)
class Forecast:
    """The share met by day. today: met of owed; people, owed: behind it; lapsed: of what fell due
    within HISTORY_DAYS, the share that was not renewed in time (Wilson; None: nothing fell due).

    days: each with its forecast, or why there is none."""

    as_of: datetime
    today: float | None
    people: int
    owed: int
    lapsed: Interval | None
    days: tuple[tuple[date, Interval | Refused], ...]
    version: int = VERSION


def forecast(facts: Facts, days: Sequence[date]) -> Forecast:
    """The share that will be met at the start of each of the days."""
    owed = facts.obligation.filter(_.state.notin([s for s in NOT_COUNTED if s != NOT_YET_DUE]))
    rows = owed.select(*NEEDED).to_pyarrow().to_pylist()
    counted = [row for row in rows if row["state"] != NOT_YET_DUE]
    met = sum(row["state"] in MET for row in counted)
    spells = _spells(facts).cache()
    paces = {first: _pace(spells.filter(spells.first == first)) for first in (True, False)}
    return Forecast(
        as_of=facts.now,
        today=met / len(counted) if counted else None,
        people=len({row["person"] for row in rows}),
        owed=len(counted),
        lapsed=_lapsed(facts, spells),
        days=tuple((day, _on(rows, paces, day)) for day in days),
    )


def _on(rows: Sequence[dict[str, object]], paces: Paces, day: date) -> Interval | Refused:
    """A pair is sure where it holds or is in grace on the day whatever its person does."""
    sure = 0
    groups: dict[bool, Counter[tuple[int, int]]] = {first: Counter() for first in paces}
    for row in rows:
        due, late, today = row["due_on"], row["violated_on"], row["today"]
        if row["state"] == NOT_YET_DUE and isinstance(due, date) and due > day:
            continue
        if not isinstance(due, date) or not isinstance(late, date) or late > day:
            sure += 1
            continue
        assert isinstance(today, date)
        groups[row["thing"] is None][(today - due).days, (day - due).days] += 1
    waiting = [
        (paces[first], [Waiting(*way, people) for way, people in sorted(ways.items())])
        for first, ways in groups.items()
    ]
    return met_on(waiting, sure=sure, seed=SEED)


def _spells(facts: Facts) -> ir.Table:
    """Every wait for something: due (day), start and stop as days from it, renewed, and whether it
    is for the first. It begins with what is held, or with the duty, and ends with what is issued
    next, or with the duty."""
    both = _first_waits(facts).union(_later_waits(facts))
    along = ibis.window(
        group_by=["person", "requirement", "since"], order_by=["begins", "statement_id"]
    )
    today = ibis.literal(facts.now.date())
    ordered = both.mutate(follows=both.begins.lead().over(along))
    ended = ordered.mutate(
        stop=ibis.least(ordered.follows.fill_null(FAR), ordered.until, today),
        renewed=(ordered.follows <= ibis.least(ordered.until, today)).fill_null(False),
    ).filter(_.stop > _.begins)
    return ended.select(
        "due",
        "renewed",
        "first",
        start=_between(ended.due, ended.begins),
        stop=_between(ended.due, ended.stop),
    )


def _first_waits(facts: Facts) -> ir.Table:
    """From the beginning of each duty to its due days, by the rules of that beginning."""
    version = facts.requirement.select("requirement", "valid_from", "valid_to", "due_days")
    ruled = facts.duty.inner_join(version, "requirement")
    ruled = ruled.filter(_.since >= _.valid_from, _.valid_to.isnull() | (_.since < _.valid_to))
    return ruled.select(
        *("person", "requirement", "since", "until"),
        begins=ruled.since,
        due=(ruled.since.cast("timestamp") + ruled.due_days.as_interval("D")).cast("date"),
        statement_id=ibis.literal(""),
        first=True,
    )


def _later_waits(facts: Facts) -> ir.Table:
    """From each thing held, within the duty, to the day on which it holds no more."""
    held = facts.holding.filter(_.ends < ibis.literal(FAR))
    span = facts.duty.select("person", "requirement", "since", "until")
    bound = held.inner_join(span, ["person", "requirement"])
    bound = bound.filter(_.issued_on < _.until, _.ends > _.since)
    return bound.select(
        *("person", "requirement", "since", "until"),
        begins=ibis.greatest(bound.issued_on, bound.since),
        due=bound.ends,
        statement_id=bound.statement_id,
        first=False,
    )


def _pace(spells: ir.Table) -> Pace:
    """Sums by span; the engine counts, and what comes back is a dozen numbers."""
    spans = list(pairwise(EDGES))
    sums = {}
    for number, (low, high) in enumerate(spans):
        inside = ibis.least(spells.stop, high) - ibis.greatest(spells.start, low)
        here = spells.renewed & (spells.stop >= low) & (spells.stop < high)
        sums[f"days_{number}"] = ibis.greatest(inside, 0).cast("float64").sum()
        sums[f"renewals_{number}"] = here.cast("float64").sum()
    row = spells.aggregate(**sums).to_pyarrow().to_pylist()[0]
    return Pace(
        edges=EDGES,
        renewals=[row[f"renewals_{number}"] or 0.0 for number in range(len(spans))],
        days=[row[f"days_{number}"] or 0.0 for number in range(len(spans))],
    )


def _lapsed(facts: Facts, spells: ir.Table) -> Interval | None:
    """Of the due days of the last two years, those that came before anything new did."""
    today = facts.now.date()
    since = date.fromordinal(today.toordinal() - HISTORY_DAYS)
    due = spells.filter(
        ~spells.first,
        spells.due >= ibis.literal(since),
        spells.due <= ibis.literal(today),
        spells.start <= 0,
    )
    in_time = due.renewed & (due.stop <= 0)
    reached = due.filter(in_time | (due.stop >= 0))
    row = reached.aggregate(
        n=reached.count(), late=(~(reached.renewed & (reached.stop <= 0))).cast("int64").sum()
    )
    found = row.to_pyarrow().to_pylist()[0]
    return wilson(found["late"], found["n"]) if found["n"] else None


def _between(first: ir.DateValue, last: ir.DateValue) -> ir.IntegerValue:
    seconds = last.cast("timestamp").epoch_seconds() - first.cast("timestamp").epoch_seconds()
    return (seconds // 86_400).cast("int64")
