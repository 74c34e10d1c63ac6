"""The declared lists of the curriculum in CSV files (csv_table.py).

    links       question, objective, content: activity ids, and a name between them
    standards   role, valid_from, needs (course, assessment, certificate or outcome), thing (its
                activity id), at_least, at_most (of outcomes)
    checks      assessment, of (activity ids), from_day, to_day (14 to 28 where not said)

A file is the whole list: what is not in it is taken out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast, get_args

from leadline.curriculum import LISTS, Check, Link, Row, Standard
from leadline.curriculum.rows import Needs
from leadline.directory import Refused
from leadline.sources.csv_table import BadCell, Table, day, number

REQUIRED: Mapping[type[Row], tuple[str, ...]] = {
    Link: ("question", "objective", "content"),
    Standard: ("role", "valid_from", "needs", "thing"),
    Check: ("assessment", "of"),
}
NOT_IN_FILES = frozenset({"invited"})  # what Leadline alone knows
Cells = Mapping[str, str]


@dataclass(frozen=True)
class ListFile:
    """What a file says. refused: rows that cannot be read; ignored: columns without a meaning."""

    rows: tuple[Row, ...]
    refused: tuple[Refused, ...]
    ignored: tuple[str, ...]


def read_list(path: Path, of: type[Row]) -> ListFile:
    """Read a list's file whole. Raises Unreadable where a needed column is missing."""
    columns = [field for field in of.__struct_fields__ if field not in NOT_IN_FILES]
    table = Table(path, columns, required=REQUIRED[of])
    rows, refused = [], []
    for line in table.lines():
        try:
            line.check()
            for column in REQUIRED[of]:
                if not line.cells[column]:
                    raise BadCell(column, "is empty", "Fill it in, or take the row out.")
            rows.append(_READ[of](line.cells))
        except BadCell as bad:
            refused.append(Refused(line.origin, "", bad.column, bad.reason, bad.remedy))
    return ListFile(tuple(rows), tuple(refused), tuple(table.ignored))


def _link(cells: Cells) -> Row:
    return Link(_iri("question", cells), cells["objective"], _iri("content", cells))


def _standard(cells: Cells) -> Row:
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


def _check(cells: Cells) -> Row:
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


_READ: Mapping[type[Row], Callable[[Cells], Row]] = {
    Link: _link,
    Standard: _standard,
    Check: _check,
}
assert set(_READ) == set(LISTS.values())


def _iri(column: str, cells: Cells) -> str:
    cell = cells[column]
    scheme, colon, rest = cell.partition(":")
    if not (colon and rest and scheme.isascii() and scheme.replace("-", "").isalnum()):
        reason = f"{cell!r} is no activity id"
        raise BadCell(column, reason, "Write the whole id, such as https://lms.example/quiz/7.")
    return cell
