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
    """Opens tables by name as known at an instant: facts, `position`, and the lists of duties.

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
        if name in catalogue():
            if name not in self._made:
                self._made[name] = catalogue()[name].rows(self._moments).cache()
            return self._made[name]
        return self.lake.table(name)

    @cached_property
    def _lists(self) -> dict[str, Collection[object]]:
        return dict(duties.tables(lambda of: self.curriculum.rows(of, known_at=self.at)))

    @cached_property
    def _moments(self) -> ir.Table:
        event = self.lake.table("event")
        known = event.filter(event.stored <= ibis.literal(self.at))
        gone = known.filter(known.voids.notnull()).select(statement_id=known.voids).distinct()
        things = sorted({thing for row in self._requirements for thing in row.things})
        checks = self.curriculum.rows(Check, known_at=self.at)
        tests = sorted({name for check in checks for name in (check.assessment, check.of)})
        about = known.course.isin(things) | known.object.isin(things) | known.assessment.isin(tests)
        return moments(known.filter(about.fill_null(False)), self._links, gone).cache()

    @property
    def _requirements(self) -> list[Requirement]:
        return self.curriculum.rows(Requirement, known_at=self.at)

    @property
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
