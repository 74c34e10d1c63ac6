"""All tables of a database in files, as they were at one instant, and a database made from them.

Each product is copied in its own way, to the byte and without stopping anybody: SQLite by its
online backup, PostgreSQL by COPY in one snapshot. So a dump goes back into the product that it
came from; sequences, indexes and rules between tables come back as they were, whatever program
made them."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from leadline.store.sqlite import BUSY_TIMEOUT_MS, Sqlite

PAGES_PER_STEP = 4_096
FILE = "leadline.db"

Product = Literal["sqlite", "postgresql"]
Rows = dict[str, int]
Progress = Callable[[float], None]


class NotEmpty(Exception):
    """There is something already where a dump should be restored."""


class NotTheSame(Exception):
    """Not as many rows came back as were written."""


def product_of(url: str) -> Product:
    """Which product an address is of."""
    return "sqlite" if urlsplit(url).scheme == "sqlite" else "postgresql"


def sqlite_path(url: str) -> Path:
    """The file of a SQLite address."""
    return Path(unquote(urlsplit(url).path.removeprefix("/")))


def dump(url: str, folder: Path, progress: Progress) -> Rows:
    """Write the database into an empty folder; gives how many rows each table has there.

    progress is told the share that is done, 0 to 1. Others may read and write meanwhile: what
    they commit after this began is not in the dump. Raises Unavailable, OSError."""
    if product_of(url) == "sqlite":
        return _dump_sqlite(sqlite_path(url), folder / FILE, progress)
    from leadline.store import dump_postgresql

    return dump_postgresql.dump(url, folder, progress)


def load(url: str, folder: Path, rows: Rows, progress: Progress) -> None:
    """Fill an empty database with a dump of the same product, whose tables have these rows.

    All or nothing on PostgreSQL; a SQLite file is to be moved to its place by the caller once this
    returns. Raises NotEmpty, NotTheSame, Unavailable, OSError."""
    if product_of(url) == "sqlite":
        path = sqlite_path(url)
        if path.exists():
            raise NotEmpty(f"{path} exists already.")
        check(_dump_sqlite(folder / FILE, path, progress), rows)
        return
    from leadline.store import dump_postgresql

    dump_postgresql.load(url, folder, rows, progress)


def check(found: Rows, written: Rows) -> None:
    """Raises NotTheSame."""
    for name in sorted(found.keys() | written.keys()):
        if found.get(name) != written.get(name):
            raise NotTheSame(
                f"Table {name} came back with {found.get(name)} rows of {written.get(name)}."
            )


def _dump_sqlite(source: Path, target: Path, progress: Progress) -> Rows:
    def stepped(_: int, left: int, total: int) -> None:
        progress(1 - left / max(total, 1))

    with Sqlite(source).reporting(), _opened(source) as old, _opened(target) as new:
        # While this connection reads, writers write on beside it, and what it sees stays as it is;
        # without that, each of their commits would begin the backup anew.
        old.execute("BEGIN")
        old.execute("SELECT count(*) FROM sqlite_master").fetchall()
        old.backup(new, pages=PAGES_PER_STEP, progress=stepped)
        names = new.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return {
            name: int(new.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])
            for (name,) in names.fetchall()
            if not name.startswith("sqlite_")
        }


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()
