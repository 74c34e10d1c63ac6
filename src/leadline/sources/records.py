"""What a statement source hands to the intake: records, and pieces that cannot be one."""

from typing import NamedTuple


class Record(NamedTuple):
    """One statement as its source wrote it (UTF-8 JSON), and where it stood: `file:line`."""

    origin: str
    content: bytes


class Broken(NamedTuple):
    """A piece of a source that cannot be read as one record, for the quarantine.

    content may be cut to its beginning where the piece is too long to hold."""

    origin: str
    content: bytes
    field: str
    reason: str
    remedy: str


class Unreadable(Exception):
    """A file cannot be read, or not to its end; says which one, why and what would do."""
