"""Answers to a test in a CSV file, one learner a line, as test systems and research sets have them.

    person_id, email   who it is; without either, each line is somebody nobody knows
    date               day of the test, YYYY-MM-DD; else the day given for the whole file
    every other column a question: the option chosen, or 1 and 0 where no key is given

An empty cell, NA, or a question that is no column for somebody was never shown; the text given as
`blank` is a question that was shown and left blank, which is wrong. Each line is one attempt: an
`answered` a question, then the test's result."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from leadline.directory import PERSON_HOME
from leadline.sources.csv_table import BadCell, Line, Table, day
from leadline.sources.records import Broken, Record, Unreadable

ABOUT = ("person_id", "email", "date")
NEVER_SHOWN = frozenset({"", "na", "nan", "null"})
LINE_HOME = "urn:leadline:line"
ADL = "http://adlnet.gov/expapi"
AT = "T12:00:0{}Z"  # a day without hours; the result comes a second after the answers
WRONG = "it is neither 1 nor 0, and no key is given"


@dataclass(frozen=True)
class Sheet:
    """What a file of answers is about. key: the right option by question; none: cells are 1 or 0.

    assessment: activity id. on: day of the test, where the file has no column date."""

    assessment: str
    source: str
    course: str | None = None
    key: Mapping[str, str] | None = None
    on: date | None = None
    blank: str | None = None


class AnswerFile:
    """An iterable of records, of each line those of its answers and its result.

    Raises Unreadable where there is no question, no day, or the key does not fit."""

    def __init__(self, path: Path, sheet: Sheet) -> None:
        self._table = Table(path, ABOUT, required=())
        self._sheet = sheet
        self.questions = self._table.ignored
        if not self.questions:
            raise Unreadable(f"{path}:1: there is no column besides {', '.join(ABOUT)}.")
        if "date" not in self._table and sheet.on is None:
            raise Unreadable(f"{path}:1: there is no column date; say on which day it was.")
        if sheet.key is not None and (lacking := set(self.questions) - set(sheet.key)):
            named = ", ".join(sorted(lacking)[:5])
            raise Unreadable(f"{path}:1: the key says nothing of {named}; add it to the key.")

    def __iter__(self) -> Iterator[Record | Broken]:
        for line in self._table.lines():
            try:
                line.check()
                for statement in self._statements(line):
                    yield Record(line.origin, msgspec.json.encode(statement))
            except BadCell as bad:
                yield Broken(line.origin, line.text.encode(), bad.column, bad.reason, bad.remedy)

    def _statements(self, line: Line) -> list[dict[str, Any]]:
        """All of a line or, where a cell is bad, none."""
        on = day("date", line.cells.get("date", "")) or self._sheet.on
        if on is None:
            raise BadCell("date", "is empty", "Write the day of the test as YYYY-MM-DD.")
        shown = [
            (question, line.cells[question])
            for question in self.questions
            if line.cells[question].lower() not in NEVER_SHOWN
        ]
        marks = [self._mark(question, cell) for question, cell in shown]
        about = {"actor": self._actor(line), "context": self._context()}
        answered = [
            {**about, **self._answered(*one, mark), "timestamp": on.isoformat() + AT.format(0)}
            for one, mark in zip(shown, marks, strict=True)
        ]
        result = {"score": {"raw": sum(marks), "min": 0, "max": len(marks)}, "completion": True}
        ended = {
            **about,
            "verb": {"id": f"{ADL}/verbs/completed"},
            "object": self._test(),
            "result": result,
            "timestamp": on.isoformat() + AT.format(1),
        }
        return [*answered, ended] if marks else []

    def _mark(self, question: str, cell: str) -> bool:
        if cell == self._sheet.blank:
            return False
        if self._sheet.key is not None:
            return cell == self._sheet.key[question]
        if cell not in ("0", "1"):
            raise BadCell(question, f"{cell!r}: {WRONG}", "Give the key, or write 1 for right.")
        return cell == "1"

    def _answered(self, question: str, cell: str, mark: bool) -> dict[str, Any]:
        result: dict[str, Any] = {"success": mark}
        if cell == self._sheet.blank:
            result["response"] = ""
        elif self._sheet.key is not None:
            result["response"] = cell
        definition = {
            "type": f"{ADL}/activities/cmi.interaction",
            "interactionType": "choice",
            "name": {"en": question},
        }
        part = quote(question, safe="")
        return {
            "verb": {"id": f"{ADL}/verbs/answered"},
            "object": {"id": f"{self._sheet.assessment}/{part}", "definition": definition},
            "result": result,
        }

    def _context(self) -> dict[str, Any]:
        around: dict[str, Any] = {"parent": [self._test()]}
        if self._sheet.course:
            course = {"id": self._sheet.course, "definition": {"type": f"{ADL}/activities/course"}}
            around["grouping"] = [course]
        return {"contextActivities": around}

    def _test(self) -> dict[str, Any]:
        return {
            "id": self._sheet.assessment,
            "definition": {"type": f"{ADL}/activities/assessment"},
        }

    def _actor(self, line: Line) -> dict[str, Any]:
        if line.cells.get("person_id"):
            return {"account": {"homePage": PERSON_HOME, "name": line.cells["person_id"]}}
        if line.cells.get("email"):
            return {"mbox": f"mailto:{line.cells['email']}"}
        name = f"{self._sheet.source}/{line.origin}"
        return {"account": {"homePage": LINE_HOME, "name": name}}


def read_key(path: Path) -> dict[str, str]:
    """The right option by question, from a table with the columns question and key."""
    table = Table(path, ("question", "key"), required=("question", "key"))
    return {line.cells["question"].lower(): line.cells["key"] for line in table.lines()}
