"""What the metrics' populations share: the row, the instants, and who left a cycle when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir

from leadline.metrics.metric import IMMATURE, Facts

WAIVED = "waived"
LEFT_BEFORE_DUE = "left before due"
DAY_SECONDS = 86_400


@dataclass(frozen=True)
class OfCourse:
    """The same facts, those of one course alone; see metrics.Facts. Lists that know no course, such
    as `check`, stay whole."""

    facts: Facts
    course: str

    @property
    def now(self) -> datetime:
        return self.facts.now

    @property
    def reporting_zone(self) -> str:
        return self.facts.reporting_zone

    def __getattr__(self, name: str) -> ir.Table:
        if name.startswith("_"):
            raise AttributeError(name)
        table: ir.Table = getattr(self.facts, name)
        return table.filter(table.course == self.course) if "course" in table.columns else table


def population(table: ir.Table, by: Sequence[str], *, value: Any, **columns: Any) -> ir.Table:
    """The rows of a metric: `by`, person, `value` as float64, `at`, `excluded` (default: none) …

    `value` is a column, or the plain number 1 where rows are only counted."""
    columns.setdefault("excluded", ibis.null("string"))
    column = ibis.literal(value) if isinstance(value, int) else value
    return table.select(*by, "person", value=column.cast("float64"), **columns)


def instant(moment: datetime) -> ir.TimestampScalar:
    return ibis.literal(moment, type="timestamp('UTC')")


def by_now(facts: Facts, at: ir.TimestampColumn) -> ir.BooleanColumn:
    """Whether it had happened by the instant asked about; never null."""
    return (at <= instant(facts.now)).fill_null(False)


def so_far(facts: Facts, table: ir.Table, at: str) -> ir.Table:
    """The rows whose instant `at` is known and has come."""
    return table.filter(by_now(facts, table[at]))


def cycles(facts: Facts) -> ir.Table:
    """Cycles begun by now, with `began`: assigned, or started where nobody assigned it."""
    table = facts.cycle
    table = table.mutate(began=ibis.coalesce(table.assigned_at, table.started_at))
    return so_far(facts, table, "began")


def released(cycle: ir.Table, facts: Facts) -> ir.StringColumn:
    """Why an incomplete cycle does not count: waived, or left before it fell due; else null.

    Without a due date every leaving comes before it. Completed, then left: counted."""
    done = by_now(facts, cycle.completed_at)
    waived = by_now(facts, cycle.waived_at)
    before_due = cycle.due_at.isnull() | (cycle.withdrawn_at < cycle.due_at)
    left = by_now(facts, cycle.withdrawn_at) & before_due
    return ibis.cases((done, None), (waived, WAIVED), (left, LEFT_BEFORE_DUE)).cast("string")


def immature(facts: Facts, mature_at: ir.TimestampColumn) -> ir.StringColumn:
    """IMMATURE until the row may count."""
    young = (mature_at > instant(facts.now)).fill_null(False)
    return ibis.ifelse(young, IMMATURE, ibis.null("string"))


@ibis.udf.scalar.builtin(signature=(("string", "timestamp('UTC')"), "timestamp"))
def wall_clock(zone, at):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Wall-clock time of an instant in a zone: the one function that an engine brings of its own,
    since every SQL calls it by another name (engine/duck.py)."""


def local(at: ir.TimestampValue, zone: str) -> ir.TimestampValue:
    """Wall-clock time of an instant in the reporting zone."""
    if zone == "UTC":
        return at.cast("timestamp")
    return wall_clock(zone, at)


def seconds_between(start: ir.TimestampColumn, end: ir.TimestampColumn) -> ir.IntegerColumn:
    """Whole seconds from start to end, by epoch: wall clocks and their zones play no part."""
    return end.epoch_seconds() - start.epoch_seconds()
