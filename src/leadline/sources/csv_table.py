"""Tables in CSV files, as HR systems and spreadsheets export them.

The first line names the columns, in any order and case; cells are separated by comma, semicolon,
tab or bar; UTF-8 with or without byte order mark; dates are YYYY-MM-DD. A file that is written
otherwise is read by way of a `ColumnMap`."""

import csv
import io
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path

from leadline.sources.columns import ColumnMap, column_name
from leadline.sources.records import Unreadable

DELIMITERS = ",;\t|"
FILE_BYTES = 512 * 1024 * 1024  # far above a million rows; a table is read whole

ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")  # spreadsheets add midnight


class BadCell(Exception):
    """A cell that cannot be read: its column, what is wrong and what would do."""

    def __init__(self, column: str, reason: str, remedy: str) -> None:
        super().__init__(f"{column}: {reason}. {remedy}")
        self.column, self.reason, self.remedy = column, reason, remedy


@dataclass(frozen=True)
class Line:
    """A line that is not empty. origin: `file:line`; cells are stripped.

    A line with more or fewer cells than the header is `uneven`."""

    origin: str
    cells: dict[str, str]
    text: str
    uneven: BadCell | None

    def check(self) -> None:
        """Raises BadCell where cells and header do not match."""
        if self.uneven is not None:
            raise self.uneven


class Table:
    """A CSV file with its header read. Raises Unreadable where a required column is missing.

    ignored: columns without a meaning; written: how the header spells each column. unnamed: gives
    the columns their names where the first line is none (else None). via: how a foreign file's
    columns are read; None: they have our names."""

    def __init__(
        self,
        path: Path,
        columns: Sequence[str],
        required: Sequence[str],
        unnamed: Callable[[Sequence[str]], Sequence[str] | None] = lambda first: None,
        *,
        via: ColumnMap | None = None,
    ) -> None:
        text = _text(path, via.encoding if via else "utf-8-sig")
        self._path, self._via = path, via
        self._reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
        with self._readable():
            first = next(self._reader, [])
        given = unnamed(first)
        self._unread = [] if given is None else [first]
        named = first if given is None else given
        theirs = [column_name(name) for name in named]
        self._header = via.renamed(theirs) if via else theirs
        self._check(columns, required)
        pairs = zip(self._header, theirs, strict=True)
        self.ignored = [name for ours, name in pairs if name and ours not in columns]
        self.written = {column_name(name): name.strip() for name in named}

    def __contains__(self, column: str) -> bool:
        return column in self._header or (self._via is not None and column in self._via.constants)

    def lines(self) -> Iterator[Line]:
        """The lines below the header. Raises Unreadable where the file is not CSV to its end."""
        with self._readable():
            for cells in chain(self._unread, self._reader):
                if any(cell.strip() for cell in cells):
                    yield self._line(cells)

    def _line(self, cells: list[str]) -> Line:
        uneven = None
        if len(cells) != len(self._header):
            reason = f"{len(cells)} cells under a header of {len(self._header)}"
            remedy = "Look for a missing quote or delimiter in this line."
            uneven = BadCell("line", reason, remedy)
        found = {name: cell.strip() for name, cell in zip(self._header, cells, strict=False)}
        return Line(
            f"{self._path.name}:{self._reader.line_num}",
            self._via.read(found) if self._via else found,
            ",".join(cells),
            uneven,
        )

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except csv.Error as problem:
            raise Unreadable(
                f"{self._path}:{self._reader.line_num}: {problem}; export it as CSV again."
            ) from problem

    def _check(self, columns: Sequence[str], required: Sequence[str]) -> None:
        for column in required:
            if column not in self:
                seen = ", ".join(name for name in self._header if name) or "nothing"
                raise Unreadable(
                    f"{self._path}:1: there is no column {column} (found: {seen}). "
                    f"Name the columns in the first line: {', '.join(columns)}."
                )
        twice = sorted({name for name in self._header if name and self._header.count(name) > 1})
        if twice:
            raise Unreadable(f"{self._path}:1: column {', '.join(twice)} is there twice; keep one.")


def day(column: str, cell: str) -> date | None:
    """A cell's date; None: empty. Raises BadCell."""
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
    raise BadCell(column, f"{cell!r} is not a date", remedy)


def number(column: str, cell: str) -> float | None:
    """A cell's number; None: empty. Raises BadCell."""
    if not cell:
        return None
    try:
        found = float(cell)
    except ValueError:
        found = math.nan
    if not math.isfinite(found) or "_" in cell:
        reason = f"{cell!r} is not a number"
        raise BadCell(column, reason, "Write it with a point and no sign of its unit, as 87.5.")
    return found


def check_address(column: str, cell: str) -> None:
    """Raises BadCell where a cell that is not empty holds no e-mail address."""
    if cell and not ADDRESS.fullmatch(cell):
        reason = f"{cell!r} is not an e-mail address"
        raise BadCell(column, reason, "Write it like ana@example.org, without spaces.")


def unit_path(column: str, cell: str) -> str:
    """A cell's path of units, without spaces around its slashes. Raises BadCell."""
    parts = [part.strip() for part in cell.split("/")]
    if not all(parts):
        reason = f"{cell!r} has an empty part"
        raise BadCell(column, reason, "Write the path like Harbour Group/North/Depot 3.")
    return "/".join(parts)


def _text(path: Path, encoding: str) -> str:
    try:
        if path.stat().st_size > FILE_BYTES:
            raise Unreadable(f"{path}: is larger than {FILE_BYTES:,} bytes; split it by unit.")
        text = path.read_bytes().decode(encoding)
    except OSError as problem:
        raise Unreadable(f"{path}: {problem.strerror}.") from problem
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        name = encoding.upper().removesuffix("-SIG")
        raise Unreadable(
            f"{path}:{line}: is not {name}; in a spreadsheet choose 'CSV UTF-8' when you export."
        ) from problem
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise Unreadable(f"{path}:{line}: holds a NUL character; export it as CSV UTF-8 again.")
    return text


def _delimiter(text: str) -> str:
    first = text.lstrip().split("\n", 1)[0]
    return max(DELIMITERS, key=first.count)
