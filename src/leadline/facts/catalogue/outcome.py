"""Outcome: one measurement of what training is for: an audit score, a rating, tickets, sales."""

import ibis.expr.types as ir

from leadline.facts.fact import INSTANT, Column, Fact, Sensitivity

COLUMNS = {
    "person": Column("int64", Sensitivity.KEY, "random key of whom it was measured of"),
    "outcome": Column("string", Sensitivity.CONTENT, "activity id of what was measured"),
    "at": Column(INSTANT, Sensitivity.OUTCOME, "when, or the end of the period, it was measured"),
    "value": Column("float64", Sensitivity.OUTCOME, "as sent, in `measure`"),
    "exposure": Column(
        "float64", Sensitivity.OUTCOME, "what a count is a count in, such as months; null: no count"
    ),
    "measure": Column("string", Sensitivity.CONTENT, "unit of measure, as sent"),
    "better": Column("string", Sensitivity.CONTENT, "up or down: where it is better, as sent"),
    "source": Column("string", Sensitivity.CONTENT, "source of the statement"),
    "stored_at": Column(INSTANT, Sensitivity.OUTCOME, "when a value for it was first taken in"),
}


def rows(m: ir.Table) -> ir.Table:
    """One row per (person, outcome, at); of two measurements of one instant the later sent counts.

    A measurement without a number is none. Those of units and accounts are nobody's: the table
    `measurement` of the lake holds them."""
    measured = m.filter(
        (m.did == "measured") & (m.kind == "outcome") & m.object.notnull() & m.score_raw.notnull()
    )
    measured = measured.mutate(outcome=measured.object, at=measured.timestamp)
    return measured.group_by(["person", "outcome", "at"]).aggregate(
        value=measured.score_raw.argmax(measured.seq),
        exposure=measured.exposure.argmax(measured.seq, where=measured.exposure.notnull()),
        measure=measured.measure.argmax(measured.seq, where=measured.measure.notnull()),
        better=measured.better.argmax(measured.seq, where=measured.better.notnull()),
        source=measured.source.argmax(measured.seq),
        stored_at=measured.stored.min(),
    )


FACT = Fact("outcome", "person × outcome × at", COLUMNS, rows)
