"""The one path by which every file and table becomes statements in the log.

A record becomes a statement, or is held in the quarantine with the reason; neither stops the rest.
Each batch is one transaction, so a crash leaves whole batches; whoever starts again from the
beginning finds what is in already as duplicates, by the statements' ids. A record without an id
gets one that follows from its source and content (`derived_id`), for the same reason."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec

from leadline.sources.ids import derived_id
from leadline.sources.records import Broken, Record
from leadline.statements import BadStatement, Statement, read
from leadline.store import Held, Log

BATCH_RECORDS = 2_000
AUTHORITY_HOME = "urn:leadline:source"
HELD_BYTES = 1024 * 1024  # of one record in the quarantine

_decode = msgspec.json.Decoder().decode
_sorted = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the records so far; received is the sum of the other three."""

    received: int = 0
    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(
            self.received + other.received,
            self.accepted + other.accepted,
            self.duplicate + other.duplicate,
            self.quarantined + other.quarantined,
        )


class Intake:
    """Takes records into the log, batch by batch, in bounded memory."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def take(self, records: Iterable[Record | Broken], source: str) -> Iterator[Taken]:
        """Take everything that a source gives; the totals so far after each batch.

        Nothing happens until it is iterated; the last value given is the result."""
        taken = Taken()
        rest = iter(records)
        while True:
            with _no_collection():
                batch = list(islice(rest, BATCH_RECORDS))
                if not batch:
                    return
                taken += self._batch(batch, source)
            yield taken

    def _batch(self, batch: list[Record | Broken], source: str) -> Taken:
        stored, authority = datetime.now(UTC), authority_of(source)
        statements: list[Statement] = []
        held: list[Held] = []
        for record in batch:
            if isinstance(record, Broken):
                held.append(_hold(record))
                continue
            try:
                statements.append(statement_of(record, source, stored, authority))
            except BadStatement as bad:
                held.append(_hold(_broken(record, bad)))
        appended = self._log.append(statements, source=source, held=held, on_conflict="report")
        return Taken(
            received=len(batch),
            accepted=len(appended.accepted),
            duplicate=len(appended.duplicate),
            quarantined=len(held) + len(appended.conflicts),
        )


@contextmanager
def _no_collection() -> Iterator[None]:
    """Without the search for reference cycles: decoded JSON has none, and looking through a
    batch of it again and again takes as long as all the rest."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def authority_of(source: str) -> dict[str, Any]:
    """The agent that vouches for what a file or table says: the source itself (Data 2.4.9)."""
    return {"objectType": "Agent", "account": {"homePage": AUTHORITY_HOME, "name": source}}


def statement_of(
    record: Record, source: str, stored: datetime, authority: dict[str, Any]
) -> Statement:
    """Decode and check one record. Raises BadStatement."""
    try:
        value = _decode(record.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        reason = f"is not JSON: {problem}"
        raise BadStatement("", reason, "Send the whole statement as JSON in UTF-8.", "") from None
    version = "1.0.3"
    if isinstance(value, dict):
        if value.get("id") is None:
            value = {"id": derived_id(source, _sorted(value)), **value}
        if str(value.get("version", "")).startswith("2"):
            version = "2.0.0"
    return read(value, stored=stored, authority=authority, version=version)


def _broken(record: Record, bad: BadStatement) -> Broken:
    reason = f"{bad.reason} (xAPI {bad.section})" if bad.section else bad.reason
    return Broken(record.origin, record.content, bad.field or "statement", reason, bad.remedy)


def _hold(broken: Broken) -> Held:
    raw = broken.content[:HELD_BYTES]
    return Held(broken.origin, raw, broken.field, broken.reason, broken.remedy)
