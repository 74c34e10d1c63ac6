"""For whom? A group that fails more is found, named and shown; noise is not."""

import numpy as np
import pytest

from leadline.insights import findings
from leadline.privacy.viewer import Role
from leadline.stats.segments import Scan
from story.world import iri

MEASURE, WHERE = "first_attempt_pass_rate", {"course": iri("course/fire")}
ROLES = [f"role{n}" for n in range(11)]
UNITS = [f"Org/U{n}" for n in range(4)]


def staff(world, *, failing, people=660, seed=7):
    """Eleven roles in four units; 30 % fail, of role0 `failing`."""
    chance = np.random.default_rng(seed)
    for number in range(people):
        role = ROLES[number % 11]
        world.person(f"p{number}", unit=UNITS[int(chance.integers(4))], role=role)
        share = failing if role == "role0" else 0.3
        passed = bool(chance.random() >= share)
        world.attempts(
            f"p{number}",
            "assessment/final",
            passed=passed,
            score=0.8 if passed else 0.3,
            at="2026-03-04",
            course="course/fire",
        )


@pytest.mark.mission("S026", "S068")
def test_the_planted_role_comes_first_with_its_interval_and_no_other_is_blamed(world):
    staff(world, failing=0.65)
    lens = world.lens(Role.TRAINING_LEAD)
    found = lens.concentrated(MEASURE, WHERE)
    first = found.segments[0]
    assert first.levels == (("role", "role0"),)
    assert first.n == 60 and first.share.low > first.rest.high and first.q_value < 0.05
    blamed = {dict(segment.levels).get("role") for segment in found.segments}
    assert blamed == {"role0"}
    (failure,) = [f for f in findings(lens) if f.insight == "first_attempt_failure"]
    (audience,) = [h for h in failure.hypotheses if h.cause == "audience"]
    assert "role “role0”" in audience.evidence_for[0]


def test_in_the_null_twin_no_group_stands_out(world):
    staff(world, failing=0.3)
    found = world.lens(Role.TRAINING_LEAD).concentrated(MEASURE, WHERE)
    assert isinstance(found, Scan) and found.segments == () and found.tests > 10


def test_a_manager_searches_the_own_team_only(world):
    staff(world, failing=0.65, people=110)
    world.person("ana", unit="Org/U0")
    world.people("ben", 30, unit="Org/U0", manager="ana", role="driver")
    world.refresh()
    found = world.lens(world.viewer("ana", Role.DEPARTMENT_MANAGER)).concentrated(MEASURE, WHERE)
    assert getattr(found, "people", 0) == 0
