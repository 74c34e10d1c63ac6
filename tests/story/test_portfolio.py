"""Fix or keep: a dry course that works is kept, a busy one that changes nothing is not."""

import pytest

from leadline.curriculum import Check
from leadline.insights import findings
from leadline.insights.portfolio import Decision, portfolio
from leadline.sources.intake import Intake
from leadline.sources.outcomes_csv import OutcomeFile
from story.world import World, iri

RATED = "http://id.tincanapi.com/verb/rated"
PEOPLE = 240
DAYS = ("2024-06-30", "2024-12-31", "2026-03-31")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """`course/dry`: a quarter finish it and give it one or two stars of five, and nearly all that was
    learned is left after twenty days. `course/busy`: half of all finish it and give it five, and
    their audit scores are as they were."""
    folder = tmp_path_factory.mktemp("portfolio")
    world = World(folder)
    logins = world.people("p", PEOPLE, unit="Org/North", role="operator")
    audits = []
    for number, login in enumerate(logins):
        world.says(login, "assigned", "course/busy", at="2026-01-12 09:00")
        if number % 2:
            world.says(login, "completed", "course/busy", at="2026-02-02 09:00")
            _rates(world, login, "course/busy", 5)
        for index, day in enumerate(DAYS):
            value = 50 + number * 37 % 101 / 4 + (number * 13 + index * 5) % 7 / 7
            audits.append(f"Audit score,{day},{value},points,up,{login}")
        if number < PEOPLE / 3:
            _dry(world, login, number)
    path = folder / "audits.csv"
    path.write_text("outcome,date,value,measure,better,person_id\n" + "\n".join(audits) + "\n")
    *_, taken = Intake(world.app.log).take(OutcomeFile(path), "audits")
    assert taken.accepted == len(audits)
    check = Check(iri("assessment/later"), iri("assessment/first"))
    world.app.curriculum.replace(Check, [check])
    yield world
    world.close()


def _rates(world, login, course, stars):
    result = {"score": {"raw": stars, "min": 1, "max": 5}}
    world.says(login, RATED, course, at="2026-03-03 09:00", result=result)


def _dry(world, login, number):
    course, score = "course/dry", 0.7 + number % 5 / 20
    _rates(world, login, course, 1 + number % 2)
    world.says(login, "assigned", course, at="2026-02-01 09:00")
    world.attempts(
        login, "assessment/first", passed=True, score=score, at="2026-02-10 09:00", course=course
    )
    later = score - number % 3 / 50
    world.attempts(
        login, "assessment/later", passed=True, score=later, at="2026-03-02 09:00", course=course
    )
    if number % 4 == 0:
        world.says(login, "completed", course, at="2026-02-10 10:00")


@pytest.fixture(scope="module")
def decided(world):
    lens = world.lens()
    found = portfolio(lens, findings(lens))
    return {each.course: each for each in found.programmes}, found.build


@pytest.mark.mission("S059")
def test_a_dry_course_of_which_nearly_all_is_left_is_kept(decided):
    by_course, _ = decided
    assert by_course[iri("course/dry")].decision is Decision.KEEP


def test_a_busy_course_that_surely_changes_nothing_is_to_be_fixed(decided):
    by_course, _ = decided
    busy = by_course[iri("course/busy")]
    (impact,) = busy.impacts
    assert impact.verdict == "no meaningful change"
    assert {check.name for check in impact.claim.vetoes} <= {"placebo", "unmeasured"}
    assert busy.decision is Decision.FIX


@pytest.mark.mission("S058")
def test_enrolment_does_not_rank(decided):
    by_course, build = decided
    assert list(by_course) == [iri("course/dry"), iri("course/busy")]
    assert [each.outcome for each in build] == ["urn:leadline:outcome:audit-score"]
