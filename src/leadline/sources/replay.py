"""Trying the quarantine again, after a rule was mended or a missing piece arrived."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, islice
from operator import attrgetter

from leadline.sources.reading import authority_of, statement_of
from leadline.sources.records import Record
from leadline.statements import BadStatement, Statement
from leadline.store import Conflict, Database, Log, Quarantine
from leadline.store import Record as HeldRecord

BATCH_RECORDS = 500


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many records became statements (or were there already), and how many stay held."""

    replayed: int = 0
    still_held: int = 0

    def __add__(self, other: "Replayed") -> "Replayed":
        return Replayed(self.replayed + other.replayed, self.still_held + other.still_held)


@dataclass(frozen=True)
class Replay:
    """The way from the quarantine back into the log."""

    database: Database
    log: Log
    quarantine: Quarantine

    def held(self, keys: Collection[int] = (), source: str | None = None) -> Iterator[HeldRecord]:
        """Records that are held: those with the keys, or all; of one source, or of any."""
        after = 0
        while page := self.quarantine.list(after=after):
            after = page[-1].key
            for record in page:
                if (not keys or record.key in keys) and source in (None, record.source):
                    yield record

    def again(self, keys: Collection[int] = (), source: str | None = None) -> Iterator[Replayed]:
        """Take the records in that pass by now; the totals so far after each batch.

        The statements of a batch and the marks on their records are one transaction. A record that
        still does not pass stays as it is, with its first reason."""
        total = Replayed()
        for name, records in groupby(self.held(keys, source), attrgetter("source")):
            while batch := list(islice(records, BATCH_RECORDS)):
                passing = dict(self._passing(batch))
                replayed = self._take(passing, name)
                total += Replayed(replayed, len(batch) - replayed)
                yield total

    def _passing(self, batch: Iterable[HeldRecord]) -> Iterator[tuple[int, Statement]]:
        for record in batch:
            with suppress(BadStatement):
                yield record.key, self._read(record)

    def _take(self, passing: Mapping[int, Statement], source: str) -> int:
        """Take statements, by the key of their record, in; how many had no conflict."""
        if not passing:
            return 0
        try:
            with self.database.transaction():
                self.log.append(list(passing.values()), source=source)
                self.quarantine.mark(passing, "replayed")
            return len(passing)
        except Conflict as conflict:
            if len(passing) == 1:
                return 0
            # Two held records may claim one id, and the first is as good as any: one by one.
            parts = [{key: one} for key, one in passing.items() if one.id in conflict.ids]
            parts.append({key: one for key, one in passing.items() if one.id not in conflict.ids})
            return sum(self._take(part, source) for part in parts)

    def _read(self, record: HeldRecord) -> Statement:
        authority = authority_of(record.source)
        raw = Record(record.origin, record.raw)
        return statement_of(raw, record.source, datetime.now(UTC), authority)
