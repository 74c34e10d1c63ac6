"""The facts of one programme: its courses, and what is measured of the people who learn in it."""

from dataclasses import dataclass
from datetime import datetime

import ibis
import ibis.expr.types as ir
from ibis import _

from leadline.metrics.metric import Facts
from leadline.metrics.population import cycles, so_far

OF_PEOPLE = ("outcome",)  # facts that know no course
DECLARED = ("check", "linkage", "standard", "programme", "position", "source")


@dataclass(frozen=True)
class OfProgramme:
    """The same facts, those of one programme alone; see metrics.Facts.

    Facts of courses: of the courses that it has on the day asked as of. What is measured of people:
    of those who were sent on one of these courses, or began one, by then. Of what people owe: what
    these courses, or certificates earned in them, satisfy."""

    facts: Facts
    programme: str

    @property
    def now(self) -> datetime:
        return self.facts.now

    @property
    def reporting_zone(self) -> str:
        return self.facts.reporting_zone

    def __getattr__(self, name: str) -> ir.Table:
        if name.startswith("_"):
            raise AttributeError(name)
        table: ir.Table = getattr(self.facts, name)
        if name in OF_PEOPLE:
            return table.semi_join(cycles(self).select("person"), "person")
        if name == "attempt":
            return _with_checks(self.facts, table, courses(self.facts, self.programme))
        if name == "obligation":
            return table.semi_join(_requirements(self.facts, self.programme), "requirement")
        if name in DECLARED or "course" not in table.columns:
            return table
        return table.semi_join(courses(self.facts, self.programme), "course")


@dataclass(frozen=True)
class AsOneCourse:
    """The same facts, a programme in the place of its courses: completed on the day on which the
    last of them was. Of outcomes and positions everybody's, since others are compared with."""

    facts: Facts
    programme: str

    @property
    def now(self) -> datetime:
        return self.facts.now

    @property
    def reporting_zone(self) -> str:
        return self.facts.reporting_zone

    def __getattr__(self, name: str) -> ir.Table:
        if name.startswith("_"):
            raise AttributeError(name)
        if name == "cycle":
            return self._completed()
        if name == "session":
            sessions = OfProgramme(self.facts, self.programme).session
            return sessions.mutate(course=ibis.literal(self.programme))
        table: ir.Table = getattr(self.facts, name)
        return table

    def _completed(self) -> ir.Table:
        """person, course (the programme), completed_at; only who completed all of its courses."""
        done = so_far(self, OfProgramme(self.facts, self.programme).cycle, "completed_at")
        each = done.group_by(["person", "course"]).aggregate(completed_at=_.completed_at.min())
        whole = each.group_by("person").aggregate(
            courses=each.count(), completed_at=each.completed_at.max()
        )
        wanted = courses(self.facts, self.programme).aggregate(needed=_.count())
        told = whole.cross_join(wanted).filter(_.courses == _.needed)
        return told.select(
            "person", "completed_at", course=ibis.literal(self.programme, type="string")
        )


def _with_checks(facts: Facts, attempt: ir.Table, taught: ir.Table) -> ir.Table:
    """Attempts in the courses, and at delayed checks of what is tested there: these are taken
    outside of any course."""
    inside = attempt.semi_join(taught, "course")
    checks = facts.check.semi_join(inside.select(of="assessment"), "of")
    outside = attempt.filter(_.course.isnull()).semi_join(checks.select("assessment"), "assessment")
    return inside.union(outside)


def _requirements(facts: Facts, programme: str) -> ir.Table:
    """requirement: those that its courses satisfy, or certificates earned in them."""
    taught = courses(facts, programme)
    inside = facts.activity.semi_join(taught, "course").select(thing="activity")
    things = inside.union(taught.select(thing="course"))
    return facts.satisfier.semi_join(things, "thing").select("requirement").distinct()


def courses(facts: Facts, programme: str) -> ir.Table:
    """course: those of the version of the programme that holds on the day asked as of."""
    versions = facts.programme.filter(
        _.programme == programme, _.valid_from <= ibis.literal(facts.now.date())
    )
    newest = versions.mutate(newest=versions.valid_from.max().over(ibis.window()))
    return newest.filter(_.valid_from == _.newest).select("course").distinct()
