"""DuckDB over the Parquet files of a snapshot: one view per table, already merged on read."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from leadline.engine.commit import Commit
from leadline.engine.table import Table

RECOMPUTED = "recomputed"
VERSION = "version"
ARROW_BATCH_ROWS = 65_536
BLOCK = "block"  # partition column of `event`; not in the files
# What metrics call the local time of an instant; see metrics.population.wall_clock.
WALL_CLOCK = "CREATE OR REPLACE MACRO wall_clock(zone, instant) AS timezone(zone, instant)"


@dataclass(frozen=True)
class Files:
    """The Parquet files of one table, and its schema."""

    paths: tuple[str, ...]
    schema: pa.Schema

    @property
    def versioned(self) -> bool:
        """Whether rows die when their person is recomputed (facts, merge on read)."""
        return VERSION in self.schema.names


@dataclass(frozen=True)
class Snapshot:
    """What one reader sees, whatever others write meanwhile.

    version: number of the commit, for cache keys; commit: mark, instant and watermarks;
    tables: name -> files."""

    version: int
    commit: Commit
    tables: Mapping[str, Files]

    @property
    def mark(self) -> int:
        return self.commit.mark


def files_of(table: Table, version: int) -> Files:
    """The files of a table at a version."""
    opened = table.opened(version)
    schema = pa.schema(opened.schema().to_arrow())
    return Files(tuple(sorted(opened.file_uris())), schema)


@dataclass(frozen=True)
class Limits:
    """What one DuckDB instance may use; `spill` is where it goes when memory runs out."""

    memory_mb: int
    threads: int
    spill: Path


def connected(
    snapshot: Snapshot, limits: Limits, empty: Mapping[str, pa.Schema]
) -> duckdb.DuckDBPyConnection:
    """A fresh DuckDB instance: a view per table; a table of `empty` that is missing has no rows."""
    spill = limits.spill / uuid.uuid4().hex  # two instances must never share one; DuckDB removes it
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{limits.memory_mb}MB",
            "threads": limits.threads,
            "temp_directory": str(spill),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    connection.execute(WALL_CLOCK)
    connection.execute("SET GLOBAL parquet_metadata_cache = true")  # files of a table never change
    merged = _load_recomputed(connection, snapshot)
    for name, schema in empty.items():
        if name not in snapshot.tables:
            _create_empty(connection, name, schema)
    for name, files in snapshot.tables.items():
        if not files.paths:
            _create_empty(connection, name, files.schema)
        elif name != RECOMPUTED:
            connection.execute(f'CREATE VIEW "{name}" AS {_select(files, merged=merged)}')
    return connection


def _create_empty(connection: duckdb.DuckDBPyConnection, name: str, schema: pa.Schema) -> None:
    hidden = {VERSION, BLOCK} if name != RECOMPUTED else set()
    columns = [field for field in schema if field.name not in hidden]
    nothing = pa.schema(columns).empty_table()  # noqa: F841 - DuckDB reads it by its name
    connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM nothing')


def _load_recomputed(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> bool:
    """Keep in memory from which version on each recomputed person's rows are alive."""
    files = snapshot.tables.get(RECOMPUTED)
    if files is None or not files.paths:
        return False
    connection.execute(
        f'CREATE TABLE "{RECOMPUTED}" AS SELECT person, max({VERSION}) AS {VERSION} '
        f"FROM {reading(files.paths)} GROUP BY person"
    )
    # To its end: an answer that is not fetched whole would block the connection.
    return bool(connection.execute(f'SELECT count(*) FROM "{RECOMPUTED}"').fetchall()[0][0])


def _select(files: Files, *, merged: bool) -> str:
    if not files.versioned:
        return f"SELECT * FROM {reading(files.paths)}"
    rows = live(files, RECOMPUTED) if merged else f"SELECT * FROM {reading(files.paths)}"
    return f"SELECT * EXCLUDE ({VERSION}) FROM ({rows})"


def live(files: Files, recomputed: str) -> str:
    """The rows of a fact that no recompute of their person has made obsolete (merge on read)."""
    return (
        f'SELECT alive.* FROM {reading(files.paths)} AS alive ANTI JOIN "{recomputed}" AS newer '
        f"ON newer.person = alive.person AND newer.{VERSION} > alive.{VERSION}"
    )


def reading(paths: tuple[str, ...]) -> str:
    listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    return f"read_parquet([{listed}], hive_partitioning = false)"


def streamed(connection: duckdb.DuckDBPyConnection, query: str) -> pa.RecordBatchReader:
    """The rows of a query, batch by batch; the connection is taken until they are used up."""
    return connection.sql(query).to_arrow_reader(ARROW_BATCH_ROWS)
