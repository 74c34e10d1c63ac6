"""Tables that page and sort on the server, and their export as CSV through the same look."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

Row = TypeVar("Row")

PAGE_ROWS = 25
EXPORT_ROWS_MAX = 100_000
SEARCH_LETTERS_MAX = 200
# A spreadsheet runs a cell that begins so; the quote in front makes it plain text again.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Head:
    """A column: the key it sorts by (empty: not sortable), its title, and the term to explain."""

    title: str
    key: str = ""
    number: bool = False
    term: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell in words. state: action, soon, done or unknown; held: the value is withheld."""

    text: str
    href: str = ""
    under: str = ""
    state: str = ""
    held: bool = False


@dataclass(frozen=True)
class Asked:
    """What the reader asks of a table, read from the address and bounded."""

    sort: str = ""
    descending: bool = False
    page: int = 1
    search: str = ""
    export: bool = False
    kept: Mapping[str, str] = field(default_factory=dict)  # the page's other query parameters

    @property
    def limit(self) -> int:
        return EXPORT_ROWS_MAX if self.export else PAGE_ROWS

    @property
    def offset(self) -> int:
        return 0 if self.export else (self.page - 1) * PAGE_ROWS

    def address(self, **changes: str | int) -> str:
        """The same page with other choices; a relative address that begins with `?`."""
        now: dict[str, str | int] = {"sort": self._sorted_by(), "page": self.page, "q": self.search}
        now |= changes
        said = {k: v for k, v in now.items() if v and not (k == "page" and v == 1)}
        return "?" + urlencode({**self.kept, **said})

    def _sorted_by(self) -> str:
        return f"-{self.sort}" if self.descending and self.sort else self.sort


def asked(request: HttpRequest, sortable: Sequence[str], first: str = "") -> Asked:
    """Read sort, page and search; anything unknown falls back to what the page shows first."""
    wanted = request.GET.get("sort", first)
    name = wanted.removeprefix("-")
    if name not in sortable:
        wanted, name = first, first.removeprefix("-")
    number = request.GET.get("page", "1")
    return Asked(
        sort=name,
        descending=wanted.startswith("-"),
        page=max(1, int(number)) if number.isascii() and number.isdecimal() else 1,
        search=request.GET.get("q", "")[:SEARCH_LETTERS_MAX].strip(),
        export=request.GET.get("as") == "csv",
        kept={
            key: value
            for key, value in request.GET.dict().items()
            if key not in {"sort", "page", "q", "as"}
        },
    )


@dataclass(frozen=True)
class Table:
    """The rows of this page of a table. `total` is over all pages; a row's first cell names it."""

    caption: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    asked: Asked
    total: int
    worst: int | None = None  # index of the row that needs action

    def paired(self) -> list[list[tuple[Head, Cell]]]:
        """Each row as pairs of head and cell."""
        return [list(zip(self.heads, row, strict=True)) for row in self.rows]

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_ROWS))

    @property
    def first(self) -> int:
        return self.asked.offset + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.asked.offset + len(self.rows)

    @property
    def before(self) -> str:
        return self.asked.address(page=self.asked.page - 1) if self.asked.page > 1 else ""

    @property
    def after(self) -> str:
        return self.asked.address(page=self.asked.page + 1) if self.asked.page < self.pages else ""

    @property
    def export(self) -> str:
        return self.asked.address(page=1, **{"as": "csv"})

    def titles(self) -> list[tuple[Head, str, str]]:
        """Each head with the address that sorts by it and its aria-sort value."""
        return [(head, *self._sorting(head)) for head in self.heads]

    def _sorting(self, head: Head) -> tuple[str, str]:
        if not head.key:
            return "", ""
        here = head.key == self.asked.sort
        turned = f"-{head.key}" if here and not self.asked.descending else head.key
        order = ("descending" if self.asked.descending else "ascending") if here else "none"
        return self.asked.address(sort=turned, page=1), order


def cut(rows: Sequence[Row], wanted: Asked) -> Sequence[Row]:
    """The rows of the page asked for, from rows that are all in hand already."""
    return rows[wanted.offset : wanted.offset + wanted.limit]


def as_csv(table: Table, name: str) -> HttpResponse:
    """The table as a download, one line a row, in the order shown."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([head.title for head in table.heads])
    writer.writerows(_plain(row) for row in table.rows)
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="leadline-{name}.csv"'
    return response


def _plain(row: Iterable[Cell]) -> list[str]:
    return [f"'{c.text}" if c.text.startswith(FORMULA_STARTS) else c.text for c in row]
