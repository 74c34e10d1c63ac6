"""From the rows of a question to results that are safe to show."""

from collections.abc import Sequence
from dataclasses import dataclass

import ibis.expr.types as ir

from leadline.facts import Sensitivity
from leadline.metrics import Area, Context, Metric, Result, Summary, summarise
from leadline.metrics.estimate import withheld
from leadline.privacy.policy import Rules
from leadline.privacy.question import Question
from leadline.privacy.refusals import TooFine
from leadline.privacy.slices import HAS_POSITION, POSITION
from leadline.privacy.suppress import Cell, Group, Hidden, TooManyCells, hide

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
    """One group, counted. touched: people with any row; people: those with a row that counts."""

    group: Group
    touched: int
    people: int
    rows: int
    value: float
    least: float


def measured(
    rows: ir.Table, question: Question, rules: Rules, context: Context, smallest: int
) -> Measured:
    """Summarise, then hide what would tell of a few. TooFine where it cannot be made safe."""
    kept = rows.cache()  # asked several times below; one table of the engine for all of them
    try:
        lines, coverage = _counted(kept, question.by)
        hidden = _hidden(lines, question, rules, smallest)
        results = summarise(kept, question.definition, question.by, context=context)
    finally:
        kept.release()
    shown = tuple(_safe(result, question.by, hidden, smallest) for result in results)
    return Measured(shown, coverage)


def _counted(rows: ir.Table, by: Sequence[str]) -> tuple[list[_Line], float | None]:
    counts = rows.excluded.isnull()
    sums = {
        "touched": rows.person.nunique(),
        "people": rows.person.nunique(where=counts),
        "rows": counts.sum(),
        "total": rows.value.cast("float64").sum(where=counts),
        "least": rows.value.cast("float64").min(where=counts),
        "placed": rows.person.nunique(where=counts & rows[HAS_POSITION]),
    }
    overall = rows.agg(**sums).to_pyarrow().to_pylist()[0]
    coverage = overall["placed"] / overall["people"] if overall["people"] else None
    found = rows.group_by(list(by)).agg(**sums).to_pyarrow().to_pylist() if by else [overall]
    if len(found) > GROUPS_MAX:
        raise TooFine(f"That makes {len(found)} groups; at most {GROUPS_MAX} can be shown.")
    lines = [
        _Line(
            group=tuple(None if line[c] is None else str(line[c]) for c in by),
            touched=line["touched"],
            people=line["people"],
            rows=line["rows"] or 0,
            value=line["total"] or 0.0,
            least=line["least"] or 0.0,
        )
        for line in found
    ]
    return lines, coverage


def _hidden(
    lines: Sequence[_Line], question: Question, rules: Rules, smallest: int
) -> dict[Group, Hidden]:
    metric = question.definition
    whole = min((line.least for line in lines), default=0.0) >= 0.0
    # A group in which nobody counts yet says only that, unless it is small itself.
    cells = [
        Cell(line.group, line.people, _amounts(line, metric, whole))
        for line in lines
        if line.people > 0 or 0 < line.touched < smallest
    ]
    telling = [line.group for line in lines if _tells_of_everyone(line, question, rules)]
    try:
        return dict(hide(cells, smallest=smallest, also=telling))
    except TooManyCells as problem:
        raise TooFine(
            f"That makes {problem}. Slice by fewer columns, or narrow it with a filter."
        ) from problem


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


def _safe(result: Result, by: Sequence[str], hidden: dict[Group, Hidden], smallest: int) -> Result:
    why = hidden.get(tuple(result.group[column] for column in by))
    return result if why is None else withheld(result, NOTES[why].format(smallest))
