"""Which cells of a table must be hidden so that no small group can be read or worked out.

METHODS §I 1-2. A cell with fewer people than the minimum is hidden (primary). Margins and the
total are taken to be published, so further cells are hidden (complementary) until nobody who adds
and subtracts can come close to a primary cell. "Two hidden in every row and column" is not
enough (FCSM Working Paper 22); what is left open is measured by linear programming."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np
from scipy.optimize import linprog

CELLS_MAX = 400
WIDTH_MIN = 3.0  # a primary cell must stay open by at least this many,
WIDTH_SHARE_MIN = 0.5  # and by at least this share of its own value
PINNED_WIDTH = 1.0  # narrower than this, a part of a cell counts as known
SLACK = 1e-6

Group = tuple[str | None, ...]


Columns = tuple[int, ...]


class Hidden(StrEnum):
    """Why a cell is hidden."""

    FEW = "few"  # fewer people than the minimum
    COMPLEMENT = "complement"  # hidden so that another one cannot be worked out


@dataclass(frozen=True)
class Cell:
    """One cell: the group it stands for, its distinct people, and what adds up over cells.

    amounts[0] is a count of rows; the others are parts of it, such as rows that met and rows
    that did not. None is negative."""

    group: Group
    people: int
    amounts: tuple[float, ...]


Margins = Mapping[Columns, Sequence[Cell]]  # which columns of the table are kept: the sums over it


@dataclass(frozen=True)
class _Line:
    """Cells whose sum an onlooker knows, because the margin over them is published."""

    members: tuple[int, ...]


class TooManyCells(Exception):
    """The table has more cells than CELLS_MAX, and some of them need hiding."""


def hide(
    cells: Sequence[Cell],
    *,
    smallest: int,
    also: Iterable[Group] = (),
    margins: Margins | None = None,
) -> Mapping[Group, Hidden]:
    """The cells of one table to hide; empty where every group is large enough.

    `also` are groups to hide whatever their size. `margins` holds the same counts over fewer of the
    table's columns, by the columns kept; a margin is taken to be published unless its own table
    hides it. Without it margins are summed up, which counts people of several cells several times.
    Raises TooManyCells above CELLS_MAX, where the audit would not end in reasonable time."""
    forced = set(also)
    primary = {i for i, c in enumerate(cells) if c.people < smallest or c.group in forced}
    if not primary:
        return {}
    if len(cells) > CELLS_MAX:
        raise TooManyCells(f"{len(cells)} groups; at most {CELLS_MAX} can be checked")
    lines = _lines(cells, smallest, margins)
    hidden = _mixed_with_a_large_one(cells, lines, set(primary), smallest)
    while weak := _weak(cells, lines, hidden, primary):
        more = {_partner(cells, lines, hidden, i) for i in weak} - {None}
        if not more:
            break
        hidden |= {i for i in more if i is not None}
        hidden = _mixed_with_a_large_one(cells, lines, hidden, smallest)
    why = {True: Hidden.FEW, False: Hidden.COMPLEMENT}
    return {cells[i].group: why[i in primary] for i in sorted(hidden)}


def bounds(
    cells: Sequence[Cell], hidden: Iterable[Group], *, smallest: int, amount: int = 0
) -> Mapping[Group, tuple[float, float]]:
    """How closely an onlooker can come to each hidden cell: the least and the most it can be,
    given the shown cells, the published margins and that nothing is negative."""
    names = set(hidden)
    indices = {i for i, c in enumerate(cells) if c.group in names}
    system = _System(cells, _lines(cells, smallest, None), indices)
    found = system.ranges(np.array([cells[i].amounts[amount] for i in system.order]))
    return {cells[i].group: (lo, hi) for i, lo, hi in zip(system.order, *found, strict=True)}


def _lines(cells: Sequence[Cell], smallest: int, margins: Margins | None) -> list[_Line]:
    """The total, and every sum over fewer columns that its own table would show."""
    width = len(cells[0].group)
    lines = [_Line(tuple(range(len(cells))))] if width else []
    for size in range(1, width):
        for kept in combinations(range(width), size):
            own = _summed(cells, kept) if margins is None else margins[kept]
            below = None if margins is None else _within(margins, kept)
            hidden = hide(own, smallest=smallest, margins=below)
            sums: dict[Group, list[int]] = defaultdict(list)
            for i, cell in enumerate(cells):
                sums[tuple(cell.group[k] for k in kept)].append(i)
            lines += [_Line(tuple(sums[group])) for group in sums if group not in hidden]
    return lines


def _summed(cells: Sequence[Cell], kept: Columns) -> list[Cell]:
    sums: dict[Group, list[Cell]] = defaultdict(list)
    for cell in cells:
        sums[tuple(cell.group[k] for k in kept)].append(cell)
    return [
        Cell(
            group,
            sum(cell.people for cell in members),
            tuple(map(sum, zip(*(cell.amounts for cell in members), strict=True))),
        )
        for group, members in sums.items()
    ]


def _within(margins: Margins, kept: Columns) -> Margins:
    """The margins of a margin, with its own columns numbered anew."""
    place = {column: k for k, column in enumerate(kept)}
    return {
        tuple(place[column] for column in columns): cells
        for columns, cells in margins.items()
        if len(columns) < len(kept) and set(columns) <= set(kept)
    }


def _mixed_with_a_large_one(
    cells: Sequence[Cell], lines: Sequence[_Line], hidden: set[int], smallest: int
) -> set[int]:
    """In each line hide a large group beside the small ones, because what a line's sum leaves
    over is a group as well. Small ones are not added up: they may be the same people."""
    changed = True
    while changed:
        changed = False
        for line in lines:
            inside = hidden.intersection(line.members)
            shown = [i for i in line.members if i not in hidden]
            if inside and shown and max(cells[i].people for i in inside) < smallest:
                hidden.add(min(shown, key=lambda i: (cells[i].people, i)))
                changed = True
    return hidden


def _partner(
    cells: Sequence[Cell], lines: Sequence[_Line], hidden: set[int], weak: int
) -> int | None:
    """The smallest shown cell that shares the shortest line with a cell known too closely."""
    for line in sorted(lines, key=lambda line: len(line.members)):
        shown = [i for i in line.members if i not in hidden]
        if weak in line.members and shown:
            return min(shown, key=lambda i: (cells[i].people, i))
    return min(
        (i for i in range(len(cells)) if i not in hidden),
        key=lambda i: (cells[i].people, i),
        default=None,
    )


def _weak(
    cells: Sequence[Cell], lines: Sequence[_Line], hidden: set[int], primary: set[int]
) -> set[int]:
    """The primary cells that an onlooker can work out too closely."""
    system = _System(cells, lines, hidden)
    watched = [k for k, i in enumerate(system.order) if i in primary]
    columns = [[float(cells[i].people) for i in system.order]]
    columns += [
        list(column) for column in zip(*(cells[i].amounts for i in system.order), strict=True)
    ]
    weak: set[int] = set()
    for number, column in enumerate(columns):
        values = np.array(column)
        whole = number < 2  # people and rows; the rest are parts of the rows
        needed = (
            np.maximum(WIDTH_MIN, WIDTH_SHARE_MIN * values)
            if whole
            else PINNED_WIDTH * (values > 0)
        )
        low, high = system.ranges(values, needed, watched)
        weak |= {system.order[k] for k in watched if high[k] - low[k] < needed[k] - SLACK}
    return weak


class _System:
    """What an onlooker knows of the hidden cells: each published line's sum."""

    def __init__(self, cells: Sequence[Cell], lines: Sequence[_Line], hidden: set[int]) -> None:
        self.order = sorted(hidden)
        column = {i: k for k, i in enumerate(self.order)}
        rows = {tuple(column[i] for i in line.members if i in hidden) for line in lines} - {()}
        self.matrix = np.zeros((len(rows), len(self.order)))
        for r, members in enumerate(sorted(rows)):
            self.matrix[r, list(members)] = 1.0

    def ranges(
        self,
        values: np.ndarray,
        needed: np.ndarray | None = None,
        watched: Sequence[int] | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """The least and the most each cell can be, as two arrays in `order`.

        With `needed`, a cell is left alone once it is seen to be open by that much: every
        solution of the programme is a possible table for all the cells at once."""
        low, high = values.copy(), values.copy()
        sums = self.matrix @ values
        if len(sums) == 1 and self.matrix.all() and len(values) > 1:  # one sum over all: no search
            return np.zeros(len(values)), np.full(len(values), sums[0])
        for k in range(len(values)) if watched is None else watched:
            for sign in (1.0, -1.0):
                if needed is not None and high[k] - low[k] >= needed[k]:
                    break
                cost = np.zeros(len(values))
                cost[k] = sign
                found = linprog(cost, A_eq=self.matrix, b_eq=sums, bounds=(0, None), method="highs")
                if found.status == 3:  # no published sum holds it: open upwards without end
                    high[k] = np.inf
                    continue
                if found.x is not None:  # without a solution the cell counts as known
                    low, high = np.minimum(low, found.x), np.maximum(high, found.x)
        return low, high
