"""Invitation: a learner was asked to take an assessment, such as a delayed check."""

import ibis.expr.types as ir

from leadline.facts.fact import INSTANT, Column, Fact, Sensitivity

KEYS = ["person", "course", "cycle_no", "assessment"]

COLUMNS = {
    "person": Column("int64", Sensitivity.KEY, "random key of the learner"),
    "course": Column("string", Sensitivity.CONTENT, "activity id of the course, if any"),
    "cycle_no": Column("int64", Sensitivity.KEY, "assignment cycle; 0 outside courses"),
    "assessment": Column("string", Sensitivity.CONTENT, "activity id of the assessment"),
    "invited_at": Column(INSTANT, Sensitivity.ASSESSMENT, "first time it was assigned"),
    "source": Column("string", Sensitivity.CONTENT, "source of the first statement"),
}


def rows(m: ir.Table) -> ir.Table:
    """One row per (person, course, cycle_no, assessment): an assessment itself was assigned."""
    asked = m.filter((m.did == "assigned") & (m.object == m.assessment))
    return asked.group_by(KEYS).aggregate(
        invited_at=asked.timestamp.min(), source=asked.source.argmin(asked.place)
    )


FACT = Fact("invitation", "person × course × cycle_no × assessment", COLUMNS, rows)
