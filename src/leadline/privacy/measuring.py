"""From the rows of a question to results that are safe to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import ibis.expr.types as ir

from leadline.facts import Sensitivity
from leadline.metrics import Area, Context, Metric, Result, Summary, summarise
from leadline.metrics.estimate import withheld
from leadline.privacy.policy import Rules
from leadline.privacy.question import Question
from leadline.privacy.refusals import TooFine
from leadline.privacy.slices import HAS_POSITION, POSITION
from leadline.privacy.suppress import Cell, Group, Hidden, TooManyCells, hide

Hiding = Mapping[Group, Hidden]
NEEDED = ("person", "value", "excluded", "exposure", "mature_at", HAS_POSITION)
GROUPS_MAX = 5_000
NOTES = {
    Hidden.FEW: "fewer than {} people",
    Hidden.COMPLEMENT: "withheld so that a group of fewer than {} people cannot be worked out",
}


@dataclass(frozen=True)
class Measured:
    """Results after suppression, and the share of the people counted who have an HR record."""

    results: tuple[Result, ...]
    coverage: float | None

    @property
    def hidden(self) -> int:
        """How many groups are withheld."""
        return sum(result.gate == "suppressed" for result in self.results)


@dataclass(frozen=True)
class _Line:
    """One group, counted. touched: people with any row; people: those with a row that counts;
    placed: those of them who have an HR record."""

    group: Group
    touched: int
    people: int
    placed: int
    rows: int
    value: float
    least: float


def measured(
    rows: ir.Table, question: Question, rules: Rules, context: Context, smallest: int
) -> Measured:
    """Summarise, then hide what would tell of a few. TooFine where it cannot be made safe."""
    wanted = [*question.by, *(c for c in NEEDED if c in rows.columns and c not in question.by)]
    kept = rows.select(wanted).cache()  # asked several times below, worked out once
    try:
        (overall,) = _counted(kept, ())
        hidden = _hidden(kept, question, rules, smallest)
        results = summarise(kept, question.definition, question.by, context=context)
    finally:
        kept.release()
    shown = tuple(_safe(result, question.by, hidden, smallest) for result in results)
    coverage = overall.placed / overall.people if overall.people else None
    return Measured(shown, coverage)


def _hidden(rows: ir.Table, question: Question, rules: Rules, smallest: int) -> Hiding:
    """The groups to hide, given the tables over fewer columns that could be asked for as well."""
    by = question.by
    lines = _counted(rows, by)
    if not any(_needs_care(line, question, rules, smallest) for line in lines):
        return {}
    telling = [line.group for line in lines if _tells_of_everyone(line, question, rules)]
    margins = {
        columns: _cells(_counted(rows, [by[k] for k in columns]), question.definition, smallest)
        for size in range(1, len(by))
        for columns in combinations(range(len(by)), size)
    }
    cells = _cells(lines, question.definition, smallest)
    try:
        return hide(cells, smallest=smallest, also=telling, margins=margins)
    except TooManyCells as problem:
        raise TooFine(
            f"That makes {problem}. Slice by fewer columns, or narrow it with a filter."
        ) from problem


def _counted(rows: ir.Table, by: Sequence[str]) -> list[_Line]:
    counts = rows.excluded.isnull()
    value = rows.value.cast("float64")
    grouped = rows.group_by(list(by)) if by else rows
    found = grouped.agg(
        touched=rows.person.nunique(),
        people=rows.person.nunique(where=counts),
        placed=rows.person.nunique(where=counts & rows[HAS_POSITION]),
        rows=counts.sum(),
        value=value.sum(where=counts),
        least=value.min(where=counts),
    )
    lines = found.to_pyarrow().to_pylist()
    if len(lines) > GROUPS_MAX:
        raise TooFine(f"That makes {len(lines)} groups; at most {GROUPS_MAX} can be shown.")
    counted = [
        _Line(
            group=tuple(None if line[c] is None else str(line[c]) for c in by),
            touched=line["touched"],
            people=line["people"],
            placed=line["placed"],
            rows=int(line["rows"] or 0),
            value=line["value"] or 0.0,
            least=line["least"] or 0.0,
        )
        for line in lines
    ]
    # Which group is hidden beside a small one must not hang on the order the engine answers in.
    return sorted(counted, key=lambda line: [(part is None, part or "") for part in line.group])


def _needs_care(line: _Line, question: Question, rules: Rules, smallest: int) -> bool:
    return _small(line, smallest) or _tells_of_everyone(line, question, rules)


def _small(line: _Line, smallest: int) -> bool:
    """A group in which nobody counts yet says only that, unless it is small itself."""
    return 0 < line.people < smallest or (line.people == 0 and 0 < line.touched < smallest)


def _cells(lines: Sequence[_Line], metric: Metric, smallest: int) -> list[Cell]:
    whole = min((line.least for line in lines), default=0.0) >= 0.0
    return [
        Cell(line.group, line.people, _amounts(line, metric, whole))
        for line in lines
        if line.people > 0 or _small(line, smallest)
    ]


def _amounts(line: _Line, metric: Metric, whole: bool) -> tuple[float, ...]:
    """What adds up over groups, and so could be worked out from a margin."""
    rows = float(line.rows)
    if metric.summary is Summary.SHARE:
        return (rows, line.value, rows - line.value)
    if metric.summary is Summary.TOTAL and whole:
        return (rows, line.value)
    return (rows,)


def _tells_of_everyone(line: _Line, question: Question, rules: Rules) -> bool:
    """A rate of 0 % or 100 % that is bad news says so of every person in it (METHODS I1).

    Only for groups of people, not of content, and only where the viewer may not see the
    assessments of named people anyway."""
    metric = question.definition
    if metric.summary is not Summary.SHARE or not line.rows:
        return False
    if metric.area is not Area.PERFORMANCE_OUTCOMES or Sensitivity.ASSESSMENT in rules.named:
        return False
    worst = {"up": 0.0, "down": float(line.rows)}.get(metric.good or "")
    return line.value == worst and bool(question.columns & set(POSITION))


def _safe(
    result: Result, by: Sequence[str], hidden: Mapping[Group, Hidden], smallest: int
) -> Result:
    why = hidden.get(tuple(result.group[column] for column in by))
    return result if why is None else withheld(result, NOTES[why].format(smallest))
