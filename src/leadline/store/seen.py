"""What the log has seen of identifiers: how many statements, the first and the last."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from leadline.statements import Identifier
from leadline.store import postings
from leadline.store.database import Database
from leadline.store.moments import from_micros
from leadline.store.terms import agent_term


class Seen(msgspec.Struct, frozen=True):
    """statements: those whose actor, object or group member it is; first, last: when stored."""

    statements: int = 0
    first: datetime | None = None
    last: datetime | None = None


def seen(
    database: Database, identifiers: Iterable[Identifier], head: int
) -> dict[Identifier, Seen]:
    """Look identifiers up in the index, block by block; head: the last seq."""
    terms = {agent_term(identifier): identifier for identifier in identifiers}
    newest = postings.recent(database, terms)
    counts, ends = Counter[int](), dict[int, tuple[int, int]]()
    for blocks in postings.steps(postings.Bounds(0, head + 1), ascending=True):
        found = postings.lookup(database, terms, blocks, newest)
        for block, term, places in _in_order(found):
            begin = block * postings.BLOCK_STATEMENTS
            counts[term] += places.bit_count()
            last = begin + places.bit_length() - 1
            first, _ = ends.get(term, (begin + next(postings.each(places)), last))
            ends[term] = first, last
    sql = "SELECT seq, stored FROM statement WHERE seq IN ({keys})"
    moments = database.select_in(sql, {seq for pair in ends.values() for seq in pair})
    stored = {seq: from_micros(moment) for seq, moment in moments}
    return {
        terms[term]: Seen(counts[term], stored[first], stored[last])
        for term, (first, last) in ends.items()
    }


def _in_order(found: postings.Found) -> Iterator[tuple[int, int, postings.Places]]:
    for block in sorted(found):
        for term, places in found[block].items():
            if places:
                yield block, term, places
