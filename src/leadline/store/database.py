"""One database, whichever product it is: sentences, transactions, schema, exclusive work."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from weakref import WeakSet

from leadline.store.adapter import Adapter, Row
from leadline.store.problem import Unavailable
from leadline.store.schema import STEPS
from leadline.store.sqlite import Sqlite

KEYS_PER_SENTENCE = 512


class Transaction(ABC):
    """What can be run inside a transaction; on a Database, also outside of one."""

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Run one sentence and give its rows, all of them: bound what you ask for."""
        with self._adapter.reporting():
            return self._adapter.execute(self._connection(), sql, parameters)

    def select_in(
        self, sql: str, keys: Collection[Any], parameters: Sequence[Any] = ()
    ) -> Iterator[Row]:
        """The rows of a sentence with `IN ({keys})`, for any number of keys.

        parameters: of the placeholders before it."""
        ordered = list(keys)
        for begin in range(0, len(ordered), KEYS_PER_SENTENCE):
            some = ordered[begin : begin + KEYS_PER_SENTENCE]
            # Padded to a power of two, so that only ten sentences are ever prepared.
            size = 1 << (len(some) - 1).bit_length()
            some += some[-1:] * (size - len(some))
            yield from self.execute(
                sql.replace("{keys}", ", ".join("?" * size)), (*parameters, *some)
            )

    def insert(
        self, table: str, columns: Sequence[str], rows: Sequence[Row], ending: str = ""
    ) -> None:
        """Insert many rows at once; `ending` may be an ON CONFLICT clause.

        Rows that other writers touch too must come sorted by key: PostgreSQL locks them in the
        order given, and two writers that lock in different orders stop each other."""
        if rows:
            with self._adapter.reporting():
                self._adapter.insert(self._connection(), table, columns, rows, ending)

    def take_turn(self, name: str) -> None:
        """Inside a transaction: from here to its end, no other one that takes this turn runs."""
        with self._adapter.reporting():
            self._adapter.take_turn(self._connection(), name)

    @abstractmethod
    def _connection(self) -> Any: ...


Step = str | Callable[[Transaction], None]


class Database(Transaction):
    """A database that any thread may use; each thread has a connection of its own.

    Placeholders are `?` on every product. Outside a transaction each sentence commits by itself.
    """

    def __init__(self, adapter: Adapter) -> None:
        super().__init__(adapter)
        self._mine = threading.local()
        # Weak: a thread that ends takes its connection with it.
        self._connections: WeakSet[Any] = WeakSet()
        self._lock = threading.Lock()

    @staticmethod
    def open(url: str) -> "Database":
        """Open `sqlite:///relative.db`, `sqlite:////absolute.db` (made where missing) or
        `postgresql://…`, and bring the store's tables up to date.

        Raises ValueError for another kind of address, Unavailable where it cannot be reached."""
        parsed = urlsplit(url)
        if parsed.scheme == "sqlite" and parsed.path.strip("/"):
            database = Database(Sqlite(Path(unquote(parsed.path.removeprefix("/")))))
        elif parsed.scheme in ("postgresql", "postgres"):
            from leadline.store.postgresql import Postgresql  # 60 ms that SQLite need not wait for

            database = Database(Postgresql(url))
        else:
            raise ValueError(f"{url!r} is no database; write sqlite:///PATH or postgresql://…")
        database.evolve("store", STEPS)
        return database

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """All or nothing. An inner transaction becomes part of the outer one.

        On SQLite it waits for its turn to write; so do nothing slow inside."""
        if getattr(self._mine, "open", False):
            yield from self._inside_another()
            return
        connection = self._connection()
        with self._adapter.reporting():
            self._adapter.begin(connection)
        self._mine.open, self._mine.doomed = True, False
        try:
            yield self
            if self._mine.doomed:
                raise RuntimeError("A part of this transaction failed; none of it may be kept.")
        except BaseException:
            self._roll_back(connection)
            raise
        else:
            with self._adapter.reporting():
                self._commit(connection)
        finally:
            self._mine.open = False

    def _inside_another(self) -> Iterator[Transaction]:
        try:
            yield self
        except BaseException:
            self._mine.doomed = True
            raise

    def _commit(self, connection: Any) -> None:
        try:
            self._adapter.end(connection, keep=True)
        except BaseException:
            self._roll_back(connection)
            raise

    def _roll_back(self, connection: Any) -> None:
        # The error that led here is the one to report, not a second one on the way out.
        try:
            with self._adapter.reporting():
                self._adapter.end(connection, keep=False)
        except Unavailable:
            self._drop(connection)

    def exclusive(self, name: str) -> AbstractContextManager[None]:
        """Hold a name: one holder at a time over all threads and processes. Waits.

        A process that dies lets go of it."""
        return self._adapter.exclusive(name)

    def idle(self, name: str) -> bool:
        """Outside a transaction: whether nobody is inside this turn at this moment."""
        with self._adapter.reporting():
            return self._adapter.idle(self._connection(), name)

    def evolve(self, area: str, steps: Sequence[Step]) -> None:
        """Bring the tables of one area of the program up to its newest schema.

        steps: every change ever made, oldest first; append, never edit. A step holds sentences
        parted by `;`, with words in braces that mean what each product calls it: {key} (integer
        primary key that the database numbers), {bytes}, {big} (64-bit integer), {clustered} (after
        the closing parenthesis of a table whose rows live in its primary key). What no sentence
        can say is a function."""
        with self.exclusive("schema"):
            self.execute(
                "CREATE TABLE IF NOT EXISTS schema_version "
                "(area TEXT PRIMARY KEY, version INTEGER NOT NULL)"
            )
            rows = self.execute("SELECT version FROM schema_version WHERE area = ?", (area,))
            done = rows[0][0] if rows else 0
            if done > len(steps):
                raise Unavailable(
                    f"The database's tables of {area} are of version {done}; this program knows "
                    f"{len(steps)}. Run the newer program that has written them."
                )
            for version, step in enumerate(steps[done:], start=done + 1):
                with self.transaction():
                    self._take(step)
                    self.execute(
                        "INSERT INTO schema_version VALUES (?, ?) "
                        "ON CONFLICT (area) DO UPDATE SET version = excluded.version",
                        (area, version),
                    )

    def _take(self, step: Step) -> None:
        if not isinstance(step, str):
            step(self)
            return
        for sentence in step.format_map(self._adapter.words).split(";"):
            if sentence.strip():
                self.execute(sentence)

    def close(self) -> None:
        """Close the connections of every thread."""
        with self._lock:
            for connection in list(self._connections):
                connection.close()
            self._connections.clear()
            self._mine = threading.local()

    def _connection(self) -> Any:
        connection = getattr(self._mine, "connection", None)
        if connection is not None and self._adapter.broken(connection):
            self._drop(connection)
            connection = None
        if connection is None:
            connection = self._adapter.connect()
            with self._lock:
                self._connections.add(connection)
            self._mine.connection = connection
        return connection

    def _drop(self, connection: Any) -> None:
        self._mine.connection = None
        with self._lock:
            self._connections.discard(connection)
        connection.close()
