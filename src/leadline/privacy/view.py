"""What readers see: one snapshot at one instant, the same for everything on a page."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock

from leadline.engine import Lake, Snapshot

QUARTER_MINUTES = 15
STALE_SECONDS_MAX = 40  # a view that nobody has confirmed for longer is shown no more


@dataclass(frozen=True)
class View:
    """now: the instant asked as of; aware. With the same two a question has the same answer."""

    snapshot: Snapshot
    now: datetime


def newest(lake: Lake) -> View:
    """The newest snapshot as of the last quarter of an hour, or of its commit if that is later.

    Nothing that arrived is left out, and a question has the same answer for some minutes."""
    snapshot = lake.snapshot()
    now = datetime.now(UTC)
    past = timedelta(minutes=now.minute % QUARTER_MINUTES)
    quarter = now.replace(second=0, microsecond=0) - past
    arrived = snapshot.commit.at
    if arrived is None:
        return View(snapshot, quarter)
    return View(snapshot, max(quarter, arrived.replace(microsecond=0) + timedelta(seconds=1)))


class Views:
    """Which view the readers of this process are shown.

    The newest, unless somebody (privacy.keeper) gets views ready and says when to show them. What
    is shown then was the newest at most STALE_SECONDS_MAX ago, whatever became of that somebody."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._lock = Lock()
        self._shown: View | None = None
        self._seen = -float("inf")  # when the shown view was last seen to be the newest

    @property
    def kept_up(self) -> bool:
        """Whether somebody gets views ready, however long it takes at the moment."""
        return self._shown is not None

    def current(self) -> View:
        """The view to look through now. A page asks once and keeps to it."""
        with self._lock:
            shown = self._shown
            if shown is not None and time.monotonic() - self._seen <= STALE_SECONDS_MAX:
                return shown
        view = newest(self._lake)
        if shown is not None:
            self.show(view, time.monotonic())
        return view

    def show(self, view: View, seen: float) -> None:
        """Show the view, which was the newest at `seen` (time.monotonic), from now on.

        Readers never go back to what was seen before the one they are shown."""
        with self._lock:
            if seen >= self._seen:
                self._shown, self._seen = view, seen
