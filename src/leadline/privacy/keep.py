"""Answers kept for as long as nothing they were made of has changed."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock, Thread
from typing import TypeVar, cast

ANSWERS_MAX = 512
RECENT_SECONDS = 60  # older than this, a slow answer is made anew behind those who ask
T = TypeVar("T")


class Kept:
    """A bounded memory of answers, shared by the requests of one process.

    Keys must carry everything an answer depends on: snapshot, directory revision, role, visible
    people, question and instant. Then a stale or foreign answer cannot be found at all."""

    def __init__(self, answers_max: int = ANSWERS_MAX) -> None:
        self._max = answers_max
        self._lock = Lock()
        self._answers: OrderedDict[Hashable, object] = OrderedDict()
        self._renewing: set[Hashable] = set()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The kept answer, or a new one. Two threads may make the same one; both are right."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return cast(T, self._answers[key])
        made = make()
        self._put(key, made)
        return made

    def recent(self, key: Hashable, make: Callable[[], T], renew: Callable[[], T]) -> T:
        """The kept answer at once, even if something it was made of has changed since.

        One older than RECENT_SECONDS is made anew by `renew` in a thread of its own, once for all
        who ask meanwhile; only the very first waits, for `make`. The key names who asks and what,
        not the snapshot."""
        with self._lock:
            made, at = cast("tuple[T, float]", self._answers.get(key, (None, 0.0)))
            old = at and time.monotonic() - at > RECENT_SECONDS and key not in self._renewing
            if old:
                self._renewing.add(key)
        if old:
            Thread(target=self._renew, args=(key, renew), daemon=True).start()
        if not at:
            made = make()
            self._put(key, (made, time.monotonic()))
        return made

    def _renew(self, key: Hashable, renew: Callable[[], object]) -> None:
        try:
            self._put(key, (renew(), time.monotonic()))
        finally:  # where it failed the older answer stays, and the next asker has it tried again
            with self._lock:
                self._renewing.discard(key)

    def _put(self, key: Hashable, made: object) -> None:
        with self._lock:
            self._answers[key] = made
            while len(self._answers) > self._max:
                self._answers.popitem(last=False)
