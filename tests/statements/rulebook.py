"""A valid statement with every part, and a way to change one thing in it."""

import copy
from datetime import UTC, datetime
from typing import Any

from leadline.statements import Statement, read

NOW = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
AUTHORITY = {"objectType": "Agent", "account": {"homePage": "https://lrs.example", "name": "key"}}
ABSENT = object()

ANA = {"objectType": "Agent", "name": "Ana", "mbox": "mailto:ana@example.org"}
BEN = {"objectType": "Agent", "account": {"homePage": "https://hr.example", "name": "ben"}}
TEAM = {"objectType": "Group", "name": "North", "member": [ANA, BEN]}
COURSE = {
    "objectType": "Activity",
    "id": "https://example.org/course",
    "definition": {
        "name": {"en-US": "Course", "sr-Latn-RS": "Kurs"},
        "description": {"en": "A course"},
        "type": "http://adlnet.gov/expapi/activities/course",
        "moreInfo": "https://example.org/about",
        "extensions": {"https://example.org/ext": None},
    },
}
QUESTION = {
    "id": "https://example.org/question",
    "definition": {
        "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
        "interactionType": "choice",
        "correctResponsesPattern": ["a"],
        "choices": [
            {"id": "a", "description": {"en": "One"}},
            {"id": "b", "description": {"en": "Two"}},
        ],
    },
}
FULL: dict[str, Any] = {
    "id": "7ccd3322-e1a5-411a-a67d-6a735c76f119",
    "actor": ANA,
    "verb": {"id": "http://adlnet.gov/expapi/verbs/passed", "display": {"en-US": "passed"}},
    "object": COURSE,
    "result": {
        "score": {"scaled": 0.95, "raw": 95, "min": 0, "max": 100},
        "success": True,
        "completion": True,
        "response": "because",
        "duration": "PT4H35M59.14S",
        "extensions": {"https://example.org/ext": {"any": [None, 1]}},
    },
    "context": {
        "registration": "ec531277-b57b-4c15-8d91-d292c5b2b8f7",
        "instructor": BEN,
        "team": TEAM,
        "contextActivities": {
            "parent": [{"id": "https://example.org/programme"}],
            "grouping": [{"id": "https://example.org/grouping"}],
            "category": [{"id": "https://example.org/profile"}],
            "other": [{"id": "https://example.org/other"}],
        },
        "revision": "3",
        "platform": "Example LMS",
        "language": "en-US",
        "statement": {"objectType": "StatementRef", "id": "6690e6c9-3ef0-4ed3-8b37-7f3964730bee"},
        "extensions": {"https://example.org/ext": "x"},
    },
    "timestamp": "2026-11-20T10:00:00.123Z",
    "attachments": [
        {
            "usageType": "https://example.org/certificate",
            "display": {"en": "Certificate"},
            "description": {"en": "The certificate"},
            "contentType": "application/pdf",
            "length": 1234,
            "sha2": "a" * 64,
            "fileUrl": "https://example.org/certificate.pdf",
        }
    ],
}


def changed(path: str, value: Any, base: dict[str, Any] = FULL) -> dict[str, Any]:
    """A copy of a statement with the thing at `path` (dots; numbers in arrays) set or ABSENT."""
    whole = copy.deepcopy(base)
    *way, last = path.split(".")
    place: Any = whole
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    key: Any = int(last) if isinstance(place, list) else last
    if value is ABSENT:
        del place[key]
    else:
        place[key] = value
    return whole


def as_substatement(statement: dict[str, Any]) -> dict[str, Any]:
    """A statement of intention around this one (Data 2.4.4.3)."""
    inner = {key: part for key, part in statement.items() if key != "id"}
    return {
        "actor": BEN,
        "verb": {"id": "http://example.org/planned"},
        "object": {"objectType": "SubStatement", **inner},
    }


def taken(value: dict[str, Any], version: str = "1.0.3") -> Statement:
    """Read a statement as the store would."""
    return read(value, stored=NOW, authority=AUTHORITY, version=version)
