"""What SCORM packages told an LMS: the runtime values of each attempt, as LMSs export them.

A CSV table or JSON (lines or an array), a row for each value, with the fields

    userid        whom it is about, as the LMS names them; or person_id, or email
    scormid       the package: `scorm` and `course` do as well
    scoid         the sharable content object in it: `sco` does as well
    attempt       1, 2, 3 …
    element       cmi.core.lesson_status (SCORM 1.2), cmi.completion_status (SCORM 2004) …
    value
    timemodified  when: seconds since 1970, or ISO 8601

that is Moodle's table of tracks as it stands. In JSON `cmi` may hold all values of an attempt at
once, in place of element and value. What an attempt says becomes statements by ADL's SCORM profile:
initialized, responded, completed, passed, failed, scored, suspended, terminated; and where all
objects of a package that the file names are complete, the package is. The ids follow from what is
said, so that the same export again, or a later one, brings in only what is new. An attempt with a
value that cannot be read is held back whole."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from leadline.directory import PERSON_HOME
from leadline.sources.columns import column_name
from leadline.sources.csv_table import BadCell, Table, check_address
from leadline.sources.ids import derived_id
from leadline.sources.records import Broken, Record, Unreadable
from leadline.sources.scorm_values import Runtime, element_name
from leadline.sources.xapi_file import StatementFile
from leadline.statements.forms import instant, is_iri

FIELDS: Mapping[str, tuple[str, ...]] = {
    "person_id": ("person_id",),
    "email": ("email",),
    "userid": ("userid", "user_id", "user", "username", "learner_id", "student_id"),
    "scormid": ("scormid", "scorm_id", "scorm", "package", "course"),
    "scoid": ("scoid", "sco_id", "sco"),
    "attempt": ("attempt",),
    "element": ("element",),
    "value": ("value",),
    "timemodified": ("timemodified", "timestamp", "time"),
}
TABLES = frozenset({".csv", ".tsv", ".txt"})
LEARNERS = ("person_id", "email", "userid")
ADL = "http://adlnet.gov/expapi"
PROFILE = "https://w3id.org/xapi/scorm"

Json = dict[str, Any]
Cells = Mapping[str, str]


@dataclass(frozen=True)
class Attempts:
    """What a file is about. lms: address of the LMS; accounts and activities are named by it."""

    source: str
    lms: str


@dataclass(frozen=True)
class _Key:
    """One attempt of one learner at one object. learner: the field and what it says."""

    learner: tuple[str, str]
    package: str
    sco: str
    attempt: int


@dataclass
class _Row:
    """A row as it came. values: of the elements it tells; problem: why it tells nothing."""

    origin: str
    text: bytes
    cells: Cells
    values: Mapping[str, str]
    problem: BadCell | None = None


@dataclass
class _File:
    """All attempts of a file, the bad ones apart."""

    runtimes: dict[_Key, Runtime] = field(default_factory=dict)
    origins: dict[_Key, str] = field(default_factory=dict)
    bad: dict[_Key, list[Broken]] = field(default_factory=dict)
    homeless: list[Broken] = field(default_factory=list)


class ScormFile:
    """An iterable of records, attempt by attempt. Raises Unreadable where a field is missing."""

    def __init__(self, path: Path, about: Attempts) -> None:
        if not is_iri(about.lms):
            raise Unreadable(f"{about.lms}: is no address; give the LMS's, as https://lms.example.")
        self._path, self._about = path, about

    def __iter__(self) -> Iterator[Record | Broken]:
        found = _File()
        for row in _table(self._path) if self._path.suffix in TABLES else _json(self._path):
            _take(found, row)
        yield from found.homeless
        for broken in found.bad.values():
            yield from broken
        good = {key: each for key, each in found.runtimes.items() if key not in found.bad}
        tests = {(key.package, key.sco) for key, each in good.items() if each.is_test}
        for key, runtime in good.items():
            for statement in self._statements(key, runtime, (key.package, key.sco) in tests):
                yield Record(found.origins[key], msgspec.json.encode(statement))
        for key, at in _finished(good).items():
            told = ("completed", {"completion": True}, at)
            statement = self._said(key, told, self._package(key))
            yield Record(found.origins[key], msgspec.json.encode(statement))

    def _statements(self, key: _Key, runtime: Runtime, test: bool) -> Iterator[Json]:
        sco = {
            "id": self._sco(key),
            "definition": _named("assessment" if test else "lesson", key.sco),
        }
        package = {"grouping": [self._package(key)]}
        for verb, result, at in runtime.began():
            yield self._said(key, (verb, result, at), sco, **package)
        for answer in runtime.answers():
            question = {
                "id": answer.name if is_iri(answer.name) else f"{sco['id']}/{_part(answer.name)}",
                "definition": {**_named("cmi.interaction", answer.text), **answer.definition},
            }
            told = ("responded", answer.result, answer.at)
            yield self._said(key, told, question, parent=[sco], **package)
        for verb, result, at in runtime.ended():
            yield self._said(key, (verb, result, at), sco, **package)

    def _said(
        self, key: _Key, told: tuple[str, Json, datetime], about: Json, **around: list[Json]
    ) -> Json:
        verb, result, at = told
        source = self._about.source
        attempt = [key.learner, key.package, key.attempt]
        statement = {
            "actor": self._actor(key.learner),
            "verb": {"id": f"{ADL}/verbs/{verb}", "display": {"en": verb}},
            "object": about,
            "context": {
                "registration": derived_id(source, msgspec.json.encode(attempt)),
                "contextActivities": {**around, "category": [{"id": PROFILE}]},
            },
            "timestamp": at.isoformat(),
            **({"result": result} if result else {}),
        }
        content = msgspec.json.encode([attempt, key.sco, verb, about["id"], at, result])
        return {"id": derived_id(source, content), **statement}

    def _actor(self, learner: tuple[str, str]) -> Json:
        column, name = learner
        if column == "email":
            return {"mbox": f"mailto:{name}"}
        home = PERSON_HOME if column == "person_id" else self._about.lms
        return {"account": {"homePage": home, "name": name}}

    def _package(self, key: _Key) -> Json:
        return {"id": self._package_id(key), "definition": _named("course", key.package)}

    def _package_id(self, key: _Key) -> str:
        named = f"{self._about.lms.rstrip('/')}/scorm/{_part(key.package)}"
        return key.package if is_iri(key.package) else named

    def _sco(self, key: _Key) -> str:
        return key.sco if is_iri(key.sco) else f"{self._package_id(key)}/{_part(key.sco)}"


def _table(path: Path) -> Iterator[_Row]:
    table = Table(path, [name for names in FIELDS.values() for name in names], ())
    found = {
        ours: next((name for name in names if name in table), None)
        for ours, names in FIELDS.items()
    }
    for column in ("scormid", "scoid", "attempt", "element", "value", "timemodified"):
        if found[column] is None:
            raise Unreadable(f"{path}:1: there is no column {column}.")
    if not any(found[column] for column in LEARNERS):
        raise Unreadable(f"{path}:1: there is no column {', '.join(LEARNERS)}.")
    for line in table.lines():
        cells = {ours: line.cells.get(name, "") for ours, name in found.items() if name}
        values = {cells["element"]: cells["value"]}
        yield _Row(line.origin, line.text.encode(), cells, values, line.uneven)


def _json(path: Path) -> Iterator[_Row]:
    for record in StatementFile(path):
        if isinstance(record, Broken):
            bad = BadCell(record.field, record.reason.rstrip("."), record.remedy)
            yield _Row(record.origin, record.content, {}, {}, bad)
            continue
        try:
            told = msgspec.json.decode(record.content, type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
            bad = BadCell("", f"is no JSON object: {problem}", "Export it again.")
            yield _Row(record.origin, record.content, {}, {}, bad)
            continue
        told = {column_name(name): value for name, value in told.items()}
        cells = {
            ours: next((str(told[name]) for name in names if told.get(name) is not None), "")
            for ours, names in FIELDS.items()
        }
        of_one = {cells["element"]: cells["value"]}
        values = dict(_flat("cmi", told["cmi"])) if "cmi" in told else of_one
        yield _Row(record.origin, record.content, cells, values)


def _flat(name: str, value: object) -> Iterator[tuple[str, str]]:
    """The values of a nested object by the names that SCORM gives them."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _flat(key if key.startswith("cmi.") else f"{name}.{key}", part)
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from _flat(f"{name}.{place}", part)
    elif value is not None:
        yield name, str(value)


def _take(found: _File, row: _Row) -> None:
    try:
        if row.problem is not None:
            raise row.problem
        key = _key(row.cells)
    except BadCell as bad:
        found.homeless.append(_broken(row, bad))
        return
    runtime = found.runtimes.setdefault(key, Runtime())
    found.origins.setdefault(key, row.origin)
    try:
        at = _instant(row.cells["timemodified"])
        for element, value in row.values.items():
            if not element:
                raise BadCell("element", "is empty", "Say which element the value is of.")
            runtime.tell(element_name(element), value, at)
    except BadCell as bad:
        found.bad.setdefault(key, []).append(_broken(row, bad))


def _key(cells: Cells) -> _Key:
    learner = next(((column, cells[column]) for column in LEARNERS if cells.get(column)), None)
    if learner is None:
        raise BadCell("userid", "nobody is named", f"Fill one of {', '.join(LEARNERS)}.")
    check_address("email", cells.get("email", ""))
    for column in ("scormid", "scoid"):
        if not cells[column]:
            raise BadCell(column, "is empty", "Fill it in, or take the row out.")
    if not cells["attempt"].isdecimal():
        raise BadCell("attempt", f"{cells['attempt']!r} is no number", "Write 1, 2, 3 …")
    return _Key(learner, cells["scormid"], cells["scoid"], int(cells["attempt"]))


def _instant(cell: str) -> datetime:
    if cell.isdecimal() and len(cell) <= 11:
        return datetime.fromtimestamp(int(cell), UTC)
    found = instant(cell.replace(" ", "T"), strict=False)
    if found is None:
        reason = f"{cell!r} is no time"
        raise BadCell("timemodified", reason, "Write seconds since 1970, or 2026-03-02T09:00:00Z.")
    return found


def _finished(runtimes: Mapping[_Key, Runtime]) -> dict[_Key, datetime]:
    """The attempts at a package in which every object of it was completed, and when."""
    scos: dict[str, set[str]] = {}
    done: dict[tuple[tuple[str, str], str, int], dict[str, tuple[datetime, _Key]]] = {}
    for key, runtime in runtimes.items():
        scos.setdefault(key.package, set()).add(key.sco)
        if runtime.completed_at is not None:
            whole = key.learner, key.package, key.attempt
            done.setdefault(whole, {})[key.sco] = runtime.completed_at, key
    found = {}
    for (_, package, _), each in done.items():
        if each.keys() == scos[package]:
            at, key = max(each.values(), key=lambda pair: pair[0])
            found[key] = at
    return found


def _named(kind: str, name: str) -> Json:
    return {"type": f"{ADL}/activities/{kind}", "name": {"en": name}}


def _part(name: str) -> str:
    return quote(name, safe="")


def _broken(row: _Row, bad: BadCell) -> Broken:
    return Broken(row.origin, row.text, bad.column, f"{bad.reason}.", bad.remedy)
