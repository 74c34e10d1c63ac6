"""Answers to a test in a CSV file, as test systems and research sets have them.

Wide: a line is a learner's attempt, every column that says nothing else a question. Long: a line is
one answer, with a column `item` or `question`, and `score` (or `correct`, `mark`), `response` (or
`answer`), or both. Who it is: `person_id`, `email`, or a column of WHO; without any, each line is
somebody nobody knows. When: `date`, else the day given for the file. `language`, where it is told,
is that of the questions as they were asked. A first line of answers instead of names is read as
such: questions are then item_1, item_2 …

A cell is the option chosen where a key is given, points where their span is given, else 1 or 0.
Empty, NA and what is given as `missing` was never shown; what is given as `blank` was shown and
left blank, which is wrong. An attempt becomes an `answered` a question, then the test's result."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from leadline.directory import PERSON_HOME
from leadline.sources.columns import column_name
from leadline.sources.csv_table import BadCell, Line, Table, day, number
from leadline.sources.records import Broken, Record, Unreadable

WHO = (
    *("person_id", "person", "id", "student_id", "student", "learner_id", "learner"),
    *("user_id", "user", "subject", "examinee", "respondent"),
)
ITEM = ("item", "question")
SCORE = ("score", "correct", "mark", "points")
RESPONSE = ("response", "answer", "option", "chosen")
NEVER_SHOWN = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "none", "."})
MARKS = dict.fromkeys(("1", "1.0", "true", "t", "yes", "y"), 1.0) | dict.fromkeys(
    ("0", "0.0", "false", "f", "no", "n"), 0.0
)
RIGHT_OR_WRONG = (0.0, 1.0)
LINE_HOME = "urn:leadline:line"
ADL = "http://adlnet.gov/expapi"
AT = "T12:00:0{}Z"  # a day without hours; the result comes a second after the answers
WRONG = "it is neither 1 nor 0, and neither a key nor points are given"
REMEDY = "Give --key for options, --points for points, --missing for what stands for no answer."


@dataclass(frozen=True)
class Sheet:
    """What a file of answers is about. key: the right option by question; none: cells are marks.

    assessment: activity id. on: day of the test, where the file has no column date. points: the
    least and the most that a question gives. missing: further cells that mean "never shown". who,
    item, score, chosen: the columns that say who it is, which question of a long file, what it gave
    and what was chosen, where they have other names; leave_out: columns that are no questions."""

    assessment: str
    source: str
    course: str | None = None
    key: Mapping[str, str] | None = None
    on: date | None = None
    blank: str | None = None
    points: tuple[float, float] = RIGHT_OR_WRONG
    missing: tuple[str, ...] = ()
    who: str | None = None
    item: str | None = None
    score: str | None = None
    chosen: str | None = None
    leave_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Given:
    """An answer: the cell with the points or the mark, and the option, as far as there are such."""

    score: str = ""
    option: str = ""


@dataclass
class _Sitting:
    """One attempt: who it was (as the file says it), when, and what was given by question."""

    origin: str
    text: str
    email: bool
    who: str
    date: str
    language: str
    given: dict[str, _Given] = field(default_factory=dict)


class AnswerFile:
    """An iterable of records, of each attempt those of its answers and its result.

    long: one answer a line. Raises Unreadable where there is no question, no day, or the key does
    not fit."""

    def __init__(self, path: Path, sheet: Sheet) -> None:
        self._sheet, self._path = sheet, path
        who = (column_name(sheet.who),) if sheet.who else (*WHO, "email")
        required = who if sheet.who else ()
        self._table = Table(path, (*who, "date", "language"), required, self._unnamed)
        self._who = [column for column in who if column in self._table]
        self._item = self._column(sheet.item, ITEM)
        self._score = self._column(sheet.score, SCORE)
        self._option = self._column(sheet.chosen, RESPONSE)
        self.long = bool(self._item and (self._score or self._option) and self._who)
        left_out = {column_name(each) for each in sheet.leave_out}
        self.questions = [] if self.long else [q for q in self._table.ignored if q not in left_out]
        self._check()

    def _unnamed(self, first: Sequence[str]) -> Sequence[str] | None:
        """Names for the columns where the first line is made of answers, some given twice."""
        cells = [cell.strip().lower() for cell in first]
        known = {right.lower() for right in (self._sheet.key or {}).values()}
        looks = all(c in NEVER_SHOWN or c in MARKS or c in known or c.isdigit() for c in cells)
        if not looks or len(set(cells)) == len(cells):
            return None
        return [f"item_{place}" for place in range(1, len(cells) + 1)]

    def _column(self, named: str | None, usual: Sequence[str]) -> str | None:
        """The column of that name, else the first of the usual ones that is there, if any."""
        if named is not None and column_name(named) not in self._table:
            raise Unreadable(f"{self._path}:1: there is no column {named}.")
        wanted = (column_name(named),) if named is not None else usual
        return next((column for column in wanted if column in self._table), None)

    def _check(self) -> None:
        sheet, path = self._sheet, self._path
        if not self.long and not self.questions:
            raise Unreadable(
                f"{path}:1: there is no column besides {', '.join((*self._who, 'date'))}."
            )
        if "date" not in self._table and sheet.on is None:
            raise Unreadable(f"{path}:1: there is no column date; say on which day it was.")
        if self.long and sheet.key is not None and self._option is None:
            raise Unreadable(f"{path}:1: there is a key, but no column {' or '.join(RESPONSE)}.")
        if sheet.key is not None and (lacking := set(self.questions) - set(sheet.key)):
            named = ", ".join(sorted(lacking)[:5])
            raise Unreadable(
                f"{path}:1: the key says nothing of {named}; add it to the key, or leave the "
                "column out."
            )

    def __iter__(self) -> Iterator[Record | Broken]:
        for sitting in self._long() if self.long else self._wide():
            if isinstance(sitting, Broken):
                yield sitting
                continue
            try:
                for statement in self._statements(sitting):
                    yield Record(sitting.origin, msgspec.json.encode(statement))
            except BadCell as bad:
                raw = sitting.text.encode()
                yield Broken(sitting.origin, raw, bad.column, bad.reason, bad.remedy)

    def _wide(self) -> Iterator[_Sitting | Broken]:
        column = "option" if self._sheet.key is not None else "score"
        for line in self._table.lines():
            try:
                line.check()
            except BadCell as bad:
                yield _broken(line, bad)
                continue
            sitting = self._sitting(line)
            sitting.given = {q: _Given(**{column: line.cells[q]}) for q in self.questions}
            yield sitting

    def _long(self) -> Iterator[_Sitting | Broken]:
        """Attempts put together of their lines. One that has a bad line is held back whole."""
        sittings: dict[tuple[str, str], _Sitting] = {}
        bad_lines: dict[tuple[str, str], Broken] = {}
        for line in self._table.lines():
            try:
                line.check()
                sitting = self._sitting(line)
                key = (sitting.who, sitting.date)
                sitting = sittings.setdefault(key, sitting)
                self._add(sitting, line)
            except BadCell as bad:
                found = self._sitting(line)
                bad_lines.setdefault((found.who, found.date), _broken(line, bad))
        yield from bad_lines.values()
        yield from (each for key, each in sittings.items() if key not in bad_lines)

    def _add(self, sitting: _Sitting, line: Line) -> None:
        question = line.cells[self._item or ""]
        if not question:
            raise BadCell("item", "is empty", "Say which question the line is about.")
        if not sitting.who:
            raise BadCell(self._who[0], "is empty", "Say whose answer the line is.")
        if question in sitting.given:
            reason = f"{question!r} is answered twice by {sitting.who!r}"
            raise BadCell("item", reason, "Keep one line, or give a date to each attempt.")
        if self._sheet.key is not None and column_name(question) not in self._sheet.key:
            raise BadCell("item", f"the key says nothing of {question!r}", "Add it to the key.")
        score = line.cells[self._score] if self._score else ""
        option = line.cells[self._option] if self._option else ""
        sitting.given[question] = _Given(score, option)

    def _sitting(self, line: Line) -> _Sitting:
        column = next((c for c in self._who if line.cells.get(c)), "")
        who, date_, language = (line.cells.get(c, "") for c in (column, "date", "language"))
        return _Sitting(line.origin, line.text, column == "email", who, date_, language)

    def _statements(self, sitting: _Sitting) -> list[dict[str, Any]]:
        """All of an attempt or, where a cell is bad, none."""
        on = day("date", sitting.date) or self._sheet.on
        if on is None:
            raise BadCell("date", "is empty", "Write the day of the test as YYYY-MM-DD.")
        results = {
            question: result
            for question, given in sitting.given.items()
            if (result := self._result(question, given)) is not None
        }
        about = {"actor": self._actor(sitting), "context": self._context(sitting.language)}
        answered = [
            {
                **about,
                **self._answered(question, result),
                "timestamp": on.isoformat() + AT.format(0),
            }
            for question, result in results.items()
        ]
        ended = {
            **about,
            "verb": {"id": f"{ADL}/verbs/completed"},
            "object": self._test(),
            "result": {"score": self._whole(results), "completion": True},
            "timestamp": on.isoformat() + AT.format(1),
        }
        return [*answered, ended] if results else []

    def _result(self, question: str, given: _Given) -> dict[str, Any] | None:
        """What was made of a question; None: it was never shown."""
        cells = [cell for cell in (given.score, given.option) if not self._never_shown(cell)]
        if not cells:
            return None
        if self._sheet.blank is not None and cells[0] == self._sheet.blank:
            return {**self._marked(question, None), "response": ""}
        if self._sheet.key is not None and given.option:
            right = self._sheet.key[column_name(question)]
            option = right if given.option.lower() == right.lower() else _like(given.option, right)
            return {"success": option == right, "response": option}
        if given.score in ("", self._sheet.blank) or self._never_shown(given.score):
            raise BadCell(question, f"{given.option!r} without a score", "Give the key, or scores.")
        response = {"response": given.option} if given.option else {}
        return {**self._marked(question, given.score), **response}

    def _marked(self, question: str, cell: str | None) -> dict[str, Any]:
        """Success of a right or wrong answer, points of others; None: left blank."""
        low, high = self._sheet.points
        if self._sheet.points == RIGHT_OR_WRONG or self._sheet.key is not None:
            mark = 0.0 if cell is None else MARKS.get(cell.lower())
            if mark is None:
                raise BadCell(question, f"{cell!r}: {WRONG}", REMEDY)
            return {"success": mark == 1}
        points = low if cell is None else number(question, cell)
        if points is None or not low <= points <= high:
            reason = f"{cell!r} is not from {low:g} to {high:g}"
            raise BadCell(question, reason, "Give the least and the most with --points.")
        return {"score": {"raw": points, "min": low, "max": high}}

    def _never_shown(self, cell: str) -> bool:
        return cell.lower() in NEVER_SHOWN or cell in self._sheet.missing

    def _whole(self, results: Mapping[str, dict[str, Any]]) -> dict[str, float]:
        """The test's score: right answers, or points; without the least, so that it begins at 0."""
        low, high = self._sheet.points if self._sheet.key is None else RIGHT_OR_WRONG
        raw = sum(
            each["score"]["raw"] - low if "score" in each else int(each["success"])
            for each in results.values()
        )
        return {"raw": raw, "min": 0, "max": len(results) * (high - low)}

    def _answered(self, question: str, result: dict[str, Any]) -> dict[str, Any]:
        key = column_name(question)
        definition = {
            "type": f"{ADL}/activities/cmi.interaction",
            "interactionType": "choice",
            "name": {"en": self._table.written.get(key, question)},
        }
        return {
            "verb": {"id": f"{ADL}/verbs/answered"},
            "object": {
                "id": f"{self._sheet.assessment}/{quote(key, safe='')}",
                "definition": definition,
            },
            "result": result,
        }

    def _context(self, language: str) -> dict[str, Any]:
        around: dict[str, Any] = {"parent": [self._test()]}
        if self._sheet.course:
            course = {"id": self._sheet.course, "definition": {"type": f"{ADL}/activities/course"}}
            around["grouping"] = [course]
        spoken = {"language": language} if language else {}
        return {"contextActivities": around, **spoken}

    def _test(self) -> dict[str, Any]:
        return {
            "id": self._sheet.assessment,
            "definition": {"type": f"{ADL}/activities/assessment"},
        }

    def _actor(self, sitting: _Sitting) -> dict[str, Any]:
        if sitting.email:
            return {"mbox": f"mailto:{sitting.who}"}
        if sitting.who:
            return {"account": {"homePage": PERSON_HOME, "name": sitting.who}}
        name = f"{self._sheet.source}/{sitting.origin}"
        return {"account": {"homePage": LINE_HOME, "name": name}}


def _broken(line: Line, bad: BadCell) -> Broken:
    return Broken(line.origin, line.text.encode(), bad.column, bad.reason, bad.remedy)


def _like(option: str, right: str) -> str:
    """`b` where the key is written in capitals is B."""
    if right.isupper():
        return option.upper()
    return option.lower() if right.islower() else option


def read_key(path: Path) -> dict[str, str]:
    """The right option by question, from a table with the columns question and key, or one line
    below the names of the questions."""
    table = Table(path, ("question", "key"), required=())
    lines = list(table.lines())
    if "question" in table and "key" in table:
        found = {column_name(line.cells["question"]): line.cells["key"] for line in lines}
    elif len(lines) == 1:
        lines[0].check()
        found = lines[0].cells
    else:
        raise Unreadable(
            f"{path}:1: a key has the columns question and key, or one line of right options "
            "below the names of the questions."
        )
    return {question: right for question, right in found.items() if question and right}
