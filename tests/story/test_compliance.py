"""How people stand against what they owe, from declared rules and dated certificates."""

from datetime import UTC, datetime

import pytest

from leadline.privacy.refusals import UnknownQuestion
from leadline.privacy.viewer import Role
from story.compliance_world import (
    away,
    day,
    earns,
    first_aid,
    lets_off,
    requires,
    standing,
    states,
)
from story.world import World, instant


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.close()


def test_a_certificate_holds_until_it_runs_out_and_then_it_is_a_violation(world):
    world.person("ana", unit="Org", since="2024-01-01")
    requires(world, first_aid())
    earns(world, "ana", at="2025-06-10 09:00")
    assert states(world, "2026-04-28") == {"ana": "in force"}
    assert states(world, "2026-04-29") == {"ana": "due soon"}  # 42 days before 10 June
    assert states(world, "2026-06-09") == {"ana": "due soon"}
    assert states(world, "2026-06-10") == {"ana": "violated"}


def test_somebody_new_has_time_and_then_none(world):
    world.person("ben", unit="Org", since="2026-03-01")
    requires(world, first_aid(grace_days=5))
    assert states(world, "2026-03-01 12:00") == {"ben": "not yet due"}
    assert states(world, "2026-03-30 12:00") == {"ben": "not yet due"}
    assert states(world, "2026-03-31 12:00") == {"ben": "in grace"}  # 30 days after 1 March
    assert states(world, "2026-04-05 12:00") == {"ben": "violated"}


def test_who_is_bound_follows_from_unit_role_and_place_of_the_day(world):
    rules = first_aid(units=("Org/North",), roles=("nurse", "porter"), locations=())
    requires(world, rules)
    world.person("ana", unit="Org/North/Ward", role="nurse", since="2026-01-01")
    world.person("ben", unit="Org/North", role="clerk", since="2026-01-01")
    world.person("cleo", unit="Org/Northern", role="nurse", since="2026-01-01")
    world.person("dov", unit="Org/South", role="porter", since="2026-01-01")
    world.person("dov", unit="Org/North", role="porter", since="2026-05-20")
    assert states(world, "2026-05-19 12:00") == {"ana": "violated"}
    assert states(world, "2026-06-01") == {"ana": "violated", "dov": "not yet due"}
    assert standing(world, "2026-06-01")["dov"]["since"] == day("2026-05-20")


def test_who_is_let_off_or_away_is_so_by_the_day(world):
    world.person("ana", unit="Org", since="2025-01-01")
    world.person("ben", unit="Org", since="2025-01-01")
    requires(world, first_aid())
    lets_off(world, "ana", "2026-02-01", "2026-03-01")
    away(world, "ben", "2025-01-11", "2025-03-11")
    assert states(world, "2026-01-31 12:00")["ana"] == "violated"
    assert states(world, "2026-02-01 12:00")["ana"] == "exempt"
    assert states(world, "2026-03-01 12:00")["ana"] == "violated"
    # Ten of the thirty days had gone when Ben left; twenty are left when he comes back.
    assert states(world, "2025-02-15")["ben"] == "on leave"
    assert standing(world, "2025-03-20")["ben"]["due_on"] == day("2025-03-31")
    assert states(world, "2025-03-30 12:00")["ben"] == "not yet due"
    assert states(world, "2025-03-31 12:00")["ben"] == "violated"


def test_leave_that_does_not_count_puts_nothing_off(world):
    world.person("ben", unit="Org", since="2025-01-01")
    requires(world, first_aid(leave="runs"))
    away(world, "ben", "2025-01-11", "2025-03-11")
    assert states(world, "2025-02-15") == {"ben": "violated"}


def test_a_certificate_from_before_leaving_counts_or_does_not_by_the_rule(world):
    world.person("ana", unit="Org", since="2024-01-01")
    world.person("ana", unit="Org", since="2025-10-01", left_on=day("2025-12-01"))
    earns(world, "ana", at="2025-11-01")
    world.person("ana", unit="Org", since="2026-03-01", left_on=None)
    requires(world, first_aid())
    assert states(world, "2026-05-01 12:00") == {"ana": "in force"}
    assert states(world, "2026-01-15") == {}  # nobody is bound who is not there
    requires(world, first_aid(rehire="anew"))
    assert states(world, "2026-03-20 12:00") == {"ana": "not yet due"}
    assert states(world, "2026-05-01 12:00") == {"ana": "violated"}


@pytest.mark.mission("S024")
def test_an_expiry_in_the_record_overrides_the_computed_one_and_both_are_kept(world):
    world.person("ana", unit="Org", since="2024-01-01")
    requires(world, first_aid())
    earns(world, "ana", at="2026-03-10 09:00", expires="2026-09-01T00:00:00Z")
    row = standing(world, "2026-06-01")["ana"]
    assert row["expires_on"] == row["expires_sent"] == day("2026-09-01")
    assert row["expires_computed"] == day("2027-03-10")
    assert states(world, "2026-09-01")["ana"] == "violated"


def test_months_are_of_the_calendar_with_its_last_days(world):
    world.person("ana", unit="Org", since="2023-01-01")
    requires(world, first_aid())
    earns(world, "ana", at="2024-02-29 09:00")
    assert standing(world, "2024-06-01")["ana"]["expires_on"] == day("2025-02-28")


def test_the_day_is_that_of_the_persons_zone(world):
    world.person("ana", unit="Org", since="2024-01-01", zone="Pacific/Auckland")
    world.person("ben", unit="Org", since="2024-01-01", zone="America/Los_Angeles")
    requires(world, first_aid())
    for who in ("ana", "ben"):
        earns(world, who, at="2026-03-10 22:00", expires="2026-05-31T23:00:00Z")
    found = standing(world, "2026-05-15 11:30")
    assert (found["ana"]["today"], found["ben"]["today"]) == (
        day("2026-05-15"),
        day("2026-05-15"),
    )
    # 23:00 UTC is the morning of 1 June in Auckland, the afternoon of 31 May in Los Angeles.
    assert found["ana"]["expires_on"] == day("2026-06-02")
    assert found["ben"]["expires_on"] == day("2026-06-01")
    assert found["ana"]["expires_computed"] == day("2027-03-11")


def test_a_completed_course_satisfies_and_its_certificate_is_the_same_training(world):
    world.person("ana", unit="Org", since="2024-01-01")
    both = ("https://story.example/certificate/first-aid", "https://story.example/course/aid")
    requires(world, first_aid(things=both))
    world.completes("ana", "course/aid", assigned="2026-01-02", done="2026-02-02")
    assert standing(world, "2026-03-01")["ana"]["expires_on"] == day("2027-02-02")
    earns(world, "ana", at="2026-02-03", expires="2026-08-01T00:00:00Z", course="course/aid")
    assert standing(world, "2026-03-01")["ana"]["expires_on"] == day("2026-08-01")


def test_rules_hold_from_their_day_on(world):
    world.person("ana", unit="Org", since="2024-01-01")
    requires(world, first_aid(), first_aid("2026-01-01", valid_months=6, lead_days=14))
    earns(world, "ana", at="2025-12-20")
    assert standing(world, "2026-06-01")["ana"]["expires_on"] == day("2026-12-20")
    earns(world, "ana", at="2026-05-20")
    found = standing(world, "2026-06-01")["ana"]  # of two that hold, the one that holds longer
    assert (found["expires_on"], found["lead_on"]) == (day("2026-12-20"), day("2026-12-06"))


def test_as_known_then_stays_as_it_was_while_as_known_now_follows_the_correction(
    world, monkeypatch
):
    monkeypatch.setattr("leadline.privacy.known.SETTLED_SECONDS", 0)
    world.person("ana", unit="Org", since="2024-01-01")
    world.person("ben", unit="Org", since="2024-01-01")
    requires(world, first_aid())
    wrong = earns(world, "ana", at="2026-01-10")
    world.refresh()
    then = datetime.now(UTC)
    world.voids(wrong)
    earns(world, "ben", at="2026-02-01")
    world.person("ben", unit="Elsewhere", since="2025-01-01")
    requires(world, first_aid(units=("Elsewhere",)))
    world.refresh()
    assert states(world, "2026-05-01") == {"ben": "in force"}
    lens = world.lens(Role.COMPLIANCE_OFFICER, now=instant("2026-05-01"))
    page = lens.standing(known_at=then)
    found = {page.names[row["person"]].employee_id: row["state"] for row in page.rows}
    assert found == {"ana": "in force", "ben": "violated"}


def test_what_is_not_settled_yet_cannot_be_asked_for(world):
    world.person("ana", unit="Org", since="2024-01-01")
    requires(world, first_aid())
    with pytest.raises(UnknownQuestion, match="settled up to"):
        world.lens(Role.COMPLIANCE_OFFICER).standing(known_at=datetime.now(UTC))
