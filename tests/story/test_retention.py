"""Did learning last? Tests of the day and weeks later, from statements to what is said of them."""

import pytest

from leadline.curriculum import Check
from leadline.insights import findings
from leadline.metrics.retention import Declared, pairs
from leadline.privacy.cut import CutFacts
from leadline.privacy.policy import POLICY
from leadline.privacy.refusals import Forbidden
from leadline.privacy.viewer import Role
from leadline.sources.curriculum_csv import read_list
from story.world import days, instant, iri

COURSE, TEST, LATER = "course/ropes", "assessment/day", "assessment/weeks"
LEARNED = "2026-03-02 09:00"
CHECK = Declared(iri(LATER), iri(TEST), 14, 28)
WEEKS = (15, 21, 27)


def declare(world, tmp_path):
    """The file that somebody writes, with no days said: day 14 to 28."""
    path = tmp_path / "checks.csv"
    path.write_text(f"assessment,of\n{iri(LATER)},{iri(TEST)}\n")
    world.app.curriculum.replace(Check, read_list(path, Check).rows)


def sits(world, login, quiz, score, after=0.0):
    at = instant(LEARNED) + days(after)
    world.attempts(login, quiz, passed=score >= 0.7, score=score, at=str(at), course=COURSE)


def learners(world, tmp_path, *, lost, people=120, answer=110):
    """On the day they score 86 on average; `answer` of them are tested again, in three weeks."""
    declare(world, tmp_path)
    for number, login in enumerate(world.people("ben", people, unit="Org/North")):
        score = (0.76, 0.86, 0.96)[number % 3]
        sits(world, login, TEST, score)
        if number < answer:
            sits(world, login, LATER, round(score - lost, 2), WEEKS[number // 3 % 3])


def decayed(lens):
    return [found for found in findings(lens) if found.insight == "decayed"]


@pytest.mark.mission("S041")
def test_day_14_and_28_are_in_the_window_and_13_and_29_are_not(world, tmp_path):
    declare(world, tmp_path)
    for after in (13, 14, 28, 29):
        world.person(f"day{after}")
        sits(world, f"day{after}", TEST, 0.9)
        sits(world, f"day{after}", LATER, 0.6, after)
    world.refresh()
    facts = CutFacts(world.app.lake.connect().table, POLICY[Role.ANALYST], None, world.now, "UTC")
    rows = pairs(facts).to_pyarrow().to_pylist()
    compared = {row["person"] for row in rows if row["later"] is not None}
    assert len(rows) == 4
    assert compared == {world.key("day14"), world.key("day28")}


@pytest.mark.mission("S041")
def test_who_was_tested_on_day_14_to_28_is_what_everybody_is_shown(world, tmp_path):
    """Ten people each on day 13, 14, 28 and 29: of forty due twenty have answered."""
    declare(world, tmp_path)
    for after in (13, 14, 28, 29):
        for login in world.people(f"day{after}x", 10):
            sits(world, login, TEST, 0.9)
            sits(world, login, LATER, 0.6 if after in (14, 28) else 0.1, after)
    shown = world.lens(Role.COMPLIANCE_OFFICER).lasting()[CHECK]
    assert (shown.tested, shown.due) == (20, 40)
    assert shown.means == pytest.approx((0.9, 0.6))


def test_what_is_gone_after_weeks_is_found(world, tmp_path):
    learners(world, tmp_path, lost=0.25)
    lens = world.lens(Role.TRAINING_LEAD)
    shown = lens.lasting()[CHECK]
    assert shown.means == pytest.approx((0.86, 0.61), abs=0.001)
    assert shown.change.estimate == pytest.approx(-0.25)
    assert (shown.tested, shown.due) == (110, 120)
    (found,) = decayed(lens)
    assert "71 %" in found.sentence and "110 people" in found.sentence
    assert "92 % of those due" in found.sentence
    assert "compliance" not in found.sentence
    assert found.course == iri(COURSE)


def test_in_the_null_twin_nothing_is_lost_and_nothing_is_said(world, tmp_path):
    learners(world, tmp_path, lost=0.0)
    lens = world.lens(Role.TRAINING_LEAD)
    shown = lens.lasting()[CHECK]
    assert shown.ratio.low <= 1 <= shown.ratio.high
    assert decayed(lens) == []


def test_of_a_few_who_answered_nothing_is_claimed_however_low_they_are(world, tmp_path):
    """24 of 200 (12 %) answer: indicative, with what the silent could make of it."""
    learners(world, tmp_path, lost=0.5, people=200, answer=24)
    lens = world.lens(Role.TRAINING_LEAD)
    shown = lens.lasting()[CHECK]
    assert shown.response.estimate == 0.12
    assert not shown.complete
    low, high = shown.bounds
    assert low < 0.06 and high > 1
    assert decayed(lens) == []


def test_a_course_with_a_certificate_is_watched_more_closely(world, tmp_path):
    """About 85 % is left: enough for most courses, not where a certificate rests on it."""
    learners(world, tmp_path, lost=0.13)
    assert decayed(world.lens(Role.COMPLIANCE_OFFICER)) == []
    world.says("ben1", "earned", "certificate/ropes", at=LEARNED, course=COURSE)
    world.refresh()
    (found,) = decayed(world.lens(Role.COMPLIANCE_OFFICER))
    assert "compliance risk" in found.sentence


def test_of_too_few_nothing_is_shown_and_few_silent_ones_are_not_counted(world, tmp_path):
    learners(world, tmp_path, lost=0.2, people=40, answer=37)
    shown = world.lens(Role.ANALYST).lasting()[CHECK]
    assert (shown.tested, shown.due, shown.response) == (37, None, None)
    assert shown.complete


def test_nine_who_were_tested_again_are_not_shown(world, tmp_path):
    learners(world, tmp_path, lost=0.2, people=30, answer=9)
    assert dict(world.lens(Role.ANALYST).lasting()) == {}


def test_a_manager_sees_the_own_team_and_an_administrator_nothing(world, tmp_path):
    world.person("ana", unit="Org/South")
    learners(world, tmp_path, lost=0.2)
    world.refresh()
    assert dict(world.lens(world.viewer("ana", Role.DEPARTMENT_MANAGER)).lasting()) == {}
    with pytest.raises(Forbidden):
        world.lens(Role.ADMINISTRATOR).lasting()
