"""Slow answers are given at once, and made anew behind whoever asks."""

import time
from threading import Event

import pytest

from leadline.privacy import keep
from leadline.privacy.keep import Kept


def never() -> str:
    raise AssertionError("nobody should wait for this")


def test_the_first_asker_waits_and_the_next_does_not():
    kept = Kept()
    assert kept.recent("findings", lambda: "first", never) == "first"
    assert kept.recent("findings", never, never) == "first"


def test_an_old_answer_is_given_at_once_and_made_anew_once(monkeypatch):
    kept, going, made = Kept(), Event(), []
    kept.recent("findings", lambda: "first", never)
    monkeypatch.setattr(keep, "RECENT_SECONDS", 0)

    def renew() -> str:
        going.wait(5)
        made.append(1)
        return "second"

    assert [kept.recent("findings", never, renew) for _ in range(3)] == ["first"] * 3
    going.set()
    monkeypatch.setattr(keep, "RECENT_SECONDS", 60)
    assert wait_for(kept, "second")
    assert made == [1]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_renewal_that_fails_leaves_the_older_answer(monkeypatch):
    kept = Kept()
    kept.recent("findings", lambda: "first", never)
    monkeypatch.setattr(keep, "RECENT_SECONDS", 0)
    assert kept.recent("findings", never, lambda: 1 / 0) == "first"
    assert wait_for(kept, "first")
    assert kept.recent("findings", never, lambda: "third") == "first"
    assert wait_for(kept, "third")


def wait_for(kept: Kept, answer: str) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if kept.recent("findings", never, lambda: answer) == answer:
            return True
        time.sleep(0.01)
    return False
