"""The log: every statement ever taken in, in the order of commits, and never changed."""

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec

from leadline.statements import Identifier, Statement, Wanted, mentions, same
from leadline.statements.forms import stamp
from leadline.store import own, question, references
from leadline.store.activities import Activity, Definitions
from leadline.store.database import Database, Transaction
from leadline.store.moments import from_micros, micros
from leadline.store.postings import write
from leadline.store.problem import Conflict
from leadline.store.quarantine import Held, Quarantine
from leadline.store.seen import Seen, seen
from leadline.store.sources import Counts, Sources
from leadline.store.terms import terms_of

LARGEST_BATCH_STATEMENTS = 10_000

_TURN = "log"
_MICROSECOND = timedelta(microseconds=1)


class Appended(msgspec.Struct, frozen=True):
    """What became of a batch, by statement id. A duplicate was already there, the same."""

    accepted: tuple[str, ...]
    duplicate: tuple[str, ...]
    conflicts: tuple[str, ...]


class Found(msgspec.Struct, frozen=True):
    """A page of statements as JSON; more: the cursor of the next page, None on the last."""

    payloads: tuple[bytes, ...]
    more: int | None


class Logged(msgspec.Struct, frozen=True):
    """A statement at its place in the log."""

    seq: int
    id: str
    stored: datetime
    source: str
    payload: bytes


class Log:
    """Appends and answers. Any thread may use it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sources = Sources(database)
        self._quarantine = Quarantine(database)
        self._definitions = Definitions(database)
        self._lock = threading.Lock()

    def append(
        self,
        batch: Sequence[Statement],
        *,
        source: str,
        attachments: Mapping[str, bytes] | None = None,
        held: Sequence[Held] = (),
        on_conflict: Literal["raise", "report"] = "raise",
    ) -> Appended:
        """Store a batch with all that belongs to it, in one transaction: all of it or nothing.

        attachments: content by sha2. held: records for the quarantine, counted with the batch.
        A statement that is stored already, the same (Data 2.3.1), is a duplicate and changes
        nothing; so is the second of two in one batch. Where another statement has the id,
        "raise" raises Conflict and keeps nothing, "report" puts the newcomer into the quarantine
        and goes on. The batch's order is kept. It is on the disk when this returns.

        `stored` of the whole batch is the moment of its transaction and always later than that of
        the one before, even if the clock was set back: seq and stored grow together, so that
        whoever asks for what came since a moment misses nothing.
        Raises Unavailable, ValueError for a batch over LARGEST_BATCH_STATEMENTS."""
        if len(batch) > LARGEST_BATCH_STATEMENTS:
            raise ValueError(f"{len(batch)} statements; {LARGEST_BATCH_STATEMENTS} at most.")
        with self._database.transaction() as tx:
            # On PostgreSQL writers run side by side, and a sequence's numbers become visible in
            # another order than they were given; a reader that has gone up to 7 would never see a
            # 6 that commits later. So writers of the log take turns, and hold them to the commit.
            tx.take_turn(_TURN)
            new, duplicate, conflicts = _sorted_out(tx, batch)
            if conflicts and on_conflict == "raise":
                raise Conflict([statement.id for statement in conflicts])
            head, last_stored = self._end()
            at = max(datetime.now(UTC), last_stored + _MICROSECOND)
            key = self._sources.key(source)
            places = dict(enumerate(new, start=head + 1))
            hashes = self._write(tx, places, key, at)
            _keep_attachments(tx, attachments or {})
            held = [*held, *map(_held_conflict, conflicts)]
            self._quarantine.hold(key, held, at)
            counts = Counts(
                received=len(batch) + len(held) - len(conflicts),
                accepted=len(new),
                duplicate=len(duplicate),
                quarantined=len(held),
            )
            self._sources.count(key, counts, at)
        with self._lock:
            self._definitions.remember(hashes)
        return Appended(
            accepted=tuple(statement.id for statement in new),
            duplicate=tuple(statement.id for statement in duplicate),
            conflicts=tuple(statement.id for statement in conflicts),
        )

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A transaction in which nobody else appends: what is decided inside, from the log or from
        tables that are written in turns only, still holds when an `append` inside is committed."""
        with self._database.transaction() as tx:
            tx.take_turn(_TURN)
            yield

    def _write(
        self, tx: Transaction, new: Mapping[int, Statement], source: int, at: datetime
    ) -> dict[str, int]:
        """The statements by seq, their index and definitions; gives the definitions to remember."""
        moment, stored = micros(at), stamp(at).encode()
        rows, terms = [], {}
        for seq, statement in new.items():
            standing = references.LIVE if statement.voids is None else references.VOIDING
            payload = statement.payload_stored_at(stored)
            rows.append((seq, _key(statement.id), moment, standing, source, payload))
            terms[seq] = terms_of(statement.mentions)
        tx.insert("statement", ("seq", "id", "stored", "standing", "source", "payload"), rows)
        write(tx, terms, min(new, default=1) - 1)
        references.record(tx, new)
        sent = (definition for statement in new.values() for definition in statement.definitions)
        return self._definitions.merge(sent, max(new, default=0))

    def get(self, statement_id: str, *, voided: bool = False) -> bytes | None:
        """One statement as JSON: a voided one only if asked for, another only if not."""
        compared = "=" if voided else "<>"
        rows = self._database.execute(
            f"SELECT payload FROM statement WHERE id = ? AND standing {compared} ?",
            (_key(statement_id), references.VOIDED),
        )
        return bytes(rows[0][0]) if rows else None

    def find(self, wanted: Wanted) -> Found:
        """The page of statements that match, newest first unless ascending; no voided ones."""
        single = wanted.statement_id or wanted.voided_statement_id
        if single is not None:
            return Found(self._one(single, wanted), None)
        size = question.page_size(wanted) - 1
        paged = question.page if wanted.source is None else own.page
        rows = paged(self._database, wanted)
        payloads = tuple(bytes(payload) for _, payload in rows[:size])
        return Found(payloads, rows[size - 1][0] if len(rows) > size else None)

    def _one(self, statement_id: str, wanted: Wanted) -> tuple[bytes, ...]:
        payload = self.get(statement_id, voided=wanted.voided_statement_id is not None)
        if payload is not None and wanted.registration is not None:
            told = mentions(msgspec.json.decode(payload)).registration
            if told != wanted.registration:
                return ()
        if payload is not None and wanted.source is not None:
            owners = self._database.execute(
                "SELECT s.name FROM statement t JOIN source s ON s.key = t.source WHERE t.id = ?",
                (_key(statement_id),),
            )
            if owners != [(wanted.source,)]:
                return ()
        return () if payload is None else (payload,)

    def seen(self, identifiers: Iterable[Identifier]) -> dict[Identifier, Seen]:
        """How often and when agents or groups came up; those that never did are left out."""
        return seen(self._database, identifiers, self.head())

    def attachment(self, sha2: str) -> bytes | None:
        """An attachment's content."""
        rows = self._database.execute(
            "SELECT content FROM attachment WHERE sha2 = ?", (sha2.lower(),)
        )
        return bytes(rows[0][0]) if rows else None

    def since(self, seq: int, limit: int) -> list[Logged]:
        """Up to `limit` statements after a place in the log, in order, the voided ones too."""
        return [
            Logged(number, _uuid(identity), from_micros(stored), source, bytes(payload))
            for number, identity, stored, source, payload in self._database.execute(
                "SELECT t.seq, t.id, t.stored, s.name, t.payload FROM statement t "
                "JOIN source s ON s.key = t.source WHERE t.seq > ? ORDER BY t.seq LIMIT ?",
                (seq, limit),
            )
        ]

    def head(self) -> int:
        """The last place in the log that is taken; 0 where it is empty."""
        return self._end()[0]

    def consistent_through(self) -> datetime:
        """The instant up to which everything stored can be seen: now, unless somebody is writing
        at this moment; then the newest `stored` that was committed (Communication 2.1.3)."""
        # In this order: what commits between the two is later than `now` was.
        now, (_, last) = datetime.now(UTC), self._end()
        return max(now, last) if self._database.idle(_TURN) else last

    def definitions(self, ids: Collection[str]) -> dict[str, dict[str, Any]]:
        """The merged definitions of activities; those that nobody defined are left out."""
        rows = self._database.select_in(
            "SELECT id, definition FROM activity WHERE id IN ({keys})", ids
        )
        return {iri: msgspec.json.decode(definition) for iri, definition in rows}

    def activities(
        self, since_revision: int, limit: int = LARGEST_BATCH_STATEMENTS
    ) -> list[Activity]:
        """Activities whose merged definition changed after a place in the log, in that order.

        `limit` of them, and the rest of those that changed together with the last: whoever goes
        on from the last revision misses none."""
        ends = self._database.execute(
            "SELECT revision FROM activity WHERE revision > ? ORDER BY revision LIMIT 1 OFFSET ?",
            (since_revision, limit - 1),
        )
        upper = ends[0][0] if ends else self.head()
        return [
            Activity(iri, msgspec.json.decode(definition), revision)
            for iri, definition, revision in self._database.execute(
                "SELECT id, definition, revision FROM activity "
                "WHERE revision > ? AND revision <= ? ORDER BY revision, id",
                (since_revision, upper),
            )
        ]

    def _end(self) -> tuple[int, datetime]:
        """The last place that is taken, and when; 0 and 1970 where the log is empty."""
        rows = self._database.execute("SELECT seq, stored FROM statement ORDER BY seq DESC LIMIT 1")
        head, moment = rows[0] if rows else (0, 0)
        return int(head), from_micros(int(moment))


def _sorted_out(
    tx: Transaction, batch: Sequence[Statement]
) -> tuple[list[Statement], list[Statement], list[Statement]]:
    """A batch's new statements, its duplicates, and those whose id another statement has."""
    stored = {
        _uuid(identity): bytes(payload)
        for identity, payload in tx.select_in(
            "SELECT id, payload FROM statement WHERE id IN ({keys})",
            [_key(statement.id) for statement in batch],
        )
    }
    new, duplicate, conflicts = dict[str, Statement](), list[Statement](), list[Statement]()
    for statement in batch:
        payload = stored.get(statement.id)
        if payload is not None:
            # A file that is taken in again is nearly always the same to the byte.
            agrees = statement.is_stored_as(payload) or same(
                msgspec.json.decode(payload), statement.sent
            )
        elif (twin := new.setdefault(statement.id, statement)) is not statement:
            agrees = same(twin.sent, statement.sent)
        else:
            continue
        (duplicate if agrees else conflicts).append(statement)
    return list(new.values()), duplicate, conflicts


def _held_conflict(statement: Statement) -> Held:
    return Held(
        origin=f"statement {statement.id}",
        raw=msgspec.json.encode(statement.sent),
        field="id",
        reason="is already stored with other content, and statements are immutable (Data 2.3.1).",
        remedy="Send it under a new id, or drop this record.",
    )


def _keep_attachments(tx: Transaction, attachments: Mapping[str, bytes]) -> None:
    tx.insert(
        "attachment",
        ("sha2", "content"),
        sorted((sha2.lower(), content) for sha2, content in attachments.items()),
        "ON CONFLICT (sha2) DO NOTHING",
    )


def _key(statement_id: str) -> bytes:
    return bytes.fromhex(statement_id.replace("-", ""))


def _uuid(key: bytes) -> str:
    text = key.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
