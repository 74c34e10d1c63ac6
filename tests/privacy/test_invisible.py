"""What somebody may not see changes nothing of what they are shown; what is hidden stays hidden."""

import random
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from leadline.metrics import Gate, catalogue
from leadline.privacy.cut import may_ask
from leadline.privacy.lens import Lens
from leadline.privacy.viewer import Role, Viewer
from privacy.tables import COURSES, NOW, VIDEO, TableLake, TableParts, seat
from story.world import World

NORTH, SOUTH = 24, 12
SLICES = ((), ("unit",), ("month",), ("unit", "month"))
QUICK = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # an example takes a second; shrinking one would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Ana manages 24 people in North; South and its 12 people are none of her business."""
    world = World(tmp_path_factory.mktemp("org"))
    world.person("ana", unit="Org/North")
    world.people("ben", NORTH, unit="Org/North", manager="ana")
    world.person("cora", unit="Org/South")
    world.people("cleo", SOUTH, unit="Org/South", manager="cora")
    yield world
    world.close()


def parts_of(world: World, seeds: dict[str, int]) -> TableParts:
    """The organisation with rows from a seed per login."""
    keys = {login: world.key(login) for login in seeds}
    units = {"b": "Org/North", "c": "Org/South"}
    seats = [seat(key, units[login[0]]) for login, key in keys.items()]
    made_from = {keys[login]: f"{login} {seed}" for login, seed in seeds.items()}
    return TableParts(world.app, TableLake(made_from, seats))


@pytest.fixture(scope="module")
def before(org: World) -> TableParts:
    """Everybody with seed 0."""
    logins = [f"ben{n}" for n in range(1, NORTH + 1)] + [f"cleo{n}" for n in range(1, SOUTH + 1)]
    return parts_of(org, dict.fromkeys(logins, 0))


def seen_by(lens: Lens, name: str, by: tuple[str, ...]) -> list[object]:
    """Everything that one viewer can be shown, as far as it could change with the records."""
    answer = lens.measure(name, by=by, until=NOW)
    record = lens.person(min(lens._visible or ()))
    return [
        (answer.results, answer.coverage, answer.late),
        lens.completions().rows,
        lens.roster().rows,
        lens.funnel(COURSES[0]),
        lens.curve(VIDEO),
        (record.courses, record.attempts, record.certificates, record.modules),
    ]


@QUICK
@given(
    name=st.sampled_from(sorted(n for n in catalogue() if may_ask(Role.DEPARTMENT_MANAGER, n))),
    by=st.sampled_from(SLICES),
    seed=st.integers(1, 10**6),
    gone=st.sets(st.integers(1, SOUTH)),
)
def test_no_answer_changes_when_invisible_people_change(org, before, name, by, seed, gone):
    changed = {f"cleo{n}": seed + n for n in range(1, SOUTH + 1) if n not in gone} | {
        f"ben{n}": 0 for n in range(1, NORTH + 1)
    }
    viewer = Viewer("ana", Role.DEPARTMENT_MANAGER, org.key("ana"))
    was = seen_by(Lens(before, viewer, now=NOW), name, by)
    now = seen_by(Lens(parts_of(org, changed), viewer, now=NOW), name, by)
    assert was == now


def test_the_same_answers_do_change_when_visible_people_change(org, before):
    """Else the property above would hold of a lens that always says nothing."""
    changed = {f"cleo{n}": 0 for n in range(1, SOUTH + 1)} | {
        f"ben{n}": 7 for n in range(1, NORTH + 1)
    }
    viewer = Viewer("ana", Role.DEPARTMENT_MANAGER, org.key("ana"))
    was = seen_by(Lens(before, viewer, now=NOW), "completions", ())
    now = seen_by(Lens(parts_of(org, changed), viewer, now=NOW), "completions", ())
    assert all(a != b for a, b in zip(was, now, strict=True))


@settings(QUICK, max_examples=6)
@given(seed=st.integers(0, 10**6), by=st.sampled_from([("unit",), ("unit", "course")]))
def test_no_hidden_group_can_be_worked_out_of_one_answer_and_its_margins(org, seed, by):
    """An onlooker with the answer, the answers over fewer columns, and linear programming."""
    chance = random.Random(seed)
    units = [f"Org/U{n}" for n in range(6)]
    seats = [
        seat(person, chance.choices(units, weights=(1, 2, 4, 12, 20, 30))[0])
        for person in range(1, 151)
    ]
    parts = TableParts(
        org.app, TableLake({p["person"]: f"{p['person']} {seed}" for p in seats}, seats)
    )
    lens = Lens(parts, Viewer("dov", Role.ANALYST), now=NOW)
    truth = _rows(parts, lens, by)
    known, sums, places = [], [], sorted(truth, key=str)
    for columns in {(), by, *((column,) for column in by)}:
        for result in lens.measure("enrolments", by=columns).results:
            if result.gate is Gate.SUPPRESSED:
                continue
            inside = [_inside(place, by, result.group) for place in places]
            known.append([float(one) for one in inside])
            sums.append(result.n_events)
    small = [place for place, (people, _) in truth.items() if people < 10]
    for place in small:
        cost = np.eye(len(places))[places.index(place)]
        low = linprog(cost, A_eq=known, b_eq=sums, bounds=(0, None))
        high = linprog(-cost, A_eq=known, b_eq=sums, bounds=(0, None))
        assert low.status == 0
        width = np.inf if high.status == 3 else -high.fun - low.fun
        assert width >= min(3, sum(sums)) - 1e-6, (place, truth[place])


def _rows(parts: TableParts, lens: Lens, by: tuple[str, ...]) -> dict:
    """group -> (people, rows) counted apart from the lens."""
    unit = {row["person"]: row["unit_path"] for row in parts.lake.positions}
    cycles = parts.lake.connect(None).table("cycle").to_pyarrow().to_pylist()
    found: dict = {}
    for row in cycles:
        began = row["assigned_at"] or row["started_at"]
        if began is None or began > NOW:
            continue
        group = tuple({"unit": unit[row["person"]], "course": row["course"]}[c] for c in by)
        people, count = found.get(group, (set(), 0))
        found[group] = (people | {row["person"]}, count + 1)
    return {group: (len(people), count) for group, (people, count) in found.items()}


def _inside(place: tuple, by: tuple[str, ...], group: dict) -> bool:
    return all(place[by.index(column)] == value for column, value in group.items())
