"""Outcomes in a CSV file: what training is meant to change, measured by other systems.

One row is one measurement of one person, one unit or one customer's account on one day: an audit
score, a violation, a customer's rating, a close rate, tickets, a renewal, a manager's rating.
Columns (csv_table.py):

    outcome       what was measured, always written the same: Audit score
    date          day of the measurement, or last day of the period it sums up
    value         a number, with a point: 87.5
    measure       unit of measure: points, tickets a month, share
    better        up or down: where it is better
    exposure      of what is counted: in how much, as 3 (months) or 1 (quarter), so that there are
                  rates; without it a value is a measure, not a count
    person_id     whom it was measured of: employee number, or one of the next two
    email
    account_home  with account_name: the account in some system
    account_name
    unit          or, in place of a person, the unit as a whole: Harbour Group/North
    account       or a customer's account as a whole, by its id

Each row becomes a statement. The same row again is a duplicate; another value for the same day
corrects the one before."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from leadline.directory import PERSON_HOME
from leadline.sources.columns import ColumnMap
from leadline.sources.csv_table import BadCell, Line, Table, day, number, unit_path
from leadline.sources.records import Broken, Record

UNIT_HOME = "urn:leadline:unit"
CUSTOMER_HOME = "urn:leadline:account"
VERB = {"id": "urn:leadline:verb:measured", "display": {"en": "measured"}}
TYPE = "urn:leadline:activity-type:outcome"
MEASURE = "urn:leadline:extension:measure"
BETTER = "urn:leadline:extension:better"
EXPOSURE = "urn:leadline:extension:exposure"
COLUMNS = (
    *("outcome", "date", "value", "measure", "better", "exposure"),
    *("person_id", "email", "account_home", "account_name", "unit", "account"),
)
REQUIRED = ("outcome", "date", "value")
SUBJECTS = ("person_id", "email", "account_name", "unit", "account")
AT = "T12:00:00Z"  # a day without hours: noon is that day from the Americas to Asia

Row = Mapping[str, str]


class OutcomeFile:
    """An iterable of records, one a row. Raises Unreadable where a needed column is missing."""

    def __init__(self, path: Path, via: ColumnMap | None = None) -> None:
        self._table = Table(path, COLUMNS, REQUIRED, via=via)
        self.ignored = self._table.ignored

    def __iter__(self) -> Iterator[Record | Broken]:
        for line in self._table.lines():
            yield _record(line)


def outcome_id(name: str) -> str:
    """The activity id of an outcome of this name; capitals and punctuation do not matter."""
    words = re.findall(r"\w+", name.lower())
    return f"urn:leadline:outcome:{'-'.join(words)}"


def _record(line: Line) -> Record | Broken:
    try:
        line.check()
        return Record(line.origin, msgspec.json.encode(_statement(line.cells)))
    except BadCell as bad:
        return Broken(line.origin, line.text.encode(), bad.column, bad.reason, bad.remedy)


def _statement(row: Row) -> dict[str, Any]:
    told = (
        (MEASURE, row.get("measure")),
        (BETTER, _direction(row)),
        (EXPOSURE, _exposure(row)),
    )
    said = {iri: cell for iri, cell in told if cell}
    return {
        "actor": _actor(row),
        "verb": VERB,
        "object": {
            "id": outcome_id(_filled(row, "outcome")),
            "definition": {"type": TYPE, "name": {"en": row["outcome"]}},
        },
        "result": {
            "score": {"raw": number("value", _filled(row, "value"))},
            **({"extensions": said} if said else {}),
        },
        "timestamp": _date(row) + AT,
    }


def _actor(row: Row) -> dict[str, Any]:
    given = [column for column in SUBJECTS if row.get(column)]
    if len(given) != 1:
        found = ", ".join(given) or "none of them"
        raise BadCell(
            "person_id",
            f"a measurement is of one person, one unit or one account; this row gives {found}",
            f"Fill exactly one of {', '.join(SUBJECTS)}.",
        )
    (column,) = given
    if column == "email":
        return {"mbox": f"mailto:{row['email']}"}
    if column == "unit":
        path = unit_path("unit", row["unit"])
        return {"objectType": "Group", "account": {"homePage": UNIT_HOME, "name": path}}
    if column == "account":
        told = {"homePage": CUSTOMER_HOME, "name": row["account"]}
        return {"objectType": "Group", "account": told}
    home = PERSON_HOME if column == "person_id" else _filled(row, "account_home")
    return {"account": {"homePage": home, "name": row[column]}}


def _filled(row: Row, column: str) -> str:
    if not row.get(column):
        raise BadCell(column, "is empty", "Fill it in, or take the row out.")
    return row[column]


def _date(row: Row) -> str:
    found = day("date", _filled(row, "date"))
    assert found is not None  # it is not empty
    return found.isoformat()


def _exposure(row: Row) -> float | None:
    found = number("exposure", row.get("exposure", ""))
    if found is not None and found <= 0:
        reason = f"{found:g} is not above 0"
        raise BadCell("exposure", reason, "Write in how much was counted, as 3 for three months.")
    return found


def _direction(row: Row) -> str:
    cell = row.get("better", "").lower()
    if cell not in ("", "up", "down"):
        reason = f"{cell!r} is neither up nor down"
        raise BadCell("better", reason, "Write up where more is better, down where less is.")
    return cell
