"""Small statements, and a log to keep them in."""

import uuid
from datetime import UTC, datetime
from typing import Any

import msgspec

from leadline.statements import Statement, read
from leadline.store import Log

AUTHORITY = {"objectType": "Agent", "account": {"homePage": "https://lrs.example", "name": "key"}}
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
SOURCE = "lms"


def identity(number: int) -> str:
    """A statement id that a test can name: number 7 is …0007."""
    return str(uuid.UUID(int=number))


def agent(name: str) -> dict[str, Any]:
    return {"objectType": "Agent", "mbox": f"mailto:{name}@example.org"}


def verb(name: str) -> dict[str, Any]:
    return {"id": VOIDED if name == "voided" else f"https://example.org/verbs/{name}"}


def activity(name: str) -> dict[str, Any]:
    return {"objectType": "Activity", "id": f"https://example.org/activities/{name}"}


def reference(number: int) -> dict[str, Any]:
    return {"objectType": "StatementRef", "id": identity(number)}


def sent(number: int, who: str = "ana", did: str = "read", **parts: Any) -> dict[str, Any]:
    """Statement `number`: by default, Ana read the book."""
    return {
        "id": identity(number),
        "actor": agent(who),
        "verb": verb(did),
        "object": activity("book"),
        **parts,
    }


def taken(value: dict[str, Any], version: str = "2.0.0") -> Statement:
    return read(value, stored=datetime.now(UTC), authority=AUTHORITY, version=version)


def append(log: Log, *values: dict[str, Any], source: str = SOURCE) -> None:
    """Append all of these in one batch."""
    log.append([taken(value) for value in values], source=source)


def numbers(payloads: tuple[bytes, ...]) -> list[int]:
    """The numbers of the statements on a page."""
    return [uuid.UUID(msgspec.json.decode(payload)["id"]).int for payload in payloads]
