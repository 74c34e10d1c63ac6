"""The declared lists, kept in the store's database. A list is replaced whole: its file is it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from leadline.curriculum.rows import LISTS, Row
from leadline.directory import Directory
from leadline.store import Database

AREA = "curriculum"
SCHEMA = (
    """
    CREATE TABLE curriculum_row (
        list TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (list, value))
    """,
)
R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Replaced:
    """What replacing a list changed, or would change."""

    added: tuple[Row, ...]
    removed: tuple[Row, ...]
    kept: int


class Curriculum:
    """The declared lists. A change takes a revision of the directory, so that the next refresh
    brings it to the lake. Rows that Leadline declares itself stay when a file replaces a list."""

    def __init__(self, database: Database, directory: Directory) -> None:
        self._database = database
        self._directory = directory
        database.evolve(AREA, SCHEMA)

    def rows(self, of: type[R]) -> list[R]:
        """A list, sorted: what its file says, and what Leadline declared itself."""
        return _sorted({*self._kept(_name(of), of), *self._kept(_own(of), of)})

    def replace(self, of: type[R], rows: Iterable[R], *, dry_run: bool = False) -> Replaced:
        """Make `rows` the list, all or nothing; rows that are there twice count once."""
        wanted = set(rows)
        with self._database.transaction() as tx:
            tx.take_turn(AREA)
            before = self._kept(_name(of), of)
            if not dry_run and before != wanted:
                self._directory.next_revision(tx)
                tx.execute("DELETE FROM curriculum_row WHERE list = ?", (_name(of),))
                lines = [(_name(of), msgspec.json.encode(row).decode()) for row in _sorted(wanted)]
                tx.insert("curriculum_row", ("list", "value"), lines)
        added, removed = _sorted(wanted - before), _sorted(before - wanted)
        return Replaced(tuple(added), tuple(removed), len(wanted & before))

    def declare(self, row: Row) -> None:
        """Add a row that no file replaces; one that is there already changes nothing."""
        of = type(row)
        with self._database.transaction() as tx:
            tx.take_turn(AREA)
            if row not in self._kept(_own(of), of):
                self._directory.next_revision(tx)
                line = (_own(of), msgspec.json.encode(row).decode())
                tx.insert("curriculum_row", ("list", "value"), [line])

    def _kept(self, name: str, of: type[R]) -> set[R]:
        sql = "SELECT value FROM curriculum_row WHERE list = ?"
        found = self._database.execute(sql, (name,))
        return {msgspec.json.decode(value, type=of) for (value,) in found}


def _own(of: type[msgspec.Struct]) -> str:
    return f"{_name(of)} declared by Leadline"


def _name(of: type[msgspec.Struct]) -> str:
    return next(name for name, kind in LISTS.items() if kind is of)


def _sorted(rows: Iterable[R]) -> list[R]:
    return sorted(rows, key=msgspec.json.encode)
