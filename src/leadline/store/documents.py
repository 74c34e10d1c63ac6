"""State and profile documents: the one part of xAPI that is overwritten (Communication 2.2)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha1, sha256
from typing import Literal, NamedTuple

import msgspec

from leadline.statements import Identifier
from leadline.store.database import Database
from leadline.store.moments import from_micros, micros

AREA = "documents"
# context: SHA-256 of the context's four parts, because an IRI may be longer than PostgreSQL lets
# a key be; the parts stand beside it in full. updated: microseconds since 1970.
STEPS = (
    """
    CREATE TABLE document (
        context {bytes} NOT NULL,
        id TEXT NOT NULL,
        resource TEXT NOT NULL,
        activity TEXT NOT NULL,
        agent TEXT NOT NULL,
        registration TEXT NOT NULL,
        content {bytes} NOT NULL,
        content_type TEXT NOT NULL,
        etag TEXT NOT NULL,
        updated {big} NOT NULL,
        PRIMARY KEY (context, id)
    )
    """,
)
LONGEST_ID_BYTES = 2_000
DOCUMENTS_PER_CONTEXT_MAX = 100_000

_COLUMNS = (
    "context",
    "id",
    "resource",
    "activity",
    "agent",
    "registration",
    "content",
    "content_type",
    "etag",
    "updated",
)


class Full(Exception):
    """The context holds DOCUMENTS_PER_CONTEXT_MAX documents already. Nothing was kept."""


class Context(NamedTuple):
    """What documents belong to; within it an id is unique.

    registration: lower-case UUID; "" is a context of its own, not a wildcard."""

    resource: Literal["state", "agent profile", "activity profile"]
    activity: str = ""
    agent: Identifier | None = None
    registration: str = ""

    @property
    def _agent(self) -> str:
        return "" if self.agent is None else msgspec.json.encode(self.agent).decode()

    @property
    def parts(self) -> tuple[str, str, str, str]:
        """The context as the table's columns name it."""
        return self.resource, self.activity, self._agent, self.registration

    @property
    def key(self) -> bytes:
        """The context as the table's key."""
        return sha256(msgspec.json.encode(self.parts)).digest()


class Content(msgspec.Struct, frozen=True):
    """What a document is to hold, and of which media type."""

    content: bytes
    content_type: str


class Document(Content, frozen=True):
    """A stored document. etag: SHA-1 of its bytes in hex (Communication 3.1)."""

    etag: str
    updated: datetime


class Listed(NamedTuple):
    """Ids of a context's documents, sorted; updated: when the last of them was, if there is one."""

    ids: tuple[str, ...]
    updated: datetime | None


class Documents:
    """All documents of all contexts."""

    def __init__(self, database: Database) -> None:
        database.evolve(AREA, STEPS)
        self._database = database

    def get(self, context: Context, document: str) -> Document | None:
        """One document; None where there is none of this id."""
        rows = self._database.execute(
            "SELECT content, content_type, etag, updated FROM document "
            "WHERE context = ? AND id = ?",
            (context.key, document),
        )
        if not rows:
            return None
        content, content_type, etag, updated = rows[0]
        return Document(bytes(content), content_type, etag, from_micros(updated))

    def list(self, context: Context, *, since: datetime | None = None) -> Listed:
        """The documents of a context, or those of them stored after a moment (exclusive)."""
        rows = self._database.execute(
            "SELECT id, updated FROM document WHERE context = ? AND updated > ?",
            (context.key, -1 if since is None else micros(since)),
        )
        newest = max((updated for _, updated in rows), default=None)
        return Listed(tuple(sorted(name for name, _ in rows)), from_micros(newest))

    def change(
        self,
        context: Context,
        document: str,
        decide: Callable[[Document | None], Content | None],
    ) -> None:
        """Replace a document by what `decide` makes of it; None deletes it, or leaves it away.

        Nobody can change it between the look and the decision, so a precondition checked there
        holds; whatever `decide` raises leaves the document as it was. Durable on return.
        Raises Full, ValueError for an id over LONGEST_ID_BYTES, Unavailable."""
        if len(document.encode()) > LONGEST_ID_BYTES:
            raise ValueError(f"The id is longer than {LONGEST_ID_BYTES} bytes.")
        with self._database.transaction() as tx:
            # A row that is not there yet cannot be locked; the context always can.
            tx.take_turn(_turn(context))
            before = self.get(context, document)
            after = decide(before)
            if after is None:
                where = "DELETE FROM document WHERE context = ? AND id = ?"
                tx.execute(where, (context.key, document))
                return
            if before is None:
                self._check_room(context)
            self._write(context, document, after, before)

    def clear(self, context: Context) -> None:
        """Delete every document of a context."""
        with self._database.transaction() as tx:
            # In turn with `change`: two that lock the same rows in different orders would block.
            tx.take_turn(_turn(context))
            tx.execute("DELETE FROM document WHERE context = ?", (context.key,))

    def _write(
        self, context: Context, document: str, after: Content, before: Document | None
    ) -> None:
        at = datetime.now(UTC)
        if before is not None:  # later than before even if the clock was set back
            at = max(at, before.updated + timedelta(microseconds=1))
        etag = sha1(after.content, usedforsecurity=False).hexdigest()
        content = (after.content, after.content_type, etag, micros(at))
        self._database.insert(
            "document",
            _COLUMNS,
            [(context.key, document, *context.parts, *content)],
            "ON CONFLICT (context, id) DO UPDATE SET content = excluded.content, "
            "content_type = excluded.content_type, etag = excluded.etag, "
            "updated = excluded.updated",
        )

    def _check_room(self, context: Context) -> None:
        rows = self._database.execute(
            "SELECT count(*) FROM document WHERE context = ?", (context.key,)
        )
        if rows[0][0] >= DOCUMENTS_PER_CONTEXT_MAX:
            raise Full(f"{DOCUMENTS_PER_CONTEXT_MAX} documents are kept here already.")


def _turn(context: Context) -> str:
    return f"documents {context.key.hex()}"
