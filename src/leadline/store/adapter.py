"""What a database product must be able to do for the store."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any, ClassVar, Protocol

Row = tuple[Any, ...]
CACHED_SENTENCES = 2_048


class Adapter(Protocol):
    """One database product. Connections are opaque to all but their own adapter."""

    words: ClassVar[Mapping[str, str]]
    """What the words in braces of a schema mean here; see `Database.evolve`."""

    def connect(self) -> Any:
        """A new connection that commits each sentence by itself until `begin`."""

    def begin(self, connection: Any) -> None:
        """Start a transaction that will write; waits for its turn where only one may."""

    def end(self, connection: Any, *, keep: bool) -> None:
        """Commit, or roll back."""

    def execute(self, connection: Any, sql: str, parameters: Sequence[Any]) -> list[Row]:
        """Run one sentence; the rows it gives, if it gives any."""

    def insert(
        self, connection: Any, table: str, columns: Sequence[str], rows: Sequence[Row], ending: str
    ) -> None:
        """Insert many rows in one go; `ending` is empty or an ON CONFLICT clause."""

    def exclusive(self, name: str) -> AbstractContextManager[None]:
        """One holder of this name at a time, over all threads and processes."""

    def take_turn(self, connection: Any, name: str) -> None:
        """Inside a transaction: wait until no other transaction that took this turn is open."""

    def idle(self, connection: Any, name: str) -> bool:
        """Whether no transaction that took this turn is open at this moment."""

    def broken(self, connection: Any) -> bool:
        """Whether this connection is of no more use."""

    def reporting(self) -> AbstractContextManager[None]:
        """Turns the product's errors of availability into Unavailable."""


@lru_cache(CACHED_SENTENCES)
def parts(sql: str) -> tuple[str, ...]:
    """An SQL sentence cut at its `?` placeholders; those inside quotes are text."""
    return tuple(_cut(sql))


def _cut(sql: str) -> Iterator[str]:
    begin, quoted = 0, False
    for position, letter in enumerate(sql):
        if letter == "'":
            quoted = not quoted
        elif letter == "?" and not quoted:
            yield sql[begin:position]
            begin = position + 1
    yield sql[begin:]
