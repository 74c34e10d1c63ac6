"""Everybody is told once, 42 days before, on the day of their own zone."""

import random
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from leadline.app import build
from leadline.privacy.duties import EXPIRING, Wanted
from leadline.privacy.viewer import Role
from story.compliance_world import day, earns, first_aid, requires
from story.world import World, instant

ZONES = ("Europe/Berlin", "America/Los_Angeles", "Pacific/Auckland")
PEOPLE = 1_000
LEAD_DAYS = 42


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.close()


def told(world):
    return [(a.kind, a.day, a.due_on) for a in world.app.alerts.all()]


def test_a_due_day_is_told_at_the_lead_time_and_expiry_as_a_violation(world):
    world.person("ana", unit="Org", since="2024-01-01", zone="Europe/Berlin")
    requires(world, first_aid())
    earns(world, "ana", at="2025-06-10 09:00")
    world.refresh()
    assert world.app.alert(instant("2026-04-28 21:59")) == 0
    assert world.app.alert(instant("2026-04-28 22:00")) == 1  # midnight in Berlin
    assert world.app.alert(instant("2026-04-28 22:00")) == 0
    assert world.app.alert(instant("2026-06-09 21:59")) == 0
    assert world.app.alert(instant("2026-06-09 22:00")) == 1
    assert told(world) == [
        ("due soon", day("2026-04-29"), day("2026-06-10")),
        ("violated", day("2026-06-10"), day("2026-06-10")),
    ]


def test_what_has_expired_already_is_never_a_warning(world):
    world.person("ana", unit="Org", since="2024-01-01")
    requires(world, first_aid())
    earns(world, "ana", at="2025-01-10 09:00")
    world.refresh()
    world.app.alert(instant("2026-06-01"))
    assert [kind for kind, _, _ in told(world)] == ["violated"]


def test_what_was_met_is_no_longer_listed_and_the_next_due_day_is_told_anew(world):
    world.person("ana", unit="Org", since="2024-01-01")
    requires(world, first_aid())
    earns(world, "ana", at="2025-06-10 09:00")
    world.refresh()
    world.app.alert(instant("2026-05-01"))
    lens = world.lens(Role.COMPLIANCE_OFFICER, now=instant("2026-05-01"))
    assert [row["told_on"] for row in lens.alerts().rows] == [day("2026-04-29")]
    earns(world, "ana", at="2026-05-02 09:00")
    assert world.lens(Role.COMPLIANCE_OFFICER, now=instant("2026-05-03")).alerts().total == 0
    world.app.alert(instant("2027-04-01"))
    assert [due for _, _, due in told(world)] == [day("2026-06-10"), day("2027-05-02")]


@pytest.mark.mission("S086")
def test_lapses_in_regulated_roles_come_first_on_every_list(world):
    world.person("ana", unit="Org/A", since="2024-01-01")
    world.person("ben", unit="Org/B", since="2024-02-01")
    requires(
        world,
        first_aid(units=("Org/A",)),
        replaced(first_aid(units=("Org/B",), regulated=True), "lift"),
    )
    world.refresh()
    world.app.alert(instant("2026-05-01"))
    lens = world.lens(Role.COMPLIANCE_OFFICER, now=instant("2026-05-01"))
    for page in (lens.standing(), lens.alerts()):
        assert [row["requirement"] for row in page.rows] == ["lift", "first-aid"]


def replaced(requirement, name):
    import msgspec

    return msgspec.structs.replace(requirement, requirement=name, name=name)


@pytest.mark.mission("S087")
def test_a_thousand_expiries_in_three_zones_over_a_clock_change_each_once_on_its_day(world):
    rng = random.Random(87)
    zone_of = {}
    for zone in ZONES:
        for who in world.people(zone[-4:].lower(), PEOPLE // 3 + 1, unit="Org", zone=zone):
            zone_of[world.key(who)] = zone
            ends = date(2026, 3, 1) + timedelta(days=rng.randrange(365))
            midnight = datetime.combine(ends, time(), ZoneInfo(zone)).astimezone(UTC)
            earns(world, who, at="2026-01-05 12:00", expires=midnight.isoformat())
    requires(world, first_aid(lead_days=LEAD_DAYS))
    world.refresh()
    rounds, now = [], datetime(2026, 1, 10, tzinfo=UTC)
    while now < datetime(2027, 3, 1, tzinfo=UTC):
        rounds.append(now)
        # Hour by hour through the days when Berlin's and Auckland's clocks change; else at random.
        fine = date(2026, 3, 28) <= now.date() <= date(2026, 3, 30)
        now += timedelta(hours=1 if fine and now.hour < 3 else rng.choice((30, 300, 600)))
    for number, at in enumerate(rounds):
        if number % 20 == 7:  # the worker is started anew
            world.app = build(world.app.settings)
        world.app.alert(at)
        if number % 9 == 4:  # a clock that was set back, and then mended
            world.app.alert(rounds[number - 3])
    alerts = [a for a in world.app.alerts.all() if a.kind == "due soon"]
    assert len(alerts) == len(zone_of)
    assert set(Counter((a.person, a.due_on) for a in alerts).values()) == {1}
    for alert in alerts:
        zone = ZoneInfo(zone_of[alert.person])
        assert alert.day == alert.due_on - timedelta(days=LEAD_DAYS)
        begins = datetime.combine(alert.day, time(), zone).astimezone(UTC)
        first = next(at for at in rounds if at >= max(begins, rounds[0]))
        assert alert.raised_at == first, "told in the first round of its day, and in none before"


@pytest.mark.mission("S083")
def test_the_calendar_of_twelve_months_ties_to_the_list_behind_each_week(world):
    for number, who in enumerate(world.people("n", 40, unit="Org", since="2024-01-01")):
        earns(world, who, at=f"{date(2025, 6, 5) + timedelta(days=9 * number)} 09:00")
    world.people("late", 3, unit="Org", since="2024-01-01")
    requires(world, first_aid(regulated=True))
    lens = world.lens(Role.COMPLIANCE_OFFICER, now=instant("2026-06-03"))
    weeks = lens.calendar(date(2026, 6, 1), 53)
    assert sum(serious for _, serious, _ in weeks) == 40
    for monday, serious, other in weeks:
        span = (monday, monday + timedelta(days=7))
        behind = lens.standing(Wanted(states=EXPIRING, due=span))
        assert behind.total == len(behind.rows) == serious + other
        assert all(span[0] <= row["due_on"] < span[1] for row in behind.rows)
