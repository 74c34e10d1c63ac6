"""People in a CSV file, as HR systems and spreadsheets export them.

One row says who somebody is and, from `valid_from` on, where they sit; several rows of one person
with different `valid_from` are their history. Columns, in any order and case, separated by comma,
semicolon or tab, in UTF-8 with or without BOM; only `person_id` must be there:

    person_id     employee number; the key by which the file is joined to what is known already
    name          as shown to those who may see names
    email         also how most systems name a learner: gives mbox and mbox_sha1sum
    mbox_sha1sum  40 hex digits, where the address itself is not given
    openid        URL
    account_home  URL of a system, with account_name: the person's account there
    account_name
    unit          path from the top: Harbour Group/North/Depot 3
    role          job role
    manager       person_id of the person's manager
    location
    hire_date     dates are YYYY-MM-DD
    valid_from    first day of this position; empty: the day of the import
    left_on       first day on which the person no longer belongs
    zone          IANA time zone: Europe/Amsterdam

A missing column changes nothing; an empty cell means "none" and clears what was there."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from leadline.directory import PersonRow, Refused
from leadline.sources.records import Unreadable
from leadline.statements.agents import Identifier, check_agent, identifier_of
from leadline.statements.problem import BadStatement

TEXTS = ("name", "email", "unit", "role", "manager", "location", "zone")
DAYS = ("hire_date", "valid_from", "left_on")
IDENTIFIERS = ("mbox_sha1sum", "openid", "account_home", "account_name")
COLUMNS = ("person_id", *TEXTS, *IDENTIFIERS, *DAYS)
DELIMITERS = ",;\t"
FILE_BYTES = 512 * 1024 * 1024  # far above a million people; an import is one transaction

DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")  # spreadsheets add midnight
ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")


@dataclass
class PeopleFile:
    """What a file says. refused: rows that cannot be read; ignored: columns without a meaning."""

    rows: list[PersonRow] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    dated: bool = False  # whether any row says from when its position holds


class _BadCell(Exception):
    def __init__(self, column: str, reason: str, remedy: str) -> None:
        self.column, self.reason, self.remedy = column, reason, remedy


def read_people(path: Path) -> PeopleFile:
    """Read a people file whole. Raises Unreadable where there is no table with a person_id."""
    text = _text(path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        header = [re.sub(r"[\s-]+", "_", name.strip().lower()) for name in next(reader, [])]
        _check_header(path, header)
        found = PeopleFile(ignored=[name for name in header if name and name not in COLUMNS])
        for cells in reader:
            if any(cell.strip() for cell in cells):
                _take(found, header, cells, f"{path.name}:{reader.line_num}")
    except csv.Error as problem:
        raise Unreadable(
            f"{path}:{reader.line_num}: {problem}; export it as CSV again."
        ) from problem
    return found


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > FILE_BYTES:
            raise Unreadable(f"{path}: is larger than {FILE_BYTES:,} bytes; split it by unit.")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as problem:
        raise Unreadable(f"{path}: {problem.strerror}.") from problem
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        raise Unreadable(
            f"{path}:{line}: is not UTF-8; in a spreadsheet choose 'CSV UTF-8' when you export."
        ) from problem
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise Unreadable(f"{path}:{line}: holds a NUL character; export it as CSV UTF-8 again.")
    return text


def _delimiter(text: str) -> str:
    first = text.lstrip().split("\n", 1)[0]
    return max(DELIMITERS, key=first.count)


def _check_header(path: Path, header: list[str]) -> None:
    if "person_id" not in header:
        seen = ", ".join(name for name in header if name) or "nothing"
        raise Unreadable(
            f"{path}:1: there is no column person_id (found: {seen}). "
            f"Name the columns in the first line: {', '.join(COLUMNS)}."
        )
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise Unreadable(f"{path}:1: column {', '.join(twice)} is there twice; keep one.")


def _take(found: PeopleFile, header: list[str], cells: list[str], origin: str) -> None:
    row = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
    person_id = row.get("person_id", "")
    try:
        if len(cells) != len(header):
            reason = f"{len(cells)} cells under a header of {len(header)}"
            raise _BadCell("line", reason, "Look for a missing quote or delimiter in this line.")
        person = PersonRow(
            person_id=person_id,
            identifiers=tuple(_identifiers(row)),
            origin=origin,
            **dict(_values(row)),
        )
    except _BadCell as bad:
        refusal = Refused(origin, person_id, bad.column, bad.reason, bad.remedy)
        found.refused.append(refusal)
        return
    found.dated = found.dated or isinstance(person.valid_from, date)
    found.rows.append(person)


def _values(row: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for column in TEXTS:
        if column in row:
            yield column, row[column] or None
    for column in DAYS:
        if column in row:
            yield column, _day(column, row[column])
    if row.get("email") and not ADDRESS.fullmatch(row["email"]):
        reason = f"{row['email']!r} is not an e-mail address"
        raise _BadCell("email", reason, "Write it like ana@example.org, without spaces.")
    if row.get("unit"):
        parts = [part.strip() for part in row["unit"].split("/")]
        if not all(parts):
            reason = f"{row['unit']!r} has an empty part"
            raise _BadCell("unit", reason, "Write the path like Harbour Group/North/Depot 3.")
        yield "unit", "/".join(parts)


def _day(column: str, cell: str) -> date | None:
    if not cell:
        return None
    match = DAY.fullmatch(cell)
    try:
        if match:
            return date.fromisoformat(match[1])
    except ValueError:
        pass
    if cell.isdigit():
        remedy = (
            "It is a spreadsheet's day number; format the column as YYYY-MM-DD and export again."
        )
    else:
        remedy = "Write dates as YYYY-MM-DD, such as 2026-06-01; other orders are ambiguous."
    raise _BadCell(column, f"{cell!r} is not a date", remedy)


def _identifiers(row: Mapping[str, str]) -> Iterator[Identifier]:
    for column in ("mbox_sha1sum", "openid"):
        if row.get(column):
            yield _identifier(column, {column: row[column]})
    home, name = row.get("account_home"), row.get("account_name")
    if home and name:
        yield _identifier("account_home", {"account": {"homePage": home, "name": name}})
    elif name:
        raise _BadCell("account_home", "is empty", "Give the URL of the account's system.")


def _identifier(column: str, agent: dict[str, Any]) -> Identifier:
    try:
        check_agent(agent, column)
    except BadStatement as bad:
        raise _BadCell(column, bad.reason, bad.remedy) from bad
    identifier = identifier_of(agent)
    assert identifier is not None  # only groups may be anonymous
    return identifier
