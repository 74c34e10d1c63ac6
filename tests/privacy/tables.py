"""A lake of made-up rows, so that a property can be tried on many worlds in little time.

The tables have the real schemas; every column of every fact is filled from one seed per person, so
that one person's rows can change without anybody else's."""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import ibis
import pyarrow as pa

from leadline.facts import catalogue
from leadline.privacy.keep import Kept
from leadline.privacy.view import Views
from leadline.refresh import schemas

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
COURSES = ("course-a", "course-b")
VIDEO = "video-1"
WORDS = {
    "course": COURSES,
    "video": (VIDEO,),
    "module": ("m1", "m2", "m3"),
    "last_module": ("m1", "m2", "m3"),
    "cycle_no": (1,),
    "kind": ("module",),
    "layer": ("unique", "every"),
    "state": ("submitted", "started"),
    "segments_state": ("read", "absent"),
}


@dataclass
class TableLake:
    """What the lens needs of a lake. seeds: person -> what their rows are made from."""

    seeds: dict[int, str]
    positions: list[dict[str, Any]] = field(default_factory=list)
    version: int = 1
    _connection: ibis.BaseBackend | None = None

    def snapshot(self) -> Any:
        commit = SimpleNamespace(watermark=NOW, at=None)
        return SimpleNamespace(version=self.version, mark=self.version, commit=commit)

    def connect(self, snapshot: Any) -> ibis.BaseBackend:
        self._connection = self._connection or self._filled()
        return self._connection

    def _filled(self) -> ibis.BaseBackend:
        connection = ibis.duckdb.connect()
        connection.raw_sql("SET TimeZone = 'UTC'").fetchall()
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in schemas()}
        rows["position"] = self.positions
        for person, seed in sorted(self.seeds.items()):
            for name, made in _rows_of(person, random.Random(seed)).items():
                rows[name] += made
        for name, schema in schemas().items():
            filled = [dict.fromkeys(schema.names) | row for row in rows[name]]
            connection.create_table(name, pa.Table.from_pylist(filled, schema))
        return connection


@dataclass
class TableParts:
    """The application's parts around such a lake; directory, audit and the rest are real."""

    app: Any
    lake: TableLake

    def __post_init__(self) -> None:
        self.settings = self.app.settings
        self.directory, self.audit = self.app.directory, self.app.audit
        self.sources, self.quarantine = self.app.sources, self.app.quarantine
        self.kept, self.views = Kept(), Views(self.lake)


def seat(person: int, unit: str, role: str = "driver", location: str = "Kiel") -> dict[str, Any]:
    """Where a person has always sat."""
    place = {"unit": unit.rpartition("/")[2], "unit_path": unit, "role": role}
    return {"person": person, **place, "location": location, "valid_from": date(2020, 1, 1)}


def _rows_of(person: int, chance: random.Random) -> dict[str, list[dict[str, Any]]]:
    made: dict[str, list[dict[str, Any]]] = {}
    for name, fact in catalogue().items():
        types = fact.schema()
        count = chance.randint(2, 5)
        made[name] = [
            {c: _value(c, types[c], chance) for c in types.names} | {"person": person}
            for _ in range(count)
        ]
    made["event"] = [
        {
            "seq": person // 4 + number,  # distinct enough: keys are random
            "actor": person,
            "timestamp": _instant(chance),
            "stored": _instant(chance),
            "did": chance.choice(["played", "passed", "logged_in", "completed"]),
            "course": chance.choice(COURSES),
            "source": "lms",
            "segments_state": "absent",
        }
        for number in range(chance.randint(1, 3))
    ]
    return made


def _value(column: str, type: Any, chance: random.Random) -> Any:
    if column in WORDS:
        return chance.choice(WORDS[column])
    if type.is_timestamp():
        return _instant(chance) if chance.random() < 0.7 else None
    if type.is_date():
        return _instant(chance).date()
    if type.is_boolean():
        return chance.random() < 0.5
    if type.is_integer():
        return chance.randint(1, 3)
    if type.is_floating():
        return float(chance.randint(0, 60))
    return f"{column}-{chance.randint(1, 2)}" if type.is_string() else None


def _instant(chance: random.Random) -> datetime:
    return START + timedelta(seconds=chance.randrange(140 * 86_400))
