"""A course before and after a change: every figure worked out in the head, and the null twin."""

from datetime import date

import pytest

from leadline.privacy.viewer import Role, Viewer
from leadline.stats.intervals import Interval
from story.world import days, instant, iri

ON = date(2026, 3, 1)
DAY = instant("2026-03-01 09:00")


def takes(world, number, *, begins, done_after=None, passes=None):
    login = f"ben{number}"
    at = DAY + days(begins)
    world.says(login, "assigned", "course/fire", at=at)
    world.says(login, "experienced", "module/one", at=at, course="course/fire")
    if passes is not None:
        score = 0.9 if passes else 0.3
        quiz = {"passed": passes, "score": score, "course": "course/fire"}
        world.attempts(login, "assessment/final", at=(at + days(1)).isoformat(), **quiz)
    if done_after is not None:
        world.says(login, "completed", "course/fire", at=at + days(done_after))


def story(world, *, sooner):
    """60 before: done after 20 to 29 days, 30 of them pass, every sixth leaves; 60 after: `sooner`
    days less, 45 pass, every twelfth leaves."""
    world.people("ben", 120, unit="Org/North")
    for number in range(60):
        leaves = number % 6 == 0
        done = None if leaves else 20 + number % 10
        takes(world, number + 1, begins=-150 + number, done_after=done, passes=number % 2 == 0)
    for number in range(60):
        leaves = number % 12 == 0
        done = None if leaves else 20 + number % 10 - sooner
        takes(world, number + 61, begins=number // 3, done_after=done, passes=number % 4 > 0)


def asked(world, role=Role.ANALYST):
    return world.lens(role).changed(iri("course/fire"), ON)


def test_ten_days_sooner_are_found_with_their_interval(world):
    story(world, sooner=10)
    found = asked(world)
    assert found.horizon_days == 30  # before, nobody took longer than 29 days
    assert (found.days.before_people, found.days.after_people) == (60, 60)
    # Who leaves counts with all thirty days.
    before = [30 if number % 6 == 0 else 20 + number % 10 for number in range(60)]
    after = [30 if number % 12 == 0 else 10 + number % 10 for number in range(60)]
    assert found.days.before.estimate == pytest.approx(sum(before) / 60)
    assert found.days.after.estimate == pytest.approx(sum(after) / 60)
    assert found.days.change.high < 0
    assert found.claim.wording == "is consistent with a change in"
    assert not found.claim.established


def test_shares_that_pass_and_leave_are_those_of_each_side(world):
    story(world, sooner=10)
    found = asked(world)
    assert found.passing.before.estimate == 30 / 60
    assert found.passing.after.estimate == 45 / 60
    assert found.passing.change.low > 0
    assert found.leaving.before.estimate == 10 / 60
    assert found.leaving.after.estimate == 5 / 60
    assert found.leaving.change.low < 0 < found.leaving.change.high


def test_in_the_null_twin_the_interval_holds_nothing(world):
    story(world, sooner=0)
    found = asked(world)
    change = found.days.change
    assert isinstance(change, Interval)
    assert change.low <= 0 <= change.high


def test_what_was_moving_before_the_change_is_not_put_down_to_it(world):
    """Every enrolment is a little faster than the one before, the change or not."""
    world.people("ben", 120, unit="Org/North")
    for number in range(60):
        takes(world, number + 1, begins=-150 + number, done_after=60 - number // 2)
    for number in range(60):
        takes(world, number + 61, begins=number // 3, done_after=28 - number // 3)
    found = asked(world)
    assert found.days.change.high < 0
    assert found.claim.wording == "not established"


def test_who_met_both_the_old_and_the_new_counts_on_no_side(world):
    """Sixty began a week before the day: their fourteen days were not over by then."""
    world.people("ben", 180, unit="Org/North")
    for number in range(60):
        takes(world, number + 1, begins=-7, done_after=5)
        takes(world, number + 61, begins=-100, done_after=40)
        takes(world, number + 121, begins=number // 10, done_after=20)
    found = asked(world)
    assert (found.days.before.estimate, found.days.after.estimate) == (40, 20)
    assert (found.days.before_people, found.days.after_people) == (60, 60)


def test_it_is_too_early_until_ten_could_have_finished(world):
    world.people("ben", 80, unit="Org/North")
    for number in range(60):
        takes(world, number + 1, begins=-100, done_after=40)
    for number in range(20):
        takes(world, number + 61, begins=85, done_after=2)  # a week before now
    found = asked(world)
    assert (found.horizon_days, found.days.before.estimate) == (14, 14)
    assert "0 are followed long enough so far; 10 are needed" in found.days.after.reason
    assert not isinstance(found.days.change, Interval)


def test_too_few_on_one_side_take_the_other_with_them(world):
    world.people("ben", 69, unit="Org/North")
    for number in range(60):
        takes(world, number + 1, begins=-150 + number, done_after=20, passes=True)
    for number in range(9):
        takes(world, number + 61, begins=1, done_after=10, passes=True)
    found = asked(world)
    for compared in (found.days, found.passing, found.leaving):
        assert (compared.before_people, compared.after_people) == (0, 0)
        assert "fewer than 10 people" in compared.before.reason
    assert world.lens().changed(iri("course/other"), ON) is None


def test_who_may_not_see_activity_is_not_told_who_left(world):
    story(world, sooner=10)
    assert asked(world, Role.COMPLIANCE_OFFICER).leaving is None
    assert asked(world, Role.COMPLIANCE_OFFICER).days == asked(world).days


def test_a_viewer_of_one_unit_is_told_of_that_unit(world):
    story(world, sooner=10)
    world.people("cleo", 60, unit="Org/South")
    for number in range(60):
        at = DAY + days(number - 25)
        world.says(f"cleo{number + 1}", "assigned", "course/fire", at=at)
    north = world.lens(Viewer("ana", Role.TRAINING_LEAD, unit="Org/North"))
    assert north.changed(iri("course/fire"), ON).days.before_people == 60
    assert asked(world).days.before_people == 60
    assert asked(world).days.after_people == 95


def test_waived_and_withdrawn_enrolments(world):
    """Ten of those after are waived and count nowhere; ten withdraw and have left."""
    story(world, sooner=10)
    for number in range(1, 11):
        world.says(f"ben{number + 61}", "waived", "course/fire", at=DAY + days(2))
    assert asked(world).leaving.after.estimate == 5 / 60  # they had completed it: that stands
    world.people("dov", 20, unit="Org/North")
    for number in range(20):
        login, verb = f"dov{number + 1}", "waived" if number < 10 else "withdrawn"
        world.says(login, "assigned", "course/fire", at=DAY + days(3))
        world.says(login, verb, "course/fire", at=DAY + days(30))
    found = asked(world).leaving
    assert (found.after.estimate, found.after_people) == (15 / 70, 70)
