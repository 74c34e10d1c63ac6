"""Frozen figures: what was shown on a day stays what it was, for those who may see it."""

import pytest

from leadline.actions.frozen import Altered, figures, freeze
from leadline.privacy.viewer import Role, Viewer

ASKED = {"where": {"course": "https://story.example/course/fire"}}
LOOK = "completion_rate"


@pytest.fixture
def archive(world):
    """Forty in North are sent to the fire course and thirty complete it."""
    for number, login in enumerate(world.people("ben", 40, unit="Org/North")):
        done = "2026-03-10 09:00" if number < 30 else None
        world.completes(login, "course/fire", assigned="2026-03-01 09:00", done=done)
    return world.app.archive


def baseline(world, archive, viewer=Role.ANALYST):
    lens = world.lens(viewer)
    shown = freeze(
        lens, "baseline/fire", "Do they finish?", figures([lens.measure(LOOK, **ASKED)]), ["30/40"]
    )
    archive.keep(lens, shown)
    return shown


def test_late_records_do_not_move_what_is_frozen(world, archive):
    frozen = baseline(world, archive)
    world.completes("ben35", "course/fire", assigned="2026-03-01 10:00", done="2026-03-12 09:00")
    lens = world.lens()
    (kept,) = archive.of(lens, "baseline/fire")
    assert (kept.figures[0].estimate, kept.figures[0].n) == (0.75, 40)
    assert lens.measure(LOOK, **ASKED).result.estimate == 31 / 40
    assert kept == frozen
    assert kept.mark < lens.commit.mark


def test_the_newest_comes_first_and_the_older_stay(world, archive):
    first = baseline(world, archive)
    world.completes("ben40", "course/fire", assigned="2026-03-01 10:00", done="2026-03-12 09:00")
    second = baseline(world, archive)
    assert archive.of(world.lens(), "baseline/fire") == [second, first]
    assert archive.named(world.lens(), first.digest) == first
    assert archive.named(world.lens(), "0" * 64) is None


def test_what_was_changed_behind_the_back_is_not_shown(world, archive):
    frozen = baseline(world, archive)
    assert archive.altered() == []
    world.app.database.execute("UPDATE frozen SET content = REPLACE(content, '0.75', '0.95')")
    assert archive.altered() == [frozen.digest]
    with pytest.raises(Altered, match=frozen.digest):
        archive.of(world.lens(), "baseline/fire")


def test_the_access_log_holds_the_digest_and_who_froze(world, archive):
    frozen = baseline(world, archive)
    looks = [look for look in world.app.audit.looks() if look.what.startswith("freeze baseline")]
    assert [(look.login, frozen.digest in look.what) for look in looks] == [("analyst", True)]


def test_whoever_covers_less_than_was_frozen_is_not_shown_it(world, archive):
    baseline(world, archive)
    north = Viewer("ana", Role.ANALYST, None, "Org/North")
    assert archive.of(world.lens(north), "baseline/fire") == []
    for role in (Role.LEARNER, Role.DEPARTMENT_MANAGER, Role.ADMINISTRATOR, Role.PRIVACY_OFFICER):
        assert archive.of(world.lens(world.viewer("ben1", role)), "baseline/fire") == []


def test_who_froze_their_unit_is_shown_it_and_so_is_who_covers_all(world, archive):
    frozen = baseline(world, archive, Viewer("ana", Role.ANALYST, None, "Org/North"))
    amir = Viewer("amir", Role.ANALYST, None, "Org/North")
    assert archive.of(world.lens(amir), "baseline/fire") == [frozen]
    for unit in ("Org", None):
        viewer = Viewer("amir", Role.ANALYST, None, unit)
        (shown,) = archive.of(world.lens(viewer), "baseline/fire")
        assert shown.figures == frozen.figures
    south = Viewer("cleo", Role.ANALYST, None, "Org/South")
    assert archive.of(world.lens(south), "baseline/fire") == []


def test_figures_closed_to_a_role_are_left_out_with_all_that_was_said_of_them(world, archive):
    lens = world.lens()
    answers = [lens.measure(LOOK, **ASKED), lens.measure("logins")]
    frozen = freeze(lens, "baseline/fire", "Do they finish?", figures(answers), ["30/40"])
    archive.keep(lens, frozen)
    (shown,) = archive.of(world.lens(Role.COMPLIANCE_OFFICER), "baseline/fire")
    assert [each.metric for each in shown.figures] == [LOOK]
    assert shown.sentences == ()


def test_nothing_cannot_be_frozen(world, archive):
    with pytest.raises(ValueError, match="1 to 200"):
        freeze(world.lens(), "baseline/fire", "Do they finish?", [])
