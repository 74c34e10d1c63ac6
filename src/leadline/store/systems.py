"""Which systems of the organisation Leadline hears, and when each last came in well (S028).

A source of statements is of the learning system unless somebody says otherwise; lists of people and
of customers are no statements, so their loads are noted here."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

import msgspec

from leadline.store.database import Database
from leadline.store.moments import from_micros, micros
from leadline.store.sources import Sources

AREA = "systems"
SCHEMA = (
    """
    CREATE TABLE source_system (source TEXT PRIMARY KEY, system TEXT NOT NULL);
    CREATE TABLE system_load (name TEXT PRIMARY KEY, system TEXT NOT NULL, at {big} NOT NULL)
    """,
)
OUTCOMES = "outcomes"  # a kind of source: measurements, of whichever system


class System(StrEnum):
    """What kind of system something comes from."""

    LMS = "LMS"
    HR = "HR"
    CRM = "CRM"
    TICKETS = "tickets"
    OTHER = "not said which"


class Connected(msgspec.Struct, frozen=True):
    """A source, or a list by its name, and when it last came in well."""

    name: str
    last_success: datetime | None


class Systems:
    """What each source is, and the loads of lists."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.evolve(AREA, SCHEMA)

    def declare(self, source: str, system: System) -> None:
        """Say which system a source is of; again: changes it."""
        self._database.insert(
            "source_system",
            ("source", "system"),
            [(source, system.value)],
            "ON CONFLICT (source) DO UPDATE SET system = excluded.system",
        )

    def loaded(self, name: str, system: System) -> None:
        """Note that a list of this name has come in well now, whether or not it was news."""
        self._database.insert(
            "system_load",
            ("name", "system", "at"),
            [(name, system.value, micros(datetime.now(UTC)))],
            "ON CONFLICT (name) DO UPDATE SET at = excluded.at, system = excluded.system",
        )

    def all(self, sources: Sources) -> Mapping[System, list[Connected]]:
        """Every system with what is heard of it, the newest load first; none: not connected."""
        said: dict[str, str] = dict(
            self._database.execute("SELECT source, system FROM source_system")
        )
        found: dict[System, list[Connected]] = {system: [] for system in System}
        for source in sources.all():
            usual = System.OTHER if source.kind == OUTCOMES else System.LMS
            system = System(said.get(source.name, usual))
            found[system].append(Connected(source.name, source.last_success))
        for name, system, at in self._database.execute("SELECT name, system, at FROM system_load"):
            found[System(system)].append(Connected(name, from_micros(at)))
        never = datetime.min.replace(tzinfo=UTC)
        for each in found.values():
            each.sort(key=lambda one: one.last_success or never, reverse=True)
        return found
