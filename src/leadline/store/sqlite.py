"""The store on SQLite: one file, write-ahead log, every commit on the disk before it counts."""

import fcntl
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import IO, ClassVar

from leadline.store.adapter import Row
from leadline.store.problem import Unavailable

BUSY_TIMEOUT_MS = 30_000
PAGE_BYTES = 4_096
CACHE_KIB = 32_768
MAPPED_BYTES = 1 << 30
CHECKPOINT_PAGES = 16_000
CACHED_STATEMENTS = 256
ROWS_PER_SENTENCE = (256, 64, 16, 4, 1)

_AVAILABILITY = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_NOMEM,
    }
)


class _Connection(sqlite3.Connection):
    """Unlike its base, weakly referable; turns: lock files of the turns that its transaction has
    taken, by name."""

    turns: dict[str, IO[str]]


class Sqlite:
    """Adapter for one SQLite file."""

    words: ClassVar[Mapping[str, str]] = {
        "key": "INTEGER PRIMARY KEY",
        "bytes": "BLOB",
        "big": "INTEGER",
        "clustered": "WITHOUT ROWID",
    }

    def __init__(self, path: Path) -> None:
        self._path = path

    def connect(self) -> _Connection:
        with self.reporting():
            connection = sqlite3.connect(
                self._path,
                timeout=BUSY_TIMEOUT_MS / 1000,
                isolation_level=None,
                factory=_Connection,
                check_same_thread=False,  # each is used by one thread, and closed by any
                cached_statements=CACHED_STATEMENTS,
            )
            connection.turns = {}
            for pragma in (
                f"page_size = {PAGE_BYTES}",
                "journal_mode = WAL",
                # FULL: in WAL mode, NORMAL may lose commits that were acknowledged before a power
                # cut.
                "synchronous = FULL",
                "foreign_keys = ON",
                "temp_store = MEMORY",
                f"cache_size = -{CACHE_KIB}",
                f"mmap_size = {MAPPED_BYTES}",
                f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
            ):
                connection.execute(f"PRAGMA {pragma}")
            return connection

    def begin(self, connection: _Connection) -> None:
        # IMMEDIATE: a transaction that reads first and then writes could otherwise fail at once
        # instead of waiting for its turn.
        connection.execute("BEGIN IMMEDIATE")

    def end(self, connection: _Connection, *, keep: bool) -> None:
        # A full disk may have rolled the transaction back already.
        if keep or connection.in_transaction:
            connection.execute("COMMIT" if keep else "ROLLBACK")
        for name in list(connection.turns):
            connection.turns.pop(name).close()

    def execute(self, connection: _Connection, sql: str, parameters: Sequence[object]) -> list[Row]:
        return connection.execute(sql, parameters).fetchall()

    def insert(
        self,
        connection: _Connection,
        table: str,
        columns: Sequence[str],
        rows: Sequence[Row],
        ending: str,
    ) -> None:
        places = f"({', '.join('?' * len(columns))})"
        begin = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "
        # Many rows in one sentence take half the time that they take one by one, and each sentence
        # lets another thread in, for whose turn to end this one then waits. Few sizes, so that few
        # sentences are ever prepared.
        first = 0
        for size in ROWS_PER_SENTENCE:
            many = f"{begin}{', '.join([places] * size)} {ending}"
            while len(rows) - first >= size:
                some = rows[first : first + size]
                connection.execute(many, tuple(chain.from_iterable(some)))
                first += size

    @contextmanager
    def exclusive(self, name: str) -> Iterator[None]:
        with self._lock_file(f"{name}.lock") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def take_turn(self, connection: _Connection, name: str) -> None:
        # SQLite has one writer at a time anyway; this only lets `idle` know that there is one.
        if name not in connection.turns:
            file = connection.turns[name] = self._lock_file(f"{name}.turn")
            fcntl.flock(file, fcntl.LOCK_EX)

    def idle(self, connection: _Connection, name: str) -> bool:
        # Not asked of the database itself: whoever holds its write lock, if only to see whether it
        # is free, sends a writer that comes at this moment to sleep. A lock file is given on at
        # once, readers share it, and the system lets go of it when a writer is killed.
        with self._lock_file(f"{name}.turn") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

    def _lock_file(self, ending: str) -> IO[str]:
        path = Path(f"{self._path}.{ending}")
        try:
            return path.open("w")
        except OSError as error:
            raise Unavailable(f"{path} cannot be locked: {error.strerror}.") from error

    def broken(self, connection: _Connection) -> bool:
        return False

    @contextmanager
    def reporting(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            # The low byte is the primary code; the rest tells which kind of I/O error it was.
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
            if code not in _AVAILABILITY:
                raise
            raise Unavailable(f"The database {self._path} answers: {error}.") from error
