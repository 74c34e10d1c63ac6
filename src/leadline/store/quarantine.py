"""Records that could not be taken in, kept as they came, until somebody decides."""

from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Literal

import msgspec

from leadline.store.adapter import Row
from leadline.store.database import Database
from leadline.store.letters import keepable
from leadline.store.moments import from_micros, micros

LARGEST_PAGE_RECORDS = 500

State = Literal["held", "replayed", "dropped"]

_COLUMNS = "q.key, s.name, q.origin, q.raw, q.field, q.reason, q.remedy, q.state, q.held_at"


_NEW_COLUMNS = (
    "source",
    "digest",
    "raw",
    "origin",
    "field",
    "reason",
    "remedy",
    "state",
    "held_at",
)


class Held(msgspec.Struct, frozen=True):
    """A record to hold. origin: where it stood, e.g. `file.jsonl:17`; raw: its bytes, unchanged;
    field, reason, remedy: as BadStatement has them."""

    origin: str
    raw: bytes
    field: str
    reason: str
    remedy: str


class Record(msgspec.Struct, frozen=True):
    """A record that is or was held."""

    key: int
    source: str
    origin: str
    raw: bytes
    field: str
    reason: str
    remedy: str
    state: State
    held_at: datetime


class Quarantine:
    """The held records. The same bytes from the same source are held once, whatever was decided."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hold(self, source: int, held: Sequence[Held], at: datetime) -> None:
        """Hold records of a source, given by its key in the ledger."""
        moment = micros(at)
        self._database.insert(
            "quarantine",
            _NEW_COLUMNS,
            [
                (
                    source,
                    sha256(record.raw).digest(),
                    record.raw,
                    *map(keepable, (record.origin, record.field, record.reason, record.remedy)),
                    "held",
                    moment,
                )
                for record in held
            ],
            "ON CONFLICT (source, digest) DO NOTHING",
        )

    def list(
        self, *, state: State = "held", after: int = 0, limit: int = LARGEST_PAGE_RECORDS
    ) -> list[Record]:
        """A page of records in one state, in the order they came; `after`: the last key seen."""
        rows = self._database.execute(
            f"SELECT {_COLUMNS} FROM quarantine q JOIN source s ON s.key = q.source "
            "WHERE q.state = ? AND q.key > ? ORDER BY q.key LIMIT ?",
            (state, after, min(limit, LARGEST_PAGE_RECORDS)),
        )
        return [_record(row) for row in rows]

    def count(self, *, state: State = "held") -> dict[str, int]:
        """How many records are in one state, by source."""
        return dict(
            self._database.execute(
                "SELECT s.name, count(*) FROM quarantine q JOIN source s ON s.key = q.source "
                "WHERE q.state = ? GROUP BY s.name ORDER BY s.name",
                (state,),
            )
        )

    def get(self, key: int) -> Record | None:
        """One record."""
        rows = self._database.execute(
            f"SELECT {_COLUMNS} FROM quarantine q JOIN source s ON s.key = q.source "
            "WHERE q.key = ?",
            (key,),
        )
        return _record(rows[0]) if rows else None

    def mark(self, keys: Collection[int], state: State) -> None:
        """Write down what was decided about records."""
        with self._database.transaction() as tx:
            for key in sorted(keys):
                tx.execute("UPDATE quarantine SET state = ? WHERE key = ?", (state, key))


def _record(row: Row) -> Record:
    key, source, origin, raw, field, reason, remedy, state, held_at = row
    at = from_micros(held_at)
    return Record(key, source, origin, bytes(raw), field, reason, remedy, state, at)
