"""The declared lists, kept in the store's database. A list is replaced whole: its file is it.

`curriculum_past` holds every row there ever was with the time in which it stood in its list, so
that what was declared then can be told from what is declared now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from leadline.curriculum.rows import LISTS, Row
from leadline.directory import Directory
from leadline.store import Database, Transaction
from leadline.store.moments import micros

AREA = "curriculum"
SCHEMA = (
    """
    CREATE TABLE curriculum_row (
        list TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (list, value))
    """,
    # What stood in the lists before this step counts as known for ever.
    """
    CREATE TABLE curriculum_past (
        list TEXT NOT NULL, value TEXT NOT NULL, known_from {big} NOT NULL, known_to {big},
        PRIMARY KEY (list, value, known_from));
    INSERT INTO curriculum_past (list, value, known_from, known_to)
        SELECT list, value, 0, NULL FROM curriculum_row
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

    def rows(self, of: type[R], *, known_at: datetime | None = None) -> list[R]:
        """A list, sorted: what its file says, and what Leadline declared itself; as it stands, or
        as it stood at an instant."""
        names = (_name(of), _own(of))
        return _sorted({row for name in names for row in self._kept(name, of, known_at)})

    def replace(self, of: type[R], rows: Iterable[R], *, dry_run: bool = False) -> Replaced:
        """Make `rows` the list, all or nothing; rows that are there twice count once."""
        wanted = set(rows)
        with self._database.transaction() as tx:
            tx.take_turn(AREA)
            before = self._kept(_name(of), of)
            if not dry_run and before != wanted:
                self._directory.next_revision(tx)
                tx.execute("DELETE FROM curriculum_row WHERE list = ?", (_name(of),))
                lines = [(_name(of), text) for text in _texts(wanted)]
                tx.insert("curriculum_row", ("list", "value"), lines)
                _remember(tx, _name(of), _texts(before - wanted), _texts(wanted - before))
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
                _remember(tx, _own(of), (), _texts([row]))

    def _kept(self, name: str, of: type[R], known_at: datetime | None = None) -> set[R]:
        sql = "SELECT value FROM curriculum_row WHERE list = ?"
        asked: tuple[str | int, ...] = (name,)
        if known_at is not None:
            then = micros(known_at)
            sql = (
                "SELECT value FROM curriculum_past WHERE list = ? "
                "AND known_from <= ? AND (known_to IS NULL OR known_to > ?)"
            )
            asked = (name, then, then)
        found = self._database.execute(sql, asked)
        return {msgspec.json.decode(value, type=of) for (value,) in found}


def _own(of: type[msgspec.Struct]) -> str:
    return f"{_name(of)} declared by Leadline"


def _remember(tx: Transaction, name: str, gone: Iterable[str], new: Iterable[str]) -> None:
    """Note since when rows stand in a list, and until when they did."""
    now = micros(datetime.now(UTC))
    ended = "UPDATE curriculum_past SET known_to = ? WHERE list = ? AND value = ? "
    for text in gone:
        tx.execute(ended + "AND known_to IS NULL", (now, name, text))
    columns = ("list", "value", "known_from")
    tx.insert("curriculum_past", columns, [(name, text, now) for text in new])


def _texts(rows: Iterable[Row]) -> list[str]:
    """The rows as the tables keep them, sorted."""
    return [msgspec.json.encode(row).decode() for row in _sorted(rows)]


def _name(of: type[msgspec.Struct]) -> str:
    return next(name for name, kind in LISTS.items() if kind is of)


def _sorted(rows: Iterable[R]) -> list[R]:
    return sorted(rows, key=msgspec.json.encode)
