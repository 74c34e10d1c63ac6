"""From a launch to the numbers: what units say arrives as facts of the person."""

from datetime import datetime

import pytest

from leadline.cmi5 import terms

from .campus import TENANT, Campus, basic
from .packages import au, block

MASTERY = 0.8


@pytest.fixture
def school(world, tmp_path):
    """A campus on the database of a whole installation."""
    return Campus(world.app.database, tmp_path / "courses")


@pytest.fixture
def safety(school):
    """A lesson in a block, and a test beside it."""
    lesson = block(1, au(1, moveOn="Completed"))
    return school.course(lesson, au(2, moveOn="Passed", masteryScore=str(MASTERY)))


def rows(world, fact, **where):
    world.app.refresh()
    table = world.app.lake.connect().table(fact).to_pyarrow().to_pylist()
    return [row for row in table if all(row[name] == value for name, value in where.items())]


def judged(player, word, scaled):
    sent = player.good(word, result__score={"scaled": scaled})
    sent["context"]["extensions"][terms.MASTERY] = MASTERY
    assert player.post(sent).status == 200
    return datetime.fromisoformat(sent["timestamp"])


@pytest.mark.cmi5(11)
def test_a_course_is_a_cycle_of_the_person(world, school, safety):
    """Begun with the first launch, complete when the LMS says satisfied"""
    ana = world.person("ana", unit="Org/North")
    registration = school.register(safety, school.lms.learner(ana, TENANT))
    lesson = school.started(registration, 0)
    assert lesson.say("completed").status == 200
    (cycle,) = rows(world, "cycle", course=safety.lms_id)
    assert (cycle["person"], cycle["cycle_no"], cycle["completed_at"]) == (ana, 1, None)
    assert cycle["registration"] == registration.id

    passed = judged(school.started(registration, 1), "passed", 0.9)
    (cycle,) = rows(world, "cycle", course=safety.lms_id)
    assert cycle["completed_at"] == passed
    assert cycle["last_module"] == safety.units[1].lms_id


@pytest.mark.cmi5(11)
def test_each_session_that_judges_is_an_attempt(world, school, safety):
    """A unit that must be passed is an assessment: a try a session, with the score as sent"""
    ana = world.person("ana", unit="Org/North")
    registration = school.register(safety, school.lms.learner(ana, TENANT))
    for word, scaled in (("failed", 0.5), ("passed", 0.9)):
        test = school.started(registration, 1)
        judged(test, word, scaled)
        assert test.say("terminated").status == 200
    tries = rows(world, "attempt", person=ana)
    assert sorted((t["attempt_no"], t["score"], t["passed"]) for t in tries) == [
        (1, 0.5, False),
        (2, 0.9, True),
    ]
    assert {(t["course"], t["assessment"]) for t in tries} == {
        (safety.lms_id, safety.units[1].lms_id)
    }


@pytest.mark.cmi5(11)
def test_a_session_that_was_left_is_a_start_without_an_end(world, school, safety):
    """abandoned is the LMS's word, and nothing the learner did"""
    ana = world.person("ana", unit="Org/North")
    registration = school.register(safety, school.lms.learner(ana, TENANT))
    test = school.started(registration, 1)
    school.lms.abandon(test.launch.session)
    (cycle,) = rows(world, "cycle", course=safety.lms_id)
    (attempt,) = rows(world, "attempt", person=ana)
    assert attempt["state"] == "started"
    said = school.log_of(registration)
    assert cycle["last_at"] == datetime.fromisoformat(said[1]["timestamp"])


@pytest.mark.cmi5(146, 168)
def test_whoever_is_released_from_every_unit_has_the_course_behind_them(world, school, safety):
    ana = world.person("ana", unit="Org/North")
    registration = school.register(safety, school.lms.learner(ana, TENANT))
    for index in (0, 1):
        school.lms.waive(registration.id, index, "Equivalent Outside Activity")
    (cycle,) = rows(world, "cycle", course=safety.lms_id)
    assert cycle["completed_at"] is not None
    assert cycle["started_at"] is None


@pytest.mark.cmi5(10)
def test_a_stray_leaves_the_numbers(world, school, safety):
    """6.3: what was voided is nowhere counted"""
    ana = world.person("ana", unit="Org/North")
    registration = school.register(safety, school.lms.learner(ana, TENANT))
    test = school.started(registration, 1)
    stray = test.good("passed", result__score={"scaled": 1.0})
    credential, secret = school.credentials.create("sim", ["all"])
    test.token = basic(credential.key, secret)
    assert test.post(stray).status == 200
    assert rows(world, "attempt", person=ana)[0]["passed"] is True
    assert school.lms.tidy().voided == 1
    assert rows(world, "attempt", person=ana)[0]["passed"] is None
