"""Hidden cells stay hidden from somebody who adds, subtracts and knows linear programming."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from leadline.privacy.suppress import Cell, Hidden, TooManyCells, bounds, hide

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


def attacker(cells: list[Cell], hidden: set, smallest: int, amount=None) -> dict:
    """What an onlooker works out, written apart from the code under test: every sum over fewer
    columns is known, unless the table of those sums hides it. group -> (least, most)."""

    def value(cell: Cell) -> float:
        return float(cell.people) if amount is None else cell.amounts[amount]

    width = len(cells[0].group)
    rows, sums = [], []
    for size in range(width):
        for kept in combinations(range(width), size):
            margins: dict = {}
            for i, cell in enumerate(cells):
                margins.setdefault(tuple(cell.group[k] for k in kept), []).append(i)
            own = [
                Cell(group, sum(cells[i].people for i in members), ())
                for group, members in margins.items()
            ]
            unknown = hide(own, smallest=smallest) if size else {}
            for group, members in margins.items():
                if group in unknown:
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
            low = linprog(cost, A_eq=rows, b_eq=sums, bounds=(0, None))
            high = linprog(-cost, A_eq=rows, b_eq=sums, bounds=(0, None))
            known[cell.group] = (low.fun, np.inf if high.status == 3 else -high.fun)
    return known


def test_large_groups_are_all_shown():
    assert hide(counted(10, 11, 300), smallest=10) == {}


def test_a_lone_small_group_takes_the_smallest_large_one_with_it():
    # 100 in all: showing 60 and 33 would give 7 away.
    hidden = hide(counted(7, 33, 60), smallest=10)
    assert hidden == {("a",): Hidden.FEW, ("b",): Hidden.COMPLEMENT}


def test_what_is_left_over_is_never_a_group_under_the_minimum():
    # a and b hide each other, but total - c tells everything about their 7 people together.
    assert set(hide(counted(3, 4, 60, 80), smallest=10)) == {("a",), ("b",), ("c",)}


def test_the_fcsm_table_with_two_hidden_in_each_line_gives_one_cell_away():
    found = bounds(fcsm(), NINE, smallest=4)
    assert found["Alpha", "very high"] == pytest.approx((1, 1))
    assert attacker(fcsm(), NINE, 4)["Alpha", "very high"] == pytest.approx((1, 1))


def test_the_fcsm_table_is_hidden_until_nothing_can_be_worked_out():
    hidden = set(hide(fcsm(), smallest=4))
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
    hidden = set(hide(cells, smallest=10))
    low, high = attacker(cells, hidden, 10, amount=1)["north",]
    assert high - low >= 1


def test_a_group_may_be_hidden_for_what_it_says_of_everyone():
    assert ("b",) in hide(counted(20, 30, 40), smallest=10, also=[("b",)])


def test_more_cells_than_can_be_audited_are_refused_only_where_some_need_hiding():
    assert hide(counted(*[10] * 401), smallest=10) == {}
    with pytest.raises(TooManyCells, match="401 groups"):
        hide(counted(*[10] * 400, 9), smallest=10)


def test_four_hundred_cells_are_audited_in_seconds():
    random = np.random.default_rng(7)
    people = np.maximum(1, random.lognormal(3, 0.8, (20, 20)).astype(int))
    cells = [
        Cell((f"u{i}", f"m{j}"), int(n), (float(n), float(n // 2)))
        for i, row in enumerate(people)
        for j, n in enumerate(row)
    ]
    hidden = hide(cells, smallest=10)
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
    hidden = set(hide(cells, smallest=10))
    small = [cell for cell in cells if cell.people < 10]
    assert {cell.group for cell in small} <= hidden
    if len(hidden) == len(cells):
        return  # nothing but sums over large groups is shown
    known = attacker(cells, hidden, 10)
    for cell in small:
        low, high = known[cell.group]
        assert high - low >= max(3, 0.5 * cell.people) - 1e-6
