"""The Open University Learning Analytics Dataset as a source (Kuzilek, Hlosta, Zdrahal 2017)."""

from collections.abc import Iterator
from itertools import chain

from leadline.sources.oulad.activity import clicks, submissions
from leadline.sources.oulad.people import people
from leadline.sources.oulad.statements import SOURCE, courses, registrations, results
from leadline.sources.oulad.tables import Tables
from leadline.sources.records import Broken, Record

__all__ = ["SOURCE", "Tables", "courses", "people", "statements"]


def statements(tables: Tables, *, with_clicks: bool = True) -> Iterator[Record | Broken]:
    """Everything that the tables say happened, table by table, ids the same each time."""
    known = courses(tables)
    tables_told = [registrations, results, submissions] + ([clicks] if with_clicks else [])
    return chain.from_iterable(tell(tables, known) for tell in tables_told)
