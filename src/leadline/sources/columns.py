"""How a foreign file is read as one of ours: which column is which, how days are written."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

import msgspec

Days = Literal["YYYY-MM-DD", "DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY"]
Decimal = Literal[".", ","]
Encoding = Literal["utf-8-sig", "cp1252", "utf-16"]
DAY_COLUMNS = frozenset(
    {"date", "hire_date", "valid_from", "left_on"}
    | {"started_on", "ended_on", "contact_from", "contact_to"}
)
NUMBER_COLUMNS = frozenset({"value", "exposure"})
_WRITTEN: Mapping[str, tuple[str, str]] = {  # what the groups of the pattern are, the pattern
    "DD.MM.YYYY": ("dmy", r"(\d{1,2})\.(\d{1,2})\.(\d{4})"),
    "DD/MM/YYYY": ("dmy", r"(\d{1,2})/(\d{1,2})/(\d{4})"),
    "MM/DD/YYYY": ("mdy", r"(\d{1,2})/(\d{1,2})/(\d{4})"),
}
_MIDNIGHT = r"(?:[ T]0{1,2}:00(?::00)?)?"


class ColumnMap(msgspec.Struct, frozen=True):
    """columns: our column -> theirs, as `column_name` writes it; what is not there is not read.
    constants: our column -> what every row says in it. decimal: the sign before the decimals."""

    columns: dict[str, str] = {}
    constants: dict[str, str] = {}
    days: Days = "YYYY-MM-DD"
    decimal: Decimal = "."
    encoding: Encoding = "utf-8-sig"

    def renamed(self, theirs: Sequence[str]) -> list[str]:
        """Our names for the columns of a header; empty for those that are not read."""
        ours = {named: column for column, named in self.columns.items()}
        return [ours.get(name, "") for name in theirs]

    def read(self, cells: Mapping[str, str]) -> dict[str, str]:
        """A line as our importers want it; what is written otherwise is left as it is."""
        told = {column: self._read(column, cell) for column, cell in cells.items() if column}
        return {**self.constants, **told}

    def _read(self, column: str, cell: str) -> str:
        if column in DAY_COLUMNS and self.days in _WRITTEN:
            return _day(cell, *_WRITTEN[self.days])
        if column in NUMBER_COLUMNS and self.decimal == ",":
            return cell.replace(".", "").replace(",", ".")
        return cell


def column_name(written: str) -> str:
    """`Hire Date` and `hire-date` name the column hire_date."""
    return re.sub(r"[\s-]+", "_", written.strip().lower())


def _day(cell: str, order: str, pattern: str) -> str:
    match = re.fullmatch(pattern + _MIDNIGHT, cell)
    if not match:
        return cell
    parts = dict(zip(order, map(int, match.groups()), strict=True))
    try:
        return date(parts["y"], parts["m"], parts["d"]).isoformat()
    except ValueError:
        return cell
