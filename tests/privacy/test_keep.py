"""The memory of a process: answers by what they hang on, slow ones by who asks, pages of late."""

import pytest

from leadline.privacy import keep
from leadline.privacy.keep import Kept
from leadline.privacy.viewer import Purpose, Role, Viewer

LEAD = Viewer("lea", Role.TRAINING_LEAD)


def never() -> str:
    raise AssertionError("nobody should wait for this")


@pytest.fixture
def ageing(monkeypatch):
    """Lets everything that is kept be old at once."""

    def age():
        monkeypatch.setattr(keep, "RECENT_SECONDS", 0)
        monkeypatch.setattr(keep, "RECENT_COST", 0)
        monkeypatch.setattr(keep, "LATELY_SECONDS", 0)

    return age


def test_an_answer_is_made_once_and_the_one_used_last_stays():
    kept = Kept(answers_max=2)
    assert [kept.get(key, lambda key=key: key.upper()) for key in "aab"] == ["A", "A", "B"]
    assert kept.get("a", never) == "A"
    kept.get("c", lambda: "C")
    assert kept.get("a", never) == "A"
    assert kept.get("b", lambda: "made again") == "made again"


def test_what_is_none_is_kept_as_well():
    kept = Kept()
    kept.get("few", lambda: None)
    assert kept.get("few", never) is None


def test_of_a_slow_answer_the_first_asker_waits_and_the_next_does_not():
    kept = Kept()
    assert kept.recent("findings", lambda: "first", renewed=False) == "first"
    assert kept.recent("findings", never, renewed=False) == "first"


def test_an_old_answer_is_made_anew_by_whoever_renews_or_else_by_the_next_asker(ageing):
    kept = Kept()
    kept.recent("findings", lambda: "first", renewed=True)
    kept.renew("findings", never)  # it is not old yet
    ageing()
    assert kept.recent("findings", never, renewed=True) == "first"
    kept.renew("findings", lambda: "second")
    assert kept.recent("findings", never, renewed=True) == "second"
    assert kept.recent("findings", lambda: "third", renewed=False) == "third"


def test_a_renewal_that_fails_leaves_the_older_answer(ageing):
    kept = Kept()
    kept.recent("findings", lambda: "first", renewed=True)
    ageing()
    with pytest.raises(ZeroDivisionError):
        kept.renew("findings", lambda: 1 / 0)
    assert kept.recent("findings", never, renewed=True) == "first"


def test_a_costly_answer_is_renewed_more_seldom(monkeypatch):
    kept = Kept()
    monkeypatch.setattr(keep, "RECENT_SECONDS", 0)
    monkeypatch.setattr(keep, "RECENT_COST", 1_000_000)
    kept.recent("findings", lambda: "first", renewed=True)
    kept.renew("findings", never)


def test_pages_are_remembered_newest_first_each_once_for_a_while(ageing):
    kept = Kept()
    for key in ("home", "course", "home"):
        kept.looked(key, LEAD, Purpose.IMPROVE_TRAINING, never)
    assert [key for key, _ in kept.lately()] == ["home", "course"]
    kept.forget("home")
    assert [key for key, _ in kept.lately()] == ["course"]
    ageing()
    assert kept.lately() == []


def test_only_so_many_pages_are_remembered(monkeypatch):
    monkeypatch.setattr(keep, "PAGES_MAX", 3)
    kept = Kept()
    for key in range(5):
        kept.looked(key, LEAD, Purpose.IMPROVE_TRAINING, never)
    assert [key for key, _ in kept.lately()] == [4, 3, 2]
