"""Named rows: rosters and one person's record, cut by policy, never statistics."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from leadline.directory import Name, Position
from leadline.facts import catalogue
from leadline.privacy.cut import CutFacts

PAGE_ROWS_MAX = 1_000
RECORD_ROWS_MAX = 5_000
RECORD = {  # fact of a person's record: the column that says how new a row is
    "cycle": "assigned_at",
    "attempt": "submitted_at",
    "certificate": "issued_at",
    "reach": "last_at",
}
MET = {  # fact: the column that names the content
    "cycle": "course",
    "reach": "module",
    "watch": "video",
    "attempt": "assessment",
    "certificate": "certificate",
}
EVENT_COLUMNS = ("timestamp", "stored", "did", "kind", "object", "course", "module", "source")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Page:
    """Some of the rows of a list, and how many there are. A column that is closed to the viewer's

    role is absent from every row. names: identity of each `person` in the rows; titles: activity
    id to the name its author gave it."""

    rows: tuple[Row, ...]
    total: int
    names: Mapping[int, Name]
    titles: Mapping[str, str]
    as_of: datetime
    watermark: datetime | None


@dataclass(frozen=True)
class PersonRecord:
    """What is known of one person and open to the viewer (S002): rows of the facts cycle, attempt,
    certificate and reach, each newest first. A fact that is closed to the role is empty and named
    in `closed`. abandoned: course to the module where an unfinished course was left (S007)."""

    person: int
    name: Name
    place: Position | None
    courses: tuple[Row, ...]
    attempts: tuple[Row, ...]
    certificates: tuple[Row, ...]
    modules: tuple[Row, ...]
    abandoned: Mapping[str, str]
    closed: tuple[str, ...]
    titles: Mapping[str, str]
    as_of: datetime
    watermark: datetime | None

    @property
    def rows(self) -> int:
        """How many rows it shows."""
        return sum(map(len, (self.courses, self.attempts, self.certificates, self.modules)))


def completions(facts: CutFacts, course: str | None) -> ir.Table:
    """Who was assigned, began and completed what, when, and with which score (S017).

    One row per cycle: the open columns of the fact `cycle`, and where open `attempts`,
    `best_score` (0 to 1) over its graded attempts, and `logins` of the person in all."""
    rows = facts.cycle
    if course is not None:
        rows = rows.filter(rows.course == course)
    rows = _with_attempts(rows, facts)
    session = opened(facts, "session")
    if session is None or "logins" not in session.columns:
        return rows
    logins = session.group_by("person").agg(logins=session.logins.sum())
    return rows.left_join(logins, "person").drop("person_right")


def _with_attempts(rows: ir.Table, facts: CutFacts) -> ir.Table:
    attempt = facts.attempt
    if "score" not in attempt.columns:
        return rows
    keys = ["person", "course", "cycle_no"]
    graded = attempt.filter(attempt.state == "submitted")
    best = graded.group_by(keys).agg(attempts=graded.count(), best_score=graded.score.max())
    joined = rows.left_join(best, keys)
    return joined.drop(*[column for column in joined.columns if column.endswith("_right")])


def roster(facts: CutFacts, seats: ir.Table, now: datetime) -> ir.Table:
    """Everybody who sits somewhere today, with how many courses are open, overdue and completed."""
    cycle = facts.cycle
    moment = ibis.literal(now, type="timestamp('UTC')")
    begun = ibis.coalesce(cycle.assigned_at, cycle.started_at) <= moment
    done = cycle.completed_at.notnull()
    released = (cycle.withdrawn_at <= moment) | (cycle.waived_at <= moment)
    due = begun & ~done & ~released.fill_null(False)
    counts = cycle.group_by("person").agg(
        open=due.sum(),
        overdue=(due & (cycle.due_at < moment).fill_null(False)).sum(),
        completed=done.sum(),
        next_due_at=cycle.due_at.min(where=due & (cycle.due_at >= moment)),
    )
    joined = seats.left_join(counts, "person").drop("person_right")
    return joined.mutate(**{c: joined[c].fill_null(0) for c in ("open", "overdue", "completed")})


def placed(rows: ir.Table, seats: ir.Table) -> ir.Table:
    """Rows with the unit, role and location of their person."""
    return rows.left_join(seats, "person").drop("person_right")


def seats(position: ir.Table, day: date) -> ir.Table:
    """Where everybody sits on `day`: person, unit (path), role, location."""
    on = ibis.literal(day)
    until = position.valid_to.cast("date")
    held = position.filter(
        (position.valid_from.cast("date") <= on) & (until.isnull() | (until > on))
    )
    return held.select("person", unit=held.unit_path, role=held.role, location=held.location)


def events(facts: CutFacts, person: int) -> ir.Table:
    """What one person did, newest first."""
    rows = facts.event.filter(lambda t: t.person == person)
    return rows.order_by([ibis.desc("timestamp"), ibis.desc("seq")]).select(
        "person", *EVENT_COLUMNS
    )


def person(  # noqa: PLR0913 - what a record is made of, from three places
    facts: CutFacts,
    key: int,
    *,
    names: Mapping[int, Name],
    place: Position | None,
    idle_days: int,
    watermark: datetime | None,
) -> PersonRecord:
    """The record of one person from the facts as cut for the viewer."""
    parts: dict[str, tuple[Row, ...]] = {}
    for fact, newest in RECORD.items():
        table = opened(facts, fact)
        parts[fact] = () if table is None else of_person(table, key, newest)
    mentioned = ids_in([row for rows in parts.values() for row in rows])
    return PersonRecord(
        person=key,
        name=names[key],
        place=place,
        courses=parts["cycle"],
        attempts=parts["attempt"],
        certificates=parts["certificate"],
        modules=parts["reach"],
        abandoned=abandoned(parts["cycle"], facts.now, idle_days),
        closed=tuple(fact for fact in RECORD if opened(facts, fact) is None),
        titles=titles(facts.activity, mentioned),
        as_of=facts.now,
        watermark=watermark,
    )


def opened(facts: CutFacts, name: str) -> ir.Table | None:
    """The fact, if the role may see named rows of it at all."""
    if not facts.rules.names_rows_of(catalogue()[name]):
        return None
    table: ir.Table = getattr(facts, name)
    return table


def page(rows: ir.Table, order: Collection[str], limit: int, offset: int) -> tuple[list[Row], int]:
    """One page of rows in a stable order, and how many rows there are."""
    total = int(rows.count().to_pyarrow().as_py())
    keys = [column for column in order if column in rows.columns]
    shown = rows.order_by(keys) if keys else rows
    return shown.limit(min(limit, PAGE_ROWS_MAX), offset=offset).to_pyarrow().to_pylist(), total


def of_person(table: ir.Table, person: int, newest: str) -> tuple[Row, ...]:
    """One person's rows of a fact, newest first; at most RECORD_ROWS_MAX."""
    rows = table.filter(table.person == person)
    if newest in rows.columns:
        rows = rows.order_by(ibis.desc(newest))
    return tuple(rows.limit(RECORD_ROWS_MAX).to_pyarrow().to_pylist())


def abandoned(courses: Collection[Row], now: datetime, after_days: int) -> dict[str, str]:
    """Course to the module touched last, where the course is open and idle for longer than the
    rule (METHODS B1). Empty where the columns it needs are closed."""
    found: dict[str, str] = {}
    for row in courses:
        last, module = row.get("last_at"), row.get("last_module")
        over = row.get("completed_at") or row.get("withdrawn_at") or row.get("waived_at")
        if last and module and not over and now - last > timedelta(days=after_days):
            found.setdefault(row["course"], module)
    return found


def titles(activity: ir.Table, ids: Collection[str]) -> dict[str, str]:
    """The names that authors gave to activities; those without one are left out."""
    if not ids:
        return {}
    named = activity.filter(activity.activity.isin(sorted(ids)) & activity.name.notnull())
    rows = named.select("activity", "name").to_pyarrow().to_pylist()
    return {row["activity"]: row["name"] for row in rows}


def met(activity: ir.Table, facts: CutFacts) -> ir.BooleanValue:
    """The activities that the people of the facts have to do with, and all of their courses."""
    ids = ibis.union(
        *(
            getattr(facts, fact).select(activity=column)
            for fact, column in MET.items()
            if fact not in facts.rules.closed
        )
    )
    return activity.activity.isin(ids.activity) | activity.course.isin(ids.activity)


def ids_in(rows: Collection[Row]) -> set[str]:
    """Every activity id that the rows mention."""
    columns = ("course", "module", "assessment", "certificate", "last_module", "object", "video")
    return {row[column] for row in rows for column in columns if row.get(column)}
