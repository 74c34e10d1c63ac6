"""The ledger of sources: what came from where, on which day, and when it last went well."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import msgspec

from leadline.store.database import Database
from leadline.store.letters import keepable
from leadline.store.moments import from_micros, micros

LONGEST_ERROR_CHARACTERS = 2_000

_COUNTS = ("received", "accepted", "duplicate", "quarantined", "refused")


class Counts(msgspec.Struct, frozen=True):
    """Records by what became of them; received is the sum of the other four."""

    received: int = 0
    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    refused: int = 0


class Source(msgspec.Struct, frozen=True):
    """Somewhere that statements come from, with its totals since the first day."""

    name: str
    kind: str
    counts: Counts
    last_success: datetime | None
    last_failure: datetime | None
    last_error: str | None


class Sources:
    """The ledger. The log writes counts into it, in the transaction of the statements counted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def declare(self, name: str, kind: str) -> None:
        """Name a source and say what it is (xapi, file, oulad …); again: changes the kind."""
        self._database.insert(
            "source",
            ("name", "kind"),
            [(name, kind)],
            "ON CONFLICT (name) DO UPDATE SET kind = excluded.kind",
        )

    def key(self, name: str) -> int:
        """The number of a source in the log; made where it is new. Inside a transaction or not.

        Not remembered here: a roll-back may take it away again."""
        asked = "SELECT key FROM source WHERE name = ?"
        rows = self._database.execute(asked, (name,))
        if not rows:
            self._database.insert(
                "source", ("name", "kind"), [(name, "xapi")], "ON CONFLICT (name) DO NOTHING"
            )
            rows = self._database.execute(asked, (name,))
        return int(rows[0][0])

    def count(self, key: int, counts: Counts, at: datetime) -> None:
        """Add to a source's day; it went well where anything was taken in or had been before."""
        day = at.astimezone(UTC).date().isoformat()
        self._database.insert(
            "intake",
            ("source", "day", *_COUNTS),
            [(key, day, *msgspec.structs.astuple(counts))],
            "ON CONFLICT (source, day) DO UPDATE SET "
            + ", ".join(f"{name} = intake.{name} + excluded.{name}" for name in _COUNTS),
        )
        if counts.accepted or counts.duplicate:
            self._database.execute(
                "UPDATE source SET last_success = ? WHERE key = ?", (micros(at), key)
            )

    def refused(self, name: str, records: int, error: str = "") -> None:
        """Count records that were turned away whole, with the reason given to their sender."""
        at = datetime.now(UTC)
        with self._database.transaction():
            key = self.key(name)
            self.count(key, Counts(received=records, refused=records), at)
            if error:
                self.failed(name, error)

    def failed(self, name: str, error: str) -> None:
        """Note that taking in from this source went wrong, and why."""
        with self._database.transaction():
            self._database.execute(
                "UPDATE source SET last_failure = ?, last_error = ? WHERE key = ?",
                (
                    micros(datetime.now(UTC)),
                    keepable(error[:LONGEST_ERROR_CHARACTERS]),
                    self.key(name),
                ),
            )

    def all(self) -> list[Source]:
        """Every source with its totals, by name."""
        sums = ", ".join(f"CAST(coalesce(sum(i.{name}), 0) AS BIGINT)" for name in _COUNTS)
        rows = self._database.execute(
            f"SELECT s.name, s.kind, s.last_success, s.last_failure, s.last_error, {sums} "
            "FROM source s LEFT JOIN intake i ON i.source = s.key "
            "GROUP BY s.key, s.name, s.kind, s.last_success, s.last_failure, s.last_error "
            "ORDER BY s.name"
        )
        return [
            Source(name, kind, Counts(*counts), from_micros(good), from_micros(bad), error)
            for name, kind, good, bad, error, *counts in rows
        ]

    def days(self, name: str) -> Iterator[tuple[date, Counts]]:
        """A source's counts for each (UTC) day on which something came, oldest first."""
        for day, *counts in self._database.execute(
            f"SELECT i.day, {', '.join(f'i.{count}' for count in _COUNTS)} FROM intake i "
            "JOIN source s ON s.key = i.source WHERE s.name = ? ORDER BY i.day",
            (name,),
        ):
            yield date.fromisoformat(day), Counts(*counts)
