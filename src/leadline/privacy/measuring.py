"""From the rows of a question to results that are safe to show."""

import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import ibis.expr.types as ir

from leadline.metrics import Context, Result, summarise
from leadline.metrics.estimate import withheld
from leadline.privacy.audit import Care, Counts, Withheld
from leadline.privacy.question import Question, narrowed
from leadline.privacy.slices import HAS_POSITION, PLACES, TIME, unit_level, with_levels
from leadline.privacy.suppress import Hidden

POPULATIONS_MAX = 4  # held at a time
NEEDED = ("person", "value", "excluded", "exposure", "mature_at", HAS_POSITION)
NOTES = {
    Hidden.FEW: "fewer than {} people",
    Hidden.COMPLEMENT: "withheld so that a group of fewer than {} people cannot be worked out",
}


@dataclass(frozen=True)
class Measured:
    """Results after suppression, and the share of the people counted who have an HR record."""

    results: tuple[Result, ...]
    coverage: float | None


class Populations:
    """The rows of the questions asked last through one lens, each worked out once.

    A page asks for a metric as a whole and module by module, or by one column after the other."""

    def __init__(self) -> None:
        self._held: OrderedDict[Hashable, ir.CachedTable] = OrderedDict()
        # Their memory is the engine's, and Ibis's own references to them go round in a circle.
        weakref.finalize(self, _let_go, self._held).atexit = False

    def of(self, question: Question, levels: int, make: Callable[[], ir.Table]) -> ir.Table:
        """The rows of the question before its slices and its filters by position, with the columns
        for these. levels: depth of the unit tree; make: see question.population."""
        placed, dated = question.columns & {*PLACES}, question.columns & {*TIME}
        key = (question.on_everyone, bool(placed), dated, levels)
        if key not in self._held:
            self._held[key] = self._selected(question, make(), levels).cache()
            while len(self._held) > POPULATIONS_MAX:
                self._held.popitem(last=False)[1].release()
        self._held.move_to_end(key)
        return self._held[key]

    def _selected(self, question: Question, rows: ir.Table, levels: int) -> ir.Table:
        wanted = {*question.definition.by, *question.columns, *NEEDED} & {*rows.columns}
        if question.columns & {*PLACES}:
            rows = with_levels(rows, levels)
            wanted |= {*PLACES, *map(unit_level, range(1, levels + 1))}
        return rows.select(sorted(wanted))


def _let_go(held: OrderedDict[Hashable, ir.CachedTable]) -> None:
    for rows in held.values():
        rows.release()


def measured(rows: ir.Table, question: Question, care: Care, context: Context) -> Measured:
    """Summarise, then hide what would tell of a few. TooFine where it cannot be made safe.

    rows: see Populations."""
    asked = narrowed(rows, question)
    audited = Withheld(rows, question, care)
    # Counted for the audit already, unless only some of them are asked for.
    overall = audited.everybody() if asked is rows else Counts(asked, ()).by(())[0]
    results = summarise(asked, question.definition, question.by, context=context)
    shown = tuple(_safe(result, audited, care.smallest) for result in results)
    coverage = overall.placed / overall.people if overall.people else None
    return Measured(shown, coverage)


def _safe(result: Result, audited: Withheld, smallest: int) -> Result:
    why = audited.why(result.group)
    return result if why is None else withheld(result, NOTES[why].format(smallest))
