"""Without being told an instant, the lens asks as of the last quarter of an hour or the commit."""

from datetime import UTC, datetime, timedelta

import pytest

from leadline.privacy import view
from leadline.privacy.lens import Lens
from leadline.privacy.viewer import Role, Viewer
from story.world import World

FIRE = "course/fire"
LEAD = Viewer("lea", Role.TRAINING_LEAD)


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    world.person("ben", unit="Org")
    yield world
    world.close()


def assigned(world):
    """Answered as a page would be: as of now, whenever that is."""
    return Lens(world.app, LEAD).measure("enrolments")


def at(monkeypatch, instant):
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return instant

    monkeypatch.setattr(view, "datetime", Clock)


def test_what_has_just_arrived_is_counted_at_once(world):
    for login in world.people("cleo", 12, unit="Org"):
        world.says(login, "assigned", FIRE, at=datetime.now(UTC))
    world.refresh()
    answer = assigned(world)
    assert answer.result.estimate == 12
    assert answer.as_of >= world.app.lake.snapshot().commit.at


def test_an_answer_is_kept_for_a_quarter_and_no_longer_than_its_snapshot(world, monkeypatch):
    world.says("ben", "assigned", FIRE, at="2026-03-01")
    world.refresh()
    noon = datetime(2099, 3, 9, 12, 0, tzinfo=UTC)
    kept = []
    for minutes in (1, 14, 16):
        at(monkeypatch, noon + timedelta(minutes=minutes))
        kept.append(assigned(world))
    first, again, later = kept
    assert again is first and first.as_of == noon
    assert later is not first and later.as_of == noon + timedelta(minutes=15)
    world.says("ben", "completed", FIRE, at="2026-03-02")
    world.refresh()
    assert assigned(world) is not later
