"""Cycle: one learner, one course, one assignment. The unit of every completion and overdue rate."""

import ibis
import ibis.expr.types as ir

from leadline.facts.fact import INSTANT, Column, Fact, Sensitivity
from leadline.facts.moments import OPENING, by_learner, completes, on_course

KEYS = ["person", "course", "cycle_no"]

COLUMNS = {
    "person": Column("int64", Sensitivity.KEY, "random key of the learner"),
    "course": Column("string", Sensitivity.CONTENT, "activity id of the course"),
    "cycle_no": Column("int64", Sensitivity.KEY, "1 for the first assignment, 2 for the next …"),
    "assigned_at": Column(
        INSTANT, Sensitivity.ACTIVITY, "first assignment or enrolment; null: never assigned"
    ),
    "original_due_at": Column(INSTANT, Sensitivity.ACTIVITY, "the first due date sent"),
    "due_at": Column(
        INSTANT,
        Sensitivity.ACTIVITY,
        "the due date in force at the original one: moved before it fell due counts, after not",
    ),
    "extensions": Column("int64", Sensitivity.ACTIVITY, "how often another due date was sent"),
    "started_at": Column(INSTANT, Sensitivity.ACTIVITY, "first thing the learner did in it"),
    "completed_at": Column(
        INSTANT,
        Sensitivity.ACTIVITY,
        "first instant the course was complete; passing alone is not completing",
    ),
    "completion_id": Column("string", Sensitivity.KEY, "the statement that completed it first"),
    "withdrawn_at": Column(INSTANT, Sensitivity.HR, "first withdrawal from the course"),
    "waived_at": Column(INSTANT, Sensitivity.HR, "first time the obligation was waived"),
    "success": Column("boolean", Sensitivity.ASSESSMENT, "course success as last sent"),
    "score_scaled": Column(
        "float64", Sensitivity.ASSESSMENT, "course scaled score as last sent, -1 to 1"
    ),
    "last_at": Column(INSTANT, Sensitivity.ACTIVITY, "last thing the learner did in it"),
    "last_module": Column("string", Sensitivity.ACTIVITY, "module the learner touched last"),
    "events": Column("int64", Sensitivity.ACTIVITY, "statements, administrative ones included"),
    "source": Column("string", Sensitivity.CONTENT, "source of the first statement"),
    "registration": Column("string", Sensitivity.KEY, "first xAPI registration sent, if any"),
}


def rows(m: ir.Table) -> ir.Table:
    """One row per (person, course, cycle_no); nothing in it depends on what time it is now."""
    m = m.filter(m.course.notnull())
    whole, learner = on_course(m), by_learner(m)
    completed = whole & ~m.did.isin(OPENING) & completes(m)
    cycles = m.group_by(KEYS).aggregate(
        assigned_at=m.timestamp.min(where=whole & m.did.isin(OPENING)),
        started_at=m.timestamp.min(where=learner),
        completed_at=m.timestamp.min(where=completed),
        completion_id=m.statement_id.argmin(m.place, where=completed),
        withdrawn_at=m.timestamp.min(where=whole & (m.did == "withdrawn")),
        waived_at=m.timestamp.min(where=whole & (m.did == "waived")),
        success=m.success.argmax(m.place, where=whole & m.success.notnull()),
        score_scaled=m.score_scaled.argmax(m.place, where=whole & m.score_scaled.notnull()),
        last_at=m.timestamp.max(where=learner),
        last_module=m.module.argmax(m.place, where=learner & m.module.notnull()),
        events=m.count(),
        source=m.source.argmin(m.place),
        registration=m.registration.argmin(m.place, where=m.registration.notnull()),
    )
    joined = cycles.left_join(_due_dates(m), KEYS)
    return joined.mutate(extensions=joined.extensions.fill_null(0))


def _due_dates(m: ir.Table) -> ir.Table:
    """Original due date, the one in force when it came, and how often it was moved (METHODS A)."""
    dues = m.filter(on_course(m) & m.due_at.notnull())
    along = ibis.window(group_by=KEYS, order_by="place")
    dues = dues.mutate(
        original_due_at=dues.due_at.first().over(along),
        moved=(dues.due_at != dues.due_at.lag().over(along)).fill_null(False),
        first=ibis.row_number().over(along) == 0,
    )
    in_force = dues.first | (dues.timestamp <= dues.original_due_at)
    return dues.group_by(KEYS).aggregate(
        original_due_at=dues.original_due_at.min(),
        due_at=dues.due_at.argmax(dues.place, where=in_force),
        extensions=dues.moved.cast("int64").sum(),
    )


FACT = Fact("cycle", "person × course × cycle_no", COLUMNS, rows)
