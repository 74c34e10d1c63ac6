"""The tables of the lake as they were known at an instant, to state again what was stated then.

Statements stored later, and voidings that came later, are left out, and facts are worked out anew
from the rest; the organisation and the declared lists are as their books knew them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends import BaseBackend
from ibis.util import gen_name

from leadline.curriculum import Check, Curriculum, Requirement, duties
from leadline.directory import Directory
from leadline.facts import catalogue, moments
from leadline.privacy.refusals import UnknownQuestion
from leadline.refresh.definitions import DUTIES, LINK, POSITION

# What had been stored this long before a refresh began was in it: no transaction takes longer.
SETTLED_SECONDS = 60


def settled(committed: datetime | None) -> datetime:
    """The last instant of which the lake knows all that was known then. Raises UnknownQuestion."""
    if committed is None:
        raise UnknownQuestion("Nothing has been counted yet; run `leadline facts refresh` first.")
    return committed - timedelta(seconds=SETTLED_SECONDS)


@dataclass(frozen=True)
class AsKnown:
    """Opens tables by name as known at an instant: facts, events, `position`, the lists of duties.

    lake: a connection to it. Facts hold what has to do with what satisfies a requirement,
    and with the delayed checks of its assessments; nothing else is asked of them."""

    lake: BaseBackend
    directory: Directory
    curriculum: Curriculum
    at: datetime
    _made: dict[str, ir.Table] = field(default_factory=dict, init=False, compare=False)

    def __call__(self, name: str) -> ir.Table:
        if name in DUTIES:
            return self._table(self._lists[name], DUTIES[name])
        if name == "position":
            return self._table(self.directory.positions(known_at=self.at), POSITION)
        if name == "event":
            return self._events
        if name == "link":
            return self._links
        if name in catalogue():
            if name not in self._made:
                self._made[name] = catalogue()[name].rows(self._moments).cache()
            return self._made[name]
        return self.lake.table(name)

    @cached_property
    def requirements(self) -> list[Requirement]:
        """Every version that was declared."""
        return self.curriculum.rows(Requirement, known_at=self.at)

    @cached_property
    def checks(self) -> list[Check]:
        """The delayed checks that were declared."""
        return self.curriculum.rows(Check, known_at=self.at)

    @cached_property
    def courses(self) -> list[str]:
        """What satisfies a requirement, and the courses in which such certificates were earned."""
        event = self._known
        earned = event.filter(event.object.isin(self._things), event.course.notnull())
        found = earned.select("course").distinct().to_pyarrow()["course"].to_pylist()
        return sorted({*found, *self._things})

    @property
    def _things(self) -> list[str]:
        return sorted({thing for row in self.requirements for thing in row.things})

    @cached_property
    def _lists(self) -> dict[str, Collection[object]]:
        return dict(duties.tables(lambda of: self.curriculum.rows(of, known_at=self.at)))

    @property
    def _known(self) -> ir.Table:
        event = self.lake.table("event")
        return event.filter(event.stored <= ibis.literal(self.at))

    @cached_property
    def _events(self) -> ir.Table:
        """What has to do with the courses and their checks, and what takes statements back."""
        known, courses = self._known, self.courses
        tests = sorted({name for check in self.checks for name in (check.assessment, check.of)})
        about = known.course.isin(courses) | known.object.isin(courses)
        about = about | known.assessment.isin(tests) | known.voids.notnull()
        return known.filter(about.fill_null(False)).cache()

    @cached_property
    def _moments(self) -> ir.Table:
        event = self._events
        gone = event.filter(event.voids.notnull()).select(statement_id=event.voids).distinct()
        return moments(event, self._links, gone).cache()

    @cached_property
    def _links(self) -> ir.Table:
        pairs = self.directory.all_links(known_at=self.at)
        claimed = [(actor, person) for actor, person in pairs if actor != person]
        columns = zip(*claimed, strict=True) if claimed else ([], [])
        arrays = [pa.array(column, pa.int64()) for column in columns]
        return self._held(pa.Table.from_arrays(arrays, schema=LINK))

    def _table(self, rows: Collection[object], schema: pa.Schema) -> ir.Table:
        """Rows with an attribute a column, as a table."""
        arrays = [
            pa.array([getattr(row, name) for row in rows], type)
            for name, type in zip(schema.names, schema.types, strict=True)
        ]
        return self._held(pa.Table.from_arrays(arrays, schema=schema))

    def _held(self, rows: pa.Table) -> ir.Table:
        """In the connection, so that what is derived from it can be kept there too."""
        return self.lake.create_table(gen_name("known"), rows, temp=True)
