"""A question to the log, put into SQL.

Every filter is a list of seqs under one term, or two where related places count too. The shortest
list leads, read along its key from the newest (or oldest) on; the others are probed. since and
until are about `stored`, which grows with seq, so they are bounds of seq.
"""

from collections.abc import Sequence
from typing import NamedTuple

from leadline.statements import Wanted
from leadline.statements.wanted import LARGEST_PAGE_STATEMENTS
from leadline.store.adapter import Row
from leadline.store.database import Database
from leadline.store.moments import micros
from leadline.store.references import VOIDED
from leadline.store.terms import (
    activity_term,
    agent_term,
    registration_term,
    related_activity_term,
    related_agent_term,
    verb_term,
)

COUNTED_POSTINGS = 2_000
_BEYOND_ALL = 1 << 62

Terms = tuple[int, ...]


class Bounds(NamedTuple):
    """Seqs between these, both left out."""

    after: int
    before: int


def page(database: Database, wanted: Wanted) -> list[Row]:
    """(seq, payload) of the page that is wanted, and of one statement more if there is one."""
    bounds = _bounds(database, wanted)
    lists = sorted(_lists(wanted), key=len)
    if len(lists) > 1:
        lists.sort(key=lambda terms: _length(database, terms, bounds))
    size = min(wanted.limit or LARGEST_PAGE_STATEMENTS, LARGEST_PAGE_STATEMENTS)
    direction = "ASC" if wanted.ascending else "DESC"
    conditions, parameters = _probes(lists[1:])
    if wanted.source is not None:
        conditions += " AND s.source = (SELECT key FROM source WHERE name = ?)"
        parameters.append(wanted.source)
    if not lists:
        return database.execute(
            "SELECT s.seq, s.payload FROM statement s "
            f"WHERE s.seq > ? AND s.seq < ? AND s.standing <> {VOIDED}{conditions} "
            f"ORDER BY s.seq {direction} LIMIT ?",
            (*bounds, *parameters, size + 1),
        )
    leading, leading_parameters = _leading(lists[0], bounds, direction)
    # CROSS JOIN: SQLite then keeps the order of the tables.
    return database.execute(
        f"SELECT p.seq, s.payload FROM ({leading}) p CROSS JOIN statement s "
        f"WHERE s.seq = p.seq AND s.standing <> {VOIDED}{conditions} "
        f"ORDER BY p.seq {direction} LIMIT ?",
        (*leading_parameters, *parameters, size + 1),
    )


def _lists(wanted: Wanted) -> list[Terms]:
    """For each filter asked, the terms of which a statement must have one."""
    lists: list[Terms] = []
    if wanted.agent is not None:
        related = (related_agent_term(wanted.agent),) if wanted.related_agents else ()
        lists.append((agent_term(wanted.agent), *related))
    if wanted.activity is not None:
        related = (related_activity_term(wanted.activity),) if wanted.related_activities else ()
        lists.append((activity_term(wanted.activity), *related))
    if wanted.verb is not None:
        lists.append((verb_term(wanted.verb),))
    if wanted.registration is not None:
        lists.append((registration_term(wanted.registration.lower()),))
    return lists


def _bounds(database: Database, wanted: Wanted) -> Bounds:
    after, before = 0, _BEYOND_ALL
    if wanted.since is not None:
        after = _last_stored_by(database, micros(wanted.since))
    if wanted.until is not None:
        before = _last_stored_by(database, micros(wanted.until)) + 1
    if wanted.cursor is not None and wanted.ascending:
        after = max(after, wanted.cursor)
    elif wanted.cursor is not None:
        before = min(before, wanted.cursor)
    return Bounds(after, before)


def _last_stored_by(database: Database, moment: int) -> int:
    """The last seq stored at or before a moment; 0 where there is none."""
    rows = database.execute(
        "SELECT seq FROM statement WHERE stored <= ? ORDER BY stored DESC, seq DESC LIMIT 1",
        (moment,),
    )
    return int(rows[0][0]) if rows else 0


def _length(database: Database, terms: Terms, bounds: Bounds) -> int:
    """How many postings a list has; counting stops where it is long anyway."""
    return sum(
        int(
            database.execute(
                "SELECT count(*) FROM (SELECT 1 FROM posting "
                "WHERE term = ? AND seq > ? AND seq < ? LIMIT ?) some",
                (term, *bounds, COUNTED_POSTINGS),
            )[0][0]
        )
        for term in terms
    )


def _leading(terms: Terms, bounds: Bounds, direction: str) -> tuple[str, list[int]]:
    """The leading list in order; with two terms, the second one's seqs that the first lacks."""
    one = "SELECT seq FROM posting p WHERE term = ? AND seq > ? AND seq < ?"
    if len(terms) == 1:
        return f"{one} ORDER BY seq {direction}", [terms[0], *bounds]
    plain, related = terms
    other = f"{one} AND NOT EXISTS (SELECT 1 FROM posting q WHERE q.term = ? AND q.seq = p.seq)"
    return (
        f"SELECT * FROM ({one}) a UNION ALL SELECT * FROM ({other}) b ORDER BY seq {direction}",
        [plain, *bounds, related, *bounds, plain],
    )


def _probes(lists: Sequence[Terms]) -> tuple[str, list[int | str]]:
    conditions, parameters = "", list[int | str]()
    for number, terms in enumerate(lists):
        places = ", ".join("?" * len(terms))
        alias = f"q{number}"
        conditions += (
            f" AND EXISTS (SELECT 1 FROM posting {alias} "
            f"WHERE {alias}.term IN ({places}) AND {alias}.seq = s.seq)"
        )
        parameters += terms
    return conditions, parameters
