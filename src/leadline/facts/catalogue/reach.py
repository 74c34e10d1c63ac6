"""Reach: one learner and one module within one cycle; what funnels and drop-off are drawn from."""

import ibis.expr.types as ir

from leadline.facts.amounts import total
from leadline.facts.fact import INSTANT, Column, Fact, Sensitivity
from leadline.facts.moments import by_learner, completes
from leadline.facts.timeline import spent

KEYS = ["person", "course", "cycle_no", "module"]

COLUMNS = {
    "person": Column("int64", Sensitivity.KEY, "random key of the learner"),
    "course": Column("string", Sensitivity.CONTENT, "activity id of the course"),
    "cycle_no": Column("int64", Sensitivity.KEY, "assignment cycle"),
    "module": Column("string", Sensitivity.CONTENT, "activity id of the module"),
    "kind": Column("string", Sensitivity.CONTENT, "what the module is; null: never named itself"),
    "first_at": Column(INSTANT, Sensitivity.ACTIVITY, "first thing the learner did in it"),
    "last_at": Column(INSTANT, Sensitivity.ACTIVITY, "last thing the learner did in it"),
    "completed_at": Column(
        INSTANT, Sensitivity.ACTIVITY, "first instant the module itself was completed or passed"
    ),
    "events": Column("int64", Sensitivity.ACTIVITY, "things the learner did in it"),
    "active_s": Column(
        "float64", Sensitivity.ACTIVITY, "active seconds by facts/timeline.py; never effort"
    ),
}


def rows(m: ir.Table) -> ir.Table:
    """One row per module touched or completed; the order of modules is a dimension, not here."""
    m = m.mutate(itself=(m.object == m.module).fill_null(False))
    inside = m.filter(m.course.notnull() & m.module.notnull())
    completed = inside.itself & (completes(inside) | (inside.did == "passed"))
    reached = inside.group_by(KEYS).aggregate(
        kind=inside.kind.argmin(inside.place, where=inside.itself),
        first_at=inside.timestamp.min(where=by_learner(inside)),
        last_at=inside.timestamp.max(where=by_learner(inside)),
        completed_at=inside.timestamp.min(where=completed),
        events=by_learner(inside).cast("int64").sum(),
    )
    reached = reached.filter((reached.events > 0) | reached.completed_at.notnull())
    times = spent(m)
    times = times.filter(times.course.notnull() & times.module.notnull())
    times = times.group_by(KEYS).aggregate(active_s=total(times.active_s))
    joined = reached.left_join(times, KEYS)
    return joined.mutate(active_s=joined.active_s.fill_null(0.0))


FACT = Fact("reach", "person × course × cycle_no × module", COLUMNS, rows)
