"""Pages for who may read the statements of one source only.

A statement that points to another meets each filter that its target meets (references.py). For who
may not read the target, that would tell what it says: so for them a statement meets a filter by
what it says itself, or through statements of the same source."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from leadline.statements import Wanted, mentions
from leadline.store import question
from leadline.store.adapter import Row
from leadline.store.database import Database
from leadline.store.references import LONGEST_CHAIN_REFERENCES
from leadline.store.terms import terms_of


def page(database: Database, wanted: Wanted) -> list[Row]:
    """As question.page, of the statements of `wanted.source`."""
    size, kept = question.page_size(wanted), list[Row]()
    while True:
        rows = question.page(database, wanted)
        kept += _met(database, wanted, rows)
        if len(rows) < question.page_size(wanted) or len(kept) >= size:
            return kept[:size]
        wanted = replace(wanted, limit=0, cursor=rows[-1][0])


def _met(database: Database, wanted: Wanted, rows: Sequence[Row]) -> list[Row]:
    lists = question.filters(wanted)
    if not lists:
        return list(rows)
    sql = "SELECT seq FROM reference WHERE seq IN ({keys})"
    pointing = {seq for (seq,) in database.select_in(sql, [seq for seq, _ in rows])}
    return [
        (seq, payload)
        for seq, payload in rows
        if seq not in pointing or _meets(database, lists, wanted.source, payload)
    ]


def _meets(
    database: Database, lists: Sequence[question.Terms], source: str | None, payload: bytes
) -> bool:
    terms = set[int]()
    for _ in range(1 + LONGEST_CHAIN_REFERENCES):
        found = mentions(msgspec.json.decode(payload))
        terms |= terms_of(found)
        if found.target is None:
            break
        targets = database.execute(
            "SELECT t.payload FROM statement t JOIN source s ON s.key = t.source "
            "WHERE t.id = ? AND s.name = ?",
            (bytes.fromhex(found.target.replace("-", "")), source),
        )
        if not targets:
            break
        payload = targets[0][0]
    return all(not terms.isdisjoint(each) for each in lists)
