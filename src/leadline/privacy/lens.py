"""The one door: nothing is asked of the lake without saying who asks and why."""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Protocol, TypeVar

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from leadline.config import Settings
from leadline.directory import Name
from leadline.engine import Commit, Lake
from leadline.facts import Sensitivity
from leadline.metrics import Context, Gate
from leadline.privacy import records
from leadline.privacy.answer import Answer, Late, Quality
from leadline.privacy.audit import Care
from leadline.privacy.cut import CutFacts, may_ask
from leadline.privacy.keep import Kept
from leadline.privacy.looks import Look
from leadline.privacy.measuring import Measured, Populations, measured
from leadline.privacy.policy import Register, Rows
from leadline.privacy.proof import Proof
from leadline.privacy.quality import counts, lags, late, quality, weighed
from leadline.privacy.question import Question, checked, insist_open, population
from leadline.privacy.records import PAGE_ROWS_MAX, Page, PersonRecord, Row
from leadline.privacy.refusals import Forbidden, NotThere, UnknownQuestion
from leadline.privacy.registers import Books
from leadline.privacy.scope import visible
from leadline.privacy.searching import SEARCHED, filters, search
from leadline.privacy.slices import POSITION, levels
from leadline.privacy.view import View, Views
from leadline.privacy.viewer import Purpose, Viewer
from leadline.stats.refusal import Refused
from leadline.stats.segments import Scan, Segment

ACTIVITIES_MAX = 10_000
LAG_DAYS = 30
T = TypeVar("T")


class Parts(Books, Protocol):
    """What the lens needs of the assembled application (`leadline.app.App` has it all)."""

    @property
    def settings(self) -> Settings: ...
    @property
    def lake(self) -> Lake: ...
    @property
    def kept(self) -> Kept: ...
    @property
    def views(self) -> Views: ...


class Lens(Proof):
    """What one viewer is shown, for one purpose, in one view. Make a new one per request.

    purpose: None takes the role's usual one. now: the instant asked as of (aware); default that of
    the view. Who is visible is found anew for each lens, whatever the age of the view.
    Raises Forbidden, written down, where the role may not look for this purpose."""

    def __init__(
        self,
        parts: Parts,
        viewer: Viewer,
        purpose: Purpose | None = None,
        now: datetime | None = None,
    ) -> None:
        super().__init__(parts, viewer, purpose)
        self._parts: Parts = parts
        self._asked_as_of = now
        self._populations = Populations()

    # statistics

    def measure(  # noqa: PLR0913 - the parts of one question, all but the name optional
        self,
        name: str,
        *,
        by: Sequence[str] = (),
        where: Mapping[str, str | None] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        choices: Mapping[str, str] | None = None,
    ) -> Answer:
        """One metric, sliced by the columns `by`, for rows with `where` and `at` in [since, until).

        Raises UnknownQuestion, Forbidden (the role may not use what the metric is made of) and
        TooFine (too many groups to check)."""
        with self._looking(f"measure {name}" + (f" by {', '.join(by)}" if by else "")) as look:
            question = checked(name, by, where, (since, until), choices)
            look.filters = question.filters()
            self._allow(question)
            answer = self._kept(question, lambda: self._answered(question))
            hidden = sum(result.gate == "suppressed" for result in answer.results)
            look.shown, look.withheld = len(answer.results) - hidden, hidden
        return answer

    def concentrated(self, name: str, where: Mapping[str, str | None]) -> Scan | Refused:
        """The groups of people among whom failing is concentrated (METHODS B4): SEARCHED, singly
        and by two. Shown are those whose share a question for them alone would show."""
        with self._looking(f"search {name}") as look:
            question = checked(name, SEARCHED, where, (None, None), None)
            look.filters = question.filters()
            self._allow(question)
            found = self._kept(
                ("search", question), lambda: search(self._rows(question), question.definition)
            )
            if isinstance(found, Refused):
                return found
            shown = tuple(s for s in found.segments if self._open(question, s))
            look.shown, look.withheld = len(shown), len(found.segments) - len(shown)
        return replace(found, segments=shown)

    def _open(self, question: Question, segment: Segment) -> bool:
        wanted = filters(segment)
        if wanted is None:
            return False
        alone = replace(
            question, by=(), where=tuple(sorted({**dict(question.where), **wanted}.items()))
        )
        result = self._kept(alone, lambda: self._answered(alone)).result
        return result.gate is Gate.OK and result.estimate is not None

    def _allow(self, question: Question) -> None:
        if self.rules.rows is Rows.NOBODY:
            raise Forbidden(
                f"As {self.viewer.role} one sees nobody's records, not even as numbers."
            )
        if not may_ask(self.viewer.role, question.metric):
            raise Forbidden(
                f"{question.metric} is made of records that are closed to {self.viewer.role}."
            )
        insist_open(question, self.rules)

    def _answered(self, question: Question) -> Answer:
        found = self._measured(question)
        return Answer(
            metric=question.definition,
            results=found.results,
            coverage=found.coverage,
            quality=self._quality_of(dict(question.where).get("course")),
            late=self._late(question.since, question.until),
            as_of=self.now,
            watermark=self._watermark,
        )

    def _quality_of(self, course: str | None) -> Quality:
        scores = self.quality("course" if course else None)
        return scores.get(course, Quality(None, {}))

    def _measured(self, question: Question) -> Measured:
        context = Context(
            as_of=self.now,
            watermark=self._watermark,
            tz=self.zone,
            population_filter=question.filters(),
            suppress_below=1,
        )
        care = Care(self.rules, self.smallest, self._levels(question), self._kept)
        return measured(self._rows(question), question, care, context)

    def _levels(self, question: Question) -> int:
        """How deep the unit tree is, where the question goes by place."""
        return levels(self._positions()) if question.columns & set(POSITION) else 1

    def _rows(self, question: Question) -> ir.Table:
        made = lambda: population(question, self._facts(), self._positions())  # noqa: E731
        return self._populations.of(question, self._levels(question), made)

    def _late(self, since: datetime | None, until: datetime | None) -> Late:
        asked = ("late", since, until, *self._weighs)
        return self._kept(asked, lambda: late(self._weighed(), since, until), timeless=True)

    @property
    def smallest(self) -> int:
        """Groups with fewer people are hidden; nothing of one's own record is."""
        return 1 if self.rules.rows is Rows.SELF else self._parts.settings.smallest_group

    @property
    def zone(self) -> str:
        """IANA name of the zone that days and months go by."""
        return self._parts.settings.reporting_zone

    def quality(self, by: str | None = None) -> Mapping[str | None, Quality]:
        """The data-quality score (S063) per `source` or `course`, or under None for everything.

        It weighs the records of whom the viewer covers; what is held back is nobody's yet, so only
        who covers everyone is told of it. No score is made of fewer people than the minimum."""
        if by not in (None, "source", "course"):
            raise UnknownQuestion(f"Quality is known by source or course, not by {by!r}.")
        held = {
            source.name: (source.counts.received, source.counts.quarantined)
            for source in self._parts.sources.all()
            if self._visible is None
        }
        made = lambda: counts(self._weighed(), self._table("link"))  # noqa: E731
        counted = self._kept(("quality", *self._weighs), made, timeless=True)
        return quality(counted, by, held, self.smallest)

    def lags(self) -> Mapping[str, float]:
        """How long each source's records typically take to arrive, in seconds, over LAG_DAYS."""
        with self._looking("lags of sources"):
            self._open_register(Register.SOURCES)
            since = self.now - timedelta(days=LAG_DAYS)
            return self._kept(("lags",), lambda: lags(self._table("event"), since))

    # named rows

    def completions(
        self, course: str | None = None, *, limit: int = PAGE_ROWS_MAX, offset: int = 0
    ) -> Page:
        """Who completed what and when, with scores and logins where the role may see them (S017).

        See records.completions for the columns."""
        with self._looking("completions", course=course or "all") as look:
            self._name_people()
            rows = records.completions(self._facts(named=True), course)
            return self._page(look, rows, ("course", "person", "cycle_no"), (limit, offset))

    def roster(self, *, limit: int = PAGE_ROWS_MAX, offset: int = 0) -> Page:
        """The people the viewer covers, with what is open, overdue and completed (my team)."""
        with self._looking("roster") as look:
            self._name_people()
            seats = records.seats(self._positions(), self.now.date())
            rows = records.roster(self._facts(named=True), seats, self.now)
            return self._page(look, rows, ("person",), (limit, offset))

    def person(self, person: int) -> PersonRecord:
        """One person's record (S002). NotThere for anybody outside what the viewer covers."""
        with self._looking("person", key=str(person)) as look:
            self._name_people()
            self._in_sight(person)
            look.people = (person,)
            record = records.person(
                self._facts(named=True),
                person,
                names=self._parts.directory.names([person]),
                place=self._parts.directory.place_today(person),
                idle_days=self._parts.settings.abandoned_after_days,
                watermark=self._watermark,
            )
            look.shown = record.rows
            return record

    def events(self, person: int, *, limit: int = PAGE_ROWS_MAX, offset: int = 0) -> Page:
        """What one person did, newest first: only where the role may see single activities."""
        with self._looking("events", key=str(person)) as look:
            self._name_people()
            if not self.rules.activities:
                raise Forbidden(f"Single activities are closed to {self.viewer.role} (S120).")
            self._in_sight(person)
            rows = records.events(self._facts(named=True), person)
            return self._page(look, rows, (), (limit, offset))

    def names(self, people: Collection[int]) -> Mapping[int, Name]:
        """Identity of the people among `people` whom the viewer covers; the others are absent."""
        with self._looking("names") as look:
            self._name_people()
            return self._named(look, people)

    # what is not about people

    def activities(self, kind: str | None = None, course: str | None = None) -> Sequence[Row]:
        """Known activities with the names their authors gave: activity, name, kind, course, module,
        position, length_s. Content, not people: open to every role that may see content, as far
        as somebody whom the viewer covers has to do with it or with its course."""
        if Sensitivity.CONTENT not in self.rules.columns:
            raise Forbidden(f"Content is no business of {self.viewer.role}.")
        asked = ("activities", kind, course, self.viewer.role, self._visible)
        return self._kept(asked, lambda: self._activities(kind, course), timeless=True)

    def _activities(self, kind: str | None, course: str | None) -> tuple[Row, ...]:
        table = self._table("activity")
        if self._visible is not None:
            table = table.filter(records.met(table, self._facts()))
        for column, value in (("kind", kind), ("course", course)):
            if value is not None:
                table = table.filter(table[column] == value)
        ordered = table.order_by(["course", "position", "name", "activity"])
        return tuple(ordered.limit(ACTIVITIES_MAX).to_pyarrow().to_pylist())

    # how it is done

    def _name_people(self) -> None:
        if Sensitivity.IDENTITY not in self.rules.named:
            raise Forbidden(f"As {self.viewer.role} one sees no named people.")

    def _in_sight(self, person: int) -> None:
        known = self._parts.directory.names([person]) if self._visible is None else self._visible
        if person not in known:
            raise NotThere("There is no such person.")

    def _page(
        self, look: Look, rows: ir.Table, order: Sequence[str], span: tuple[int, int]
    ) -> Page:
        shown, total = records.page(rows, order, *span)
        names = self._named(look, {row["person"] for row in shown})
        look.shown = len(shown)
        return Page(
            rows=tuple(shown),
            total=total,
            names=names,
            titles=records.titles(self._table("activity"), records.ids_in(shown)),
            as_of=self.now,
            watermark=self._watermark,
        )

    def _named(self, look: Look, people: Collection[int]) -> Mapping[int, Name]:
        inside = set(people) if self._visible is None else set(people) & self._visible
        found = self._parts.directory.names(inside)
        look.people, look.shown = tuple(sorted(found)), len(found)
        return found

    def recent(self, what: Hashable, make: Callable[["Lens"], T]) -> T:
        """What `make` finds through this lens, or found through one like it not long ago.

        For answers that many questions go into and that move slowly, such as findings; each says
        itself as of when it is."""
        renewed = self._parts.views.kept_up
        return self._parts.kept.recent(self._recent_key(what), lambda: make(self), renewed=renewed)

    def _recent_key(self, what: Hashable) -> Hashable:
        return ("recent", self.viewer.role, self._visible, what)

    def expect(self, page: Hashable, answer: Callable[["Lens"], object]) -> None:
        """This page was looked at; have it `answer`ed in the next view before that is shown."""
        who = (self.viewer.role, self.viewer.person, self.viewer.unit, self.purpose)
        self._parts.kept.looked((who, page), self.viewer, self.purpose, answer)

    def _kept(self, what: Hashable, make: Callable[[], T], *, timeless: bool = False) -> T:
        """From memory, if nothing that the answer depends on has changed since.

        timeless: made of the lake alone and of what `what` names, neither of viewer nor of now."""
        lake = (self._view.snapshot.version, self._view.snapshot.mark)
        asked = () if timeless else (self.viewer.role, self._visible, self.now)
        return self._parts.kept.get((lake, asked, what), make)

    def _facts(self, *, named: bool = False) -> CutFacts:
        return replace(self._cut, named=True) if named else self._cut

    @cached_property
    def _cut(self) -> CutFacts:
        tables = self._connection.table
        return CutFacts(tables, self.rules, self._people, self.now, self.zone)

    @cached_property
    def _people(self) -> ir.Table | None:
        if self._visible is None:
            return None
        keys = pa.table({"person": pa.array(sorted(self._visible), pa.int64())})
        return ibis.memtable(keys)

    def _weighed(self) -> ir.Table:
        events, links = self._table("event"), self._table("link")
        return weighed(events, links, self._people, whole=self._weighs[1])

    @property
    def _weighs(self) -> tuple[frozenset[int] | None, bool]:
        """Whose records the soundness is told of, and whether their activity counts in it."""
        few = self._visible is not None and len(self._visible) < self.smallest
        return self._visible, "event" not in self.rules.closed and not few

    def _positions(self) -> ir.Table:
        positions, people = self._table("position"), self._people
        return positions if people is None else positions.semi_join(people, "person")

    def _table(self, name: str) -> ir.Table:
        return self._connection.table(name)

    @property
    def now(self) -> datetime:
        """The instant that everything is asked as of."""
        return self._view.now

    @property
    def commit(self) -> Commit:
        """What the answers are made of: how far in the log, and by which definitions."""
        return self._view.snapshot.commit

    @cached_property
    def _view(self) -> View:
        shown = self._parts.views.current()
        return replace(shown, now=self._asked_as_of) if self._asked_as_of else shown

    @cached_property
    def _visible(self) -> frozenset[int] | None:
        return visible(self.viewer, self._parts.directory)

    @cached_property
    def _connection(self) -> ibis.BaseBackend:
        return self._parts.lake.connect(self._view.snapshot)

    @property
    def _watermark(self) -> datetime | None:
        return self.commit.watermark
