"""Which of the numbers that can be asked for must be withheld, so that no small group can be read
or worked out.

METHODS §I 1-3. Every number that adds up is a sum over the smallest groups, the cells. Numbers are
decided upon in one fixed order, coarse tables before fine ones, and never again: whoever asks for
the same number by another route meets the same decision. A number of fewer people than the minimum
is withheld (few). A table's other numbers are withheld too (complement) until nobody who knows
everything shown so far can come close to a withheld one. "Two hidden in every row and column" is
not enough (FCSM Working Paper 22); what is left open is measured by linear programming."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.optimize import linprog

SUMS_MAX = 400  # a table; beyond it the audit would not end in reasonable time
WIDTH_MIN = 3.0  # a small group must stay open by at least this many,
WIDTH_SHARE_MIN = 0.5  # and by at least this share of its own value
PINNED_WIDTH = 1.0  # narrower than this, a part of a group counts as known
SLACK = 1e-6

Cells = frozenset[int]


class Hidden(StrEnum):
    """Why a number is withheld."""

    FEW = "few"  # fewer people than the minimum
    COMPLEMENT = "complement"  # withheld so that another one cannot be worked out


@dataclass(frozen=True)
class Sum:
    """One number that can be asked for.

    key: what it is called by whoever asks; people: how many different ones it is made of; cells:
    which of the smallest groups it adds up; telling: withheld whatever its size."""

    key: Hashable
    people: int
    cells: Cells
    telling: bool = False


@dataclass(frozen=True)
class Table:
    """The numbers of one breakdown, and small groups that are no number of it but that it could
    give away together with the tables before it."""

    sums: Sequence[Sum]
    guarded: Sequence[Sum] = ()


Decisions = Mapping[Hashable, Hidden | None]  # by the key of a sum; None: shown


class TooManyCells(Exception):
    """The table has more numbers than SUMS_MAX, and some of them need hiding."""


def hide(
    tables: Iterable[Table],
    amounts: np.ndarray,
    *,
    smallest: int,
    settled: Decisions | None = None,
) -> Decisions:
    """What is decided about every sum of the tables, one table after the other.

    amounts: a row per cell; column 0 its people, 1 its rows, the others parts of the rows, such as
    those that met; none negative. settled: decisions that were taken before, and hold.
    Raises TooManyCells above SUMS_MAX."""
    release = _Release(amounts, smallest, settled or {})
    found: dict[Hashable, Hidden | None] = {}
    for table in tables:
        release.add(table)
        found |= {each.key: release.why(each) for each in table.sums}
    return found


class _Release:
    """What has been decided so far, by the cells that a number is made of."""

    def __init__(self, amounts: np.ndarray, smallest: int, settled: Decisions) -> None:
        self._amounts = amounts
        self._smallest = smallest
        self._settled = settled
        self._shown: dict[Cells, None] = {}
        self._hidden: dict[Cells, Hidden] = {}
        self._watched: dict[Cells, None] = {}  # the small groups, which nobody may work out

    def why(self, each: Sum) -> Hidden | None:
        return self._hidden.get(each.cells)

    def add(self, table: Table) -> None:
        """Decide upon the numbers of a table that were not decided upon before."""
        new = [s for s in table.sums if s.cells not in self._shown and s.cells not in self._hidden]
        few = {each.cells for each in new if each.telling or each.people < self._smallest}
        self._watched |= dict.fromkeys(each.cells for each in new if each.cells in few)
        self._watched |= dict.fromkeys(
            each.cells for each in table.guarded if each.people < self._smallest
        )
        before = {s.cells: self._settled[s.key] for s in new if s.key in self._settled}
        open_ = [each for each in new if each.cells not in before]
        hidden = {cells for cells, why in before.items() if why} | (few - before.keys())
        if self._watched and open_:
            if len(table.sums) > SUMS_MAX:
                raise TooManyCells(f"{len(table.sums)} groups; at most {SUMS_MAX} can be checked")
            self._widen(table, open_, hidden)
        for each in new:
            if each.cells in hidden:
                self._hidden[each.cells] = Hidden.FEW if each.cells in few else Hidden.COMPLEMENT
            else:
                self._shown[each.cells] = None

    def _widen(self, table: Table, open_: Sequence[Sum], hidden: set[Cells]) -> None:
        """Hide more of the open numbers until every watched group is wide open, or as open as it
        would be without this table."""
        self._mix(table, open_, hidden)
        enough: list[np.ndarray] | None = None
        while weak := self._weak(open_, hidden, enough):
            if enough is None:
                without = {each.cells for each in open_}
                enough = [width for _, width in self._widths(open_, without, None)]
                continue
            more = {self._partner(open_, hidden, cells) for cells in weak} - {None}
            if not more:
                break
            hidden |= {cells for cells in more if cells is not None}
            self._mix(table, open_, hidden)

    def _mix(self, table: Table, open_: Sequence[Sum], hidden: set[Cells]) -> None:
        """In each sum that is shown hide a large number beside the small ones, because what is
        left over is a group as well. Small ones are not added up: they may be the same people."""
        changed = True
        while changed:
            changed = False
            for line in self._shown:
                inside = [each for each in table.sums if each.cells < line]
                small = [s for s in inside if s.cells in hidden or s.cells in self._hidden]
                can = [s for s in open_ if s.cells < line and s.cells not in hidden]
                if small and can and max(each.people for each in small) < self._smallest:
                    hidden.add(min(can, key=lambda each: each.people).cells)
                    changed = True

    def _partner(self, open_: Sequence[Sum], hidden: set[Cells], weak: Cells) -> Cells | None:
        """The smallest shown number in the shortest shown sum with a group known too closely."""
        can = [each for each in open_ if each.cells not in hidden]
        for line in sorted(self._shown, key=len):
            beside = [each for each in can if each.cells <= line]
            if beside and weak & line:
                return min(beside, key=lambda each: each.people).cells
        return min(can, key=lambda each: each.people).cells if can else None

    def _weak(
        self, open_: Sequence[Sum], hidden: set[Cells], enough: Sequence[np.ndarray] | None
    ) -> list[Cells]:
        """The small groups that an onlooker can work out too closely."""
        weak: set[int] = set()
        for needed, width in self._widths(open_, hidden, enough):
            weak |= set(np.flatnonzero(width < needed - SLACK))
        watched = list(self._watched)
        return [watched[k] for k in sorted(weak)]

    def _widths(
        self, open_: Sequence[Sum], hidden: set[Cells], enough: Sequence[np.ndarray] | None
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        """How open each watched group has to be and is, amount by amount; looked into no further
        than is needed, and never more than `enough`."""
        known = [*self._shown, *(s.cells for s in open_ if s.cells not in hidden)]
        system = System(known, list(self._watched), len(self._amounts))
        found = []
        for number, column in enumerate(self._amounts.T):
            values = system.values(column)
            whole = number < 2  # people and rows; the rest are parts of the rows
            needed = (
                np.maximum(WIDTH_MIN, WIDTH_SHARE_MIN * values)
                if whole
                else PINNED_WIDTH * (values > 0)
            )
            if enough is not None:
                needed = np.minimum(needed, enough[number])
            low, high = system.ranges(column, needed)
            found.append((needed, high - low))
        return found


class System:
    """What an onlooker knows: the sums shown, and that nothing is negative.

    Cells that are in the same sums and in the same groups asked about are taken as one."""

    def __init__(self, known: Sequence[Cells], asked: Sequence[Cells], cells: int) -> None:
        inside = np.zeros((len(known) + len(asked), cells), dtype=np.int8)
        for row, members in enumerate([*known, *asked]):
            inside[row, list(members)] = 1
        kinds, self._kind = np.unique(inside, axis=1, return_inverse=True)
        self._known = kinds[: len(known)].astype(float)
        self._asked = kinds[len(known) :].astype(float)

    def _by_kind(self, column: np.ndarray) -> np.ndarray:
        return np.bincount(self._kind.ravel(), weights=column, minlength=self._asked.shape[1])

    def values(self, column: np.ndarray) -> np.ndarray:
        """What the groups asked about truly add up to."""
        return np.asarray(self._asked @ self._by_kind(column))

    def ranges(
        self, column: np.ndarray, needed: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The least and the most that each group asked about can be.

        With `needed`, a group is left alone once it is seen to be open by that much: every
        solution of the programme is a possible world for all the groups at once."""
        truth = self._by_kind(column)
        low = high = self._asked @ truth
        sums = self._known @ truth
        for k, group in enumerate(self._asked):
            for sign in (1.0, -1.0):
                if needed is not None and high[k] - low[k] >= needed[k]:
                    break
                found = linprog(
                    sign * group, A_eq=self._known, b_eq=sums, bounds=(0, None), method="highs"
                )
                if found.status == 3:  # no sum shown holds it: open upwards without end
                    high = np.where(np.arange(len(high)) == k, np.inf, high)
                elif found.x is not None:  # without a solution the group counts as known
                    world = self._asked @ found.x
                    low, high = np.minimum(low, world), np.maximum(high, world)
        return low, high
