"""The looks, written down one after the other, each sealed with the one before."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import TypedDict, Unpack

import msgspec

from leadline.store.database import Database, Transaction

LARGEST_PAGE_LOOKS = 1_000

_TURN = "audit"
_BEFORE_THE_FIRST = b"\0" * sha256().digest_size
_encode = msgspec.json.Encoder(order="sorted").encode


class Look(msgspec.Struct, frozen=True):
    """One look. number: 1, 2, 3 …; people: keys of those named; rows: how many were shown."""

    number: int
    at: datetime
    login: str
    role: str
    purpose: str
    what: str
    people: tuple[int, ...]
    rows: int
    outcome: str


class NewLook(TypedDict):
    """What `Audit.look` is told; the fields of Look that it does not add itself."""

    login: str
    role: str
    purpose: str
    what: str
    people: Sequence[int]
    rows: int
    outcome: str


class Audit:
    """Append-only. Each entry's digest is SHA-256 of the digest before it and the entry itself, so
    that no entry can be changed, moved or taken out of the middle without breaking the chain."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def look(self, **look: Unpack[NewLook]) -> int:
        """Write one look down; gives its number. It is on the disk when this returns."""
        with self._database.transaction() as tx:
            tx.take_turn(_TURN)
            number, digest = self._last(tx)
            entry = msgspec.convert(
                {**look, "number": number + 1, "at": datetime.now(UTC)}, Look, strict=True
            )
            text = _encode(entry)
            tx.insert(
                "audit",
                ("number", "entry", "digest"),
                [(number + 1, text.decode(), sha256(digest + text).digest())],
            )
        return number + 1

    def looks(self, *, before: int | None = None, limit: int = LARGEST_PAGE_LOOKS) -> list[Look]:
        """A page of looks, newest first; `before`: the smallest number of the page before."""
        rows = self._database.execute(
            f"SELECT entry FROM audit {'' if before is None else 'WHERE number < ?'} "
            "ORDER BY number DESC LIMIT ?",
            (*(() if before is None else (before,)), min(limit, LARGEST_PAGE_LOOKS)),
        )
        return [msgspec.json.decode(entry, type=Look) for (entry,) in rows]

    def verify(self) -> int | None:
        """The number of the first entry that breaks the chain; None where the chain holds.

        That entries are missing at the end can only be seen against a `head` noted elsewhere."""
        expected, digest = 1, _BEFORE_THE_FIRST
        for number, entry, kept in self._oldest_first():
            text = entry.encode()
            sealed = sha256(digest + text).digest()
            says = msgspec.json.decode(text, type=Look).number
            if number != expected or says != number or sealed != bytes(kept):
                return expected
            expected, digest = number + 1, sealed
        return None

    def head(self) -> tuple[int, str]:
        """The last entry's number and digest in hex: to be noted where nobody here can write."""
        number, digest = self._last(self._database)
        return number, digest.hex()

    def _last(self, database: Transaction) -> tuple[int, bytes]:
        rows = database.execute("SELECT number, digest FROM audit ORDER BY number DESC LIMIT 1")
        return (int(rows[0][0]), bytes(rows[0][1])) if rows else (0, _BEFORE_THE_FIRST)

    def _oldest_first(self) -> Iterator[tuple[int, str, bytes]]:
        last = 0
        while rows := self._database.execute(
            "SELECT number, entry, digest FROM audit WHERE number > ? ORDER BY number LIMIT ?",
            (last, LARGEST_PAGE_LOOKS),
        ):
            for number, entry, digest in rows:
                yield number, entry, digest
                last = number
