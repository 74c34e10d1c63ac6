"""The declared lists of the curriculum in CSV files (csv_table.py).

    links       question, objective, content: activity ids, and a name between them
    standards   role, valid_from, needs (course, assessment, certificate or outcome), thing (its
                activity id), at_least, at_most (of outcomes)
    checks      assessment, of (activity ids), from_day, to_day (14 to 28 where not said)
    critical-roles    role, keeps (share that has to last, such as 0.9; that where not said)
    requirements, exemptions, leaves    see duties_csv.py
    programmes, costs, questions        see programmes_csv.py

A file is the whole list: what is not in it is taken out."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast, get_args

from leadline.curriculum import (
    LISTS,
    Check,
    Cost,
    Critical,
    Exemption,
    Leave,
    Link,
    Programme,
    Question,
    Requirement,
    Row,
    Standard,
)
from leadline.curriculum.rows import Needs
from leadline.directory import Refused
from leadline.sources import duties_csv, programmes_csv
from leadline.sources.csv_table import BadCell, Table, day, number

REQUIRED: Mapping[type[Row], tuple[str, ...]] = {
    Link: ("question", "objective", "content"),
    Standard: ("role", "valid_from", "needs", "thing"),
    Check: ("assessment", "of"),
    Critical: ("role",),
    Requirement: ("requirement", "name", "valid_from", "things"),
    Exemption: ("requirement", "person", "valid_from", "reason"),
    Leave: ("person", "valid_from"),
    **programmes_csv.REQUIRED,
}
NOT_IN_FILES = frozenset({"invited"})  # what Leadline alone knows
Cells = Mapping[str, str]
People = Mapping[str, int]
Called = Callable[[Collection[str]], Mapping[str, int]]


@dataclass(frozen=True)
class ListFile:
    """What a file says. refused: rows that cannot be read; ignored: columns without a meaning."""

    rows: tuple[Row, ...]
    refused: tuple[Refused, ...]
    ignored: tuple[str, ...]


def read_list(path: Path, of: type[Row], called: Called = lambda words: {}) -> ListFile:
    """Read a list's file whole. called: gives the keys of people (Directory.called).

    Raises Unreadable where a needed column is missing."""
    columns = [field for field in of.__struct_fields__ if field not in NOT_IN_FILES]
    table = Table(path, columns, required=REQUIRED[of])
    lines = list(table.lines())
    people = called({cell for line in lines if (cell := line.cells.get("person"))})
    rows: list[Row] = []
    refused = []
    for line in lines:
        try:
            line.check()
            for column in REQUIRED[of]:
                if not line.cells[column]:
                    raise BadCell(column, "is empty", "Fill it in, or take the row out.")
            row = _READ[of](line.cells, people)
            _once(row, rows)
            rows.append(row)
        except BadCell as bad:
            refused.append(Refused(line.origin, "", bad.column, bad.reason, bad.remedy))
    return ListFile(tuple(rows), tuple(refused), tuple(table.ignored))


def _once(row: Row, rows: Sequence[Row]) -> None:
    """Of a day there is one version of a requirement, and one of a programme."""
    if isinstance(row, Requirement | Programme):
        versions = (each for each in rows if isinstance(each, Requirement | Programme))
        if (_name(row), row.valid_from) in {(_name(each), each.valid_from) for each in versions}:
            reason = f"{_name(row)!r} has a version from {row.valid_from} already"
            raise BadCell("valid_from", reason, "Give each version a day of its own.")


def _name(row: Requirement | Programme) -> str:
    return row.requirement if isinstance(row, Requirement) else row.programme


def _link(cells: Cells, people: People) -> Row:
    return Link(_iri("question", cells), cells["objective"], _iri("content", cells))


def _standard(cells: Cells, people: People) -> Row:
    needs = cells["needs"].lower()
    if needs not in get_args(Needs):
        reason = f"{needs!r} is nothing that a role can need"
        raise BadCell("needs", reason, f"Write one of {', '.join(get_args(Needs))}.")
    bars = {column: number(column, cells.get(column, "")) for column in ("at_least", "at_most")}
    barred = any(bar is not None for bar in bars.values())
    if barred != (needs == "outcome"):
        reason = "an outcome needs at_least or at_most, and nothing else may have one"
        raise BadCell("at_least", reason, "Say which value of the outcome is good enough.")
    since = cast(date, day("valid_from", cells["valid_from"]))
    return Standard(cells["role"], since, cast(Needs, needs), _iri("thing", cells), **bars)


def _check(cells: Cells, people: People) -> Row:
    check = Check(_iri("assessment", cells), _iri("of", cells))
    days = [number(column, cells.get(column, "")) for column in ("from_day", "to_day")]
    first, last = (
        given if given is not None else default
        for given, default in zip(days, (check.from_day, check.to_day), strict=True)
    )
    if not 1 <= first <= last or first % 1 or last % 1:
        reason = f"days {first:g} to {last:g} are no span of whole days after the first day"
        raise BadCell("from_day", reason, "Write two whole numbers from 1 on, such as 14 and 28.")
    return Check(check.assessment, check.of, int(first), int(last))


def _critical(cells: Cells, people: People) -> Row:
    keeps = number("keeps", cells.get("keeps", ""))
    if keeps is None:
        return Critical(cells["role"])
    if not 0 < keeps <= 1:
        reason = f"{keeps:g} is no share"
        raise BadCell("keeps", reason, "Write what has to last, more than 0 and up to 1: 0.9.")
    return Critical(cells["role"], keeps)


def _requirement(cells: Cells, people: People) -> Row:
    things = duties_csv.several(cells["things"])
    return duties_csv.requirement(cells, [_iri("things", {"things": each}) for each in things])


def _programme(cells: Cells, people: People) -> Row:
    courses = duties_csv.several(cells["courses"])
    return programmes_csv.programme(cells, [_iri("courses", {"courses": c}) for c in courses])


def _question(cells: Cells, people: People) -> Row:
    return programmes_csv.question(cells, duties_csv.several(cells["metrics"]))


_READ: Mapping[type[Row], Callable[[Cells, People], Row]] = {
    Link: _link,
    Standard: _standard,
    Check: _check,
    Critical: _critical,
    Requirement: _requirement,
    Exemption: duties_csv.exemption,
    Leave: duties_csv.leave,
    Programme: _programme,
    Cost: lambda cells, people: programmes_csv.cost(cells),
    Question: _question,
}
assert set(_READ) == set(LISTS.values())


def _iri(column: str, cells: Cells) -> str:
    cell = cells[column]
    scheme, colon, rest = cell.partition(":")
    if not (colon and rest and scheme.isascii() and scheme.replace("-", "").isalnum()):
        reason = f"{cell!r} is no activity id"
        raise BadCell(column, reason, "Write the whole id, such as https://lms.example/quiz/7.")
    return cell
