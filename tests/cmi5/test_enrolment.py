"""People sent on courses: once each, said in the record store, and on their record."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from leadline.app import build
from leadline.cmi5 import enrolment
from leadline.cmi5.lms import Unfit
from leadline.store import Unavailable

from .packages import Packages, au

DUE = datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC)
LATER = datetime(2027, 2, 28, 23, 59, 59, tzinfo=UTC)


@pytest.fixture
def fire(world):
    """A course of one unit that must be completed."""
    return course(world, "fire", moveOn="Completed")


def course(world, name, **attributes):
    package = Packages.read(Packages.xml(au(name, **attributes)))
    return world.app.library.add(package, by="ana")


def cycles(world, of):
    world.app.refresh()
    table = world.app.lake.connect().table("cycle").to_pyarrow().to_pylist()
    return [row for row in table if row["course"] == of.lms_id]


def test_who_is_sent_has_it_on_their_record_with_its_due_date(world, fire):
    ben = world.person("ben", unit="Org/North")
    sent = world.app.enrolment.send(fire, [ben], DUE)
    assert (sent.new, sent.known) == ((ben,), ())
    (cycle,) = cycles(world, fire)
    assert (cycle["person"], cycle["due_at"], cycle["completed_at"]) == (ben, DUE, None)
    assert cycle["assigned_at"] is not None
    (taker,) = world.app.enrolment.roll(fire)
    assert (taker.person, taker.satisfied_at) == (ben, None)
    assert cycle["registration"] == taker.registration


def test_sending_again_changes_nothing_and_another_due_date_is_told(world, fire):
    ben, cleo = world.person("ben", unit="Org"), world.person("cleo", unit="Org")
    world.app.enrolment.send(fire, [ben], DUE)
    head = world.app.log.head()
    sent = world.app.enrolment.send(fire, [ben], DUE)
    assert (sent.new, sent.known) == ((), (ben,))
    assert world.app.log.head() == head
    sent = world.app.enrolment.send(fire, [ben, cleo], LATER)
    assert (sent.new, sent.known) == ((cleo,), (ben,))
    by_person = {row["person"]: row for row in cycles(world, fire)}
    assert by_person[ben]["due_at"] == LATER
    assert by_person[ben]["extensions"] == 1
    assert by_person[cleo]["extensions"] == 0


def test_a_course_that_asks_nothing_is_completed_at_once_and_in_one_cycle(world):
    nothing = course(world, "leaflet", moveOn="NotApplicable")
    ben = world.person("ben", unit="Org")
    world.app.enrolment.send(nothing, [ben])
    (cycle,) = cycles(world, nothing)
    assert cycle["completed_at"] >= cycle["assigned_at"]
    assert world.app.enrolment.roll(nothing)[0].satisfied_at is not None


def test_what_was_cut_off_goes_on_when_it_is_repeated(world, fire, monkeypatch):
    monkeypatch.setattr(enrolment, "TURN_PEOPLE", 2)
    people = [world.key(login) for login in world.people("ben", 5, unit="Org")]
    register, calls = world.app.lms.register, []

    def third_fails(*arguments, **more):
        calls.append(arguments)
        if len(calls) == 4:
            raise Unavailable("The disk is full.")
        return register(*arguments, **more)

    monkeypatch.setattr(world.app.lms, "register", third_fails)
    with pytest.raises(Unavailable):
        world.app.enrolment.send(fire, people)
    assert len(world.app.enrolment.roll(fire)) == 2  # whole turns only, nothing by half
    sent = world.app.enrolment.send(fire, people)
    assert (len(sent.new), len(sent.known)) == (3, 2)
    assert len(cycles(world, fire)) == 5


def test_nobody_is_sent_on_a_course_that_is_offered_no_more(world, fire):
    ben = world.person("ben", unit="Org")
    world.app.library.retire(fire.course_id)
    with pytest.raises(Unfit):
        world.app.enrolment.send(fire, [ben])
    assert cycles(world, fire) == []


def test_learners_of_other_systems_are_on_the_roll_without_a_person(world, fire):
    actor = {"account": {"homePage": "https://hr.example", "name": "cleo"}}
    world.app.lms.register(fire.course_id, actor, tenant=fire.tenant)
    (taker,) = world.app.enrolment.roll(fire)
    assert taker.person is None


def test_no_other_tenant_can_put_a_course_among_those_of_a_learner_here(world, fire):
    ben = world.person("ben", unit="Org")
    world.app.enrolment.send(fire, [ben])
    package = Packages.read(Packages.xml(au("knots")))
    knots = world.app.library.add(package, tenant="north", by="cleo")
    actor = world.app.lms.learner(ben, fire.tenant)
    world.app.lms.register(knots.course_id, actor, tenant="north")
    (progress,) = world.app.enrolment.of(ben, fire.tenant)
    assert progress.course.course_id == fire.course_id


def test_a_learner_stays_the_same_when_the_lms_moves_to_another_address(world, fire):
    ben = world.person("ben", unit="Org")
    world.app.enrolment.send(fire, [ben])
    moved = build(replace(world.app.settings, public_url="https://new.example"))
    (progress,) = moved.enrolment.of(ben, fire.tenant)
    assert progress.course.lms_id == fire.lms_id
    assert moved.enrolment.send(fire, [ben]).known == (ben,)
    moved.database.close()
