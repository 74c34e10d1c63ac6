"""Moments: the live events of known people, in order, each within its assignment cycle.

Cycles follow METHODS 0.1: a new one begins when a course is assigned again after it was completed,
waived or withdrawn; assigning it again while it is open changes nothing.

Besides the columns of an event a moment has

* `person`: random key; the actor itself where no person claims it
* `place`: 1, 2, 3 … along the person's events by (timestamp, seq); breaks every tie
* `second`: whole seconds since 1970, the portable form of `timestamp` for arithmetic
* `cycle_no`: 1, 2, 3 … per person and course; 0 where the event belongs to no course
"""

import ibis
import ibis.expr.types as ir

OPENING = ("assigned", "registered")
COMPLETING = ("completed", "satisfied", "mastered")
RELEASING = ("waived", "withdrawn")
# Written about the learner by somebody or something else, or without anybody being there.
ADMINISTRATIVE = (
    *OPENING,
    *RELEASING,
    "satisfied",
    "abandoned",
    "scored",
    "earned",
    "measured",
    "drawn",
    "voided",
)

ORDERING = [
    *("person", "seq", "statement_id", "timestamp"),
    *("course", "object", "kind", "did", "completion"),
]
ALONG_PERSON = ibis.window(group_by="person", order_by=["timestamp", "seq"])


def moments(events: ir.Table, links: ir.Table, voided: ir.Table) -> ir.Table:
    """Join `events` (events/schema.py) to `links` (actor, person), leaving out what was voided.

    `voided` has the column `statement_id`. All three may be cut to the people being recomputed,
    as long as every event of each of those people is there. A statement that occurs twice counts
    once, the earlier in the log; `seq` is unique."""
    live = events.filter(events.did != "voided").anti_join(voided, "statement_id")
    claimed = links.select(linked_actor=links.actor, person=links.person)
    known = live.left_join(claimed, live.actor == claimed.linked_actor)
    known = known.mutate(person=ibis.coalesce(known.person, known.actor)).select(*ORDERING)
    same_statement = ibis.window(group_by=["person", "statement_id"], order_by="seq")
    known = known.mutate(copy=ibis.row_number().over(same_statement))
    known = known.filter(known.copy == 0).drop("copy")
    placed = known.mutate(
        place=(ibis.row_number().over(ALONG_PERSON) + 1).cast("int64"),
        second=known.timestamp.truncate("s").epoch_seconds().cast("int64"),
    )
    # Sorting only what orders, and joining the rest by seq, takes less than half the time.
    order = _numbered(placed).select("seq", "person", "place", "second", "cycle_no")
    return events.inner_join(order, "seq")


def on_course(m: ir.Table) -> ir.BooleanValue:
    """Whether the event is about the course itself, not about something in it."""
    return (m.kind == "course") | (m.object == m.course).fill_null(False)


def completes(m: ir.Table) -> ir.BooleanValue:
    """Whether the event says that its object is complete; passing and failing do not (S023)."""
    return m.did.isin(COMPLETING) | m.completion.fill_null(False)


def by_learner(m: ir.Table) -> ir.BooleanValue:
    """Whether the learner was there and did it: what activity and time are measured from."""
    return m.did.notin(ADMINISTRATIVE) & ~m.transferred.fill_null(False)


def _numbered(m: ir.Table) -> ir.Table:
    """Count cycles: an opening starts one when something was closed since the opening before."""
    along = ibis.window(group_by=["person", "course"], order_by="place")
    before = ibis.window(group_by=["person", "course"], order_by="place", preceding=(None, 1))
    opens = on_course(m) & m.did.isin(OPENING)
    closes = on_course(m) & ~m.did.isin(OPENING) & (completes(m) | m.did.isin(RELEASING))
    counted = m.mutate(opens=opens, closed=ibis.ifelse(closes, 1, 0).cumsum().over(along))
    at_opening = ibis.ifelse(counted.opens, counted.closed, 0)
    marked = counted.mutate(closed_by_then=at_opening.max().over(before).fill_null(0))
    starts = marked.opens & (marked.closed > marked.closed_by_then)
    cycles = (ibis.ifelse(starts, 1, 0).cumsum().over(along) + 1).cast("int64")
    return marked.mutate(
        cycle_no=ibis.ifelse(marked.course.isnull(), ibis.literal(0, "int64"), cycles)
    ).drop("opens", "closed", "closed_by_then")
