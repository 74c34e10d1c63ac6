"""Hidden cells stay hidden from somebody who adds, subtracts and knows linear programming."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from leadline.privacy.suppress import Hidden, Sum, System, Table, TooManyCells, hide


@dataclass(frozen=True)
class Cell:
    """A smallest group: its place in the table, its people, its rows and the parts of these."""

    group: tuple
    people: int
    amounts: tuple


# FCSM Statistical Policy Working Paper 22, "Report on Statistical Disclosure Limitation
# Methodology", chapter II: delinquent children by county and education of the head of household.
COUNTIES, LEVELS = ("Alpha", "Beta", "Gamma", "Delta"), ("low", "medium", "high", "very high")
FCSM = ((15, 1, 3, 1), (20, 10, 10, 15), (3, 10, 10, 2), (12, 14, 7, 2))
# The paper's complementary suppression: two or more withheld in every row and column that has one.
NINE = {
    ("Alpha", "medium"),
    ("Alpha", "high"),
    ("Alpha", "very high"),
    ("Beta", "medium"),
    ("Beta", "high"),
    ("Gamma", "low"),
    ("Gamma", "very high"),
    ("Delta", "low"),
    ("Delta", "very high"),
}


def counted(*people: int) -> list[Cell]:
    """One column of groups a, b, c … with one row per person."""
    return [Cell((chr(97 + i),), n, (float(n),)) for i, n in enumerate(people)]


def fcsm() -> list[Cell]:
    return [
        Cell((county, level), n, (float(n),))
        for county, row in zip(COUNTIES, FCSM, strict=True)
        for level, n in zip(LEVELS, row, strict=True)
    ]


def released(cells: list[Cell], smallest: int, also: tuple = ()) -> dict:
    """What is hidden of the table and of the sums over fewer columns, coarse to fine.

    (columns kept, group) -> why."""
    width = len(cells[0].group)
    tables = []
    for size in range(width + 1):
        for kept in combinations(range(width), size):
            members: dict = {}
            for i, cell in enumerate(cells):
                members.setdefault(tuple(cell.group[k] for k in kept), set()).add(i)
            sums = [
                Sum(
                    (kept, group),
                    sum(cells[i].people for i in inside),
                    frozenset(inside),
                    size == width and group in also,
                )
                for group, inside in members.items()
            ]
            tables.append(Table(sums))
    amounts = np.array([(cell.people, *cell.amounts) for cell in cells], dtype=float)
    return {key: why for key, why in hide(tables, amounts, smallest=smallest).items() if why}


def hidden_of(cells: list[Cell], smallest: int, also: tuple = ()) -> dict:
    """The hidden cells alone. group -> why."""
    full = tuple(range(len(cells[0].group)))
    found = released(cells, smallest, also)
    return {group: why for (kept, group), why in found.items() if kept == full}


def attacker(cells: list[Cell], hidden: set, smallest: int, amount=None) -> dict:
    """What an onlooker works out, written apart from the code under test: every sum over fewer
    columns is known, unless it is hidden itself. group -> (least, most)."""

    def value(cell: Cell) -> float:
        return float(cell.people) if amount is None else cell.amounts[amount]

    width = len(cells[0].group)
    unknown = released(cells, smallest)
    rows, sums = [], []
    for size in range(width):
        for kept in combinations(range(width), size):
            margins: dict = {}
            for i, cell in enumerate(cells):
                margins.setdefault(tuple(cell.group[k] for k in kept), []).append(i)
            for group, members in margins.items():
                if (kept, group) in unknown:
                    continue
                rows.append([float(i in members) for i in range(len(cells))])
                sums.append(sum(value(cells[i]) for i in members))
    for i, cell in enumerate(cells):
        if cell.group not in hidden:
            rows.append([float(i == j) for j in range(len(cells))])
            sums.append(value(cell))
    known = {}
    for i, cell in enumerate(cells):
        if cell.group in hidden:
            cost = np.eye(len(cells))[i]
            equal = {"A_eq": rows, "b_eq": sums} if rows else {}
            low = linprog(cost, bounds=(0, None), **equal)
            high = linprog(-cost, bounds=(0, None), **equal)
            known[cell.group] = (low.fun, np.inf if high.status == 3 else -high.fun)
    return known


def test_large_groups_are_all_shown():
    assert hidden_of(counted(10, 11, 300), 10) == {}


def test_a_lone_small_group_takes_the_smallest_large_one_with_it():
    # 100 in all: showing 60 and 33 would give 7 away.
    hidden = hidden_of(counted(7, 33, 60), 10)
    assert hidden == {("a",): Hidden.FEW, ("b",): Hidden.COMPLEMENT}


def test_what_is_left_over_is_never_a_group_under_the_minimum():
    # a and b hide each other, but total - c tells everything about their 7 people together.
    assert set(hidden_of(counted(3, 4, 60, 80), 10)) == {("a",), ("b",), ("c",)}


def test_the_fcsm_table_with_two_hidden_in_each_line_gives_one_cell_away():
    cells = fcsm()
    lines = [
        *([i for i, c in enumerate(cells) if c.group[0] == county] for county in COUNTIES),
        *([i for i, c in enumerate(cells) if c.group[1] == level] for level in LEVELS),
        *([i] for i, c in enumerate(cells) if c.group not in NINE),
    ]
    asked = [i for i, c in enumerate(cells) if c.group == ("Alpha", "very high")]
    system = System([frozenset(line) for line in lines], [frozenset(asked)], len(cells))
    low, high = system.ranges(np.array([float(cell.people) for cell in cells]))
    assert (low[0], high[0]) == pytest.approx((1, 1))
    assert attacker(fcsm(), NINE, 4)["Alpha", "very high"] == pytest.approx((1, 1))


def test_the_fcsm_table_is_hidden_until_nothing_can_be_worked_out():
    hidden = set(hidden_of(fcsm(), 4))
    small = {cell.group for cell in fcsm() if cell.people < 4}
    assert small < hidden
    known = attacker(fcsm(), hidden, 4)
    assert all(known[group][1] - known[group][0] >= 3 for group in small)


def test_parts_of_a_hidden_cell_are_protected_too():
    # North has 6 people, 4 of whom passed; in the cells left over nobody else did.
    cells = [
        Cell(("north",), 6, (6.0, 4.0, 2.0)),
        Cell(("south",), 20, (20.0, 0.0, 20.0)),
        Cell(("east",), 30, (30.0, 15.0, 15.0)),
    ]
    hidden = set(hidden_of(cells, 10))
    low, high = attacker(cells, hidden, 10, amount=1)["north",]
    assert high - low >= 1


def test_a_group_may_be_hidden_for_what_it_says_of_everyone():
    assert ("b",) in hidden_of(counted(20, 30, 40), 10, also=(("b",),))


def test_more_cells_than_can_be_audited_are_refused_only_where_some_need_hiding():
    assert hidden_of(counted(*[10] * 401), 10) == {}
    with pytest.raises(TooManyCells, match="401 groups"):
        hidden_of(counted(*[10] * 400, 9), 10)


def test_four_hundred_cells_are_audited_in_seconds():
    random = np.random.default_rng(7)
    people = np.maximum(1, random.lognormal(3, 0.8, (20, 20)).astype(int))
    cells = [
        Cell((f"u{i}", f"m{j}"), int(n), (float(n), float(n // 2)))
        for i, row in enumerate(people)
        for j, n in enumerate(row)
    ]
    hidden = hidden_of(cells, 10)
    assert {c.group for c in cells if c.people < 10} <= set(hidden) < {c.group for c in cells}


tables = st.integers(1, 5).flatmap(
    lambda rows: st.lists(
        st.lists(st.integers(1, 40), min_size=2, max_size=5).filter(len),
        min_size=rows,
        max_size=rows,
    )
)


@settings(max_examples=80, deadline=None)
@given(tables, st.booleans())
def test_no_small_group_can_be_worked_out_of_one_table(table, flat):
    if flat:
        cells = counted(*table[0])
    else:
        cells = [
            Cell((f"r{i}", f"c{j}"), n, (float(n),))
            for i, row in enumerate(table)
            for j, n in enumerate(row)
        ]
    hidden = set(hidden_of(cells, 10))
    small = [cell for cell in cells if cell.people < 10]
    assert {cell.group for cell in small} <= hidden
    if len(hidden) == len(cells):
        return  # nothing but sums over large groups is shown
    known = attacker(cells, hidden, 10)
    for cell in small:
        low, high = known[cell.group]
        assert high - low >= max(3, 0.5 * cell.people) - 1e-6
