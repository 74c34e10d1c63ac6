"""Trying the quarantine again, after a rule was mended or a missing piece arrived."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from leadline.sources.reading import authority_of, statement_of
from leadline.sources.records import Record
from leadline.statements import BadStatement, Statement
from leadline.store import Conflict, Database, Log, Quarantine
from leadline.store import Record as HeldRecord


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many records became statements (or were there already), and how many stay held."""

    replayed: int = 0
    still_held: int = 0

    def __add__(self, other: "Replayed") -> "Replayed":
        return Replayed(self.replayed + other.replayed, self.still_held + other.still_held)


@dataclass(frozen=True)
class Replay:
    """The way from the quarantine back into the log."""

    database: Database
    log: Log
    quarantine: Quarantine

    def held(self, keys: Collection[int] = (), source: str | None = None) -> Iterator[HeldRecord]:
        """Records that are held: those with the keys, or all; of one source, or of any."""
        after = 0
        while page := self.quarantine.list(after=after):
            after = page[-1].key
            for record in page:
                if (not keys or record.key in keys) and source in (None, record.source):
                    yield record

    def again(self, keys: Collection[int] = (), source: str | None = None) -> Iterator[Replayed]:
        """Take the records in that pass by now; the totals so far after each.

        A statement and the mark on its record are one transaction. A record that still does not
        pass stays as it is, with its first reason."""
        total = Replayed()
        for record in self.held(keys, source):
            total += Replayed(1, 0) if self._one(record) else Replayed(0, 1)
            yield total

    def _one(self, record: HeldRecord) -> bool:
        try:
            statement = self._read(record)
            with self.database.transaction():
                self.log.append([statement], source=record.source)
                self.quarantine.mark([record.key], "replayed")
        except (BadStatement, Conflict):
            return False
        return True

    def _read(self, record: HeldRecord) -> Statement:
        authority = authority_of(record.source)
        raw = Record(record.origin, record.raw)
        return statement_of(raw, record.source, datetime.now(UTC), authority)
