"""The lake: Delta tables that become visible refresh by refresh, read through DuckDB.

How a refresh stays all or nothing. Every table is a Delta table, so each write is atomic by itself;
one row of the table `commit` names the Delta version of every other table. Readers open the tables
at those versions: what a refresh has written since, finished or killed, is in none of their files.

What a killed refresh leaves is dealt with by the next `begin`:

* rows of `event` stay. Events of a seq are the same whoever flattens them, and their Delta mark
  says up to which seq they are there: the next refresh goes on from there, with batches of its own.
* facts and dimensions are restored to the committed version, and their mark with them. They may not
  stay: which people had to be recomputed is decided anew, from everything since the last commit.
* an unfinished generation (a rebuild, or a first refresh under other definitions) is removed.
"""

import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from leadline.engine import commit as commits
from leadline.engine.commit import Commit
from leadline.engine.compaction import BLOCK_ROWS, EVENT, NOBODY, Compaction
from leadline.engine.connection import Connection
from leadline.engine.duck import (
    BLOCK,
    RECOMPUTED,
    Files,
    Limits,
    Snapshot,
    connected,
    files_of,
    streamed,
)
from leadline.engine.table import Rows, Table

GRACE_SECONDS = 3600  # how long files stay that a reader of an older snapshot may hold
SPILL_STALE_SECONDS = 24 * 3600
INSTANCES_MAX = 2  # the snapshot that is shown, and the next one while it is got ready


@dataclass(frozen=True)
class Watermarks:
    """What a commit says about its input: newest `stored` per source, directory, definitions."""

    sources: Mapping[str, datetime] = field(default_factory=dict)
    directory_revision: int = 0
    definitions: str = ""


class Lake:
    """Open one with `Lake.open`. Many readers, in any thread and process; one writer at a time, who

    holds `database.exclusive("refresh")`. Raises UnreadableTable (see table.py)."""

    def __init__(self, folder: Path, limits: Limits, empty: Mapping[str, pa.Schema]) -> None:
        self.folder = folder
        self._limits = limits
        self._empty = empty
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._connected: dict[int, tuple[Any, dict[str, Any]]] = {}  # by version of the snapshot
        self._generation: str | None = None

    @classmethod
    def open(
        cls,
        url: str,
        *,
        memory_mb: int = 2048,
        threads: int = 2,
        schemas: Mapping[str, pa.Schema] | None = None,
    ) -> "Lake":
        """The lake in the folder `url`, made where it is missing.

        schemas: tables that always exist for readers; one without rows gives a typed empty view."""
        if "://" in url and not url.startswith("file://"):
            raise ValueError(
                f"LEADLINE_LAKE_URL is {url}; a lake is a folder of this machine. Name a folder."
            )
        folder = Path(url.removeprefix("file://"))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(folder, Limits(memory_mb, threads, folder / "spill"), schemas or {})

    # reading

    def committed(self) -> Commit:
        """The commit in force now; number 0 before the first."""
        return commits.newest(self.folder)

    def snapshot(self) -> Snapshot:
        """What is visible now, frozen. Cheap where nothing was committed since the last call."""
        commit = self.committed()
        with self._lock:
            if self._snapshot is None or self._snapshot.version != commit.number:
                tables = self._files(self.folder / commit.generation, commit.versions)
                self._snapshot = Snapshot(commit.number, commit, tables)
            return self._snapshot

    def connect(self, snapshot: Snapshot | None = None) -> ibis.BaseBackend:
        """An Ibis connection of the caller's own over the snapshot (newest by default).

        Callers share one DuckDB instance per snapshot, and with it the memory limit. A connection
        stays good as long as its files: GRACE_SECONDS after a newer commit."""
        snapshot = snapshot or self.snapshot()
        with self._lock:
            if snapshot.version not in self._connected:
                instance = connected(snapshot, self._limits, self._empty)
                self._connected[snapshot.version] = (instance, {})
                while len(self._connected) > INSTANCES_MAX:
                    del self._connected[next(iter(self._connected))]
            instance, schemas = self._connected[snapshot.version]
        return Connection.over(instance.cursor(), schemas)

    # writing

    def begin(self, definitions: str = "", *, fresh: bool = False) -> Commit:
        """Clear away what a killed writer left and say where to go on from.

        definitions: fingerprint of what events and facts mean; fresh: write a new generation of all
        tables, invisible until its commit. Returns the commit in force."""
        committed = self.committed()
        self._generation = committed.generation
        if fresh or committed.number == 0:
            count = int(committed.generation.partition("-")[0] or 0) + 1
            self._generation = f"{count:04d}-{definitions[:12] or 'plain'}"
        self._remove_stale(committed, keep_unfinished=not fresh)
        for table in self._tables():
            name = table.folder.name
            if name == EVENT:
                continue
            if self._generation != committed.generation or name not in committed.versions:
                table.remove()
            elif table.version() != committed.versions[name]:
                table.restore(committed.versions[name])
        return committed

    def reached(self) -> int:
        """The seq up to which the generation being written holds events, committed or not."""
        return self._table(EVENT).mark() or 0

    def append(self, table: str, rows: Rows, *, mark: int) -> bool:
        """Add rows exactly once per (table, mark); marks of one table grow. Returns whether added.

        A repeated mark, or one below the newest, adds nothing. The table is made on first use."""
        target = self._table(table)
        if table == EVENT:
            assert isinstance(rows, pa.Table)
            blocks = pc.divide(rows["seq"], BLOCK_ROWS)
            rows = rows.append_column(BLOCK, blocks)
        target.create(rows.schema, partition_by=BLOCK if table == EVENT else None)
        return target.append(rows, mark=mark)

    def overwrite(self, table: str, rows: Rows) -> None:
        """Replace a dimension; visible with the next commit."""
        target = self._table(table)
        target.create(rows.schema)
        target.overwrite(rows)

    def pending(self) -> Snapshot:
        """What would be visible if all that is written were committed. For the writer alone."""
        committed = self.snapshot().commit
        versions = {table.folder.name: table.version() for table in self._tables()}
        return Snapshot(-1, committed, self._files(self._writing(), versions))

    def scratch(
        self, snapshot: Snapshot, schemas: Mapping[str, pa.Schema] | None = None
    ) -> ibis.BaseBackend:
        """A connection with a DuckDB instance of its own, for the writer's heavy work.

        schemas: tables that must be there, with or without rows."""
        return ibis.duckdb.from_connection(
            connected(snapshot, self._limits, {**self._empty, **(schemas or {})})
        )

    def append_from(
        self, connection: ibis.BaseBackend, source: str, *, table: str, mark: int
    ) -> bool:
        """Append all rows of a table of a scratch connection, in bounded memory."""
        return self.append(table, streamed(connection.con, f'FROM "{source}"'), mark=mark)

    def commit(
        self,
        mark: int,
        *,
        people: pa.Array | None = None,
        watermarks: Watermarks | None = None,
        at: datetime | None = None,
    ) -> Commit:
        """Make everything written since `begin` visible, at one instant.

        people: keys of those whose older fact rows are dead from now on."""
        committed = self.committed()
        number = committed.number + 1
        if people is not None and len(people):
            columns = [people.cast(pa.int64()), pa.array([number] * len(people), pa.int64())]
            self.append(RECOMPUTED, pa.table(columns, schema=NOBODY.schema), mark=number)
        known = watermarks or Watermarks()
        new = Commit(
            number=number,
            generation=self._writing().name,
            mark=mark,
            at=at or datetime.now(UTC),
            directory_revision=known.directory_revision,
            definitions=known.definitions,
            watermarks=known.sources,
            versions={table.folder.name: table.version() for table in self._tables()},
        )
        self._put_in_force(committed, new)
        return new

    def compact(self, *, force: bool = False) -> bool:
        """Rewrite what merge on read and many small files have made slow; True where it did.

        Call it right after `begin` or `commit`. Rows stay the same; killed at any step, it leaves
        the committed versions as they were."""
        snapshot = self.snapshot()
        committed = snapshot.commit
        if committed.number == 0 or committed.generation != self._writing().name:
            return False
        compaction = Compaction(self._writing(), snapshot.tables, self._limits)
        if not compaction.run(force=force):
            return False
        versions = {table.folder.name: table.version() for table in self._tables()}
        self._put_in_force(
            committed, replace(committed, number=committed.number + 1, versions=versions)
        )
        for table in [*self._tables(), Table(self.folder / commits.FOLDER)]:
            table.forget(retention_hours=GRACE_SECONDS // 3600)
        return True

    def _files(self, generation: Path, versions: Mapping[str, int]) -> dict[str, Files]:
        """The files of tables at versions; of those that are as in the last snapshot, its own."""
        last = self._snapshot or Snapshot(0, Commit(), {})
        known = last.commit.versions if last.commit.generation == generation.name else {}
        return {
            name: last.tables[name]
            if known.get(name) == version
            else files_of(Table(generation / name), version)
            for name, version in versions.items()
        }

    def _put_in_force(self, old: Commit, new: Commit) -> None:
        if old.generation and old.generation != new.generation:
            os.utime(self.folder / old.generation)  # the grace of its readers starts now
        commits.write(self.folder, new)

    def _writing(self) -> Path:
        if self._generation is None:
            self.begin()
        assert self._generation is not None
        return self.folder / self._generation

    def _table(self, name: str) -> Table:
        return Table(self._writing() / name)

    def _tables(self) -> list[Table]:
        folders = sorted(self._writing().glob("*/_delta_log"))
        return [table for folder in folders if (table := Table(folder.parent)).exists]

    def _remove_stale(self, committed: Commit, *, keep_unfinished: bool) -> None:
        """Remove generations nobody reads, and what killed DuckDB instances spilled."""
        for folder in self.folder.glob("[0-9]*-*"):
            unfinished = folder.name > committed.generation
            old = time.time() - folder.stat().st_mtime > GRACE_SECONDS
            kept = folder.name == self._generation and keep_unfinished
            if folder.name != committed.generation and not kept and (unfinished or old):
                Table(folder).remove()
        for folder in self._limits.spill.glob("*"):
            if time.time() - folder.stat().st_mtime > SPILL_STALE_SECONDS:
                Table(folder).remove()
