"""What a process remembers between looks: answers, and which pages were looked at lately."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar, cast

from leadline.privacy.viewer import Purpose, Viewer

if TYPE_CHECKING:
    from leadline.privacy.lens import Lens

ANSWERS_MAX = 1_024
PAGES_MAX = 64
LATELY_SECONDS = 30 * 60  # a page that nobody asked for since is not got ready any more
RECENT_SECONDS = 60  # a slow answer is old after this,
RECENT_COST = 20  # or after so many times as long as it took to make, whichever is longer
T = TypeVar("T")


class Page(NamedTuple):
    """A page that somebody looked at, how to answer it again, and when it was asked for last."""

    viewer: Viewer
    purpose: Purpose
    answer: Callable[["Lens"], object]
    at: float


class Made(NamedTuple):
    """A slow answer, when it was made and how long that took, by time.monotonic."""

    answer: object
    at: float
    seconds: float

    @property
    def old(self) -> bool:
        return time.monotonic() - self.at > max(RECENT_SECONDS, RECENT_COST * self.seconds)


class Kept:
    """A bounded memory of answers, shared by the requests of one process.

    Keys must carry everything an answer depends on: snapshot, role, visible people, question and
    instant. Then a stale or foreign answer cannot be found at all."""

    def __init__(self, answers_max: int = ANSWERS_MAX) -> None:
        self._answers = Newest[object](answers_max)
        self._pages = Newest[Page](PAGES_MAX)

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The kept answer, or a new one. Two threads may make the same one; both are right."""
        found = self._answers.get(key, _NOTHING)
        if found is _NOTHING:
            found = make()
            self._answers.put(key, found)
        return cast(T, found)

    def recent(self, key: Hashable, make: Callable[[], T], *, renewed: bool) -> T:
        """The kept answer, even if something it was made of has changed since. The key names who
        asks and what, not the snapshot. renewed: somebody calls `renew`; else an old answer is made
        anew while the asker waits, as the very first one is."""
        found = self._answers.get(key, None)
        if not isinstance(found, Made) or (found.old and not renewed):
            found = self._make(key, make)
        return cast(T, found.answer)

    def renew(self, key: Hashable, make: Callable[[], object]) -> None:
        """Make the recent answer anew where it is old; whoever asks meanwhile gets that one."""
        found = self._answers.get(key, None)
        if not isinstance(found, Made) or found.old:
            self._make(key, make)

    def _make(self, key: Hashable, make: Callable[[], object]) -> Made:
        began = time.monotonic()
        answer = make()
        made = Made(answer, time.monotonic(), time.monotonic() - began)
        self._answers.put(key, made)
        return made

    def looked(
        self,
        key: Hashable,
        viewer: Viewer,
        purpose: Purpose,
        answer: Callable[["Lens"], object],
    ) -> None:
        """Remember that a page was asked for. The key names it and who may see the same."""
        self._pages.put(key, Page(viewer, purpose, answer, time.monotonic()))

    def lately(self) -> list[tuple[Hashable, Page]]:
        """The pages asked for in the last LATELY_SECONDS, the newest first."""
        since = time.monotonic() - LATELY_SECONDS
        return [(key, page) for key, page in self._pages.newest_first() if page.at >= since]

    def forget(self, key: Hashable) -> None:
        """Do not count a page among those asked for lately."""
        self._pages.drop(key)


class Newest(Generic[T]):
    """A dictionary of the entries used last, for several threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._entries: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable, otherwise: T) -> T:
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
            return self._entries.get(key, otherwise)

    def put(self, key: Hashable, entry: T) -> None:
        with self._lock:
            self._entries[key] = entry
            self._entries.move_to_end(key)
            while len(self._entries) > self._most:
                self._entries.popitem(last=False)

    def drop(self, key: Hashable) -> None:
        with self._lock:
            self._entries.pop(key, None)

    def newest_first(self) -> list[tuple[Hashable, T]]:
        with self._lock:
            return list(reversed(self._entries.items()))


_NOTHING = object()
