"""A question to the log: seqs by the index, then their statements by SQL.

Every filter is the places under one term, or under two where related places count too. since and
until are about `stored`, which grows with seq, so they are bounds of seq.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from itertools import islice
from operator import itemgetter, or_

from leadline.statements import Wanted
from leadline.statements.wanted import LARGEST_PAGE_STATEMENTS
from leadline.store import postings
from leadline.store.adapter import Row
from leadline.store.database import Database
from leadline.store.moments import micros
from leadline.store.postings import Bounds, Places
from leadline.store.references import VOIDED
from leadline.store.terms import (
    activity_term,
    agent_term,
    registration_term,
    related_activity_term,
    related_agent_term,
    verb_term,
)

Terms = tuple[int, ...]


def page(database: Database, wanted: Wanted) -> list[Row]:
    """(seq, payload) of the page that is wanted, and of one statement more if there is one."""
    bounds = _bounds(database, wanted)
    size = page_size(wanted)
    lists = filters(wanted)
    if not lists:
        return _unfiltered(database, wanted, bounds, size)
    seqs = _matching(database, lists, bounds, ascending=wanted.ascending)
    rows: list[Row] = []
    # Not all that match are shown: some are voided, and some may be of another source.
    while len(rows) < size and (some := list(islice(seqs, size))):
        rows += _shown(database, wanted, some)
    return rows[:size]


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


def _matching(
    database: Database, lists: Sequence[Terms], bounds: Bounds, *, ascending: bool
) -> Iterator[int]:
    """The seqs between bounds that meet every filter, in order; looked up as they are asked for."""
    terms = {term for alternatives in lists for term in alternatives}
    newest = postings.recent(database, terms)
    for blocks in postings.steps(bounds, ascending=ascending):
        found = postings.lookup(database, terms, blocks, newest)
        for block in sorted(found, reverse=not ascending):
            places = postings.within(_meeting(found[block], lists), block, bounds)
            for place in postings.each(places, ascending=ascending):
                yield block * postings.BLOCK_STATEMENTS + place


def _meeting(known: Mapping[int, Places], lists: Sequence[Terms]) -> Places:
    """The places of a block that meet every filter."""
    places = ~0
    for alternatives in lists:
        places &= reduce(or_, (known.get(term, 0) for term in alternatives))
    return places


def _shown(database: Database, wanted: Wanted, seqs: Sequence[int]) -> list[Row]:
    mine, owner = _mine(wanted)
    rows = database.select_in(
        "SELECT s.seq, s.payload FROM statement s "
        f"WHERE s.standing <> {VOIDED}{mine} AND s.seq IN ({{keys}})",
        seqs,
        owner,
    )
    return sorted(rows, key=itemgetter(0), reverse=not wanted.ascending)


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
