"""The store's own definition of each activity, merged from all that was sent (Data 2.4.4.1)."""

from collections.abc import Iterable
from typing import Any

import msgspec

from leadline.store.database import Database

REMEMBERED_DEFINITIONS = 65_536

_MERGED_MAPS = ("name", "description", "extensions")


class Activity(msgspec.Struct, frozen=True):
    """An activity's IRI, its merged definition, and the seq of its last change."""

    id: str
    definition: dict[str, Any]
    revision: int


class Definitions:
    """Keeps the merged definitions; cheap where nothing changes, which is nearly always."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # What was merged lately, by activity, as the hash of the JSON that was sent.
        self._merged: dict[str, int] = {}

    def merge(self, sent: Iterable[tuple[str, bytes]], revision: int) -> dict[str, int]:
        """Merge definitions as JSON, inside the log's transaction; a later one wins.

        Gives what to `remember` once the transaction has been committed."""
        fresh: dict[str, list[bytes]] = {}
        hashes: dict[str, int] = {}
        for iri, text in sent:
            mark = hash(text)
            if hashes.get(iri, self._merged.get(iri)) != mark:
                fresh.setdefault(iri, []).append(text)
                hashes[iri] = mark
        if fresh:
            self._write(fresh, revision)
        return hashes

    def remember(self, hashes: dict[str, int]) -> None:
        """Note definitions as merged and committed."""
        if len(self._merged) + len(hashes) > REMEMBERED_DEFINITIONS:
            self._merged = {}
        self._merged |= hashes

    def _write(self, fresh: dict[str, list[bytes]], revision: int) -> None:
        known: dict[str, str] = dict(
            self._database.select_in(
                "SELECT id, definition FROM activity WHERE id IN ({keys})", fresh
            )
        )
        changed = []
        for iri in sorted(fresh):
            before = msgspec.json.decode(known[iri]) if iri in known else {}
            after = before
            for text in fresh[iri]:
                after = merged(after, msgspec.json.decode(text))
            if after != before or iri not in known:
                changed.append((iri, msgspec.json.encode(after).decode(), revision))
        self._database.insert(
            "activity",
            ("id", "definition", "revision"),
            changed,
            "ON CONFLICT (id) DO UPDATE SET definition = excluded.definition, "
            "revision = excluded.revision",
        )


def merged(before: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """A definition with a newer one laid over it: maps entry by entry, the rest whole."""
    after = before | sent
    for key in _MERGED_MAPS:
        if key in before and key in sent:
            after[key] = before[key] | sent[key]
    return after
