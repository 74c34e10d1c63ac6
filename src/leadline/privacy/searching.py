"""For whom? The search for groups in which the outcome is concentrated (METHODS B4)."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
from ibis import _

from leadline.metrics.metric import Metric, Summary
from leadline.privacy.refusals import UnknownQuestion
from leadline.privacy.slices import unit_level
from leadline.stats.refusal import Refused
from leadline.stats.segments import CELLS_MAX, Cell, Scan, Segment, scan

SEARCHED = ("unit", "role", "location")  # declared beforehand: the family of the search
UNIT_LEVEL = 2  # below the organisation itself
NOT_RECORDED = ""  # no level: nobody can do anything about a gap in the records


def search(rows: ir.Table, metric: Metric) -> Scan | Refused:
    """Where those who fail (or, of what is better low, those who do it) are concentrated.

    rows: of a question by SEARCHED, see measuring.Populations. Of somebody with several rows those
    of the first cycle count, the worst of them."""
    if metric.summary is not Summary.SHARE or metric.good is None:
        raise UnknownQuestion(f"{metric.name} is no share of people who do well or badly.")
    counted = rows.filter(_.excluded.isnull(), _.value.notnull())
    worst = counted.value if metric.good == "up" else -counted.value
    order = [*(c for c in ("cycle_no",) if c in counted.columns), "worst"]
    first = ibis.window(group_by="person", order_by=order)
    one = counted.mutate(worst=worst)
    one = one.mutate(nth=ibis.row_number().over(first)).filter(_.nth == 0)
    level = unit_level(UNIT_LEVEL)
    unit = one[level] if level in one.columns else one.unit
    placed = one.mutate(unit=unit)
    failed = placed.value == (0.0 if metric.good == "up" else 1.0)
    cells = (
        placed.mutate(failed=ibis.ifelse(failed, 1, 0))
        .group_by(list(SEARCHED))
        .aggregate(n=_.count(), x=_.failed.sum())
        .limit(CELLS_MAX + 1)
        .to_pyarrow()
        .to_pylist()
    )
    if len(cells) > CELLS_MAX:
        return Refused("not_identified", f"More than {CELLS_MAX:,} kinds of people to search.")
    known = [
        Cell(tuple(line[name] or NOT_RECORDED for name in SEARCHED), line["x"], line["n"])
        for line in cells
    ]
    return scan(SEARCHED, known)


def filters(segment: Segment) -> Mapping[str, str] | None:
    """The question's filters that ask for this segment; None: of people without such a record."""
    levels = dict(segment.levels)
    return None if NOT_RECORDED in levels.values() else levels
