"""Answers kept for as long as nothing they were made of has changed."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar, cast

ANSWERS_MAX = 512
T = TypeVar("T")


class Kept:
    """A bounded memory of answers, shared by the requests of one process.

    Keys must carry everything an answer depends on: snapshot, directory revision, role, visible
    people, question and instant. Then a stale or foreign answer cannot be found at all."""

    def __init__(self, answers_max: int = ANSWERS_MAX) -> None:
        self._max = answers_max
        self._lock = Lock()
        self._answers: OrderedDict[Hashable, object] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The kept answer, or a new one. Two threads may make the same one; both are right."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return cast(T, self._answers[key])
        made = make()
        with self._lock:
            self._answers[key] = made
            while len(self._answers) > self._max:
                self._answers.popitem(last=False)
        return made
