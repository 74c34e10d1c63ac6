"""From the rows of a question to results that are safe to show."""

from dataclasses import dataclass

import ibis.expr.types as ir

from leadline.metrics import Context, Result, summarise
from leadline.metrics.estimate import withheld
from leadline.privacy.audit import Care, Counts, Withheld
from leadline.privacy.question import Question, narrowed
from leadline.privacy.slices import HAS_POSITION, POSITION, unit_level, with_levels
from leadline.privacy.suppress import Hidden

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


def measured(rows: ir.Table, question: Question, care: Care, context: Context) -> Measured:
    """Summarise, then hide what would tell of a few. TooFine where it cannot be made safe."""
    wanted = {*question.by, *(c for c in NEEDED if c in rows.columns)}
    if question.columns & set(POSITION):
        rows = with_levels(rows, care.levels)
        wanted |= {*POSITION, *map(unit_level, range(1, care.levels + 1))}
    kept = rows.select(sorted(wanted)).cache()  # asked several times below, worked out once
    try:
        asked = narrowed(kept, question)
        (overall,) = Counts(asked, ()).by(())
        audited = Withheld(kept, question, care)
        results = summarise(asked, question.definition, question.by, context=context)
    finally:
        kept.release()
    shown = tuple(_safe(result, audited, care.smallest) for result in results)
    coverage = overall.placed / overall.people if overall.people else None
    return Measured(shown, coverage)


def _safe(result: Result, audited: Withheld, smallest: int) -> Result:
    why = audited.why(result.group)
    return result if why is None else withheld(result, NOTES[why].format(smallest))
