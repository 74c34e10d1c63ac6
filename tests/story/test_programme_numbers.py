"""The numbers of a programme: its courses together, its people's outcomes, and nobody else's."""

from datetime import date

import pytest

from leadline.curriculum import Check, Programme
from leadline.metrics import Area, catalogue
from leadline.privacy.refusals import UnknownQuestion
from leadline.privacy.viewer import Role
from story.world import iri

CARE = {"where": {"programme": "Care"}}


def declare(world, *versions):
    rows = [
        Programme(
            programme="Care",
            valid_from=since,
            audience="employees",
            courses=tuple(map(iri, courses)),
            owner="Ana",
            goal="outcome",
            thing="urn:leadline:outcome:rating",
            target=4.0,
            due=date(2026, 12, 31),
        )
        for since, courses in versions
    ]
    world.app.curriculum.replace(Programme, rows)
    world.refresh()


def measured(world, who, value, at="2026-04-30 12:00"):
    world.says(
        who, "measured", "outcome/rating", at=at, result={"score": {"raw": value}},
        statement_id=None, definition={"type": "urn:leadline:activity-type:outcome"},
    )  # fmt: skip


@pytest.fixture
def north(world):
    """Forty take fire, the last ten of them exit as well; thirty others take neither."""
    for number, login in enumerate(world.people("ben", 40, unit="Org/North")):
        done = "2026-03-10 09:00" if number < 30 else None
        world.completes(login, "course/fire", assigned="2026-03-01 09:00", done=done)
        measured(world, login, 4.0)
    for number in range(31, 41):
        world.completes(
            f"ben{number}", "course/exit", assigned="2026-03-02 09:00", done="2026-03-12 09:00"
        )
    for login in world.people("cleo", 30, unit="Org/South"):
        world.completes(login, "course/other", assigned="2026-03-01 09:00", done="2026-03-03 09:00")
        measured(world, login, 1.0)
    declare(world, (date(2026, 1, 1), ("course/fire", "course/exit")))
    return world


def test_a_rate_is_over_all_courses_of_the_programme(north):
    result = north.measure("completion_rate", **CARE).result
    assert (result.n, result.n_events, result.estimate) == (40, 50, 0.8)
    assert result.population_filter == {"programme": "Care"}


def test_an_outcome_is_that_of_its_people_each_measurement_once(north):
    result = north.measure("outcome_level", **CARE).result
    assert (result.n, result.n_events, result.estimate) == (40, 40, 4.0)
    assert north.measure("outcome_level").result.n == 70


def test_a_version_counts_from_its_day_on(north):
    declare(
        north,
        (date(2026, 1, 1), ("course/fire",)),
        (date(2026, 5, 1), ("course/exit",)),
        (date(2027, 1, 1), ("course/other",)),
    )
    now = north.measure("completion_rate", **CARE).result
    assert (now.n_events, now.estimate) == (10, None)  # ten people: too few for a rate
    before = north.measure("completion_rate", **CARE, now=north.now.replace(month=4)).result
    assert (before.n_events, before.estimate) == (40, 0.75)


def test_a_place_narrows_a_programme_and_a_slice_it_is_not(north):
    where = {"programme": "Care", "unit": "Org/South"}
    assert north.measure("completion_rate", where=where).result.n == 0
    with pytest.raises(UnknownQuestion, match="programme"):
        north.measure("completion_rate", by=("programme",))


def test_a_programme_that_is_not_declared_has_nothing(north):
    result = north.measure("completion_rate", where={"programme": "Wish"}).result
    assert (result.n, result.estimate) == (0, None)


def test_few_people_of_a_programme_are_withheld(north):
    declare(north, (date(2026, 1, 1), ("course/exit",)))
    for number in range(32, 41):
        north.says(f"ben{number}", "waived", "course/exit", at="2026-03-01 12:00")
    few = {"where": {"programme": "Care", "unit": "Org/North"}}
    assert north.measure("outcome_level", **few, as_=Role.TRAINING_LEAD).result.n == 10
    north.person("ben31", unit="Org/West", since="2026-01-01")
    assert north.measure("outcome_level", **few).result.gate == "suppressed"


def test_the_certificate_counts_where_a_course_gives_one(world):
    for number, login in enumerate(world.people("ben", 25, unit="Org/North")):
        world.completes(login, "course/fire", assigned="2026-03-01 09:00", done="2026-03-10 09:00")
        world.completes(login, "course/talk", assigned="2026-03-01 09:00", done="2026-03-10 09:00")
        if number < 20:
            world.says(
                login, "earned", "certificate/fire", course="course/fire", at="2026-03-11 09:00"
            )
    result = world.measure("certified_rate").result
    assert (result.n, result.n_events, result.estimate) == (25, 25, 0.8)


def test_a_renewal_is_of_its_own_cycle(world):
    for login in world.people("ben", 25, unit="Org/North"):
        for year in ("2024", "2025"):
            world.completes(
                login, "course/fire", assigned=f"{year}-03-01 09:00", done=f"{year}-03-10 09:00"
            )
        world.says(login, "earned", "certificate/fire", course="course/fire", at="2024-03-11 09:00")
    by_cycle = world.measure("certified_rate", by=("cycle_no",)).results
    assert [(r.group["cycle_no"], r.estimate) for r in by_cycle] == [("1", 1.0), ("2", 0.0)]


def test_completion_says_how_much_of_it_was_tested_and_tested_again(world):
    """Of forty who completed, thirty took the test, twenty were checked three weeks later; five
    who completed last week may still be."""
    world.app.curriculum.replace(Check, [Check(iri("assessment/again"), iri("assessment/final"))])
    for number, login in enumerate(world.people("ben", 45, unit="Org/North")):
        late = number >= 40
        done = "2026-05-25 09:00" if late else "2026-03-10 09:00"
        world.completes(login, "course/fire", assigned="2026-03-01 09:00", done=done)
        if number < 30:
            world.attempts(
                login, "assessment/final", passed=True, score=0.9, at="2026-03-09 09:00",
                course="course/fire",
            )  # fmt: skip
        if number < 20:
            world.attempts(
                login, "assessment/again", passed=True, score=0.7, at="2026-03-30 09:00",
                course="course/fire",
            )  # fmt: skip
    scored = world.measure("completers_scored").result
    assert (scored.n, scored.estimate) == (45, 30 / 45)
    again = world.measure("completers_rechecked").result
    assert (again.n, again.estimate, again.n_excluded) == (40, 0.5, {"immature": 5})


@pytest.mark.mission("S003")
def test_every_metric_has_one_of_four_areas_and_each_has_at_least_three(world):
    areas = [metric.area for metric in catalogue().values()]
    assert all(isinstance(area, Area) for area in areas)
    assert len(Area) == 4
    assert min(areas.count(area) for area in Area) >= 3
