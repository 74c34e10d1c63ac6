"""Alerts: who is told of which due day, each once, however often somebody looks."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Literal

import msgspec

from leadline.store.database import Database
from leadline.store.moments import from_micros, micros

AREA = "alerts"
SCHEMA = (
    """
    CREATE TABLE alert (
        person {big} NOT NULL, requirement TEXT NOT NULL, due_on TEXT NOT NULL, kind TEXT NOT NULL,
        day TEXT NOT NULL, raised_at {big} NOT NULL,
        PRIMARY KEY (person, requirement, due_on, kind))
    """,
)
Kind = Literal["due soon", "violated"]


class Alert(msgspec.Struct, frozen=True):
    """A person is told that a requirement falls due on a day, or that it was violated.

    day: the day of the person's zone on which they were to be told; raised_at: when they were."""

    person: int
    requirement: str
    due_on: date
    kind: Kind
    day: date
    raised_at: datetime


class Alerts:
    """What was raised stays raised; the same due day of a person is never raised twice."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.evolve(AREA, SCHEMA)

    def add(self, alerts: Iterable[Alert]) -> int:
        """Keep those that were not raised before, all or none; gives how many these are."""
        columns = ("person", "requirement", "due_on", "kind", "day", "raised_at")
        rows = sorted(
            (a.person, a.requirement, f"{a.due_on}", a.kind, f"{a.day}", micros(a.raised_at))
            for a in alerts
        )
        with self._database.transaction() as tx:
            tx.take_turn(AREA)
            before = self._count()
            tx.insert("alert", columns, rows, "ON CONFLICT DO NOTHING")
            return self._count() - before

    def all(self) -> list[Alert]:
        """Every alert ever raised, oldest first."""
        rows = self._database.execute(
            "SELECT person, requirement, due_on, kind, day, raised_at FROM alert "
            "ORDER BY raised_at, person, requirement, due_on, kind"
        )
        return [
            Alert(
                person,
                requirement,
                date.fromisoformat(due_on),
                kind,
                date.fromisoformat(day),
                from_micros(raised_at).astimezone(UTC),
            )
            for person, requirement, due_on, kind, day, raised_at in rows
        ]

    def _count(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM alert")[0][0])
