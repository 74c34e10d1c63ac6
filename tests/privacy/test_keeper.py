"""A new view is shown whole, in time, and with what was asked for lately ready in it."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest

from leadline.privacy import keeper as keeping
from leadline.privacy import view
from leadline.privacy.keeper import Keeper
from leadline.privacy.lens import Lens
from leadline.privacy.viewer import Role, Viewer
from story.world import World

FIRE = "course/fire"
LEAD = Viewer("lea", Role.TRAINING_LEAD)
WORKER = """
import sys
from pathlib import Path
from leadline.app import build
from leadline.config import Settings
build(Settings(home=Path(sys.argv[1]))).refresh()
"""


@pytest.fixture
def org(tmp_path):
    """Ana leads North; twenty people there were assigned the fire course, and all is shown."""
    org = World(tmp_path)
    org.person("ana", unit="Org/North")
    org.people("ben", 20, unit="Org/North", manager="ana")
    for login in [f"ben{number}" for number in range(1, 21)]:
        org.says(login, "assigned", FIRE)
    org.refresh()
    yield org
    org.close()


@pytest.fixture
def keeper(org):
    keeper = Keeper(org.app)
    keeper.once()
    return keeper


def enrolments(lens: Lens) -> float | None:
    return lens.measure("enrolments").result.estimate


def look(org: World, viewer: Viewer = LEAD, answer=enrolments):
    """As a page does: answer, and say how to answer it again."""
    lens = Lens(org.app, viewer)
    found = answer(lens)
    lens.expect("page", answer)
    return found


def cleo_comes(org: World) -> None:
    org.person("cleo", unit="Org/North", manager="ana")
    org.says("cleo", "assigned", FIRE)
    org.refresh()


def nothing_is_made(monkeypatch) -> None:
    def made(*_):
        raise AssertionError("a reader waits for this")

    monkeypatch.setattr(Lens, "_answered", made)


def test_a_page_keeps_to_the_view_that_it_began_with(org, keeper):
    lens = Lens(org.app, LEAD)
    assert enrolments(lens) == 20
    cleo_comes(org)
    assert enrolments(Lens(org.app, LEAD)) == 20  # not ready, so nobody is shown half of it
    keeper.once()
    assert enrolments(Lens(org.app, LEAD)) == 21
    assert lens.measure("enrolments", by=("unit",)).result.estimate == 20
    assert lens.now < Lens(org.app, LEAD).now


def test_what_was_asked_lately_is_ready_when_the_view_is_shown(org, keeper, monkeypatch):
    look(org)
    cleo_comes(org)
    keeper.once()
    nothing_is_made(monkeypatch)
    assert look(org) == 21
    assert look(org, Viewer("dov", Role.TRAINING_LEAD)) == 21  # another who covers the same people
    with pytest.raises(AssertionError):
        look(org, org.viewer("ana", Role.DEPARTMENT_MANAGER))


def test_so_it_is_when_a_quarter_of_an_hour_begins(org, keeper, monkeypatch):
    look(org)
    later = datetime.now(UTC) + timedelta(minutes=20)

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return later

    monkeypatch.setattr(view, "datetime", Clock)
    before = Lens(org.app, LEAD).now
    keeper.once()
    nothing_is_made(monkeypatch)
    assert look(org) == 20
    assert Lens(org.app, LEAD).now > before


def test_getting_ready_is_no_look_and_being_shown_is_one(org, keeper):
    look(org)
    cleo_comes(org)
    looks = org.app.audit.head()
    keeper.once()
    assert org.app.audit.head() == looks
    look(org)
    (written,) = org.app.audit.looks(limit=org.app.audit.head()[0] - looks[0])
    assert (written.login, written.what) == ("lea", "measure enrolments")


def test_named_people_are_never_got_ready(org, keeper):
    manager = org.viewer("ana", Role.DEPARTMENT_MANAGER)
    assert len(look(org, manager, lambda lens: lens.roster().rows)) == 20
    cleo_comes(org)
    looks = org.app.audit.head()
    keeper.once()
    assert org.app.audit.head() == looks
    assert org.app.kept.lately() == []  # nor tried again
    assert len(Lens(org.app, manager).roster().rows) == 21


def test_whoever_leaves_the_team_is_out_of_sight_at_once(org, keeper):
    manager = org.viewer("ana", Role.DEPARTMENT_MANAGER)
    assert look(org, manager) == 20
    org.people("ben", 2, unit="Org/South", since="2020-01-02", manager=None)
    assert {len(Lens(org.app, manager).roster().rows), look(org, manager)} == {18}
    keeper.once()  # nothing was refreshed: the same view, and still the scope of today
    assert look(org, manager) == 18


def test_a_page_that_fails_stops_neither_the_others_nor_the_view(org, keeper, monkeypatch, caplog):
    look(org)
    Lens(org.app, LEAD).expect("broken", lambda lens: 1 / 0)
    cleo_comes(org)
    keeper.once()
    assert "a page cannot be got ready" in caplog.text
    assert [page for (_, page), _ in org.app.kept.lately()] == ["page"]
    nothing_is_made(monkeypatch)
    assert look(org) == 21


def test_a_view_is_shown_in_time_with_whatever_is_ready(org, keeper, monkeypatch):
    look(org)
    cleo_comes(org)
    monkeypatch.setattr(keeping, "PREPARE_SECONDS_MAX", 0)
    keeper.once()
    assert look(org) == 21
    made = []
    Lens(org.app, LEAD).expect("second", made.append)
    org.says("ana", "assigned", FIRE)
    org.refresh()
    keeper.once()
    assert made == []
    assert look(org) == 22


def test_a_page_without_end_holds_no_view_back_and_readers_do_not_go_back(org, keeper, monkeypatch):
    begun, going = Event(), Event()

    def endless(lens):
        begun.set()
        going.wait(10)

    Lens(org.app, LEAD).expect("endless", endless)
    cleo_comes(org)
    stuck = Thread(target=keeper.once)
    stuck.start()
    assert begun.wait(10)
    assert look(org) == 20
    org.says("ana", "assigned", FIRE)
    org.refresh()
    monkeypatch.setattr(view, "STALE_SECONDS_MAX", 0)
    assert look(org) == 22
    monkeypatch.setattr(view, "STALE_SECONDS_MAX", 60)
    going.set()
    stuck.join(10)
    assert look(org) == 22


def test_what_another_process_refreshes_is_noticed(org):
    keeper = Keeper(org.app)
    thread = Thread(target=keeper.run)
    thread.start()
    try:
        assert look(org) == 20
        org.person("cleo", unit="Org/North")
        org.says("cleo", "assigned", FIRE)
        org.flush()
        home = str(org.app.settings.home)
        subprocess.run([sys.executable, "-c", WORKER, home], check=True, timeout=60)
        until = time.monotonic() + 20
        while look(org) == 20 and time.monotonic() < until:
            time.sleep(0.05)
        assert look(org) == 21
    finally:
        keeper.stop()
        thread.join(10)
    assert not thread.is_alive()


def test_a_slow_answer_is_renewed_behind_whoever_asks(org, keeper, monkeypatch):
    def slow(lens: Lens) -> float | None:
        return lens.recent("slow", enrolments)

    assert look(org, answer=slow) == 20
    cleo_comes(org)
    keeper.once()
    assert look(org, answer=slow) == 20
    monkeypatch.setattr("leadline.privacy.keep.RECENT_SECONDS", 0)
    monkeypatch.setattr("leadline.privacy.keep.RECENT_COST", 0)
    org.says("ana", "assigned", FIRE)
    org.refresh()
    looks = org.app.audit.head()
    keeper.once()
    assert org.app.audit.head() == looks
    nothing_is_made(monkeypatch)
    assert look(org, answer=slow) == 22


def test_without_a_keeper_the_newest_is_shown(org):
    assert look(org) == 20
    cleo_comes(org)
    assert look(org) == 21
