"""The three goals of a business as goals of programmes, each with its target and where it stands."""

from datetime import date

import pytest

from leadline.actions.programmes import Programmes
from leadline.curriculum import Programme, Requirement, Standard
from leadline.privacy.keeper import Ahead
from leadline.privacy.view import View
from leadline.privacy.viewer import Role
from story.customers_world import completes, customers
from story.world import iri


def programme(name, audience, course, goal, thing, target):
    return Programme(
        programme=name,
        valid_from=date(2025, 1, 1),
        audience=audience,
        courses=(iri(course),),
        owner="Ana",
        goal=goal,
        thing=thing,
        target=target,
        due=date(2026, 12, 31),
    )


def fire_safety(world):
    """Forty owe the fire course, thirty-four have completed it; thirty more owe another one."""
    owed = [
        Requirement(
            name, name.capitalize(), date(2024, 1, 1), (iri(f"course/{name}"),), roles=roles
        )
        for name, roles in (("fire", ("operator",)), ("ropes", ("rigger",)))
    ]
    world.app.curriculum.replace(Requirement, owed)
    world.people("rig", 30, unit="Org/South", role="rigger")
    for number, login in enumerate(world.people("ben", 40, unit="Org/North", role="operator")):
        done = "2026-03-10 09:00" if number < 34 else None
        world.completes(login, "course/fire", assigned="2026-03-01 09:00", done=done)


def onboarding(world):
    """Thirty pilots came on one day and were competent thirty days later, all of them."""
    world.app.curriculum.replace(
        Standard, [Standard("pilot", date(2020, 1, 1), "course", iri("course/pilot"))]
    )
    for login in world.people("pat", 30, unit="Org/Quay", role="pilot", since="2025-09-01"):
        world.completes(login, "course/pilot", assigned="2025-09-01 09:00", done="2025-10-01 09:00")


def customers_that_stay(world, folder):
    """Of sixty trained accounts six leave, of sixty others twenty-four."""
    trained = [n for n in range(120) if n // 2 % 2]
    leaving = trained[:6] + [n for n in range(120) if n not in trained][:24]
    customers(world, folder, 120, dict.fromkeys(leaving, "2025-08-01"))
    for account in trained:
        completes(world, account, "course/setup", date(2025, 2, 3))


@pytest.mark.mission("S012")
def test_compliance_onboarding_and_customers_each_have_a_target_and_a_value(world, tmp_path):
    fire_safety(world)
    onboarding(world)
    customers_that_stay(world, tmp_path)
    declared = [
        programme("Fire", "compliance", "course/fire", "metric", "compliance_rate", 0.95),
        programme("Pilots", "employees", "course/pilot", "competency", "pilot", 45.0),
        programme("Setup", "customers", "course/setup", "contracts", iri("course/setup"), 0.9),
    ]
    world.app.curriculum.replace(Programme, declared)
    world.refresh()
    door = Programmes(world.app, world.lens(Role.TRAINING_LEAD))
    now = {each.programme: door.goal(each).now for each in door.all}
    assert (now["Fire"].estimate, now["Fire"].n) == (34 / 40, 40)
    assert (now["Pilots"].estimate, now["Pilots"].n) == (30.0, 30)
    assert (now["Setup"].estimate, now["Setup"].n) == (54 / 60, 60)
    assert [each.target for each in door.all] == [0.95, 45.0, 0.9]


def test_what_is_closed_to_a_role_is_no_goal_it_sees(world, tmp_path):
    customers_that_stay(world, tmp_path)
    declared = programme(
        "Setup", "customers", "course/setup", "contracts", iri("course/setup"), 0.9
    )
    world.app.curriculum.replace(Programme, [declared])
    ana = world.person("ana", unit="Org/North")
    assert ana
    door = Programmes(world.app, world.lens(world.viewer("ana", Role.DEPARTMENT_MANAGER)))
    assert door.goal(door.one("Setup")) is None


def test_getting_a_baseline_ready_ahead_is_no_look(world):
    fire_safety(world)
    declared = programme("Fire", "compliance", "course/fire", "metric", "completion_rate", 0.95)
    world.app.curriculum.replace(Programme, [declared])
    lens = world.lens(Role.TRAINING_LEAD)
    door = Programmes(world.app, lens)
    base = door.freeze(declared, date(2026, 5, 1))
    before = world.app.audit.head()
    ahead = Ahead(world.app, lens.viewer, lens.purpose, View(world.app.lake.snapshot(), lens.now))
    assert Programmes(world.app, ahead).moved(declared, base) == []
    assert world.app.audit.head() == before
    assert door.moved(declared, base) == []
    assert world.app.audit.head() != before
