"""How long the records of a source typically take to arrive."""

from datetime import UTC, datetime, timedelta

import pytest

from leadline.privacy.refusals import Forbidden
from leadline.privacy.viewer import Role
from story.world import World


def test_half_of_the_records_arrive_sooner_than_the_lag(world: World) -> None:
    """One hour, two hours and ten days before they are stored: two hours, typically."""
    now = datetime.now(UTC)
    for ben, hours in (("ben1", 1), ("ben2", 2), ("ben3", 240)):
        world.says(ben, "completed", "course/fire", at=now - timedelta(hours=hours), source="app")
    assert world.lens(Role.ADMINISTRATOR, now=now).lags() == {"app": pytest.approx(7200, abs=60)}


def test_a_source_that_sent_nothing_lately_has_no_lag(world: World) -> None:
    world.says("ben1", "completed", "course/fire", source="app")
    later = datetime.now(UTC) + timedelta(days=31)
    assert world.lens(Role.ADMINISTRATOR, now=later).lags() == {}


def test_lags_are_closed_where_the_sources_are(world: World) -> None:
    with pytest.raises(Forbidden):
        world.lens(Role.LEARNER).lags()
