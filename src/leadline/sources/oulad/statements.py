"""Rows of the OULAD tables written as xAPI statements.

OULAD knows days, counted from the start of a presentation, and no hours. Within a day we place
registrations at noon UTC, activity a second later and endings a second after that, so that the
order is right and the day stays the same in the time zones of Europe, Africa and America."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import msgspec

from leadline.sources.ids import derived_id
from leadline.sources.oulad.tables import Tables
from leadline.sources.records import Broken, Record, Unreadable

SOURCE = "oulad"
HOME = "https://analyse.kmi.open.ac.uk/open_dataset"
ADL = "http://adlnet.gov/expapi"
PASS_MARK = 40  # of 100; OULAD: "a score lower than 40 is interpreted as Fail"
PRESENTATION = re.compile(r"\d{4}[BJ]")
STARTS = {"B": (2, 1), "J": (10, 1)}  # presentations begin in February and October

ASSUMED = "urn:leadline:extension:date-assumed"  # the table has no day; the reason is the value
TRANSFERRED = "urn:leadline:extension:transferred"
CLICKS = "urn:leadline:extension:clicks"

REGISTERED, ACTIVE, ENDED = "T12:00:00Z", "T12:00:01Z", "T12:00:02Z"
PAGES = frozenset({"homepage", "htmlactivity", "oucontent", "page", "resource", "subpage", "url"})

encode = msgspec.json.encode


def verb(iri: str) -> bytes:
    return encode({"id": iri, "display": {"en": iri.rpartition("/")[2]}})


VERB = {
    name: verb(f"{ADL}/verbs/{name}")
    for name in ("registered", "completed", "passed", "failed", "experienced")
} | {"unregistered": verb("http://id.tincanapi.com/verb/unregistered")}


@dataclass(frozen=True)
class Course:
    """One presentation of a module."""

    module: str
    presentation: str
    start: date
    days: int

    @property
    def iri(self) -> str:
        return f"{HOME}/course/{self.module}/{self.presentation}"

    def activity(self) -> dict[str, Any]:
        name = {"en": f"{self.module} {self.presentation}"}
        definition = {"type": f"{ADL}/activities/course", "name": name}
        return {"objectType": "Activity", "id": self.iri, "definition": definition}

    def parent(self) -> bytes:
        """A context that says: this is a part of the course."""
        return encode({"contextActivities": {"parent": [self.activity()]}})

    def date(self, number: int | None) -> date:
        """The calendar day of a day number; the first day where there is none."""
        return self.start + timedelta(days=number or 0)

    def day(self, number: int | None) -> str:
        return self.date(number).isoformat()


Courses = Mapping[tuple[str, str], Course]


def courses(tables: Tables) -> Courses:
    """Every presentation, by (module, presentation). Raises Unreadable."""
    found = {}
    for module, presentation, days in tables.rows(
        "courses", "code_module", "code_presentation", "module_presentation_length"
    ):
        if not PRESENTATION.fullmatch(presentation or "") or days is None:
            raise Unreadable(
                f"{tables.name('courses')}: {module} {presentation} cannot be placed in time; "
                "a presentation is a year and B or J, such as 2013J, with its length in days."
            )
        start = date(int(presentation[:4]), *STARTS[presentation[4:]])
        found[module, presentation] = Course(module, presentation, start, days)
    return found


def written(parts: Mapping[str, bytes], student: int, key: str) -> bytes:
    """A statement by a student; `key` names the row and so decides the id."""
    identity = derived_id(SOURCE, key.encode())
    actor = f'{{"objectType":"Agent","account":{{"homePage":"{HOME}","name":"{student}"}}}}'
    rest = b",".join(b'"%s":%s' % (name.encode(), part) for name, part in parts.items())
    return f'{{"id":"{identity}","actor":{actor},'.encode() + rest + b"}"


def registrations(tables: Tables, known: Courses) -> Iterator[Record | Broken]:
    """One `registered` for each row of studentRegistration."""
    columns = (
        "code_module", "code_presentation", "id_student", "date_registration",
        "date_unregistration",
    )  # fmt: skip
    for origin, row in lined(tables, "studentRegistration", *columns):
        module, presentation, student, day, left = row
        course = known.get((module, presentation))
        if course is None or student is None:
            yield stray(origin, "code_presentation", "courses", list(row))
            continue
        parts = {"verb": VERB["registered"], "object": encode(course.activity())}
        if day is None:
            day = min(0, left or 0)  # nobody leaves before they are in
            reason = "registration day not recorded: the presentation's start, or the day they left"
            parts["context"] = _assumed(reason)
        parts["timestamp"] = at(course.day(day), REGISTERED)
        key = f"studentRegistration|{module}|{presentation}|{student}"
        yield Record(origin, written(parts, student, key))


def results(tables: Tables, known: Courses) -> Iterator[Record | Broken]:
    """One ending for each row of studentInfo that has a final result."""
    left = {
        (module, presentation, student): day
        for module, presentation, student, day in tables.rows(
            "studentRegistration",
            "code_module", "code_presentation", "id_student", "date_unregistration",
        )
        if day is not None
    }  # fmt: skip
    columns = ("code_module", "code_presentation", "id_student", "final_result")
    for origin, row in lined(tables, "studentInfo", *columns):
        module, presentation, student, result = row
        course = known.get((module, presentation))
        if course is None or student is None:
            yield stray(origin, "code_presentation", "courses", list(row))
            continue
        ending = _ending(course, result, left.get((module, presentation, student)))
        if ending is not None:
            key = f"studentInfo|{module}|{presentation}|{student}"
            parts = {"object": encode(course.activity()), **ending}
            yield Record(origin, written(parts, student, key))


def _ending(course: Course, result: str | None, left: int | None) -> dict[str, bytes] | None:
    if result == "Withdrawn":
        ending = {"verb": VERB["unregistered"]}
        if left is None:
            ending["context"] = _assumed("withdrawal day not recorded: the presentation's end")
        day = course.days if left is None else left
        return ending | {"timestamp": at(course.day(day), ENDED)}
    if result not in ("Pass", "Distinction", "Fail"):
        return None
    passed = result != "Fail"
    said: dict[str, Any] = {"success": passed, "response": result}
    if passed:
        said["completion"] = True
    return {
        "verb": VERB["completed" if passed else "failed"],
        "result": encode(said),
        "timestamp": at(course.day(course.days), ENDED),
    }


def lined(tables: Tables, stem: str, *columns: str) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Rows of a table with their origin; a header stands in line 1."""
    name = tables.name(stem)
    for line, row in enumerate(tables.rows(stem, *columns), 2):
        yield f"{name}:{line}", row


def stray(origin: str, column: str, other: str, row: list[Any]) -> Broken:
    """A row that belongs to nobody or to nothing."""
    reason = f"the row names no student, or its {column} is not in the table {other}"
    remedy = f"Restore the student's number, or the missing row of {other}."
    return Broken(origin, encode(row), column, reason, remedy)


def _assumed(reason: str) -> bytes:
    return encode({"extensions": {ASSUMED: reason}})


def at(day: str, time: str) -> bytes:
    return f'"{day}{time}"'.encode()
