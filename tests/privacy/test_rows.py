"""Where a row is counted and when: units, moves, days, late arrivals, unsound records."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from leadline.metrics import Gate
from leadline.privacy.viewer import Role
from leadline.store import Held
from story.world import NOW, World, days

FIRE, QUIZ = "course/fire", "assessment/final"


def by_group(answer, column: str = "unit") -> dict:
    return {result.group[column]: result for result in answer.results}


def test_a_unit_includes_the_units_below_it(world):
    for unit in ("Org/North/Depot", "Org/North", "Org/South"):
        for login in world.people(unit.lower().replace("/", "-"), 10, unit=unit):
            world.says(login, "assigned", FIRE)
    found = [
        world.measure("enrolments", where={"unit": unit}).result.n
        for unit in ("Org", "Org/North", "Org/North/Depot", "Org/South", "Org/Sou")
    ]
    assert found == [30, 20, 10, 10, 0]


def test_a_unit_is_not_the_rest_of_the_unit_above_it(world):
    """Depot's 4 cannot be had as North less its other units, nor from what North leaves of Org."""
    for unit, count in (("North/Depot", 4), ("North/Yard", 20), ("North", 30), ("South", 50)):
        for login in world.people(unit.lower().replace("/", "-"), count, unit=f"Org/{unit}"):
            world.says(login, "assigned", FIRE)
    whole = {
        unit: world.measure("enrolments", where={"unit": unit}).result.estimate
        for unit in ("Org", "Org/North", "Org/South", "Org/North/Yard", "Org/North/Depot")
    }
    parts = by_group(world.measure("enrolments", by=("unit",)))
    assert whole == {
        **{"Org": 104, "Org/North": 54, "Org/South": 50},
        **{"Org/North/Yard": None, "Org/North/Depot": None},
    }
    assert {unit: r.estimate for unit, r in parts.items()} == {
        **{"Org/North": 30, "Org/South": 50},
        **{"Org/North/Yard": None, "Org/North/Depot": None},
    }


@pytest.mark.mission("S021")
def test_who_has_no_hr_record_is_counted_and_said(world):
    for login in world.people("ben", 7, unit="Org/North"):
        world.says(login, "assigned", FIRE)
    for number in range(3):
        world.says(f"stranger{number}", "assigned", FIRE)
    answer = world.measure("enrolments", by=("unit",))
    assert answer.coverage == pytest.approx(0.7)
    assert {r.group["unit"] for r in answer.results} == {"Org/North", None}


@pytest.mark.mission("S025")
def test_after_a_move_the_past_stays_with_the_old_unit(world):
    for login in world.people("ben", 20, unit="Org/North", since="2026-01-01"):
        world.says(login, "assigned", "course/may", at="2026-05-31 23:59")
        world.person(login, unit="Org/South", since="2026-06-01")
        world.says(login, "assigned", "course/june", at="2026-06-01 00:00")
    answer = by_group(world.measure("enrolments", by=("unit",), now=NOW + days(30)))
    assert {unit: r.estimate for unit, r in answer.items()} == {"Org/North": 20, "Org/South": 20}


def test_days_are_days_of_the_reporting_zone(tmp_path):
    world = World(tmp_path, reporting_zone="Europe/Berlin")
    for login in world.people("ben", 10, unit="Org/North"):
        world.says(login, "assigned", FIRE, at="2026-03-31 22:30")  # half past midnight in Berlin
    answer = world.measure("enrolments", by=("month",))
    world.close()
    assert [r.group["month"] for r in answer.results] == ["2026-04"]


@pytest.fixture
def stored_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the clock that the log stores by."""

    def stored(when: datetime) -> None:
        class Then(datetime):
            @classmethod
            def now(cls, tz=None):
                return when

        monkeypatch.setattr("leadline.store.log.datetime", Then)

    return stored


@pytest.mark.mission("S031")
def test_what_comes_late_stands_at_its_time_and_is_told_and_history_is_not_late(world, stored_at):
    """A year of history, a month of reports, then what twelve phones had kept for ten days."""
    crew = world.people("ben", 12, unit="Org/North")
    april = {"since": datetime(2026, 4, 1, tzinfo=UTC), "until": datetime(2026, 4, 12, tzinfo=UTC)}
    for month in range(1, 13):
        for login in crew:
            world.says(login, "assigned", f"course/of-{month}", at=f"2025-{month:02}-15")
    stored_at(datetime(2026, 3, 1, tzinfo=UTC))
    world.flush()
    world.says("ben1", "logged_in", "other/lms", at="2026-04-02 09:00")
    stored_at(datetime(2026, 4, 2, 9, 1, tzinfo=UTC))
    world.flush()
    year = world.measure("enrolments", until=datetime(2026, 1, 1, tzinfo=UTC))
    assert (year.result.estimate, year.late.statements) == (144, 0)
    assert year.quality.parts["late"] == 0.0
    assert world.measure("enrolments", by=("day",), **april).results == ()

    for login in crew:
        world.says(login, "assigned", FIRE, at="2026-04-10 14:00")
    arrived = datetime(2026, 4, 20, 8, 0, tzinfo=UTC)
    stored_at(arrived)
    changed = world.measure("enrolments", by=("day",), **april)
    assert [(r.group["day"], r.estimate) for r in changed.results] == [("2026-04-10", 12)]
    assert (changed.late.statements, changed.late.last) == (12, arrived)
    assert changed.quality.parts["late"] == pytest.approx(12 / 13)
    open_yet = world.measure("enrolments", until=datetime(2026, 5, 1, tzinfo=UTC))
    assert open_yet.late.statements == 0
    assert world.measure("enrolments").late.statements == 0


def test_bad_news_about_everybody_in_a_unit_is_not_told_to_who_may_not_see_names(world):
    for unit, share in (("North", 20), ("South", 0), ("West", 10)):
        for number, login in enumerate(world.people(unit, 20, unit=f"Org/{unit}")):
            passed = number < share
            world.attempts(login, QUIZ, passed=passed, score=0.5, at="2026-03-04", course=FIRE)
    asked = {"name": "first_attempt_pass_rate", "by": ("unit",)}
    analyst = by_group(world.measure(**asked))
    assert analyst["Org/South"].gate is Gate.SUPPRESSED
    assert analyst["Org/North"].gate is Gate.SUPPRESSED  # else South is the rest of the total
    assert analyst["Org/West"].estimate == 0.5
    lead = by_group(world.measure(**asked, as_=Role.TRAINING_LEAD))
    assert lead["Org/South"].estimate == 0.0


@pytest.mark.mission("S063")
def test_unsound_records_change_no_number_and_lower_the_score(tmp_path):
    """The same March twice: once clean; once with repeats, a taken-back completion, records that
    could not be read, and everything in the opposite order."""
    asked = ("completion_rate", "enrolments", "completions", "first_attempt_pass_rate", "attempts")
    answers, scores = [], []
    for noisy in (False, True):
        world = World(tmp_path / str(noisy))
        told = _march(world, noisy=noisy)
        world.sends(told[::-1] if noisy else told)
        world.flush()
        if noisy:
            bad = Held("lms.jsonl:7", b"{", "actor", "is missing.", "Send the actor.")
            world.app.log.append([], source="lms", held=[bad])
        numbers = [world.measure(name).result for name in asked]
        answers.append([(r.estimate, r.ci_low, r.ci_high, r.n, r.n_events) for r in numbers])
        scores.append(world.measure("enrolments").quality)
        world.close()
    clean, noisy_score = scores
    assert answers[0] == answers[1]
    assert clean.score == 1.0
    assert noisy_score.score < clean.score
    assert noisy_score.parts["held back"] > 0
    assert noisy_score.score == pytest.approx(1 - noisy_score.parts["held back"])


def _march(world: World, *, noisy: bool) -> list[dict]:
    """What 30 people did, as statements."""
    for number, login in enumerate(world.people("ben", 30, unit="Org/North")):
        done = "2026-03-05" if number % 3 else None
        world.completes(login, FIRE, assigned="2026-03-01", done=done)
        world.attempts(login, QUIZ, passed=number % 2 == 0, score=0.5, at="2026-03-04", course=FIRE)
    if noisy:
        wrong = world.says("ben1", "completed", FIRE, at="2026-03-02")
        world.voids(wrong)
    told = [statement.value for _, statement in world._said]
    world._said.clear()
    sent = [{k: v for k, v in t.items() if k not in ("stored", "authority")} for t in told]
    return [*sent, *sent[::7]] if noisy else sent
