"""Group commit: what arrives at the same time becomes durable in one transaction."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import groupby
from queue import Empty, Full, Queue

from leadline.lrs.call import Writing
from leadline.lrs.refusals import Problem, busy
from leadline.statements import BadStatement
from leadline.store import Conflict, Log, Unavailable

QUEUE_LIMIT_REQUESTS = 1000
GROUP_LIMIT_STATEMENTS = 1000


def commit(group: Sequence[Writing], log: Log) -> list[Problem | None]:
    """Store the writes of a group, in their order; for each None once durable, or why not.

    Neighbours from the same source share a transaction. Where the store refuses it, each is tried
    alone, so that one conflict fails nobody else and a batch stays all or nothing."""
    outcomes: list[Problem | None] = []
    for _, neighbours in groupby(group, key=lambda writing: writing.call.credential.source):
        writings = list(neighbours)
        outcome = _append(writings, log)
        if isinstance(outcome, Conflict | BadStatement) and len(writings) > 1:
            outcomes += [_append([writing], log) for writing in writings]
        else:
            outcomes += [outcome] * len(writings)
    return outcomes


def _append(writings: Sequence[Writing], log: Log) -> Problem | None:
    batch = [statement for writing in writings for statement in writing.batch]
    attachments = {
        sha2: content for writing in writings for sha2, content in writing.attachments.items()
    }
    try:
        log.append(batch, source=writings[0].call.credential.source, attachments=attachments)
    except (BadStatement, Conflict, Unavailable) as problem:
        return problem
    return None


class Committer:
    """One thread that commits whatever has queued up since its last commit.

    The wait for the disk is what forms groups; nothing is ever held back to fill one."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._queue: Queue[tuple[Writing, Future[Problem | None]]] = Queue(QUEUE_LIMIT_REQUESTS)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="xapi-commit")

    def submit(self, writing: Writing) -> Future[Problem | None]:
        """The outcome, known once the write is durable or refused.

        Raises Refusal (503) where the queue is full; nothing of the write is kept then."""
        future: Future[Problem | None] = Future()
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
        outcomes: Sequence[Problem | None] = [busy("The commit broke off.")] * len(group)
        try:
            outcomes = commit([writing for writing, _ in group], self._log)
        finally:  # nobody may wait for an answer that cannot come any more
            for (_, future), outcome in zip(group, outcomes, strict=True):
                future.set_result(outcome)

    def _waiting(self) -> list[tuple[Writing, Future[Problem | None]]]:
        group: list[tuple[Writing, Future[Problem | None]]] = []
        statements = 0
        while statements < GROUP_LIMIT_STATEMENTS:
            try:
                group.append(self._queue.get_nowait())
            except Empty:
                break
            statements += len(group[-1][0].batch)
        return group
