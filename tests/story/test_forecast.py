"""How much will be met on the day of the audit, from the pace at which people renew."""

import random
from datetime import date, timedelta

import pytest

from leadline.privacy.refusals import Forbidden
from leadline.privacy.viewer import Role
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused
from story.compliance_world import earns, first_aid, requires
from story.world import World, instant

NOW, AUDIT = "2026-06-01 00:00", date(2026, 8, 1)
PEOPLE = 120


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.close()


def holders(world, prompt: float):
    """Everybody's first certificate ran out in the past year; of each hundred, `prompt` renewed in
    the month before that, the others a month after it. The second one runs out in the next."""
    rng = random.Random(88)
    for number, who in enumerate(world.people("n", PEOPLE, unit="Org/North", since="2024-05-01")):
        first = date(2024, 6, 10) + timedelta(days=3 * number % 350)
        earns(world, who, at=f"{first} 09:00")
        early = -rng.randrange(1, 30) if rng.random() < prompt else 30
        again = first + timedelta(days=365 + early)
        if again < date(2026, 6, 1):
            earns(world, who, at=f"{again} 09:00")
    requires(world, first_aid(regulated=True))


@pytest.mark.mission("S088")
def test_the_rate_on_the_audit_date_follows_from_the_pace(world, tmp_path):
    holders(world, prompt=0.95)
    keen = world.lens(Role.COMPLIANCE_OFFICER, now=instant(NOW)).forecast([AUDIT])
    slow_world = World(tmp_path / "slow")
    holders(slow_world, prompt=0.2)
    slow = slow_world.lens(Role.COMPLIANCE_OFFICER, now=instant(NOW)).forecast([AUDIT])
    slow_world.close()
    (_, best), (_, worst) = keen.days[0], slow.days[0]
    assert isinstance(best, Interval) and isinstance(worst, Interval)
    assert best.low <= best.estimate <= best.high
    assert best.estimate > 0.97 > 0.95 > worst.estimate
    assert keen.people == PEOPLE and keen.lapsed.estimate < 0.15 < 0.6 < slow.lapsed.estimate


def test_too_few_renewals_are_no_pace_and_too_few_people_no_answer(world):
    world.people("n", 12, unit="Org/North", since="2026-03-01")
    requires(world, first_aid())
    lens = world.lens(Role.COMPLIANCE_OFFICER, now=instant(NOW))
    ((_, said),) = lens.forecast([AUDIT]).days
    assert isinstance(said, Refused)
    requires(world, first_aid(units=("Org/South",)))
    world.people("s", 9, unit="Org/South", since="2026-03-01")
    assert world.lens(Role.ANALYST, now=instant(NOW)).forecast([AUDIT]) is None
    with pytest.raises(Forbidden):
        world.lens(Role.ADMINISTRATOR, now=instant(NOW)).forecast([AUDIT])


def test_others_change_nothing_of_a_team(world):
    world.person("ana", unit="Org")
    own = world.people("n", 12, unit="Org/North", since="2026-03-01", manager="ana")
    for who in own:
        earns(world, who, at="2026-03-02")
    requires(world, first_aid())
    team = world.viewer("ana", Role.DEPARTMENT_MANAGER)
    before = world.lens(team, now=instant(NOW)).forecast([AUDIT])
    for who in world.people("s", 30, unit="Org/South", since="2025-03-01"):
        earns(world, who, at="2025-03-02")
    assert world.lens(team, now=instant(NOW)).forecast([AUDIT]) == before
