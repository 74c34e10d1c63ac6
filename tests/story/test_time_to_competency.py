"""Time to competency from the HR record, the standard and what people completed."""

from collections import Counter
from datetime import date, timedelta

import pytest

from leadline.curriculum import Standard
from leadline.metrics.competency import COMPETENT, WAITING, waits
from leadline.privacy.cut import CutFacts
from leadline.privacy.policy import POLICY
from leadline.privacy.refusals import Forbidden
from leadline.privacy.viewer import Role
from leadline.sources.curriculum_csv import read_list
from leadline.sources.intake import Intake
from leadline.sources.outcomes_csv import OutcomeFile
from leadline.stats.intervals import Interval
from story.world import instant, iri

CHANGE = date(2026, 1, 1)


def organisation(world, *, faster):
    """A nurse starts every fourth day for two years, and needs 70 to 100 days; `faster` fewer
    since the change."""
    needs = Standard("nurse", date(2020, 1, 1), "course", iri("course/ward"))
    world.app.curriculum.replace(Standard, [needs])
    for number in range(180):
        first = date(2024, 4, 1) + timedelta(days=4 * number)
        world.person(f"n{number}", role="nurse", unit="Org/Ward", since=first.isoformat())
        days = 70 + (number * 7) % 31 - (faster if first >= CHANGE else 0)
        done = instant(str(first)) + timedelta(days=days)
        if done < world.now:
            world.says(f"n{number}", "completed", "course/ward", at=done)


@pytest.mark.mission("S046", "S047")
def test_a_week_less_after_the_change_is_found_and_named_in_days(world):
    organisation(world, faster=7)
    shown = world.lens(Role.HR_MANAGER).competency("nurse", CHANGE)
    assert isinstance(shown.whole.mean, Interval)
    faster = shown.change.faster
    assert faster.low > 0 and faster.low < 7 < faster.high
    assert shown.change.claim.wording == "is consistent with a change in"


def test_in_the_null_twin_it_is_not_faster(world):
    organisation(world, faster=0)
    shown = world.lens(Role.HR_MANAGER).competency("nurse", CHANGE)
    assert shown.change.faster.low <= 0 <= shown.change.faster.high


@pytest.mark.mission("S044")
def test_the_clock_starts_at_hire_or_transfer_and_nobody_on_the_way_is_dropped(world):
    """Ten hired on 1 January; ten drivers who became nurses on 1 March; half of each are done on 1
    April, the others are still on their way at the end of May."""
    needs = Standard("nurse", date(2020, 1, 1), "course", iri("course/ward"))
    world.app.curriculum.replace(Standard, [needs])
    for number in range(10):
        world.person(f"hired{number}", role="nurse", since="2026-01-01")
        world.person(f"moved{number}", role="driver", since="2024-01-01")
        world.person(f"moved{number}", role="nurse", since="2026-03-01")
        if number % 2:
            for login in (f"hired{number}", f"moved{number}"):
                world.says(login, "completed", "course/ward", at="2026-04-01")
    world.refresh()
    facts = CutFacts(world.app.lake.connect().table, POLICY[Role.ANALYST], None, world.now, "UTC")
    rows = waits(facts).order_by(["days"]).to_pyarrow().to_pylist()
    by_fate = Counter((row["fate"], row["days"]) for row in rows)
    assert by_fate == {
        (COMPETENT, 31): 5,
        (COMPETENT, 90): 5,
        (WAITING, 92): 5,
        (WAITING, 151): 5,
    }


@pytest.mark.mission("S045")
def test_a_standard_is_rules_over_scores_and_ratings_with_dates(world, tmp_path):
    """From 2026 on a nurse needs the rating as well. Ben came before, Cleo after."""
    lists, ratings = tmp_path / "standards.csv", tmp_path / "ratings.csv"
    lists.write_text(
        "role,valid_from,needs,thing,at_least\n"
        f"nurse,2020-01-01,assessment,{iri('assessment/ward')},\n"
        f"nurse,2026-01-01,assessment,{iri('assessment/ward')},\n"
        "nurse,2026-01-01,outcome,urn:leadline:outcome:rating,3.5\n"
    )
    ratings.write_text(
        "outcome,date,value,person_id\nRating,2026-03-01,3,cleo\nRating,2026-04-01,4,cleo\n"
    )
    world.app.curriculum.replace(Standard, read_list(lists, Standard).rows)
    world.person("ben", role="nurse", since="2025-12-01")
    world.person("cleo", role="nurse", since="2026-02-01")
    for login in ("ben", "cleo"):
        world.attempts(
            login, "assessment/ward", passed=True, score=0.9, at="2026-02-10", course="course/w"
        )
    *_, taken = Intake(world.app.log).take(OutcomeFile(ratings), "reviews")
    assert taken.accepted == 2
    world.refresh()
    facts = CutFacts(world.app.lake.connect().table, POLICY[Role.ANALYST], None, world.now, "UTC")
    rows = waits(facts).to_pyarrow().to_pylist()
    assert {row["person"]: (row["fate"], row["days"]) for row in rows} == {
        world.key("ben"): (COMPETENT, 71),
        world.key("cleo"): (COMPETENT, 59),
    }


def test_no_step_is_a_single_person_and_few_leavers_are_withheld(world):
    needs = Standard("nurse", date(2020, 1, 1), "course", iri("course/ward"))
    world.app.curriculum.replace(Standard, [needs])
    for number in range(30):
        left = date(2026, 3, 1) if number < 3 else None
        world.person(f"n{number}", role="nurse", since="2026-01-01", left_on=left)
        if number >= 15:
            world.says(f"n{number}", "completed", "course/ward", at=f"2026-02-{number - 10:02d}")
    whole = world.lens(Role.HR_MANAGER).competency("nurse").whole
    assert whole.left is None and whole.counts == ()
    assert all(step.t % 7 == 0 and step.at_risk >= 10 for step in whole.curve)


def test_of_a_role_into_which_few_came_nothing_is_shown(world):
    needs = Standard("nurse", date(2020, 1, 1), "course", iri("course/ward"))
    world.app.curriculum.replace(Standard, [needs])
    for number in range(9):
        world.person(f"n{number}", role="nurse", since="2026-01-01")
    assert world.lens(Role.HR_MANAGER).competency("nurse") is None


@pytest.mark.parametrize("role", [Role.DEPARTMENT_MANAGER, Role.ADMINISTRATOR])
def test_it_is_closed_to_those_who_may_not_see_outcomes(world, role):
    world.person("ana", unit="Org/Ward")
    world.refresh()
    with pytest.raises(Forbidden):
        world.lens(world.viewer("ana", role)).competency("nurse")
