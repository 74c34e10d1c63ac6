"""Cells of the lists of what people owe: requirements, exemptions, leaves (curriculum.duties).

Several values in one cell are parted by `;`. A person is an employee number or an address."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast, get_args, get_type_hints

from leadline.curriculum import Exemption, Leave, Requirement
from leadline.sources.csv_table import BadCell, day, number, unit_path

Cells = Mapping[str, str]
People = Mapping[str, int]  # what the people of a file are called to their keys
MONTHS_MAX = 1_200
DAYS_MAX = 36_500
ANSWERS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def requirement(cells: Cells, things: Sequence[str]) -> Requirement:
    """A row of the requirements. things: the ids of its cell, looked at already."""
    said = {
        "due_days": _whole("due_days", cells, DAYS_MAX),
        "grace_days": _whole("grace_days", cells, DAYS_MAX),
        "lead_days": _whole("lead_days", cells, DAYS_MAX),
        "valid_months": _whole("valid_months", cells, MONTHS_MAX),
        "regulated": _answer("regulated", cells),
        "leave": _word("leave", cells),
        "rehire": _word("rehire", cells),
    }
    since, until = _span(cells)
    if said["valid_months"] == 0:
        reason = "nothing is valid for 0 months"
        raise BadCell("valid_months", reason, "Leave it empty for what never runs out.")
    return Requirement(
        requirement=cells["requirement"],
        name=cells["name"],
        valid_from=since,
        valid_to=until,
        things=tuple(things),
        units=tuple(unit_path("units", unit) for unit in several(cells.get("units", ""))),
        roles=several(cells.get("roles", "")),
        locations=several(cells.get("locations", "")),
        **{column: value for column, value in said.items() if value is not None},  # type: ignore[arg-type]
    )


def exemption(cells: Cells, people: People) -> Exemption:
    """A row of the exemptions."""
    since, until = _span(cells)
    person = _person(cells, people)
    return Exemption(cells["requirement"], person, since, cells["reason"], until)


def leave(cells: Cells, people: People) -> Leave:
    """A row of the leaves."""
    return Leave(_person(cells, people), *_span(cells))


def several(cell: str) -> tuple[str, ...]:
    """The values in a cell, each once, in their order."""
    return tuple(dict.fromkeys(part.strip() for part in cell.split(";") if part.strip()))


def _person(cells: Cells, people: People) -> int:
    called = cells["person"]
    if called not in people:
        reason = f"nobody in the directory is {called!r}"
        raise BadCell("person", reason, "Write the employee number, or import the person first.")
    return people[called]


def _span(cells: Cells) -> tuple[date, date | None]:
    since = cast(date, day("valid_from", cells["valid_from"]))
    until = day("valid_to", cells.get("valid_to", ""))
    if until is not None and until <= since:
        reason = f"{until} is not after {since}"
        raise BadCell("valid_to", reason, "Write the first day on which it holds no more.")
    return since, until


def _whole(column: str, cells: Cells, most: int) -> int | None:
    found = number(column, cells.get(column, ""))
    if found is not None and not (0 <= found <= most and found == int(found)):
        reason = f"{found:g} is no whole number from 0 to {most:,}"
        raise BadCell(column, reason, "Write a whole number without its unit, such as 12.")
    return None if found is None else int(found)


def _answer(column: str, cells: Cells) -> bool | None:
    cell = cells.get(column, "").lower()
    if cell and cell not in ANSWERS:
        raise BadCell(column, f"{cell!r} is neither yes nor no", "Write yes or no.")
    return ANSWERS.get(cell)


def _word(column: str, cells: Cells) -> str | None:
    cell = cells.get(column, "").lower()
    allowed = get_args(get_type_hints(Requirement)[column])
    if cell and cell not in allowed:
        reason = f"{cell!r} is nothing that {column} can be"
        raise BadCell(column, reason, f"Write one of {', '.join(allowed)}.")
    return cell or None
