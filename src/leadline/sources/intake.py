"""The one path by which every file and table becomes statements in the log.

A record becomes a statement, or is held in the quarantine with the reason; neither stops the rest.
Each batch is one transaction, so a crash leaves whole batches; whoever starts again from the
beginning finds what is in already as duplicates, by the statements' ids. A record without an id
gets one that follows from its source and content (`derived_id`), for the same reason."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from leadline.sources.reading import Read, read_batch
from leadline.sources.records import Broken, Record
from leadline.store import Held, Log

BATCH_RECORDS = 2_000
HELD_BYTES = 1024 * 1024  # of one record in the quarantine


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
                taken += self._store(read_batch(batch, source), source)
            yield taken

    def _store(self, found: Read, source: str) -> Taken:
        held = [
            Held(one.origin, one.content[:HELD_BYTES], one.field, one.reason, one.remedy)
            for one in found.broken
        ]
        stored = self._log.append(found.statements, source=source, held=held, on_conflict="report")
        return Taken(
            received=len(found.statements) + len(held),
            accepted=len(stored.accepted),
            duplicate=len(stored.duplicate),
            quarantined=len(held) + len(stored.conflicts),
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
