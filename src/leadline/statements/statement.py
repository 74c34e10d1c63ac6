"""A statement, checked and completed."""

import uuid
from datetime import datetime
from typing import Any

import msgspec

from leadline.statements.forms import instant, stamp
from leadline.statements.mentions import Mentions, definitions, mentions
from leadline.statements.problem import BadStatement
from leadline.statements.rules import check_statement

# `read` writes `stored` first, and a `timestamp` that it had to give second, both at full width, so
# that the log can set the moment of storing in place, without encoding the statement again.
_STORED = slice(len(b'{"stored":"'), len(b'{"stored":"') + 27)
_TIMESTAMP = slice(
    _STORED.stop + len(b'","timestamp":"'), _STORED.stop + len(b'","timestamp":"') + 27
)

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class Statement(msgspec.Struct, frozen=True, eq=False):
    """One valid statement and what the log needs to know of it.

    id: lower-case UUID. payload: the completed statement as JSON, as it will be returned.
    stored: when it was read; the log sets the final moment when it commits. timestamp: when it
    happened; timestamp_given: false where the sender left it out and `stored` took its place.
    definitions: (activity IRI, definition as JSON). attachments: their sha2 sums.

    The decoded statement is not kept: a batch of them would be ten times as large, and so slower
    to read than the decoding of the few that are asked for again.
    """

    id: str
    payload: bytes
    stored: datetime
    timestamp: datetime
    timestamp_given: bool
    mentions: Mentions
    definitions: tuple[tuple[str, bytes], ...]
    attachments: tuple[str, ...]

    @property
    def value(self) -> dict[str, Any]:
        """The completed statement, decoded anew."""
        value: dict[str, Any] = _decode(self.payload)
        return value

    @property
    def voids(self) -> str | None:
        """The id of the statement that this one voids (Data 2.3.2), in lower case."""
        return self.mentions.voids

    def payload_stored_at(self, moment: bytes) -> bytes:
        """The payload with another moment of storing, given as `stamp` writes it."""
        payload = self.payload
        if self.timestamp_given:
            return payload[: _STORED.start] + moment + payload[_STORED.stop :]
        between = payload[_STORED.stop : _TIMESTAMP.start]
        return payload[: _STORED.start] + moment + between + moment + payload[_TIMESTAMP.stop :]

    def is_stored_as(self, payload: bytes) -> bool:
        """Whether this payload is this statement to the last byte, but for when it was stored.

        False does not say that the two differ in the sense of `same`."""
        return self.payload_stored_at(payload[_STORED]) == payload

    @property
    def sent(self) -> dict[str, Any]:
        """The statement without what the store decides: the same each time it is sent."""
        dropped = {"stored", "authority"} | (set() if self.timestamp_given else {"timestamp"})
        return {key: part for key, part in self.value.items() if key not in dropped}


def read(
    value: dict[str, Any], *, stored: datetime, authority: dict[str, Any], version: str = "1.0.3"
) -> Statement:
    """Check a decoded statement by the rules of `version` ("1.0.x" or "2.0.x") and complete it.

    What was sent stays as it was, with these completions (Data 2.4): `id` if missing; `stored` and
    `authority` always, since the store vouches for them; `timestamp` if missing; `version` if
    missing (1.0.0, in 2.0 2.0.0). A single context activity becomes an array of one (Data
    2.4.6.2), and under 2.0 a timestamp with an offset is written in UTC (9274.1.1). `value` is not
    changed. Raises BadStatement.
    """
    happened = check_statement(value, version)
    given = happened is not None
    written = stamp(stored)
    completed: dict[str, Any] = {"stored": written}
    if not given:
        completed["timestamp"] = written
    completed.update(value)
    completed["stored"] = written
    completed["authority"] = authority
    if "id" not in value:
        completed["id"] = str(uuid.uuid4())
    modern = version.startswith("2")
    if "version" not in value:
        completed["version"] = "2.0.0" if modern else "1.0.0"
    _settle(completed, modern)
    return Statement(
        id=completed["id"].lower(),
        payload=_encode(completed),
        stored=stored,
        timestamp=stored if happened is None else happened,
        timestamp_given=given,
        mentions=mentions(completed),
        definitions=tuple([(iri, _encode(text)) for iri, text in definitions(completed)]),
        attachments=tuple(entry["sha2"].lower() for entry in _attachments(completed)),
    )


def _settle(part: dict[str, Any], modern: bool) -> None:
    """Bring a statement's (our copy's) context activities and timestamp into their stored form."""
    groups = part["context"].get("contextActivities") if "context" in part else None
    if groups is not None and not all(type(entry) is list for entry in groups.values()):
        listed = {key: one if type(one) is list else [one] for key, one in groups.items()}
        part["context"] = part["context"] | {"contextActivities": listed}
    if modern and "timestamp" in part and part["timestamp"][-1] != "Z":
        moment = instant(part["timestamp"], strict=True)
        if moment is None:
            raise BadStatement("timestamp", "is not a timestamp.", "Send RFC 3339.", "Data 4.5")
        part["timestamp"] = stamp(moment)
    if part["object"].get("objectType") == "SubStatement":
        part["object"] = dict(part["object"])
        _settle(part["object"], modern)


def _attachments(statement: dict[str, Any]) -> list[dict[str, Any]]:
    listed = list(statement.get("attachments", ()))
    if statement["object"].get("objectType") == "SubStatement":
        listed += statement["object"].get("attachments", ())
    return listed
