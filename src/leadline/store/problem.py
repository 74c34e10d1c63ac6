"""What can go wrong with the store that a caller may want to answer."""

from collections.abc import Collection


class Unavailable(Exception):
    """The database cannot take or give anything now: lost, locked for too long, or its disk full.

    Nothing of the transaction was kept. Worth trying again later (HTTP: 503)."""


class Conflict(Exception):
    """A batch holds statements whose id is already taken by a different statement (Data 2.3.1).

    ids: those statements' ids. Nothing of the batch was kept (HTTP: 409)."""

    def __init__(self, ids: Collection[str]) -> None:
        super().__init__(
            f"Statement {', '.join(sorted(ids))} is already stored with other content; "
            "statements are immutable: send it under a new id, or void the stored one."
        )
        self.ids = frozenset(ids)
