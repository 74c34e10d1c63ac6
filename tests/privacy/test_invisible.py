"""What somebody may not see changes nothing of what they are shown; what is hidden stays hidden."""

import random
from collections.abc import Iterator
from itertools import combinations

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
    max_examples=4,
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


UNITS = ("Org", "Org/A", "Org/A/X", "Org/A/Y", "Org/B", "Org/B/Z", "Org/C")
ROLES, PLACES = ("driver", "guard", "cook"), ("Kiel", "Bonn", "Ulm")
COLUMNS = ("unit", "role", "location")


@settings(QUICK, max_examples=2)
@given(seed=st.integers(0, 10**6))
def test_no_small_group_can_be_worked_out_of_all_that_one_may_ask_about_places(org, seed):
    """An onlooker with linear programming, who knows which places exist and gets every answer: by
    each column and each two of them, and for every value of each, alone and crossed."""
    chance = random.Random(seed)
    weights = [chance.choice((1, 3, 10, 30)) for _ in UNITS]
    homes = {unit: chance.choice(PLACES) for unit in UNITS}  # most of a unit sit in one place
    seats = [
        seat(
            person,
            unit := chance.choices(UNITS, weights)[0],
            chance.choices(ROLES, (20, 6, 1))[0],
            homes[unit] if chance.random() < 0.9 else chance.choice(PLACES),
        )
        for person in range(1, 131)
    ]
    seeds = {each["person"]: f"{each['person']} {seed}" for each in seats[:-3]}
    strangers = dict.fromkeys(range(900, 904), "stranger")
    parts = TableParts(org.app, TableLake(seeds | strangers, seats))
    lens = Lens(parts, Viewer("dov", Role.ANALYST), now=NOW)
    truth = _rows(parts)
    cells = sorted(truth, key=str)
    known: dict[tuple[bool, ...], float] = {}
    for by, where in _questions(cells):
        for result in lens.measure("enrolments", by=by, where=where).results:
            if result.gate is not Gate.SUPPRESSED:
                inside = tuple(_inside(cell, dict(result.group), where) for cell in cells)
                known[inside] = float(result.n_events or 0)
    lines, sums = np.array(list(known), dtype=float), list(known.values())
    for group in _groups(cells):
        inside = [_inside(cell, group, {}) for cell in cells]
        people = set().union(*(truth[c][0] for c, i in zip(cells, inside, strict=True) if i))
        if 0 < len(people) < 10:
            assert _width(lines, sums, np.array(inside, dtype=float)) >= 1 - 1e-6, group


def _rows(parts: TableParts) -> dict[tuple, tuple[set[int], int]]:
    """(unit, role, location) -> its people and rows, counted apart from the lens."""
    place = {
        row["person"]: (row["unit_path"], row["role"], row["location"])
        for row in parts.lake.positions
    }
    found: dict = {}
    for row in parts.lake.connect(None).table("cycle").to_pyarrow().to_pylist():
        if row["assigned_at"] is None or row["assigned_at"] > NOW:
            continue
        cell = place.get(row["person"], (None, None, None))
        people, count = found.get(cell, (set(), 0))
        found[cell] = (people | {row["person"]}, count + 1)
    return found


def _questions(cells: list[tuple]) -> Iterator[tuple[tuple[str, ...], dict]]:
    """Every breakdown by none, one or two columns, and each for every value of a column."""
    slices = [(), *((c,) for c in COLUMNS), *combinations(COLUMNS, 2)]
    yield from ((by, {}) for by in slices)
    for k, column in enumerate(COLUMNS):
        for value in sorted({cell[k] for cell in cells}, key=str) + ["Org"] * (k == 0):
            for by in ((), (COLUMNS[k - 1],)):
                yield by, {column: value}


def _groups(cells: list[tuple]) -> list[dict]:
    """Every group of one column or of two, units with and without the units below them."""
    found = []
    for columns in [*((c,) for c in COLUMNS), *combinations(COLUMNS, 2)]:
        kinds = {tuple(cell[COLUMNS.index(c)] for c in columns) for cell in cells}
        found += [dict(zip(columns, values, strict=True)) for values in sorted(kinds, key=str)]
    return found


def _inside(cell: tuple, group: dict, where: dict) -> bool:
    for k, column in enumerate(COLUMNS):
        if column in group and cell[k] != group[column]:
            return False
        if column in where and cell[k] != where[column]:
            below = column == "unit" and (cell[k] or "").startswith(f"{where[column]}/")
            if not below:
                return False
    return True


def _width(lines: np.ndarray, sums: list[float], group: np.ndarray) -> float:
    low = linprog(group, A_eq=lines, b_eq=sums, bounds=(0, None))
    high = linprog(-group, A_eq=lines, b_eq=sums, bounds=(0, None))
    assert low.status == 0
    return np.inf if high.status == 3 else -high.fun - low.fun
