"""The columns that every metric can be sliced by: where the learner sat then, and when it was."""

from collections.abc import Collection

import ibis.expr.types as ir

from leadline.metrics.population import local

POSITION = ("unit", "role", "location", "manager")
# Of people of customers; decided upon after the places of employees, as content and time are.
PLACES = (*POSITION, "account")
TIME = ("day", "week", "month", "quarter", "year")
NO_HR_RECORD = "no HR record"
HAS_POSITION = "has_position"


def unit_level(level: int) -> str:
    """The column of units cut to a level of the tree: at 2, `Org/North/Depot` is `Org/North`."""
    return f"unit@{level}"


def levels(position: ir.Table) -> int:
    """How deep the unit tree is; at least 1."""
    deepest = position.unit_path.fill_null("").split("/").length().max().to_pyarrow().as_py()
    return int(deepest or 1)


def with_levels(rows: ir.Table, depth: int) -> ir.Table:
    """`rows` with the column of units at each level."""
    parts = rows.unit.fill_null("").split("/")
    cut = {unit_level(k): parts[:k].join("/").nullif("") for k in range(1, depth + 1)}
    return rows.mutate(**cut)


def with_place(rows: ir.Table, position: ir.Table, zone: str) -> ir.Table:
    """`rows` and where each one's person sat at the row's `at` (S025), null where HR knows nothing.

    Adds unit (path), role, location, manager (key as text), account and `has_position`. A position
    covers the half-open days [valid_from, valid_to) of the reporting zone."""
    dated = rows.mutate(at_day=local(rows.at, zone).date())
    seat = position.select(
        seat_person=position.person,
        valid_from=position.valid_from.cast("date"),
        valid_to=position.valid_to.cast("date"),
        unit=position.unit_path,
        role=position.role,
        location=position.location,
        manager=position.manager.cast("string"),
        account=position.account,
    )
    joined = dated.left_join(
        seat,
        [
            dated.person == seat.seat_person,
            dated.at_day >= seat.valid_from,
            seat.valid_to.isnull() | (dated.at_day < seat.valid_to),
        ],
    )
    placed = joined.mutate(**{HAS_POSITION: joined.seat_person.notnull()})
    return placed.drop("seat_person", "valid_from", "valid_to", "at_day")


def with_time(rows: ir.Table, wanted: Collection[str], zone: str) -> ir.Table:
    """`rows` and the wanted time buckets of `at` as text in the reporting zone.

    day 2026-03-09, week (its Monday) 2026-03-09, month 2026-03, quarter 2026-Q1, year 2026."""
    if not wanted:
        return rows
    then = local(rows.at, zone)
    buckets = {
        "day": then.strftime("%Y-%m-%d"),
        "week": then.truncate("W").strftime("%Y-%m-%d"),
        "month": then.strftime("%Y-%m"),
        "quarter": then.year().cast("string") + "-Q" + then.quarter().cast("string"),
        "year": then.year().cast("string"),
    }
    return rows.mutate(**{name: buckets[name] for name in wanted})


def matches(rows: ir.Table, column: str, value: str | None) -> ir.BooleanValue:
    """Rows whose column is the value; a unit includes the units below it; None: no value."""
    if value is None:
        return rows[column].isnull()
    if column == "unit":
        return (rows.unit == value) | rows.unit.startswith(f"{value}/")
    return rows[column].cast("string") == value
