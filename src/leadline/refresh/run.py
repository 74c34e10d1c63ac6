"""Refresh: what the log has gained since the last commit becomes events, then facts, exactly once.

Cost follows what is new: only people with something new are computed anew, from all their events. A
kill at any step leaves what was visible as it was; the next refresh goes on (engine/lake.py)."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

import msgspec
from ibis.backends import BaseBackend

from leadline.curriculum import (
    Check,
    Critical,
    Curriculum,
    Link,
    Programme,
    Standard,
    duties,
    programmes,
)
from leadline.directory import Customers, Directory
from leadline.engine import Commit, Lake, Watermarks
from leadline.events import EVENT, Activities, flatten
from leadline.facts import Fact, catalogue
from leadline.refresh import dimensions
from leadline.refresh.affected import find_affected
from leadline.refresh.definitions import DIMENSIONS, fingerprint
from leadline.refresh.query import arrow, run
from leadline.refresh.recompute import Recompute
from leadline.store import Database, Log

BATCH_STATEMENTS = 10_000
LOCK = "refresh"


@dataclass(frozen=True)
class Parts:
    """What a refresh works on. zone: the reporting zone of `local_date`."""

    database: Database
    log: Log
    directory: Directory
    curriculum: Curriculum
    customers: Customers
    lake: Lake
    zone: str = "UTC"
    facts: Mapping[str, Fact] = field(default_factory=catalogue)


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did.

    mark: seq up to which the log is visible; statements: newly read; people: whose facts were
    computed anew; rebuilt: whether everything was written anew."""

    mark: int
    statements: int
    people: int
    seconds: float
    rebuilt: bool = False


@dataclass(frozen=True)
class Step:
    """Where a refresh is: `done` of `total` statements read, or parts of the people computed."""

    name: str
    done: int
    total: int


Progress = Callable[[Step], None]


def refresh(parts: Parts, progress: Progress = lambda step: None) -> Refreshed:
    """Bring the lake up to the log and the directory as they are now. Waits for another refresh.

    Where events or facts are defined differently than in the lake, everything is rebuilt."""
    with parts.database.exclusive(LOCK):
        return _Refresh(parts, progress, fresh=False).run()


def rebuild(parts: Parts, progress: Progress = lambda step: None) -> Refreshed:
    """Write the lake anew from the log, beside the old one, which serves readers until the end."""
    with parts.database.exclusive(LOCK):
        return _Refresh(parts, progress, fresh=True).run()


class _Refresh:
    """One run, under the lock."""

    def __init__(self, parts: Parts, progress: Progress, *, fresh: bool) -> None:
        self._parts = parts
        self._lake = parts.lake
        self._progress = progress
        self._definitions = fingerprint(parts.facts, parts.zone)
        committed = parts.lake.committed()
        outdated = committed.number > 0 and committed.definitions != self._definitions
        self._fresh = fresh or outdated
        self._committed = parts.lake.begin(self._definitions, fresh=self._fresh)
        self._base = Commit() if self._fresh else self._committed

    def run(self) -> Refreshed:
        began, at = time.monotonic(), datetime.now(UTC)
        activities = self._read_log()
        mark = max(self._lake.reached(), self._base.mark)
        # In this order: links that change from here on have a later revision, and come next time.
        revision = self._parts.directory.revision()
        changed = self._parts.directory.links(self._base.directory_revision)
        people = 0
        if self._fresh or (mark, revision) != (self._base.mark, self._base.directory_revision):
            connection = self._connection()
            affected = find_affected(connection, changed)
            people = affected.people
            if affected.keys:
                self._write_facts(connection)
            if affected.relinked:
                self._lake.overwrite("link", arrow(connection, "FROM linked"))
            self._write_dimensions(connection, activities, revision)
            self._commit(connection, Commit(mark=mark, at=at, directory_revision=revision))
            self._lake.compact()
        seconds = time.monotonic() - began
        return Refreshed(mark, mark - self._base.mark, people, seconds, self._fresh)

    def _read_log(self) -> Activities:
        """Append an event for every statement up to the log's head of this moment."""
        log, head = self._parts.log, self._parts.log.head()
        if head <= self._base.mark:
            return Activities()
        activities = Activities(dimensions.kinds(self._connection()))
        self._relearn(activities)
        zone = ZoneInfo(self._parts.zone)
        while (reached := max(self._lake.reached(), self._base.mark)) < head:
            self._progress(Step("statements", reached - self._base.mark, head - self._base.mark))
            batch = log.since(reached, BATCH_STATEMENTS)
            events = flatten(batch, self._parts.directory.actors, zone, activities, self._payload)
            self._lake.append("event", events, mark=batch[-1].seq)
        return activities

    def _payload(self, statement_id: str) -> bytes | None:
        log = self._parts.log
        return log.get(statement_id) or log.get(statement_id, voided=True)

    def _relearn(self, activities: Activities) -> None:
        """Hear again the statements whose events a killed refresh has left behind."""
        at, end = self._base.mark, self._lake.reached()
        while at < end:
            batch = self._parts.log.since(at, min(BATCH_STATEMENTS, end - at))
            for entry in batch:
                activities.learn(msgspec.json.decode(entry.payload))
            activities.rest()
            at = batch[-1].seq

    def _connection(self) -> BaseBackend:
        """Events as written so far, `fresh` ones apart, and the dimensions this run starts from."""
        connection = self._lake.scratch(self._lake.pending(), {"event": EVENT, **DIMENSIONS})
        run(
            connection,
            f"CREATE TEMP VIEW fresh AS SELECT * FROM event WHERE seq > {self._base.mark}",
        )
        return connection

    def _write_facts(self, connection: BaseBackend) -> None:
        number = self._committed.number + 1
        computing = Recompute(connection, self._parts.facts, number)
        told = partial(Step, "people")
        tables = computing.run(lambda done, total: self._progress(told(done, total)))
        for name, spooled in tables.items():
            self._lake.append_from(connection, spooled, table=name, mark=number)

    def _write_dimensions(
        self, connection: BaseBackend, activities: Activities, revision: int
    ) -> None:
        """Write those that have changed."""
        told = dimensions.activities(connection, activities.told)
        if told is not None:
            self._lake.overwrite("activity", told)
        measured = dimensions.measurements(connection)
        if measured is not None:
            self._lake.overwrite("measurement", measured)
        if revision != self._base.directory_revision:
            for name, rows in self._lists():
                changed = dimensions.listed(connection, name, rows)
                if changed is not None:
                    self._lake.overwrite(name, changed)

    def _lists(self) -> Iterator[tuple[str, Sequence[object]]]:
        """The dimensions that are kept in SQL, with their rows of now."""
        yield "position", self._parts.directory.positions()
        yield "account", self._parts.customers.accounts()
        yield "linkage", self._parts.curriculum.rows(Link)
        yield "standard", self._parts.curriculum.rows(Standard)
        yield "critical", self._parts.curriculum.rows(Critical)
        yield "check", self._parts.curriculum.rows(Check)
        yield "programme", programmes.taught(self._parts.curriculum.rows(Programme))
        yield from duties.tables(self._parts.curriculum.rows)

    def _commit(self, connection: BaseBackend, commit: Commit) -> None:
        sources = dimensions.sources(connection)
        self._lake.overwrite("source", sources)
        newest = zip(sources["source"].to_pylist(), sources["watermark"].to_pylist(), strict=True)
        recomputed = arrow(connection, "FROM affected")["person"].combine_chunks()
        self._lake.commit(
            commit.mark,
            people=recomputed if self._base.number else None,  # else there are no older rows
            watermarks=Watermarks(dict(newest), commit.directory_revision, self._definitions),
            at=commit.at,
        )
