"""Who is asked and when: everybody who learned, once, within the days and at a humane hour."""

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from quizzes import COURSE, KNOTS, LEARNED, TEST, Clock, plan, said, sat, scheduled

from leadline.checks import BadQuiz, Content, Question
from leadline.checks.checks import NotOpen, scored
from leadline.checks.window import drawn, window
from leadline.cli import main
from leadline.curriculum import Check
from leadline.privacy.checking import Checking
from leadline.privacy.refusals import Forbidden
from leadline.privacy.viewer import Role, Viewer
from story.world import days, iri

UTC_DAYS = ("UTC", "UTC")


@pytest.fixture
def clock():
    return Clock()


def test_it_opens_at_nine_on_the_first_day_and_ends_with_the_last():
    opens, closes = window(LEARNED, (14, 28), *UTC_DAYS)
    assert opens == datetime(2026, 3, 16, 9, tzinfo=UTC)
    assert closes == datetime(2026, 3, 31, tzinfo=UTC)


@pytest.mark.parametrize("reporting", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles", "Asia/Kolkata"])
@pytest.mark.parametrize("hour", [0, 7, 13, 23])
def test_every_answer_in_it_is_within_the_days_in_both_zones(zone, reporting, hour):
    """Over both changes of the clocks of 2026 in each zone, within which it never is empty."""
    from zoneinfo import ZoneInfo

    for month in range(1, 13):
        learned = datetime(2026, month, 8, hour, 30, tzinfo=UTC)
        opens, closes = window(learned, (14, 15), zone, reporting)
        assert closes - opens >= timedelta(hours=1)
        for at in (opens, closes - timedelta(seconds=1)):
            for each in map(ZoneInfo, (zone, reporting)):
                passed = at.astimezone(each).date() - learned.astimezone(each).date()
                assert 14 <= passed.days <= 15
        assert opens.astimezone(ZoneInfo(zone)).hour >= 9 or opens.astimezone(
            ZoneInfo(zone)
        ).date() > (learned.astimezone(ZoneInfo(zone)).date() + timedelta(days=14))


def test_everybody_who_took_the_test_is_asked_in_their_days_and_only_once(world, clock):
    """Ana passed, Ben failed, Cleo comes a week later, Dov never sat it."""
    for login in ("ana", "ben", "cleo", "dov"):
        world.person(login)
    sat(world, "ana")
    sat(world, "ben", score=0.3)
    sat(world, "ben", score=0.9, after=2)  # tried again: it is asked about once
    sat(world, "cleo", after=7)
    world.refresh()
    quiz = scheduled(world, clock)
    clock.day(13, 23.9)
    assert world.app.checks.round().issued == 0
    clock.day(14, 9)
    assert world.app.checks.round().issued == 2
    assert world.app.checks.round().issued == 0
    assert sorted(said(world)) == [("assign", quiz.assessment, who) for who in ("ana", "ben")]
    clock.day(21, 9)
    assert world.app.checks.round().issued == 1
    clock.day(60)
    assert world.app.checks.round().issued == 0


def test_clocks_that_jump_ask_nobody_twice_and_nobody_too_late(world, clock):
    world.person("ana")
    world.person("ben")
    sat(world, "ana")
    sat(world, "ben", after=-20)  # his days are over when the quiz is scheduled on day 10
    world.refresh()
    clock.day(10)
    scheduled(world, clock)
    checks = world.app.checks
    for day, issued in ((13, 0), (15, 1), (12, 0), (16, 0), (400, 0), (17, 0)):
        clock.day(day)
        assert checks.round().issued == issued, day
        checks.plan()
    assert [verb for verb, *_ in said(world)] == ["assign"]


def test_records_that_come_late_move_a_learning_and_ask_nobody_again(world, clock):
    """An earlier assignment arrives after the invitation, so that the test is of the second cycle."""
    world.person("ana")
    world.completes("ana", COURSE, assigned="2026-03-01 09:00", done="2026-03-02 10:00")
    sat(world, "ana")
    world.refresh()
    scheduled(world, clock)
    clock.day(15)
    assert world.app.checks.round().issued == 1
    world.completes("ana", COURSE, assigned="2025-03-01 09:00", done="2025-03-02 10:00")
    world.refresh()
    assert world.app.checks.round().issued == 0


def test_a_second_year_is_a_second_learning(world, clock):
    world.person("ana")
    for start in (0, 200):
        at = str(LEARNED + days(start - 1))
        done = str(LEARNED + days(start) + timedelta(hours=1))
        world.completes("ana", COURSE, assigned=at, done=done)
        sat(world, "ana", after=start)
    world.refresh()
    scheduled(world, clock)
    for day in (15, 215):
        clock.day(day)
        world.app.checks.plan()
        assert world.app.checks.issue() == 1


def test_a_result_that_is_taken_back_before_the_day_asks_nobody(world, clock):
    world.person("ana")
    taken_back = world.attempts("ana", TEST, passed=True, score=0.9, at=str(LEARNED), course=COURSE)
    world.refresh()
    scheduled(world, clock)
    assert world.app.checks.round().planned == 1
    world.voids(taken_back)
    world.refresh()
    clock.day(15)
    assert world.app.checks.round().issued == 0


def test_who_has_left_and_who_is_not_in_the_directory_is_not_asked(world, clock):
    world.person("ana", unit="Org/North", left_on=(LEARNED + days(5)).date())
    sat(world, "ana")
    sat(world, "stranger")
    world.refresh()
    scheduled(world, clock)
    clock.day(15)
    assert world.app.checks.round().issued == 0


def test_a_share_is_drawn_once_and_for_all():
    people = range(10_000)
    third = {person for person in people if drawn("quiz", person, 0.3)}
    assert abs(len(third) - 3_000) < 150  # over three standard deviations
    assert third == {person for person in people if drawn("quiz", person, 0.3)}
    assert third < {person for person in people if drawn("quiz", person, 0.5)}
    assert all(drawn("quiz", person, 1.0) for person in people)


def test_the_check_is_declared_when_it_is_scheduled_and_not_before(world, clock):
    checks = world.app.checks
    draft = checks.draft(plan(), KNOTS, "lead")
    assert world.app.curriculum.rows(Check) == []
    checks.schedule(draft)
    declared = Check(draft.assessment, iri(TEST), 14, 28, invited=True)
    assert world.app.curriculum.rows(Check) == [declared]
    world.app.curriculum.replace(Check, [])
    assert world.app.curriculum.rows(Check) == [declared]


def asked(world, clock, content=KNOTS):
    """Ana's invitation, on the day on which it opens."""
    world.person("ana")
    sat(world, "ana")
    world.refresh()
    quiz = scheduled(world, clock, content)
    clock.day(14)
    world.app.checks.round()
    (invitation,) = world.app.checks.records.of_person(world.key("ana"))
    return quiz, invitation


def test_answers_are_scored_and_said_once(world, clock):
    quiz, invitation = asked(world, clock)
    checks = world.app.checks
    done = checks.answer(invitation.id, [{"a"}, {"a"}])
    assert (done.marks, done.passed) == ((True, False), True)
    assert checks.answer(invitation.id, [{"a"}, {"a", "b"}]) is None
    assert [verb for verb, *_ in said(world)] == [
        *("assign", "attempted", "answered", "answered", "passed"),
    ]
    assert checks.records.invitation(invitation.id).correct == 1
    assert quiz.question_id(1, 0) in {thing for _, thing, _ in said(world)}


def test_a_question_is_right_with_all_its_right_answers_and_no_other():
    def marks(*given):
        return scored(KNOTS, given).marks

    assert marks({"a"}, {"a", "b"}) == (True, True)
    assert marks({"a", "b"}, {"a"}) == (False, False)
    assert marks(set(), {"a", "b", "c"}) == (False, False)
    assert marks({"z", "a"}) == (True, False)  # what is no choice was not chosen


def test_ten_in_a_row_and_seven_right_is_seventy_percent():
    ten = Content("Ten", tuple(Question(f"{n}?", ("x", "y"), (0,)) for n in range(10)), 0.7)
    assert scored(ten, [{"a"}] * 7).passed
    assert not scored(ten, [{"a"}] * 6).passed


@pytest.mark.parametrize("day", [13, 29])
def test_out_of_the_days_nothing_is_taken(world, clock, day):
    _, invitation = asked(world, clock)
    clock.day(day)
    with pytest.raises(NotOpen):
        world.app.checks.answer(invitation.id, [{"a"}, {"a"}])
    assert [verb for verb, *_ in said(world)] == ["assign"]


def test_who_was_sent_a_wording_keeps_it(world, clock):
    quiz, invitation = asked(world, clock)
    checks = world.app.checks
    other = Content("Other", (Question("Knot?", ("Granny", "Bowline"), (1,)),))
    changed = checks.rewrite(quiz, quiz.plan, other)
    assert changed.version == 2
    assert checks.asked(invitation) == KNOTS
    assert checks.answer(invitation.id, [{"a"}, {"a", "b"}]).passed


def test_a_draft_is_changed_in_place_and_a_scheduled_one_keeps_its_days(world, clock):
    checks = world.app.checks
    draft = checks.draft(plan(), KNOTS, "lead")
    changed = checks.rewrite(draft, plan(to_day=35), KNOTS)
    assert (changed.version, changed.plan.to_day) == (1, 35)
    again = checks.rewrite(checks.schedule(changed), plan(to_day=21), KNOTS)
    assert again.plan.to_day == 35


def test_an_ended_check_asks_nobody_more_and_lets_those_asked_answer(world, clock):
    quiz, invitation = asked(world, clock)
    world.person("ben")
    sat(world, "ben", after=1)
    world.refresh()
    checks = world.app.checks
    checks.end(quiz)
    clock.day(16)
    assert checks.round().issued == 0
    assert checks.answer(invitation.id, [{"a"}, {"a"}]) is not None


BAD = {
    "of": (plan().__class__(iri(COURSE), ""), KNOTS),
    "from_day": (plan(from_day=14, to_day=14), KNOTS),
    "share": (plan(share=0.0), KNOTS),
    "title": (plan(), Content(" ", KNOTS.questions)),
    "pass_mark": (plan(), Content("T", KNOTS.questions, 0.0)),
    "questions": (plan(), Content("T", ())),
    "question 1": (plan(), Content("T", (Question("?", ("x", "y"), ()),))),
    "question 2": (plan(), Content("T", (KNOTS.questions[0], Question("?", ("x",), (0,))))),
}


@pytest.mark.parametrize("field", BAD)
def test_a_quiz_that_would_not_do_is_refused_with_its_field(world, field):
    with pytest.raises(BadQuiz) as refused:
        world.app.checks.draft(*BAD[field], "lead")
    assert refused.value.field == field
    assert refused.value.remedy
    assert world.app.checks.records.quizzes() == []


def test_all_answers_right_measures_nothing(world):
    content = Content("T", (Question("?", ("x", "y"), (0, 1)),))
    with pytest.raises(BadQuiz, match="All of its answers"):
        world.app.checks.draft(plan(), content, "lead")


def test_the_command_says_who_would_be_asked_and_asks_by_hand(world, clock):
    """By the real clock: three learned sixteen days ago."""
    at = datetime.now(UTC) - days(16)
    for login in ("ana", "ben", "cleo"):
        world.person(login)
        world.attempts(login, TEST, passed=True, score=0.9, at=str(at), course=COURSE)
    world.refresh()
    checks = world.app.checks
    checks.schedule(checks.draft(plan(), KNOTS, "lead"))
    told = {"LEADLINE_HOME": str(world.app.settings.home)}

    def run(*words):
        done = CliRunner().invoke(main, ["checks", *words], env=told)
        assert done.exit_code == 0, done.output
        return done.output

    assert "3 people would be asked now" in run("issue", "--dry-run")
    assert said(world) == []
    assert "3 people asked, 0 letters" in run("issue")
    assert "0 people asked" in run("issue")
    (line,) = run("list", "--json").splitlines()
    assert '"asked": 3' in line and "ana" not in line
    assert "3 asked" in run("list")


def test_who_covers_one_unit_has_nobody_asked_outside_it(world, clock):
    """Ana may schedule for North alone; Ben is in North, Cleo in South."""
    for login, unit in (("ben", "Org/North"), ("cleo", "Org/South")):
        world.person(login, unit=unit)
        sat(world, login)
    world.app.checks.now = clock
    north = Viewer("ana", Role.TRAINING_LEAD, None, "Org/North")
    whole = Viewer("lea", Role.TRAINING_LEAD)
    ana, lea = (Checking(world.app, world.lens(viewer)) for viewer in (north, whole))
    ana.schedule(ana.draft(plan(), KNOTS).key)
    clock.day(14)
    assert world.app.checks.round().issued == 1
    assert [who for *_, who in said(world)] == ["ben"]
    everybodys = lea.draft(plan(), KNOTS).key
    for deed in (ana.schedule, ana.end, lambda key: ana.rewrite(key, plan(), KNOTS)):
        with pytest.raises(Forbidden):
            deed(everybodys)
    assert lea.standing(everybodys).quiz.state == "draft"
