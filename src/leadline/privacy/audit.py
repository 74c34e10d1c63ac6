"""Which answers are withheld: decided once for a breakdown, whichever way it is asked for.

`by=unit`, `where unit=X` and the total are numbers of one lattice of breakdowns. They are decided
upon in one order (METHODS §I 2-3): the total; units from the top of the tree downwards; then role,
location and manager; then two of them at a time, and so on; then everything crossed with content
and time. A question is answered by looking its groups up, so that a filter shows exactly what the
slice would."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from leadline.facts import Sensitivity
from leadline.metrics import Area, Metric, Summary
from leadline.privacy.policy import Rules
from leadline.privacy.question import Question
from leadline.privacy.refusals import TooFine
from leadline.privacy.slices import HAS_POSITION, PLACES, POSITION, unit_level
from leadline.privacy.suppress import Decisions, Hidden, Sum, Table, TooManyCells, hide

GROUPS_MAX = 5_000
COUNTED = [
    ("person", "count_distinct"),
    ("counting_", "count_distinct"),
    ("placed_", "count_distinct"),
    ("rows_", "sum"),
    ("value_", "sum"),
    ("least_", "min"),
]
Group = tuple[str | None, ...]
Columns = tuple[str, ...]
Cut = tuple[str, ...]  # the columns of one breakdown; units at a level of the tree: `unit@2`


@dataclass(frozen=True)
class Line:
    """One group, counted. touched: people with any row; people: those with a row that counts;
    placed: those of them who have an HR record."""

    group: Group
    touched: int
    people: int
    placed: int
    rows: int
    value: float
    least: float


class Counts:
    """The rows of a question, counted by any of some columns.

    They are summed up by person in one query; what is finer than that stays where it is."""

    def __init__(self, rows: ir.Table, columns: Sequence[str]) -> None:
        counts = rows.excluded.isnull()
        value = rows.value.cast("float64")
        by_person = rows.group_by([*columns, "person"]).agg(
            rows_=counts.sum(),
            value_=value.sum(where=counts),
            least_=value.min(where=counts),
            counting_=rows.person.max(where=counts),
            placed_=rows.person.max(where=counts & rows[HAS_POSITION]),
        )
        self._people: pa.Table = by_person.to_pyarrow()

    def by(self, columns: Sequence[str]) -> list[Line]:
        """The groups of a breakdown, in a fixed order. TooFine above GROUPS_MAX."""
        found = self._people.group_by(list(columns)).aggregate(COUNTED).to_pylist()
        if len(found) > GROUPS_MAX:
            raise TooFine(f"That makes {len(found)} groups; at most {GROUPS_MAX} can be shown.")
        made = [
            Line(
                group=tuple(None if line[c] is None else str(line[c]) for c in columns),
                touched=line["person_count_distinct"],
                people=line["counting__count_distinct"],
                placed=line["placed__count_distinct"],
                rows=int(line["rows__sum"] or 0),
                value=line["value__sum"] or 0.0,
                least=line["least__min"] or 0.0,
            )
            for line in found
        ]
        # Which group is hidden beside a small one must not hang on the order they come in.
        return sorted(made, key=lambda line: [(part is None, part or "") for part in line.group])


@dataclass(frozen=True)
class Care:
    """What decides how careful to be. levels: the depth of the unit tree; remember: gives what is
    kept under a key, or else makes and keeps it."""

    rules: Rules
    smallest: int
    levels: int
    remember: Callable[[Hashable, Callable[[], Decisions]], Decisions]


class Withheld:
    """What must be withheld of the answer to one question.

    rows: what the question is about, its position filters not yet applied, with the columns
    it is made of. Raises TooFine where it cannot be made
    safe."""

    def __init__(self, rows: ir.Table, question: Question, care: Care) -> None:
        self._rows, self._question, self._care = rows, question, care
        self._order = tuple(c for c in POSITION if c != "manager" or care.rules.named)
        self._private = Sensitivity.ASSESSMENT not in care.rules.named
        filters = question.position
        asked = {*question.by, *filters}
        places = tuple(c for c in self._order if c in asked)
        self._columns = (*places, *sorted(c for c in asked if c not in POSITION))
        self._level = care.levels
        if "unit" in filters and "unit" not in question.by:
            self._level = min(care.levels, (filters["unit"] or "").count("/") + 1)
        self._found: Decisions = {}
        if care.smallest > 1:
            self._found = self._decided(self._columns, self._level)

    def why(self, group: Mapping[str, str | None]) -> Hidden | None:
        """Why the group of the answer is withheld, or None."""
        values = {**self._question.position, **group}
        cut = _cut(self._columns, self._level)
        return self._found.get((cut, tuple(values[c.partition("@")[0]] for c in cut)))

    def everybody(self) -> Line:
        """All that the question is about, its filters by position not applied."""
        (whole,) = self._counts.by(())
        return whole

    # which breakdowns, in which order

    def _before(self, columns: Columns) -> Sequence[Columns]:
        """The breakdowns that are decided upon right before this one."""
        if not columns:
            return ()
        if set(columns) <= set(self._order):
            order = list(self._of_places())
            return (order[order.index(columns) - 1],)
        return list(combinations(columns, len(columns) - 1))

    def _of_places(self) -> Iterator[Columns]:
        for size in range(len(self._order) + 1):
            yield from combinations(self._order, size)

    def _all_before(self, columns: Columns) -> list[Columns]:
        """Every breakdown that has a say in this one, itself last."""
        found: dict[Columns, None] = {}
        for before in self._before(columns):
            found |= dict.fromkeys(self._all_before(before))
        return [*found, columns]

    def _finest(self, columns: Columns, level: int) -> Cut:
        """All columns that have a say, units as deep as they are asked for."""
        said = {c for before in self._all_before(columns) for c in before}
        places = tuple(c for c in self._order if c in said)
        deep = level if places == ("unit",) else self._depth(columns, level)
        return _cut((*places, *(c for c in columns if c not in self._order)), deep)

    def _guarded(self, columns: Columns) -> list[Columns]:
        """Two columns known apart may tell of the few in whom they meet."""
        if len(columns) != 1 or columns[0] not in self._order:
            return []
        return [(each, *columns) for each in self._order[: self._order.index(columns[0])]]

    def _down(self, columns: Columns, level: int) -> list[Cut]:
        """The columns with the units of each level, from the top of the tree downwards."""
        levels = range(1, level + 1) if "unit" in columns else [level]
        return [_cut(columns, each) for each in levels]

    # what is decided

    def _decided(self, columns: Columns, level: int) -> Decisions:
        asked = ("withheld", self._question.on_everyone, columns, level)
        return self._care.remember(asked, lambda: self._decide(columns, level))

    def _decide(self, columns: Columns, level: int) -> Decisions:
        """On the breakdown and on all that come before it."""
        settled: dict[Hashable, Hidden | None] = {}
        for before in self._before(columns):
            settled |= self._decided(before, self._depth(columns, level))
        finest = self._finest(columns, level)
        cells = [line for line in self._counts.by(finest) if self._stands(line)]
        if not any(self._needs_care(finest, line) for line in cells):
            return settled  # every number is a sum over groups that are large enough
        amounts = np.array([_amounts(line, self._question.definition, cells) for line in cells])
        try:
            found = hide(
                self._tables(columns, level, finest, cells),
                amounts,
                smallest=self._care.smallest,
                settled=settled,
            )
        except TooManyCells as problem:
            raise TooFine(
                f"That makes {problem}. Slice by fewer columns, or ask for one course or period."
            ) from problem
        return {**settled, **found}

    def _tables(
        self, columns: Columns, level: int, finest: Cut, cells: Sequence[Line]
    ) -> Iterator[Table]:
        for part in self._all_before(columns):
            deep = level if part == columns else self._depth(columns, level)
            guarded = [
                each
                for pair in self._guarded(part)
                for cut in self._down(pair, self._depth(columns, level))
                for each in self._sums(cut, finest, cells)
            ]
            for cut in self._down(part, deep):
                yield Table(self._sums(cut, finest, cells), guarded)

    def _depth(self, columns: Columns, level: int) -> int:
        """How deep the breakdowns before this one go down the unit tree."""
        return self._care.levels if set(columns) <= set(self._order) else level

    @cached_property
    def _counts(self) -> "Counts":
        columns = {c for each in self._all_before(self._columns) for c in each}
        if "unit" in columns:
            columns |= {unit_level(k) for k in range(1, self._care.levels + 1)}
        return Counts(self._rows, sorted(columns))

    def _sums(self, cut: Cut, finest: Cut, cells: Sequence[Line]) -> list[Sum]:
        inside: dict[Group, set[int]] = defaultdict(set)
        for number, cell in enumerate(cells):
            inside[_seen_as(cell.group, finest, cut)].add(number)
        return [
            Sum(
                (cut, line.group),
                line.people,
                frozenset(inside[line.group]),
                self._tells_of_everyone(cut, line),
            )
            for line in self._counts.by(cut)
            if self._stands(line)
        ]

    def _stands(self, line: Line) -> bool:
        """A group in which nobody counts yet says only that, unless it is small itself."""
        return line.people > 0 or 0 < line.touched < self._care.smallest

    def _needs_care(self, cut: Cut, line: Line) -> bool:
        return line.people < self._care.smallest or self._tells_of_everyone(cut, line)

    def _tells_of_everyone(self, cut: Cut, line: Line) -> bool:
        """A rate of 0 % or 100 % that is bad news says so of every person in it (METHODS I1).

        Only for groups of people, not of content, and only where the viewer may not see the
        assessments of named people anyway."""
        metric = self._question.definition
        if metric.summary is not Summary.SHARE or not line.rows or not self._private:
            return False
        if metric.area is not Area.PERFORMANCE_OUTCOMES:
            return False
        worst = {"up": 0.0, "down": float(line.rows)}.get(metric.good or "")
        return line.value == worst and any(c.partition("@")[0] in PLACES for c in cut)


def _cut(columns: Columns, level: int) -> Cut:
    return tuple(unit_level(level) if c == "unit" else c for c in columns)


def _seen_as(group: Group, finest: Cut, cut: Cut) -> Group:
    """The group of a coarser breakdown that a cell of the finest one is part of."""
    named = {c.partition("@")[0]: value for c, value in zip(finest, group, strict=True)}
    seen = []
    for column in cut:
        name, _, level = column.partition("@")
        value = named[name]
        seen.append("/".join(value.split("/")[: int(level)]) if value and level else value)
    return tuple(seen)


def _amounts(line: Line, metric: Metric, cells: Sequence[Line]) -> tuple[float, ...]:
    """People, rows, and what else adds up over groups and so could be worked out."""
    people, rows = float(line.people), float(line.rows)
    if metric.summary is Summary.SHARE:
        return (people, rows, line.value, rows - line.value)
    if metric.summary is Summary.TOTAL and min(cell.least for cell in cells) >= 0.0:
        return (people, rows, line.value)
    return (people, rows)
