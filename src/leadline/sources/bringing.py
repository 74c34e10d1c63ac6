"""One way in for the files that somebody brings: tried first, then taken in, by one reader."""

import itertools
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from leadline.directory import Changes, Customers, Directory, Refused
from leadline.sources.columns import ColumnMap
from leadline.sources.customers_csv import bring_in, read_customers
from leadline.sources.intake import BATCH_RECORDS, Intake, Taken
from leadline.sources.outcomes_csv import OutcomeFile
from leadline.sources.people_csv import read_people
from leadline.sources.reading import read_batch
from leadline.sources.records import Broken, Record
from leadline.store import Database, Log, Sources

BAD_SHOWN = 50
AREA = "column_map"
SCHEMA = (
    """
    CREATE TABLE column_map (
        source TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (source, kind))
    """,
)


class Bad(msgspec.Struct, frozen=True):
    """A row that cannot be taken in: where it stands, what is wrong and what would do."""

    origin: str
    field: str
    reason: str
    remedy: str


class Tried(msgspec.Struct, frozen=True):
    """What bringing a file in would do, or did. counts: what happened to how many, in words;
    good: rows that can be read; bad: the first of the `refused` ones; ignored: columns not read."""

    good: int
    refused: int
    counts: dict[str, int]
    bad: list[Bad]
    ignored: list[str]


class ColumnMaps:
    """How the files of a source are read, kept by its name and the kind of file."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.evolve(AREA, SCHEMA)

    def get(self, source: str, kind: str) -> ColumnMap | None:
        """None: no file of that kind was ever brought in under this name."""
        sql = "SELECT value FROM column_map WHERE source = ? AND kind = ?"
        rows = self._database.execute(sql, (source, kind))
        return msgspec.json.decode(rows[0][0], type=ColumnMap) if rows else None

    def put(self, source: str, kind: str, via: ColumnMap) -> None:
        """Keep it, in place of the one before."""
        self._database.insert(
            "column_map",
            ("source", "kind", "value"),
            [(source, kind, msgspec.json.encode(via).decode())],
            "ON CONFLICT (source, kind) DO UPDATE SET value = excluded.value",
        )


@dataclass(frozen=True)
class Way:
    """Where the files go."""

    directory: Directory
    customers: Customers
    log: Log
    sources: Sources

    def people(self, path: Path, via: ColumnMap | None, *, dry_run: bool) -> Tried:
        """A file of people. Raises Unreadable, TooManyRows, Unavailable."""
        found = read_people(path, via)
        changes = self.directory.apply(found.rows, dry_run=dry_run)
        changes.errors = [*found.refused, *changes.errors]
        return _changed(changes, len(found.rows) + len(found.refused), found.ignored)

    def accounts(self, path: Path, via: ColumnMap | None, *, dry_run: bool) -> Tried:
        """A file of customers. Raises as `people`."""
        found = read_customers(path, via)
        changes = bring_in(found, self.directory, self.customers, dry_run=dry_run)
        return _changed(changes, len(found.accounts) + len(found.refused), found.ignored)

    def outcomes(self, path: Path, via: ColumnMap | None, source: str, *, dry_run: bool) -> Tried:
        """A file of results. Raises Unreadable, Unavailable."""
        file = OutcomeFile(path, via)
        if dry_run:
            broken, good = _read(file, source)
            bad = [Bad(each.origin, each.field, each.reason, each.remedy) for each in broken]
            return Tried(good, len(bad), {}, bad[:BAD_SHOWN], list(file.ignored))
        if source not in {known.name for known in self.sources.all()}:
            self.sources.declare(source, "outcomes")
        (taken,) = deque(Intake(self.log).take(file, source), maxlen=1) or (Taken(),)
        counts = {what: getattr(taken, what) for what in ("accepted", "duplicate", "quarantined")}
        good = taken.received - taken.quarantined
        return Tried(good, taken.quarantined, counts, [], list(file.ignored))

    def of(self, kind: str, path: Path, via: ColumnMap, source: str, *, dry_run: bool) -> Tried:
        """A file of a kind of FILE_KINDS."""
        if kind == "outcomes":
            return self.outcomes(path, via, source, dry_run=dry_run)
        bring = self.people if kind == "people" else self.accounts
        return bring(path, via, dry_run=dry_run)


def _changed(changes: Changes, rows: int, ignored: list[str]) -> Tried:
    whats = ("added", "changed", "moved", "linked", "left")
    counts = {what: len(getattr(changes, what)) for what in whats}
    counts["unchanged"] = changes.unchanged
    bad = [_bad(each) for each in changes.errors]
    refused = len({each.origin for each in changes.errors})
    return Tried(rows - refused, refused, counts, bad[:BAD_SHOWN], ignored)


def _bad(refused: Refused) -> Bad:
    return Bad(refused.origin, refused.field, refused.reason, refused.remedy)


def _read(records: Iterable[Record | Broken], source: str) -> tuple[list[Broken], int]:
    """What cannot be read of a file, and how many rows can."""
    broken: list[Broken] = []
    good, rest = 0, iter(records)
    while batch := list(itertools.islice(rest, BATCH_RECORDS)):
        found = read_batch(batch, source)
        broken += found.broken
        good += len(found.statements)
    return broken, good
