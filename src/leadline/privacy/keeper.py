"""Getting the next view ready behind the readers, so that nobody waits for what others asked.

A refresh, or the next quarter of an hour, makes a new view, of which nothing is known yet. The
pages that were asked for lately are answered in it once, and then it is shown to everybody. It is
shown after PREPARE_SECONDS_MAX in any case, with whatever is ready by then."""

import logging
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event
from typing import NoReturn, TypeVar

from leadline.privacy.keep import Page
from leadline.privacy.lens import Lens, Parts
from leadline.privacy.looks import Look
from leadline.privacy.refusals import Forbidden, NotThere, TooFine, UnknownQuestion
from leadline.privacy.view import View, newest
from leadline.privacy.viewer import Purpose, Viewer

PREPARE_SECONDS_MAX = 10
PAUSE_SECONDS_MIN, PAUSE_SECONDS_MAX = 0.5, 5.0  # between looks for a new view
REFUSED = (Forbidden, NotThere, TooFine, UnknownQuestion)
T = TypeVar("T")
Slow = tuple[Page, Hashable, Callable[[Lens], object]]

log = logging.getLogger("leadline.keeper")


class Ahead(Lens):
    """A lens through which nobody looks: what it finds is kept for those who will.

    It writes no looks; whoever is shown the answer is written down then. So named people are
    closed to it. Scope and suppression are those of the viewer it is made for, as of today."""

    def __init__(self, parts: Parts, viewer: Viewer, purpose: Purpose, view: View) -> None:
        super().__init__(parts, viewer, purpose)
        self._view = view
        self.slow: dict[Hashable, Callable[[Lens], object]] = {}

    def recent(self, what: Hashable, make: Callable[[Lens], T]) -> T:
        self.slow[what] = make
        return super().recent(what, make)

    def renew(self, what: Hashable, make: Callable[[Lens], object]) -> None:
        """Make a slow answer anew, if it is old."""
        self._parts.kept.renew(self._recent_key(what), partial(make, self))

    def refuse(self, what: str, reason: str) -> NoReturn:
        raise Forbidden(reason)

    @contextmanager
    def _looking(self, what: str, **filters: str) -> Iterator[Look]:
        yield Look(what, filters)

    def _name_people(self) -> None:
        raise Forbidden("Nobody looks, so nobody is named.")


class Keeper:
    """Shows each new view once what was asked for lately is ready in it.

    For a thread of the serving process; whoever refreshes may be another process."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._stop = Event()

    def stop(self) -> None:
        """End after the page at hand."""
        self._stop.set()

    def run(self) -> None:
        """Look, get ready, show, pause … in the caller's thread. After much work the pause is
        longer: where new views come one upon the other, readers have the machine in between."""
        pause = 0.0
        while not self._stop.wait(pause):
            began = time.monotonic()
            try:
                self.once()
            except Exception:  # the edge of the process: readers see the newest view meanwhile
                log.exception("the next view cannot be got ready; it will be tried again")
            worked = time.monotonic() - began
            pause = min(max(PAUSE_SECONDS_MIN, worked), PAUSE_SECONDS_MAX)

    def once(self) -> None:
        """Show the newest view, got ready first if it is another than the one shown."""
        seen = time.monotonic()
        view = newest(self._parts.lake)
        slow = []
        if view != self._parts.views.current():
            slow = self._prepare(view, seen + PREPARE_SECONDS_MAX)
        self._parts.views.show(view, seen)
        for page, what, make in slow:
            if not self._stop.is_set():
                Ahead(self._parts, page.viewer, page.purpose, view).renew(what, make)

    def _prepare(self, view: View, until: float) -> list[Slow]:
        """Answer the pages of late, the newest first; gives the slow answers they asked for."""
        slow: list[Slow] = []
        for key, page in self._parts.kept.lately():
            if time.monotonic() >= until or self._stop.is_set():
                break
            lens = Ahead(self._parts, page.viewer, page.purpose, view)
            if self._answered(page, lens):
                slow += [(page, what, make) for what, make in lens.slow.items()]
            else:
                self._parts.kept.forget(key)
        return slow

    def _answered(self, page: Page, lens: Ahead) -> bool:
        """Whether the page could be answered; one that could not is not tried again by itself."""
        try:
            page.answer(lens)
        except REFUSED:
            return False
        except Exception:  # whatever is wrong with one page must not keep the others waiting
            log.exception("a page cannot be got ready")
            return False
        return True
