"""What the log has seen of identifiers: how many statements, the first and the last."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from leadline.statements import Identifier
from leadline.store.database import Database
from leadline.store.moments import from_micros
from leadline.store.postings import BLOCK_STATEMENTS
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
    counted = list(
        database.select_in(
            "WITH RECURSIVE blocks (block) AS (SELECT 0 UNION ALL "
            f"SELECT block + 1 FROM blocks WHERE block < {head // BLOCK_STATEMENTS}) "
            "SELECT p.term, count(*), min(p.seq), max(p.seq) "
            "FROM blocks b CROSS JOIN posting p "
            "WHERE p.block = b.block AND p.term IN ({keys}) GROUP BY p.term",
            terms,
        )
    )
    ends = {seq for _, _, first, last in counted for seq in (first, last)}
    sql = "SELECT seq, stored FROM statement WHERE seq IN ({keys})"
    stored = {seq: from_micros(moment) for seq, moment in database.select_in(sql, ends)}
    return {
        terms[term]: Seen(count, stored[first], stored[last])
        for term, count, first, last in counted
    }
