"""The demo world: what was planted is found, and beside it nothing is claimed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leadline.app import App, build
from leadline.config import Settings
from leadline.curriculum import Check, Critical
from leadline.demo import checks
from leadline.demo.courses import BASE, CLIFF_S
from leadline.demo.decided import QUICKER, TWIN
from leadline.demo.story import CHANGED_DAYS, DemoFiles, critical_roles, delayed_checks, write
from leadline.insights import Finding, findings
from leadline.privacy.lens import Lens
from leadline.privacy.viewer import Role, Viewer
from leadline.sources.intake import Intake
from leadline.sources.people_csv import read_people
from leadline.sources.xapi_file import StatementFile
from leadline.stats.intervals import Interval

pytestmark = pytest.mark.xdist_group("demo")
UNTIL = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    return write(tmp_path_factory.mktemp("files"), UNTIL.date())


@pytest.fixture(scope="module")
def app(files: DemoFiles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    built = build(Settings(home=tmp_path_factory.mktemp("demo")))
    assert not built.directory.apply(read_people(files.people).rows).errors
    for name, path in files.statements.items():
        for _ in Intake(built.log).take(StatementFile(path), name):
            pass
    built.curriculum.replace(Check, delayed_checks())
    built.curriculum.replace(Critical, critical_roles())
    built.refresh()
    yield built
    built.database.close()


@pytest.fixture(scope="module")
def found(app: App) -> dict[tuple[str, str], Finding]:
    """Every finding of the whole world by insight and course slug."""
    lens = Lens(app, Viewer("ana", Role.TRAINING_LEAD), now=UNTIL)
    return {(f.insight, str(f.course).removeprefix(f"{BASE}/")): f for f in findings(lens)}


def test_the_world_is_the_same_every_time(files: DemoFiles, tmp_path: Path) -> None:
    again = write(tmp_path, UNTIL.date())
    assert again.people.read_bytes() == files.people.read_bytes()
    for name, path in files.statements.items():
        assert again.statements[name].read_bytes() == path.read_bytes()


@pytest.mark.mission("S009", "S010")
def test_the_cliff_is_found_within_five_seconds_and_blamed_on_the_content(
    found: dict[tuple[str, str], Finding],
) -> None:
    cliff = found["video_drop", "customer-data"]
    assert abs((cliff.start_s or 0) - (CLIFF_S - 5)) <= 5
    assert abs((cliff.end_s or 0) - (CLIFF_S + 5)) <= 5
    assert (round(cliff.share.estimate * 100), cliff.n) == (60, 100)
    assert "Video 3: What counts as personal data" in cliff.sentence
    assert cliff.hypotheses[0].cause == "content"
    assert cliff.checked


@pytest.mark.mission("S009")
@pytest.mark.parametrize("twin", ["supplier-data", "employee-data"])
def test_even_stops_and_end_credits_raise_nothing(
    found: dict[tuple[str, str], Finding], twin: str
) -> None:
    assert ("video_drop", twin) not in found


@pytest.mark.mission("S048", "S001")
def test_the_worst_module_is_the_planted_one(found: dict[tuple[str, str], Finding]) -> None:
    worst = found["worst_module", "new-starter"]
    assert worst.about == f"{BASE}/new-starter/05"
    assert "Module 5: Time and expenses" in worst.sentence
    assert "still in progress" in worst.sentence
    assert ("worst_module", "new-leader") not in found


@pytest.mark.mission("S039")
def test_failing_the_first_time_names_the_cause_that_the_records_show(
    found: dict[tuple[str, str], Finding],
) -> None:
    planted, twin = (found["first_attempt_failure", slug] for slug in ("forklift", "ladders"))
    for finding in (planted, twin):
        assert (round(finding.share.estimate * 100), finding.n) == (40, 100)
        assert {h.cause for h in finding.hypotheses} >= {"content", "assessment", "exposure"}
    assert twin.hypotheses[0].cause == "exposure"
    assert twin.hypotheses[0].supported
    exposure = next(h for h in planted.hypotheses if h.cause == "exposure")
    assert not exposure.supported


@pytest.mark.mission("S066")
def test_the_question_with_the_wrong_key_is_named_and_its_twin_has_none(
    found: dict[tuple[str, str], Finding],
) -> None:
    broken = [course for insight, course in found if insight == "broken_question"]
    assert broken == ["forklift"]
    assert "question 4" in found["broken_question", "forklift"].sentence


def test_the_change_that_made_a_course_quicker_is_seen_and_its_twin_is_not(app: App) -> None:
    lens = Lens(app, Viewer("ana", Role.TRAINING_LEAD), now=UNTIL)
    on = (UNTIL - timedelta(days=CHANGED_DAYS)).date()
    quicker, twin = (lens.changed(f"{BASE}/{slug}", on) for slug in (QUICKER, TWIN))
    assert quicker is not None and twin is not None
    assert isinstance(quicker.days.change, Interval) and quicker.days.change.high < 0
    assert quicker.claim.wording == "is consistent with a change in"
    assert isinstance(twin.days.change, Interval)
    assert twin.days.change.low < 0 < twin.days.change.high


def test_what_is_gone_after_weeks_is_found_and_not_where_it_lasted_or_few_were_tested(
    app: App, found: dict[tuple[str, str], Finding]
) -> None:
    gone = [course for insight, course in found if insight == "decayed"]
    assert gone == ["employee-data"]
    left = found["decayed", "employee-data"].share
    assert left.low < 0.7 < left.high
    shown = Lens(app, Viewer("ana", Role.TRAINING_LEAD), now=UNTIL).lasting()
    by_course = {str(each.course).removeprefix(f"{BASE}/"): each for each in shown.values()}
    assert by_course["supplier-data"].means[0] == by_course["supplier-data"].means[1]
    assert not by_course["customer-data"].complete


def test_the_role_that_forgets_is_a_risk_and_its_twin_of_the_same_course_is_none(
    found: dict[tuple[str, str], Finding],
) -> None:
    risks = [
        (f.part, course) for (insight, course), f in found.items() if insight == "critical_role"
    ]
    assert risks == [("dock worker", "lashing")]
    left = found["critical_role", "lashing"].share
    assert left.low < 0.65 < left.high


def test_nothing_is_claimed_of_everyday_training(
    found: dict[tuple[str, str], Finding],
) -> None:
    planted = {"customer-data", "employee-data", "new-starter", "forklift", "ladders", "lashing"}
    assert {course for _, course in found} <= planted


@pytest.mark.mission("S019")
def test_activity_assessments_and_completions_are_all_there(app: App, files: DemoFiles) -> None:
    lens = Lens(app, Viewer("ana", Role.ANALYST), now=UNTIL)
    by_source = {
        r.group["source"]: r.estimate for r in lens.measure("statements", by=["source"]).results
    }
    accepted = {source.name: source.counts.accepted for source in app.sources.all()}
    assert by_source == accepted
    assert set(accepted) == {"lms", "video", "tests"}


def test_a_check_that_leadline_sends_has_been_answered_in_part(app: App) -> None:
    """After every other test of this world: it brings statements of its own."""
    checks.ask(app, UNTIL.date())
    checks.ask(app, UNTIL.date())
    (quiz,) = app.checks.records.quizzes()
    asked = [one for one in app.checks.records.of_quiz(quiz.key) if one.issued_at]
    answered = [one for one in asked if one.answered_at]
    assert len(asked) > 100
    assert 0.6 < len(answered) / len(asked) < 0.95
    app.refresh()
    lens = Lens(app, Viewer("ana", Role.TRAINING_LEAD), now=UNTIL)
    (shown,) = [each for check, each in lens.lasting().items() if check.check == quiz.assessment]
    assert shown.complete
    assert "decayed" not in {f.insight for f in findings(lens) if f.course == quiz.plan.course}
