"""Group commit: what arrives at the same time becomes durable in one transaction."""

import logging
import operator
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from leadline.lrs.call import BATCH_LIMIT_STATEMENTS, Writing
from leadline.lrs.refusals import Problem, Refusal, busy
from leadline.statements import Statement
from leadline.store import Conflict, Log, Unavailable
from leadline.store.log import LARGEST_BATCH_STATEMENTS

journal = logging.getLogger("leadline.lrs")

QUEUE_LIMIT_REQUESTS = 1000
# A group stops growing here, so that with the largest batch on top it still fits one transaction.
GROUP_LIMIT_STATEMENTS = LARGEST_BATCH_STATEMENTS - BATCH_LIMIT_STATEMENTS
BROKEN_OFF = Refusal(
    500,
    "",
    "The commit broke off, and it is not known whether the statements are stored.",
    "Ask for a statement by its id before you send it again.",
)


@dataclass(frozen=True)
class Outcome:
    """What became of a write. problem: None once it is durable, or why it is not stored.

    through: the instant up to which the log was complete after the commit, if that is known."""

    problem: Problem | None
    through: datetime | None


Settle = Callable[[Outcome], None]
Deliver = Callable[[Callable[[], None]], object]


def commit(group: Sequence[Writing], log: Log) -> list[Outcome]:
    """Store the writes of a group; the writes of one source share a transaction.

    A write that conflicts fails alone, and whole: it takes no neighbour with it, and a batch stays
    all or nothing."""
    by_source: dict[str, dict[int, Writing]] = {}
    for at, writing in enumerate(group):
        by_source.setdefault(writing.call.credential.source, {})[at] = writing
    problems: dict[int, Problem | None] = {}
    for writings in by_source.values():
        problems |= _settled(writings, log)
    through = complete_through(log)
    return [Outcome(problems[at], through) for at in range(len(group))]


def _settled(writings: Mapping[int, Writing], log: Log) -> dict[int, Problem | None]:
    """What became of each: all together if the store takes them, else without those that the
    conflict names, which are tried one by one."""
    try:
        return _append(writings, log)
    except Unavailable as problem:
        return dict.fromkeys(writings, problem)
    except Conflict as conflict:
        if len(writings) == 1:
            return dict.fromkeys(writings, conflict)
        taken = conflict.ids
    suspects = {
        at: writing
        for at, writing in writings.items()
        if not taken.isdisjoint(statement.id for statement in writing.batch)
    }
    rest = {at: writing for at, writing in writings.items() if at not in suspects}
    problems = _settled(rest, log) if rest else {}
    for at, writing in suspects.items():
        problems |= _settled({at: writing}, log)
    return problems


def complete_through(log: Log) -> datetime | None:
    """The log's consistent-through; None where the database cannot say it now."""
    try:
        return log.consistent_through()
    except Unavailable:
        return None


def _append(writings: Mapping[int, Writing], log: Log) -> dict[int, Problem | None]:
    """Store in one transaction what their judges let pass; raises Conflict, Unavailable.

    Whoever is refused takes no neighbour along: a judge that refuses has changed nothing."""
    problems: dict[int, Problem | None] = dict.fromkeys(writings)
    batch: list[Statement] = []
    attachments: dict[str, bytes] = {}
    judged = any(writing.judge for writing in writings.values())
    with log.turn() if judged else nullcontext():
        for at, writing in writings.items():
            try:
                batch += writing.batch if writing.judge is None else writing.judge()
            except Refusal as refusal:
                problems[at] = refusal
            else:
                attachments |= writing.attachments
        source = next(iter(writings.values())).call.credential.source
        for first in range(0, max(len(batch), 1), LARGEST_BATCH_STATEMENTS):  # judges may add some
            some = batch[first : first + LARGEST_BATCH_STATEMENTS]
            log.append(some, source=source, attachments=attachments)
    return problems


class Committer:
    """One thread that commits whatever has queued up since its last commit.

    The wait for the disk is what forms groups; nothing is ever held back to fill one."""

    def __init__(self, log: Log, deliver: Deliver = operator.call) -> None:
        """deliver: is given what settles the writes of one group, all of them in one go; such as
        an event loop's `call_soon_threadsafe`."""
        self._log, self._deliver = log, deliver
        self._queue: deque[tuple[Writing, Settle]] = deque()
        self._lock = threading.Lock()
        self._under_way = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="xapi-commit")

    def submit(self, writing: Writing, settle: Settle) -> None:
        """Have a write committed; `settle` is told its outcome, once it is durable or refused.

        Raises Refusal (503) where the queue is full; nothing of the write is kept then."""
        with self._lock:
            if len(self._queue) >= QUEUE_LIMIT_REQUESTS:
                raise busy(f"{QUEUE_LIMIT_REQUESTS} writes are waiting already.")
            self._queue.append((writing, settle))
            idle, self._under_way = not self._under_way, True
        if idle:
            self._thread.submit(self._commit_waiting)

    def close(self) -> None:
        """Commit what waits, then stop."""
        self._thread.shutdown(wait=True)

    def _commit_waiting(self) -> None:
        while group := self._waiting():
            outcomes = [Outcome(BROKEN_OFF, None)] * len(group)
            try:
                outcomes = commit([writing for writing, _ in group], self._log)
            except BaseException:  # noqa: BLE001 (the edge of the thread)
                journal.exception("a commit broke off")
            # Nobody may wait for an answer that cannot come any more.
            settled = [settle for _, settle in group]
            self._deliver(partial(_settle_all, settled, outcomes))

    def _waiting(self) -> list[tuple[Writing, Settle]]:
        group: list[tuple[Writing, Settle]] = []
        statements = 0
        with self._lock:
            while self._queue and statements < GROUP_LIMIT_STATEMENTS:
                group.append(self._queue.popleft())
                statements += len(group[-1][0].batch)
            self._under_way = bool(group)
        return group


def _settle_all(settles: Sequence[Settle], outcomes: Sequence[Outcome]) -> None:
    for settle, outcome in zip(settles, outcomes, strict=True):
        settle(outcome)
