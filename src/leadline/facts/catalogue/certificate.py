"""Certificate: one learner, one certificate, one issue. Valid from issue until it expires."""

import ibis.expr.types as ir

from leadline.facts.fact import INSTANT, Column, Fact, Sensitivity

COLUMNS = {
    "person": Column("int64", Sensitivity.KEY, "random key of the holder"),
    "certificate": Column("string", Sensitivity.CONTENT, "activity id of the certificate"),
    "course": Column("string", Sensitivity.CONTENT, "course it was earned in, if any"),
    "issued_at": Column(INSTANT, Sensitivity.CERTIFICATE, "valid from this instant"),
    "expires_at": Column(
        INSTANT, Sensitivity.CERTIFICATE, "valid until just before it, as sent; null: no end sent"
    ),
    "source": Column("string", Sensitivity.CONTENT, "source of the statement"),
    "statement_id": Column("string", Sensitivity.KEY, "the statement that says so, as last sent"),
}


def rows(m: ir.Table) -> ir.Table:
    """One row per (person, certificate, issued_at); a renewal is a new row (METHODS 0.1).

    Issued twice at one instant is one issue, with the expiry last sent."""
    earned = m.filter((m.did == "earned") & (m.kind == "certificate") & m.object.notnull())
    earned = earned.mutate(certificate=earned.object, issued_at=earned.timestamp)
    return earned.group_by(["person", "certificate", "issued_at"]).aggregate(
        course=earned.course.argmax(earned.place, where=earned.course.notnull()),
        expires_at=earned.expires_at.argmax(earned.place, where=earned.expires_at.notnull()),
        source=earned.source.argmax(earned.place),
        statement_id=earned.statement_id.argmax(earned.place),
    )


FACT = Fact("certificate", "person × certificate × issued_at", COLUMNS, rows)
