"""What is measured of whole accounts or units, quarter by quarter, and when training reached them.

A person's completion counts for the account or unit in which they were on that day."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import ibis
import ibis.expr.types as ir
import numpy as np
from ibis import _
from numpy.typing import NDArray

from leadline.metrics.metric import Facts
from leadline.metrics.population import local, so_far

Kind = Literal["account", "unit"]
KINDS: tuple[Kind, ...] = ("account", "unit")
QUARTERS_MAX = 20
GROUPS_MAX = 20_000  # accounts or units
UNIT_LEVELS = 2
NEVER = -1

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Shared:
    """A thing that is measured of whole accounts or units: its measure, where it is better (up,
    down or None), whether it is a count in an exposure, and of how many it is measured."""

    kind: Kind
    outcome: str
    measure: str | None
    better: str | None
    counted: bool
    groups: int


@dataclass(frozen=True)
class Reached:
    """Since when somebody of an account or unit has completed a course, and how many have."""

    first: date
    people: int


@dataclass(frozen=True)
class Quarters:
    """Groups (accounts or units, by id) by whole quarters, oldest first.

    value and exposure: sums, NaN where nothing was measured; exposure is the number of
    measurements where it is no count. reached: since when the course has reached each. size: people
    on the first day of all. levels: what kind of group each is, in words."""

    names: tuple[str, ...]
    periods: tuple[int, ...]
    value: Floats
    exposure: Floats
    reached: tuple[Reached | None, ...]
    size: Floats
    levels: Mapping[str, tuple[str, ...]]

    @property
    def rate(self) -> Floats:
        """Count for each unit of exposure, or mean of what was measured."""
        found: Floats = self.value / self.exposure
        return found

    @property
    def first(self) -> Labels:
        """The index of the quarter of the first completion, 0 for earlier ones; NEVER: by the last
        quarter nobody had completed it."""
        last = self.periods[-1]
        told = [
            quarter_of(each.first) if each and quarter_of(each.first) <= last else None
            for each in self.reached
        ]
        begin = self.periods[0]
        return np.array([NEVER if q is None else max(q - begin, 0) for q in told], dtype=np.int64)


def quarter_of(day: date) -> int:
    """Quarters since the year 0: neighbours differ by 1."""
    return day.year * 4 + (day.month - 1) // 3


def quarter_name(quarter: int) -> str:
    """`2026 Q3`."""
    return f"{quarter // 4} Q{quarter % 4 + 1}"


def first_day(quarter: int) -> date:
    return date(quarter // 4, quarter % 4 * 3 + 1, 1)


def shared(facts: Facts) -> list[Shared]:
    """What has been measured of accounts and of units so far, by kind and id."""
    told = so_far(facts, facts.measurement, "at")
    each = told.group_by(["kind", "outcome"]).aggregate(
        measure=told.measure.argmax(told["at"], where=told.measure.notnull()),
        better=told.better.argmax(told["at"], where=told.better.notnull()),
        counted=told.exposure.notnull().all(),
        groups=told.of.nunique(),
    )
    lines = each.order_by(["kind", "outcome"]).to_pyarrow().to_pylist()
    return [Shared(**line) for line in lines]


def taught(facts: Facts, kind: Kind, least: int) -> list[str]:
    """Courses that people of at least so many accounts or units have completed, by id."""
    if kind == "unit":
        units = so_far(facts, facts.measurement, "at").filter(_.kind == "unit")
        members = _members_of_units(facts, units)
    else:
        members = members_of_accounts(facts)
    done = so_far(facts, facts.cycle, "completed_at").filter(_.course.notnull())
    joined = _while_there(members, done, facts.reporting_zone)
    each = joined.group_by("course").aggregate(groups=joined.of.nunique())
    return sorted(each.filter(each.groups >= least).to_pyarrow()["course"].to_pylist())


def quarters(facts: Facts, course: str, outcome: Shared) -> Quarters | None:
    """The outcome in whole quarters that are over; None: there is none."""
    told = so_far(facts, facts.measurement, "at")
    told = told.filter(told.kind == outcome.kind, told.outcome == outcome.outcome)
    cells = _cells(facts, told, outcome)
    if not cells:
        return None
    last = max(line["quarter"] for line in cells)
    begin = max(min(line["quarter"] for line in cells), last - QUARTERS_MAX + 1)
    periods = tuple(range(begin, last + 1))
    names = tuple(sorted({line["of"] for line in cells}))[:GROUPS_MAX]
    place = {name: number for number, name in enumerate(names)}
    value, exposure = (np.full((len(names), len(periods)), np.nan) for _each in range(2))
    for line in cells:
        if line["of"] in place and line["quarter"] >= begin:
            cell = place[line["of"]], line["quarter"] - begin
            value[cell], exposure[cell] = line["value"], line["exposure"]
    if outcome.kind == "account":
        members = members_of_accounts(facts)
    else:
        members = _members_of_units(facts, told)
    known = reached(facts, members, course)
    sizes = _sizes(members, first_day(begin))
    return Quarters(
        names=names,
        periods=periods,
        value=value,
        exposure=exposure,
        reached=tuple(known.get(name) for name in names),
        size=np.array([sizes.get(name, 0) for name in names], dtype=np.float64),
        levels=dict(_levels(facts, outcome.kind, names)),
    )


def members_of_accounts(facts: Facts) -> ir.Table:
    """of, person, valid_from, valid_to: whose contact somebody was, on half-open days."""
    seat = facts.position.filter(facts.position.account.notnull())
    return seat.select("person", "valid_from", "valid_to", of=seat.account)


def _members_of_units(facts: Facts, told: ir.Table) -> ir.Table:
    """The same for the units that were measured, the units below them included."""
    seat = facts.position.filter(facts.position.unit_path.notnull())
    units = told.select("of").distinct()
    inside = (seat.unit_path == units.of) | seat.unit_path.startswith(units.of + "/")
    joined = units.join(seat, inside)
    return joined.select("of", "person", "valid_from", "valid_to")


def reached(facts: Facts, members: ir.Table, course: str) -> dict[str, Reached]:
    """Since when the course has reached each account or unit; who is not there: not yet."""
    done = so_far(facts, facts.cycle.filter(_.course == course), "completed_at")
    joined = _while_there(members, done, facts.reporting_zone)
    each = joined.group_by("of").aggregate(first=joined.day.min(), people=joined.person.nunique())
    lines = each.to_pyarrow().to_pylist()
    return {line["of"]: Reached(line["first"], line["people"]) for line in lines}


def _while_there(members: ir.Table, done: ir.Table, zone: str) -> ir.Table:
    """of, person, course, day: completions of people while they belonged."""
    dated = done.select(
        "course", who=done.person, day=local(done.completed_at, zone).date().cast("date")
    )
    joined = members.join(
        dated,
        [
            members.person == dated.who,
            dated.day >= members.valid_from.cast("date"),
            members.valid_to.isnull() | (dated.day < members.valid_to.cast("date")),
        ],
    )
    return joined.select("of", "person", "course", "day")


def _cells(facts: Facts, told: ir.Table, outcome: Shared) -> list[dict[str, Any]]:
    here = local(told["at"], facts.reporting_zone)
    dated = told.mutate(quarter=(here.year() * 4 + here.quarter() - 1).cast("int64"))
    over = dated.filter(dated.quarter < quarter_of(facts.now.date()))
    exposure = over.exposure.sum() if outcome.counted else over.count().cast("float64")
    each = over.group_by(["of", "quarter"]).aggregate(value=over.value.sum(), exposure=exposure)
    return list(each.order_by(["of", "quarter"]).to_pyarrow().to_pylist())


def _sizes(members: ir.Table, on: date) -> dict[str, int]:
    day = ibis.literal(on)
    here = members.filter(
        members.valid_from.cast("date") <= day,
        members.valid_to.isnull() | (members.valid_to.cast("date") > day),
    )
    each = here.group_by("of").aggregate(people=here.person.nunique())
    return {line["of"]: line["people"] for line in each.to_pyarrow().to_pylist()}


def _levels(
    facts: Facts, kind: Kind, names: Sequence[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    if kind == "unit":
        yield "unit", tuple("/".join(name.split("/")[:UNIT_LEVELS]) for name in names)
        return
    known = {line["account"]: line for line in facts.account.to_pyarrow().to_pylist()}
    for column in ("segment", "region", "plan"):
        yield column, tuple(known.get(name, {}).get(column) or "" for name in names)
