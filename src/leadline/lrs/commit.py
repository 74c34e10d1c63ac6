"""Group commit: what arrives at the same time becomes durable in one transaction."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from queue import Empty, Full, Queue

from leadline.lrs.call import BATCH_LIMIT_STATEMENTS, Writing
from leadline.lrs.refusals import Problem, Refusal, busy
from leadline.store import Conflict, Log, Unavailable
from leadline.store.log import LARGEST_BATCH_STATEMENTS

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


def commit(group: Sequence[Writing], log: Log) -> list[Outcome]:
    """Store the writes of a group, in their order.

    Neighbours from the same source share a transaction. Where the store refuses it, each is tried
    alone, so that one conflict fails nobody else and a batch stays all or nothing."""
    problems: list[Problem | None] = []
    for _, neighbours in groupby(group, key=lambda writing: writing.call.credential.source):
        writings = list(neighbours)
        problem = _append(writings, log)
        if isinstance(problem, Conflict) and len(writings) > 1:
            problems += [_append([writing], log) for writing in writings]
        else:
            problems += [problem] * len(writings)
    through = complete_through(log)
    return [Outcome(problem, through) for problem in problems]


def complete_through(log: Log) -> datetime | None:
    """The log's consistent-through; None where the database cannot say it now."""
    try:
        return log.consistent_through()
    except Unavailable:
        return None


def _append(writings: Sequence[Writing], log: Log) -> Problem | None:
    batch = [statement for writing in writings for statement in writing.batch]
    attachments = {
        sha2: content for writing in writings for sha2, content in writing.attachments.items()
    }
    try:
        log.append(batch, source=writings[0].call.credential.source, attachments=attachments)
    except (Conflict, Unavailable) as problem:
        return problem
    return None


class Committer:
    """One thread that commits whatever has queued up since its last commit.

    The wait for the disk is what forms groups; nothing is ever held back to fill one."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._queue: Queue[tuple[Writing, Future[Outcome]]] = Queue(QUEUE_LIMIT_REQUESTS)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="xapi-commit")

    def submit(self, writing: Writing) -> Future[Outcome]:
        """The outcome, known once the write is durable or refused.

        Raises Refusal (503) where the queue is full; nothing of the write is kept then."""
        future: Future[Outcome] = Future()
        try:
            self._queue.put_nowait((writing, future))
        except Full:
            raise busy(f"{QUEUE_LIMIT_REQUESTS} writes are waiting already.") from None
        self._thread.submit(self._commit_waiting)
        return future

    def close(self) -> None:
        """Commit what waits, then stop."""
        self._thread.shutdown(wait=True)

    def _commit_waiting(self) -> None:
        group = self._waiting()
        outcomes = [Outcome(BROKEN_OFF, None)] * len(group)
        try:
            outcomes = commit([writing for writing, _ in group], self._log)
        finally:  # nobody may wait for an answer that cannot come any more
            for (_, future), outcome in zip(group, outcomes, strict=True):
                future.set_result(outcome)

    def _waiting(self) -> list[tuple[Writing, Future[Outcome]]]:
        group: list[tuple[Writing, Future[Outcome]]] = []
        statements = 0
        while statements < GROUP_LIMIT_STATEMENTS:
            try:
                group.append(self._queue.get_nowait())
            except Empty:
                break
            statements += len(group[-1][0].batch)
        return group
