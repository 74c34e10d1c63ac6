"""The part of the lens that answers how people stand against what they owe (METHODS A)."""

from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis import _
from ibis.backends import BaseBackend

from leadline.curriculum import Requirement
from leadline.directory import Name
from leadline.facts import Sensitivity
from leadline.metrics import obligation
from leadline.metrics.lapse import Forecast, forecast
from leadline.privacy import records
from leadline.privacy.cut import CutFacts, Whole
from leadline.privacy.known import AsKnown, settled
from leadline.privacy.looks import Look
from leadline.privacy.pictures import Pictures
from leadline.privacy.policy import Rows
from leadline.privacy.records import PAGE_ROWS_MAX, Page
from leadline.privacy.refusals import Forbidden, UnknownQuestion
from leadline.privacy.slices import matches
from leadline.privacy.view import View
from leadline.store.alerts import Alert

Row = Mapping[str, Any]
ROWS_MAX = 100_000  # of a list that is asked for whole
# What needs somebody first, on every list; a lapse in a regulated role stands above any other.
URGENCY = (
    *(obligation.VIOLATED, obligation.IN_GRACE, obligation.DUE_SOON, obligation.NOT_YET_DUE),
    *(obligation.IN_FORCE, obligation.ON_LEAVE, obligation.EXEMPT),
)

TOLD = (obligation.DUE_SOON, obligation.NOT_YET_DUE, obligation.IN_GRACE)
EXPIRING = (obligation.IN_FORCE, obligation.DUE_SOON, obligation.NOT_YET_DUE, obligation.IN_GRACE)


@dataclass(frozen=True)
class Wanted:
    """Which obligations are asked for; what is None does not matter. due: first day, and the first
    day after; unit: with all below, as people sit on their day."""

    requirement: str | None = None
    states: Collection[str] = ()
    person: int | None = None
    unit: str | None = None
    due: tuple[date, date] | None = None


EVERYTHING = Wanted()


@dataclass(frozen=True)
class Timeline:
    """One person and one requirement with all dates that matter, oldest first.

    now: the obligation of today, if there is one; periods: what was due when and when it came;
    duties: spans in which the requirement bound the person."""

    now: Row | None
    periods: tuple[Row, ...]
    duties: tuple[Row, ...]
    name: Name
    titles: Mapping[str, str]
    as_of: datetime
    watermark: datetime | None


class Duties(Pictures):
    """What one viewer is shown of obligations; all of it also as known at an earlier instant."""

    @abstractmethod
    def _table(self, name: str) -> ir.Table: ...

    @abstractmethod
    def _in_sight(self, person: int) -> None: ...

    @abstractmethod
    def _name_people(self) -> None: ...

    @property
    @abstractmethod
    def _people(self) -> ir.Table | None: ...

    @property
    @abstractmethod
    def _connection(self) -> BaseBackend: ...

    @property
    @abstractmethod
    def _view(self) -> View: ...

    @property
    @abstractmethod
    def _watermark(self) -> datetime | None: ...

    @property
    def known_to(self) -> datetime:
        """The last instant of which what was known then can be told."""
        return settled(self._view.snapshot.commit.at)

    def requirements(self, known_at: datetime | None = None) -> Sequence[Requirement]:
        """What is declared: it tells of nobody."""
        with self._looking("requirements") as look:
            if self.rules.rows is Rows.NOBODY:
                raise Forbidden(f"As {self.viewer.role} one sees nobody's duties.")
            found = self._books.curriculum.rows(Requirement, known_at=known_at)
            look.shown = len(found)
        return found

    def standing(
        self,
        wanted: Wanted = EVERYTHING,
        *,
        known_at: datetime | None = None,
        limit: int = PAGE_ROWS_MAX,
        offset: int = 0,
    ) -> Page:
        """How people stand, by name, the most urgent first: obligation.COLUMNS, unit and role.

        known_at: as it was known then; None: as it is known now."""
        with self._looking("obligations", **_filters(wanted, known_at)) as look:
            self._name_people()
            facts = self._duty_facts(known_at)
            rows = only(records.placed(facts.obligation, self._sat(known_at)), wanted)
            rows = rows.mutate(urgent=_urgency(rows))
            ordered = rows.order_by(["urgent", "due_on", "person", "requirement"]).drop("urgent")
            total = int(rows.count().to_pyarrow().as_py())
            shown = ordered.limit(min(limit, ROWS_MAX), offset=offset).to_pyarrow().to_pylist()
            return self._named_page(look, shown, total, known_at)

    def calendar(
        self, first: date, weeks: int, requirement: str | None = None
    ) -> Sequence[tuple[date, int, int]]:
        """What falls due by week: its Monday, how many in regulated roles, how many others.

        first: a Monday. Each is a list of `standing`, of EXPIRING and the days of that week; open
        to those to whom that list is."""
        with self._looking("calendar", **_filters(Wanted(requirement), None)) as look:
            self._name_people()
            wanted = Wanted(requirement, EXPIRING, due=(first, first + timedelta(weeks=weeks)))
            rows = only(self._duty_facts(None).obligation.mutate(unit=ibis.null("string")), wanted)
            counted = rows.group_by(week=rows.due_on.truncate("W").cast("date")).aggregate(
                regulated=rows.regulated.sum(), everything=rows.count()
            )
            found = {row["week"]: row for row in counted.to_pyarrow().to_pylist()}
            look.shown = len(found)
        mondays = [first + timedelta(weeks=number) for number in range(weeks)]
        told = [found.get(day, {"regulated": 0, "everything": 0}) for day in mondays]
        return [
            (day, int(row["regulated"]), int(row["everything"] - row["regulated"]))
            for day, row in zip(mondays, told, strict=True)
        ]

    def forecast(self, days: Sequence[date], requirement: str | None = None) -> Forecast | None:
        """How much will be met on each of the days (METHODS F9); None: too few people owe it."""
        with self._looking("forecast", **_filters(Wanted(requirement), None)) as look:
            if self.rules.rows is Rows.NOBODY or Sensitivity.CERTIFICATE not in self.rules.columns:
                raise Forbidden(f"It is made of records that are closed to {self.viewer.role}.")
            asked = ("forecast", tuple(days), requirement)
            found = self._kept(asked, lambda: forecast(self._covered(requirement), days))
            shown = found.people >= self.smallest
            look.shown, look.withheld = (1, 0) if shown else (0, 1)
        return found if shown else None

    def _covered(self, requirement: str | None) -> Whole:
        """The duties of who is covered."""
        return Whole(self._seen_tables(requirement), self.now, self._facts().reporting_zone)

    def _seen_tables(self, requirement: str | None) -> Callable[[str], ir.Table]:
        people = self._people

        def opened(name: str) -> ir.Table:
            table = self._table(name)
            if requirement is not None and name in {"requirement", "scope", "satisfier"}:
                table = table.filter(table.requirement == requirement)
            covered = people is not None and "person" in table.columns
            return table.semi_join(people, "person") if covered else table

        return opened

    def to_tell(self) -> Sequence[Row]:
        """Who is to be told of what by now, by key: person, requirement, due_on, kind (due soon or
        violated) and the day on which it was due to be told."""
        with self._looking("what is to be told") as look:
            owed = self._duty_facts(None).obligation
            violated = owed.state == obligation.VIOLATED
            near = owed.state.isin(TOLD) & (owed.lead_on <= owed.today)
            found = owed.filter(violated | near.fill_null(False)).select(
                *("person", "requirement", "due_on"),
                kind=ibis.ifelse(_.state == obligation.VIOLATED, "violated", "due soon"),
                day=ibis.ifelse(
                    _.state == obligation.VIOLATED,
                    _.violated_on,
                    ibis.greatest(_.lead_on, _.since),
                ),
            )
            rows: list[Row] = found.to_pyarrow().to_pylist()
            look.shown = len(rows)
        return rows

    def alerts(self, *, limit: int = PAGE_ROWS_MAX, offset: int = 0) -> Page:
        """What was told and is still open, by name: obligations with `told_on`, most urgent first;
        a duty that was met since is no longer among them."""
        with self._looking("alerts") as look:
            self._name_people()
            newest = _newest(self._books.alerts.all())
            facts = self._duty_facts(None)
            still = facts.obligation.filter(_.state.isin([*TOLD, obligation.VIOLATED]))
            rows = still.inner_join(newest, ["person", "requirement", "due_on"])
            rows = records.placed(rows, self._sat(None))
            rows = rows.mutate(urgent=_urgency(rows))
            ordered = rows.order_by(["urgent", "told_on", "person", "requirement"])
            total = int(rows.count().to_pyarrow().as_py())
            shown = ordered.limit(min(limit, ROWS_MAX), offset=offset).to_pyarrow().to_pylist()
            return self._named_page(look, shown, total, None)

    def timeline(
        self, person: int, requirement: str, *, known_at: datetime | None = None
    ) -> Timeline:
        """One person's way through one requirement. NotThere for anybody out of sight."""
        with self._looking("timeline", requirement=requirement, **_then(known_at)) as look:
            self._name_people()
            self._in_sight(person)
            look.people = (person,)
            zone = self._facts().reporting_zone
            facts = Whole(self._opener(known_at), self.now, zone, person=person)
            made = (facts.obligation, obligation.periods(facts), facts.duty)
            now, periods, duties = (_of(requirement, table) for table in made)
            names = self._books.directory.names([person], known_at=known_at)
            look.shown = len(periods)
            return Timeline(
                now=next(iter(now), None),
                periods=periods,
                duties=duties,
                name=names[person],
                titles=records.titles(self._table("activity"), _things(periods)),
                as_of=self.now,
                watermark=self._watermark,
            )

    def settled_at(self, known_at: datetime | None) -> datetime | None:
        """The instant, if what was known then can be told. Raises UnknownQuestion."""
        if known_at is not None and known_at > self.known_to:
            raise UnknownQuestion(
                f"What is known is settled up to {self.known_to:%Y-%m-%d %H:%M:%S} UTC; "
                "ask for an instant before that, or refresh first."
            )
        return known_at

    def _duty_facts(self, known_at: datetime | None) -> CutFacts:
        if self.settled_at(known_at) is None:
            return self._named_now
        return replace(self._named_now, tables=self._opener(known_at))

    @cached_property
    def _named_now(self) -> CutFacts:
        """Held, so that obligations are worked out once a lens."""
        return self._facts(named=True)

    def _opener(self, known_at: datetime | None) -> Callable[[str], ir.Table]:
        return self._table if known_at is None else self._as_known(known_at)

    def _as_known(self, known_at: datetime) -> AsKnown:
        books = self._books
        return AsKnown(self._connection, books.directory, books.curriculum, known_at)

    def _sat(self, known_at: datetime | None) -> ir.Table:
        return records.seats(self._opener(known_at)("position"), self.now.date())

    def _named_page(
        self, look: Look, shown: list[Row], total: int, known_at: datetime | None
    ) -> Page:
        people = {row["person"] for row in shown}
        names = self._books.directory.names(people, known_at=known_at)
        look.people, look.shown = tuple(sorted(names)), len(shown)
        return Page(
            rows=tuple(shown),
            total=total,
            names=names,
            titles=records.titles(self._table("activity"), _things(shown)),
            as_of=self.now,
            watermark=self._watermark,
        )


def _newest(told: Sequence[Alert]) -> ir.Table:
    """person, requirement, due_on, told_on: the day of the last alert of each due day."""
    days = {(each.person, each.requirement, each.due_on): each.day for each in told}
    columns: list[tuple[Any, ...]] = [*zip(*days, strict=True)] if days else [(), (), ()]
    names = ("person", "requirement", "due_on", "told_on")
    types = (pa.int64(), pa.string(), pa.date32(), pa.date32())
    arrays = [
        pa.array(column, type)
        for column, type in zip([*columns, (*days.values(),)], types, strict=True)
    ]
    return ibis.memtable(pa.Table.from_arrays(arrays, names=names))


def _of(requirement: str, table: ir.Table) -> tuple[Row, ...]:
    """The rows of a requirement, oldest first."""
    rows = table.filter(table.requirement == requirement)
    order = [column for column in ("issued_at", "since") if column in rows.columns]
    return tuple(rows.order_by(order).to_pyarrow().to_pylist())


def only(rows: ir.Table, wanted: Wanted) -> ir.Table:
    """The obligations that are asked for."""
    if wanted.requirement is not None:
        rows = rows.filter(rows.requirement == wanted.requirement)
    if wanted.states:
        rows = rows.filter(rows.state.isin(sorted(wanted.states)))
    if wanted.person is not None:
        rows = rows.filter(rows.person == wanted.person)
    if wanted.unit is not None:
        rows = rows.filter(matches(rows, "unit", wanted.unit))
    if wanted.due is not None:
        first, after = wanted.due
        rows = rows.filter(rows.due_on >= ibis.literal(first), rows.due_on < ibis.literal(after))
    return rows


def _urgency(rows: ir.Table) -> ir.IntegerValue:
    """By state, and within a state what is regulated first."""
    places = [(rows.state == state, 2 * place) for place, state in enumerate(URGENCY)]
    return ibis.cases(*places, else_=2 * len(URGENCY)) + ibis.ifelse(rows.regulated, 0, 1)


def _filters(wanted: Wanted, known_at: datetime | None) -> dict[str, str]:
    said = {
        "requirement": wanted.requirement,
        "state": ", ".join(sorted(wanted.states)),
        "unit": wanted.unit,
        "due": wanted.due and f"{wanted.due[0]} to {wanted.due[1]}",
    }
    return {name: value for name, value in said.items() if value} | _then(known_at)


def _then(known_at: datetime | None) -> dict[str, str]:
    return {} if known_at is None else {"known at": known_at.isoformat()}


def _things(rows: Collection[Row]) -> set[str]:
    return {row["thing"] for row in rows if row.get("thing")}
