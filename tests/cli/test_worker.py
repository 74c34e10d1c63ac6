"""The worker keeps going whatever happens, and stops when it is told to."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest

from leadline.cli import serving
from leadline.cli.serving import Worker
from leadline.refresh import Refreshed
from leadline.store import Unavailable


@dataclass
class App:
    """Refreshes that fail as often as told, then succeed."""

    failures: int = 0
    calls: list[float] = field(default_factory=list)
    settings: SimpleNamespace = field(
        default_factory=lambda: SimpleNamespace(refresh_seconds=0.01, home=Path("no-such-home"))
    )
    lms: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(tidy=lambda: None))

    def refresh(self) -> Refreshed:
        self.calls.append(time.monotonic())
        if len(self.calls) <= self.failures:
            raise Unavailable("the disk is full")
        return Refreshed(mark=1, statements=1, people=1, seconds=0.0)


def runs_until(app: App, calls: int) -> Worker:
    worker = Worker(app)
    thread = Thread(target=worker.run)
    thread.start()
    until = time.monotonic() + 20
    while len(app.calls) < calls and time.monotonic() < until:
        time.sleep(0.005)
    worker.stop()
    thread.join(10)
    assert not thread.is_alive()
    return worker


def test_a_worker_refreshes_again_and_again_until_it_is_stopped():
    app = App()
    runs_until(app, 5)
    assert len(app.calls) >= 5


def test_a_failure_is_logged_and_tried_again_after_longer_and_longer_pauses(caplog):
    app = App(failures=4)
    runs_until(app, 6)
    pauses = [b - a for a, b in zip(app.calls, app.calls[1:], strict=False)]
    assert all(p >= least for p, least in zip(pauses, (0.02, 0.04, 0.08, 0.16), strict=False))
    assert caplog.text.count("refresh failed; it will be tried again") == 4


def test_pauses_have_an_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(serving, "PAUSE_SECONDS_MAX", 0.02)
    app = App(failures=8)
    began = time.monotonic()
    runs_until(app, 9)
    assert len(app.calls) >= 9
    assert time.monotonic() - began < 10


def test_a_worker_that_was_stopped_before_it_began_does_nothing():
    app = App()
    worker = Worker(app)
    worker.stop()
    worker.run()
    assert app.calls == []
