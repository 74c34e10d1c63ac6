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
    account       the customer's account whose contact this is, in place of a unit
    hire_date     dates are YYYY-MM-DD
    valid_from    first day of this position; empty: the day of the import
    left_on       first day on which the person no longer belongs
    zone          IANA time zone: Europe/Amsterdam

A missing column changes nothing; an empty cell means "none" and clears what was there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from leadline.directory import PersonRow, Refused
from leadline.sources.columns import ColumnMap
from leadline.sources.csv_table import BadCell, Line, Table, check_address, day, unit_path
from leadline.statements.agents import Identifier, check_agent, identifier_of
from leadline.statements.problem import BadStatement

TEXTS = ("name", "email", "unit", "role", "manager", "location", "account", "zone")
DAYS = ("hire_date", "valid_from", "left_on")
IDENTIFIERS = ("mbox_sha1sum", "openid", "account_home", "account_name")
REQUIRED = ("person_id",)
COLUMNS = ("person_id", *TEXTS, *IDENTIFIERS, *DAYS)


@dataclass
class PeopleFile:
    """What a file says. refused: rows that cannot be read; ignored: columns without a meaning."""

    rows: list[PersonRow] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    dated: bool = False  # whether any row says from when its position holds


def read_people(path: Path, via: ColumnMap | None = None) -> PeopleFile:
    """Read a people file whole. Raises Unreadable where there is no table with a person_id."""
    table = Table(path, COLUMNS, REQUIRED, via=via)
    found = PeopleFile(ignored=table.ignored)
    for line in table.lines():
        _take(found, line)
    return found


def _take(found: PeopleFile, line: Line) -> None:
    row = line.cells
    person_id = row.get("person_id", "")
    try:
        line.check()
        person = PersonRow(
            person_id=person_id,
            identifiers=tuple(_identifiers(row)),
            origin=line.origin,
            **dict(_values(row)),
        )
    except BadCell as bad:
        refusal = Refused(line.origin, person_id, bad.column, bad.reason, bad.remedy)
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
            yield column, day(column, row[column])
    check_address("email", row.get("email", ""))
    if row.get("unit"):
        yield "unit", unit_path("unit", row["unit"])


def _identifiers(row: Mapping[str, str]) -> Iterator[Identifier]:
    for column in ("mbox_sha1sum", "openid"):
        if row.get(column):
            yield _identifier(column, {column: row[column]})
    home, name = row.get("account_home"), row.get("account_name")
    if home and name:
        yield _identifier("account_home", {"account": {"homePage": home, "name": name}})
    elif name:
        raise BadCell("account_home", "is empty", "Give the URL of the account's system.")


def _identifier(column: str, agent: dict[str, Any]) -> Identifier:
    try:
        check_agent(agent, column)
    except BadStatement as bad:
        raise BadCell(column, bad.reason, bad.remedy) from bad
    identifier = identifier_of(agent)
    assert identifier is not None  # only groups may be anonymous
    return identifier
