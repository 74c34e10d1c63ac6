"""Draw: who was assigned by lot to which arm of a trial, before results were known."""

import ibis.expr.types as ir

from leadline.facts.fact import INSTANT, Column, Fact, Sensitivity

COLUMNS = {
    "person": Column("int64", Sensitivity.KEY, "random key of who was drawn"),
    "trial": Column("string", Sensitivity.CONTENT, "activity id of the trial"),
    "offered": Column("boolean", Sensitivity.OUTCOME, "drawn to be offered the course, or not"),
    "at": Column(INSTANT, Sensitivity.OUTCOME, "when the lot was drawn, as declared"),
    "stored_at": Column(INSTANT, Sensitivity.OUTCOME, "when the draw was taken in"),
    "course": Column("string", Sensitivity.CONTENT, "course offered to those drawn, if any"),
    "chance": Column("float64", Sensitivity.OUTCOME, "chance of being offered it, as declared"),
    "stratum": Column("string", Sensitivity.OUTCOME, "within which lots were drawn, if any"),
    "cluster": Column("string", Sensitivity.OUTCOME, "that was drawn together, if any"),
}
TOLD = ("offered", "at", "stored_at", "course", "chance", "stratum", "cluster")


def rows(m: ir.Table) -> ir.Table:
    """One row per (person, trial): the first draw that was taken in stands, whatever is said later.

    To draw again, void the first; a lot that may be changed once results are known is no lot."""
    drawn = m.filter((m.did == "drawn") & m.object.notnull() & m.success.notnull())
    drawn = drawn.mutate(
        trial=drawn.object,
        offered=drawn.success,
        at=drawn.timestamp,
        stored_at=drawn.stored,
        course=drawn.offers,
    )
    first = drawn.group_by(["person", "trial"]).aggregate(seq=drawn.seq.min())
    return first.inner_join(drawn.select("seq", *TOLD), "seq")


FACT = Fact("draw", "person × trial", COLUMNS, rows)
