"""The kinds of file that somebody may bring in, what their columns are, and which column of a
foreign file is probably which."""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from leadline.sources import customers_csv, outcomes_csv, people_csv
from leadline.sources.columns import (
    DAY_COLUMNS,
    NUMBER_COLUMNS,
    ColumnMap,
    Days,
    Encoding,
    column_name,
)
from leadline.sources.csv_table import ADDRESS, DELIMITERS
from leadline.sources.records import Unreadable

SAMPLE_BYTES = 256 * 1024
SAMPLE_LINES = 200
MOSTLY = 0.8


@dataclass(frozen=True)
class Field:
    """A column of ours. known: what other systems call it; alike: whether one value may be given
    for the whole file; first: whether most files need it."""

    name: str
    known: tuple[str, ...] = ()
    alike: bool = False
    first: bool = False


@dataclass(frozen=True)
class FileKind:
    """A kind of file: its columns, and those without which it cannot be read."""

    name: str
    fields: tuple[Field, ...]
    required: tuple[str, ...]

    def field(self, name: str) -> Field | None:
        return next((each for each in self.fields if each.name == name), None)


@dataclass(frozen=True)
class Sight:
    """A first look at a file: its header as written, and the cells of its first lines."""

    header: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    encoding: Encoding

    def has(self, column: str) -> bool:
        """Whether there is a column of this plain name."""
        return column in map(column_name, self.header)

    def cells(self, column: str) -> list[str]:
        """The cells of a column that are not empty, by its plain name."""
        names = [column_name(each) for each in self.header]
        if column not in names:
            return []
        at = names.index(column)
        return [line[at] for line in self.lines if len(line) > at and line[at]]


def _fields(columns: Sequence[str], told: Mapping[str, Field]) -> tuple[Field, ...]:
    listed = [told.get(column, Field(column)) for column in columns]
    return tuple(sorted(listed, key=lambda each: not each.first))


def _told(*fields: Field) -> dict[str, Field]:
    return {each.name: each for each in fields}


_EMAIL = ("e_mail", "email_address", "e_mail_address", "mail", "work_email", "business_email")
_NUMBER = (
    *("employee_number", "employee_id", "employee_no", "emp_no", "emp_id", "staff_number"),
    *("staff_no", "staff_id", "personnel_number", "personnel_no", "personalnummer", "worker_id"),
    *("user_id", "person_number", "id"),
)
_ACCOUNT = (
    *("account_id", "account_no", "account_number", "customer", "customer_id", "customer_no"),
    *("customer_number", "client_id", "client_no", "client", "company_id", "crm_id"),
)
PEOPLE = FileKind(
    "people",
    _fields(
        people_csv.COLUMNS,
        _told(
            Field("person_id", _NUMBER, first=True),
            Field("name", ("full_name", "employee_name", "display_name", "employee"), first=True),
            Field("email", _EMAIL, first=True),
            Field(
                "unit",
                ("department", "org_unit", "organisation", "organization", "team", "division"),
                alike=True,
                first=True,
            ),
            Field("role", ("job_title", "job", "position", "title", "job_role"), True, first=True),
            Field(
                "manager",
                ("manager_id", "reports_to", "supervisor", "supervisor_id", "line_manager"),
                first=True,
            ),
            Field("location", ("site", "office", "place", "city", "work_location"), True),
            Field("hire_date", ("hired", "start_date", "date_of_hire", "entry_date", "joined")),
            Field("valid_from", ("effective_date", "effective_from", "since", "position_start")),
            Field("left_on", ("termination_date", "end_date", "exit_date", "leaving_date")),
            Field("zone", ("time_zone", "timezone"), True),
            Field("account_home", (), True),
        ),
    ),
    people_csv.REQUIRED,
)
CUSTOMERS = FileKind(
    "customers",
    _fields(
        customers_csv.COLUMNS,
        _told(
            Field("account", _ACCOUNT, first=True),
            Field(
                "name",
                ("account_name", "customer_name", "company", "company_name", "client_name"),
                first=True,
            ),
            Field("segment", ("tier", "industry", "size", "type", "customer_type"), True, True),
            Field("region", ("country", "territory", "market", "area"), True),
            Field("plan", ("product", "edition", "subscription", "package", "licence"), True),
            Field(
                "started_on",
                ("contract_start", "start_date", "customer_since", "start", "signed_on"),
                first=True,
            ),
            Field(
                "ended_on",
                ("contract_end", "end_date", "churn_date", "churned_on", "end", "cancelled_on"),
                first=True,
            ),
            Field(
                "contact_email", ("contact_e_mail", "contact_mail", *_EMAIL, "email"), False, True
            ),
            Field("contact_name", ("contact", "contact_person", "main_contact", "full_name")),
            Field("contact_home", (), True),
        ),
    ),
    customers_csv.REQUIRED,
)
OUTCOMES = FileKind(
    "outcomes",
    _fields(
        outcomes_csv.COLUMNS,
        _told(
            Field("outcome", ("kpi", "metric", "indicator", "what", "measure_name"), True, True),
            Field(
                "date",
                ("day", "measured_on", "period_end", "month_end", "quarter_end", "period", "on"),
                alike=True,
                first=True,
            ),
            Field(
                "value",
                ("score", "result", "rating", "count", "amount", "tickets", "points", "number"),
                first=True,
            ),
            Field("measure", ("unit_of_measure", "uom"), True, True),
            Field("better", (), True, True),
            Field("exposure", ("months", "weeks", "quarters", "hours"), True, True),
            Field("person_id", _NUMBER, first=True),
            Field("email", _EMAIL, first=True),
            Field("unit", ("department", "team", "org_unit", "site"), False, True),
            Field("account", _ACCOUNT, first=True),
            Field("account_home", (), True),
        ),
    ),
    outcomes_csv.REQUIRED,
)
FILE_KINDS: Mapping[str, FileKind] = {kind.name: kind for kind in (PEOPLE, CUSTOMERS, OUTCOMES)}


def first_look(path: Path) -> Sight:
    """Header and first lines, in whatever encoding they are. Raises Unreadable."""
    with path.open("rb") as file:
        raw = file.read(SAMPLE_BYTES)
    encoding = _encoding(raw)
    # A sample may end within a character or a line.
    text = raw.decode(encoding, errors="ignore")
    whole = text if len(raw) < SAMPLE_BYTES else text[: text.rfind("\n") + 1]
    first = whole.lstrip().split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        rows = [
            tuple(cell.strip() for cell in row)
            for row in csv.reader(io.StringIO(whole, newline=""), delimiter=delimiter)
            if any(cell.strip() for cell in row)
        ]
    except csv.Error as problem:
        raise Unreadable(f"{path.name}: {problem}; export it as CSV again.") from problem
    if len(rows) < 2 or len(rows[0]) < 2:
        raise Unreadable(
            f"{path.name}: is no table; export it as CSV, the names of the columns in line 1."
        )
    return Sight(rows[0], tuple(rows[1 : SAMPLE_LINES + 1]), encoding)


def proposed(kind: FileKind, sight: Sight) -> ColumnMap:
    """Which column is probably which: by its name, e-mail addresses by what is in it."""
    columns = dict(_by_name(kind, sight))
    for field in ("email", "contact_email"):
        if kind.field(field) and field not in columns:
            free = [column_name(each) for each in sight.header]
            for column in free:
                if column not in columns.values() and _are(ADDRESS, sight.cells(column)):
                    columns[field] = column
                    break
    days = _cells(sight, columns, DAY_COLUMNS)
    numbers = _cells(sight, columns, NUMBER_COLUMNS)
    comma = any(re.fullmatch(r"-?[\d.]*\d,\d+", cell) for cell in numbers)
    return ColumnMap(columns, {}, _days(days), "," if comma else ".", sight.encoding)


def _cells(sight: Sight, columns: Mapping[str, str], among: Collection[str]) -> list[str]:
    """What is in the columns recognised as some of ours, or else in those not recognised."""
    known = {columns[column] for column in columns.keys() & set(among)}
    free = {column_name(each) for each in sight.header} - set(columns.values())
    return [cell for column in known or free for cell in sight.cells(column)]


def _by_name(kind: FileKind, sight: Sight) -> Iterator[tuple[str, str]]:
    """Exact names first, then what others call it, each column of theirs once."""
    free = dict.fromkeys(column_name(each) for each in sight.header if each)
    exact = {field.name for field in kind.fields} & free.keys()
    for name in exact:
        del free[name]
        yield name, name
    for field in kind.fields:
        found = next((known for known in field.known if known in free), None)
        if field.name not in exact and found:
            del free[found]
            yield field.name, found


def _are(pattern: re.Pattern[str], cells: Sequence[str]) -> bool:
    matching = sum(pattern.fullmatch(cell) is not None for cell in cells)
    return bool(cells) and matching >= MOSTLY * len(cells)


def _days(cells: Sequence[str]) -> Days:
    """How days are written; of 03/04/2026 the day is taken to come first unless that cannot be."""
    if any(re.match(r"\d{1,2}\.\d{1,2}\.\d{4}", cell) for cell in cells):
        return "DD.MM.YYYY"
    slashed = [match for cell in cells if (match := re.match(r"(\d{1,2})/(\d{1,2})/\d{4}", cell))]
    if not slashed:
        return "YYYY-MM-DD"
    return "MM/DD/YYYY" if any(int(match[2]) > 12 for match in slashed) else "DD/MM/YYYY"


def _encoding(raw: bytes) -> Encoding:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as problem:
        if problem.end < len(raw) - 4:
            return "cp1252"
    return "utf-8-sig"
