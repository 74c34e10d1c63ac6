"""A question to the log, put into SQL.

Every filter is a list of seqs under one term, or two where related places count too. In each step
through the blocks the shortest list leads, and the others are probed. since and until are about
`stored`, which grows with seq, so they are bounds of seq.
"""

from collections.abc import Sequence
from typing import NamedTuple

from leadline.statements import Wanted
from leadline.statements.wanted import LARGEST_PAGE_STATEMENTS
from leadline.store.adapter import Row
from leadline.store.database import Database
from leadline.store.moments import micros
from leadline.store.postings import Bounds, steps
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

Terms = tuple[int, ...]


class Reach(NamedTuple):
    """What one step looks at."""

    blocks: range
    bounds: Bounds


def page(database: Database, wanted: Wanted) -> list[Row]:
    """(seq, payload) of the page that is wanted, and of one statement more if there is one."""
    bounds = _bounds(database, wanted)
    size = page_size(wanted)
    if not filters(wanted):
        return _unfiltered(database, wanted, bounds, size)
    rows: list[Row] = []
    for blocks in steps(bounds, ascending=wanted.ascending):
        rows += _step(database, wanted, Reach(blocks, bounds), size - len(rows))
        if len(rows) == size:
            break
    return rows


def page_size(wanted: Wanted) -> int:
    """How many rows `page` gives where there are as many."""
    return min(wanted.limit or LARGEST_PAGE_STATEMENTS, LARGEST_PAGE_STATEMENTS) + 1


def _unfiltered(database: Database, wanted: Wanted, bounds: Bounds, size: int) -> list[Row]:
    mine, owner = _mine(wanted)
    return database.execute(
        "SELECT s.seq, s.payload FROM statement s "
        f"WHERE s.seq > ? AND s.seq < ? AND s.standing <> {VOIDED}{mine} "
        f"ORDER BY s.seq {_direction(wanted)} LIMIT ?",
        (*bounds, *owner, size),
    )


def _step(database: Database, wanted: Wanted, reach: Reach, size: int) -> list[Row]:
    lists = _shortest_first(database, filters(wanted), reach)
    leading, parameters = _leading(lists[0], reach, _direction(wanted))
    probes, probed = _probes(lists[1:])
    mine, owner = _mine(wanted)
    # CROSS JOIN: SQLite then keeps the order of the tables.
    return database.execute(
        f"SELECT p.seq, s.payload FROM ({leading}) p CROSS JOIN statement s "
        f"WHERE s.seq = p.seq AND s.standing <> {VOIDED}{probes}{mine} "
        f"ORDER BY p.seq {_direction(wanted)} LIMIT ?",
        (*parameters, *probed, *owner, size),
    )


def _direction(wanted: Wanted) -> str:
    return "ASC" if wanted.ascending else "DESC"


def _mine(wanted: Wanted) -> tuple[str, list[str]]:
    if wanted.source is None:
        return "", []
    return " AND s.source = (SELECT key FROM source WHERE name = ?)", [wanted.source]


def filters(wanted: Wanted) -> list[Terms]:
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
    after, before = 0, _head(database) + 1
    if wanted.since is not None:
        after = _last_stored_by(database, micros(wanted.since))
    if wanted.until is not None:
        before = min(before, _last_stored_by(database, micros(wanted.until)) + 1)
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


def _head(database: Database) -> int:
    rows = database.execute("SELECT seq FROM statement ORDER BY seq DESC LIMIT 1")
    return int(rows[0][0]) if rows else 0


def _shortest_first(database: Database, lists: Sequence[Terms], reach: Reach) -> list[Terms]:
    """The lists by how many postings each has within reach; counting stops where it is many."""
    if len(lists) < 2:
        return list(lists)
    counts, parameters = list[str](), list[int]()
    for terms in lists:
        parts = []
        for term in terms:
            one, asked = _one(term, reach)
            parts.append(f"(SELECT count(*) FROM ({one} LIMIT {COUNTED_POSTINGS}) counted)")
            parameters += asked
        counts.append(" + ".join(parts))
    lengths = database.execute(f"SELECT {', '.join(counts)}", parameters)[0]
    ranked = sorted(zip(lengths, lists, strict=True), key=lambda pair: int(pair[0]))
    return [terms for _, terms in ranked]


def _one(term: int, reach: Reach) -> tuple[str, list[int]]:
    # In one block PostgreSQL reads a list in order; of a set of blocks it would sort it first.
    single = len(reach.blocks) == 1
    within = "block = ?" if single else f"block IN ({', '.join('?' * len(reach.blocks))})"
    return (
        f"SELECT block, seq FROM posting p WHERE {within} AND term = ? AND seq > ? AND seq < ?",
        [*reach.blocks, term, *reach.bounds],
    )


def _leading(terms: Terms, reach: Reach, direction: str) -> tuple[str, list[int]]:
    """The leading list in order; with two terms, the second one's seqs that the first lacks."""
    plain, parameters = _one(terms[0], reach)
    if len(terms) == 1:
        return f"{plain} ORDER BY seq {direction}", parameters
    related, more = _one(terms[1], reach)
    related += (
        " AND NOT EXISTS "
        "(SELECT 1 FROM posting q WHERE q.block = p.block AND q.term = ? AND q.seq = p.seq)"
    )
    return (
        f"SELECT * FROM ({plain}) a UNION ALL SELECT * FROM ({related}) b ORDER BY seq {direction}",
        [*parameters, *more, terms[0]],
    )


def _probes(lists: Sequence[Terms]) -> tuple[str, list[int]]:
    conditions, parameters = "", list[int]()
    for number, terms in enumerate(lists):
        places = ", ".join("?" * len(terms))
        alias = f"q{number}"
        conditions += (
            f" AND EXISTS (SELECT 1 FROM posting {alias} WHERE {alias}.block = p.block "
            f"AND {alias}.term IN ({places}) AND {alias}.seq = p.seq)"
        )
        parameters += terms
    return conditions, parameters
