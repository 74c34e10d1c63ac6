"""Which definitions the lake was made with, and which tables it holds."""

import ast
import functools
import hashlib
import inspect
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa

import leadline.events
import leadline.facts
from leadline.events import EVENT
from leadline.facts import Fact, catalogue

LINK = pa.schema([("actor", pa.int64()), ("person", pa.int64())])
ACTIVITY = pa.schema(
    [
        ("activity", pa.string()),  # id, an IRI
        ("name", pa.string()),  # English where there is one
        ("kind", pa.string()),  # as in an event; without a type, by how events refer to it
        ("type", pa.string()),  # IRI as sent
        ("course", pa.string()),  # that holds it, by the newest event about it
        ("module", pa.string()),
        ("position", pa.float64()),  # declared order within the course
        ("length_s", pa.float64()),  # of a video, as last sent
    ]
)
POSITION = pa.schema(
    [
        ("person", pa.int64()),
        ("unit", pa.string()),
        ("unit_path", pa.string()),
        ("role", pa.string()),
        ("location", pa.string()),
        ("manager", pa.int64()),  # person key
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),  # exclusive; null: still
        ("hire_date", pa.date32()),
        ("left_on", pa.date32()),
        ("zone", pa.string()),
        ("account", pa.string()),  # of the customer whose contact it is
    ]
)
ACCOUNT = pa.schema(
    [
        ("account", pa.string()),  # id
        ("segment", pa.string()),
        ("region", pa.string()),
        ("plan", pa.string()),
        ("started_on", pa.date32()),  # first day of the contract
        ("ended_on", pa.date32()),  # first day without one; null: none is known
    ]
)
MEASUREMENT = pa.schema(
    [
        ("kind", pa.string()),  # unit or account
        ("of", pa.string()),  # path of the unit, id of the account
        ("outcome", pa.string()),  # activity id
        ("at", EVENT.field("timestamp").type),
        ("value", pa.float64()),
        ("exposure", pa.float64()),
        ("measure", pa.string()),
        ("better", pa.string()),
        ("source", pa.string()),
    ]
)
SOURCE = pa.schema(
    [
        ("source", pa.string()),
        ("statements", pa.int64()),
        ("watermark", EVENT.field("stored").type),  # newest `stored`
    ]
)
# Declared lists of the curriculum; leadline.curriculum.rows says what their columns mean.
LINKAGE = pa.schema(
    [("question", pa.string()), ("objective", pa.string()), ("content", pa.string())]
)
STANDARD = pa.schema(
    [
        ("role", pa.string()),
        ("valid_from", pa.date32()),
        ("needs", pa.string()),
        ("thing", pa.string()),
        ("at_least", pa.float64()),
        ("at_most", pa.float64()),
    ]
)
CHECK = pa.schema(
    [
        ("assessment", pa.string()),
        ("of", pa.string()),
        ("from_day", pa.int64()),
        ("to_day", pa.int64()),
        ("invited", pa.bool_()),
    ]
)
# leadline.curriculum.duties says what the columns of these mean.
REQUIREMENT = pa.schema(
    [
        ("requirement", pa.string()),
        ("name", pa.string()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        ("rules_from", pa.date32()),
        ("rules_to", pa.date32()),
        ("valid_months", pa.int64()),
        ("grace_days", pa.int64()),
        ("lead_days", pa.int64()),
        ("due_days", pa.int64()),
        ("regulated", pa.bool_()),
        ("leave", pa.string()),
        ("rehire", pa.string()),
    ]
)
SCOPE = pa.schema(
    [
        ("requirement", pa.string()),
        ("valid_from", pa.date32()),
        ("unit", pa.string()),
        ("role", pa.string()),
        ("location", pa.string()),
    ]
)
SATISFIER = pa.schema(
    [("requirement", pa.string()), ("valid_from", pa.date32()), ("thing", pa.string())]
)
EXEMPTION = pa.schema(
    [
        ("requirement", pa.string()),
        ("person", pa.int64()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        ("reason", pa.string()),
    ]
)
LEAVE = pa.schema([("person", pa.int64()), ("valid_from", pa.date32()), ("valid_to", pa.date32())])
DUTIES = {
    **{"requirement": REQUIREMENT, "scope": SCOPE, "satisfier": SATISFIER},
    **{"exemption": EXEMPTION, "leave": LEAVE},
}
PROGRAMME = pa.schema(
    [("programme", pa.string()), ("valid_from", pa.date32()), ("course", pa.string())]
)
CRITICAL = pa.schema([("role", pa.string()), ("keeps", pa.float64())])
DECLARED = {
    "critical": CRITICAL,
    **{"linkage": LINKAGE, "standard": STANDARD, "check": CHECK, "programme": PROGRAMME},
    **DUTIES,
}
DIMENSIONS = {
    **{"link": LINK, "activity": ACTIVITY, "position": POSITION, "source": SOURCE},
    **{"account": ACCOUNT, "measurement": MEASUREMENT},
    **DECLARED,
}


def schemas() -> dict[str, pa.Schema]:
    """Every table that readers of the lake may ask for, filled or not."""
    facts = {name: fact.schema().to_pyarrow() for name, fact in catalogue().items()}
    return {"event": EVENT, **DIMENSIONS, **facts}


def fingerprint(facts: Mapping[str, Fact], zone: str) -> str:
    """Changes whenever events or facts may mean something else: code, columns, reporting zone.

    Formatting and comments do not count. A lake with another fingerprint is rebuilt."""
    digest = hashlib.sha256(zone.encode())
    for package in (leadline.events, leadline.facts):
        digest.update(_code(sorted(Path(package.__path__[0]).rglob("*.py"))))
    for name, fact in sorted(facts.items()):
        digest.update(f"{name}{fact.schema()}".encode())
        digest.update(_code([Path(inspect.getfile(fact.rows))]))
    return digest.hexdigest()


@functools.cache
def _parsed(path: Path, changed_ns: int) -> bytes:
    del changed_ns  # part of the cache key only
    return ast.dump(ast.parse(path.read_bytes())).encode()


def _code(paths: Iterable[Path]) -> bytes:
    return b"".join(_parsed(path, path.stat().st_mtime_ns) for path in paths)
