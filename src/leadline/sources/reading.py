"""From raw records to statements: decoding, checking, and what is said where that fails."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from leadline.sources.ids import derived_id
from leadline.sources.records import Broken, Record
from leadline.statements import BadStatement, Statement, read

AUTHORITY_HOME = "urn:leadline:source"

_decode = msgspec.json.Decoder().decode
_sorted = msgspec.json.Encoder(order="sorted").encode


class Read(NamedTuple):
    """A batch as it was read: statements in order, and what cannot be one, with the reason."""

    statements: list[Statement]
    broken: list[Broken]


def read_batch(batch: list[Record | Broken], source: str) -> Read:
    """Decode and check every record; a bad one stops nothing."""
    stored, authority = datetime.now(UTC), authority_of(source)
    found = Read([], [])
    for record in batch:
        if isinstance(record, Broken):
            found.broken.append(record)
            continue
        try:
            found.statements.append(statement_of(record, source, stored, authority))
        except BadStatement as bad:
            found.broken.append(_broken(record, bad))
    return found


def authority_of(source: str) -> dict[str, Any]:
    """The agent that vouches for what a file or table says: the source itself (Data 2.4.9)."""
    return {"objectType": "Agent", "account": {"homePage": AUTHORITY_HOME, "name": source}}


def statement_of(
    record: Record, source: str, stored: datetime, authority: dict[str, Any]
) -> Statement:
    """Decode and check one record. Raises BadStatement.

    A record without an id gets one that follows from its source and content, so that taking it
    in again is a duplicate."""
    try:
        value = _decode(record.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        reason = f"is not JSON: {problem}."
        raise BadStatement("", reason, "Send the whole statement as JSON in UTF-8.", "") from None
    version = "1.0.3"
    if isinstance(value, dict):
        if value.get("id") is None:
            value.pop("id", None)
            value["id"] = derived_id(source, _sorted(value))
        if str(value.get("version", "")).startswith("2"):
            version = "2.0.0"
    return read(value, stored=stored, authority=authority, version=version)


def _broken(record: Record, bad: BadStatement) -> Broken:
    reason = f"{bad.reason} (xAPI {bad.section})" if bad.section else bad.reason
    return Broken(record.origin, record.content, bad.field or "statement", reason, bad.remedy)
