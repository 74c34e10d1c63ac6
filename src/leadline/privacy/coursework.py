"""The door to courses: who is sent on them, by whom, and how a learner gets in.

Records of who did what stay the lens's; here stands what is set going, each time with its look."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from leadline.cmi5.course import Course
from leadline.cmi5.enrolment import Enrolment, Taker
from leadline.cmi5.launches import Manner
from leadline.cmi5.library import Library
from leadline.cmi5.lms import Lms, Progress
from leadline.cmi5.package import Package
from leadline.directory import Directory, Name
from leadline.facts import Sensitivity
from leadline.privacy.looks import Look
from leadline.privacy.policy import Deed
from leadline.privacy.refusals import Forbidden, NotThere
from leadline.privacy.registers import Registers
from leadline.privacy.scope import visible
from leadline.store import DEFAULT_TENANT


class House(Protocol):
    """The parts of the application that courses need."""

    @property
    def directory(self) -> Directory: ...
    @property
    def library(self) -> Library: ...
    @property
    def lms(self) -> Lms: ...
    @property
    def enrolment(self) -> Enrolment: ...


@dataclass(frozen=True)
class Roll:
    """Who is registered in a course, of those whom the viewer covers, the newest first.

    elsewhere: learners of other systems, registered by API; 0 for viewers who do not cover all."""

    takers: tuple[Taker, ...]
    elsewhere: int

    @property
    def satisfied(self) -> int:
        """How many of them have completed it."""
        return sum(taker.satisfied_at is not None for taker in self.takers)


@dataclass(frozen=True)
class Whom:
    """Whom to send on a course. words: employee numbers and e-mail addresses; unit: its path, with
    the units below it; empty: none."""

    words: tuple[str, ...]
    unit: str = ""


@dataclass(frozen=True)
class Assigned:
    """What an assignment did. unknown: words that stand for nobody whom the viewer covers."""

    new: int
    known: int
    unknown: tuple[str, ...]


class Coursework:
    """Courses as one viewer may see and use them. lens: whose looks are written down."""

    def __init__(self, house: House, lens: Registers) -> None:
        self._house, self._lens = house, lens
        self.viewer, self.rules = lens.viewer, lens.rules

    def may(self, deed: Deed) -> bool:
        """Whether the policy lets this role do it."""
        return deed in self.rules.deeds

    def offered(self) -> list[Course]:
        """The courses that are offered: content, not people."""
        if Sensitivity.CONTENT not in self.rules.columns:
            raise Forbidden(f"Content is no business of {self.viewer.role}.")
        return self._house.library.courses(DEFAULT_TENANT)

    def course(self, course_id: str) -> Course:
        """One course, retired or not. NotThere."""
        if Sensitivity.CONTENT not in self.rules.columns:
            raise Forbidden(f"Content is no business of {self.viewer.role}.")
        found = self._house.library.course(course_id, DEFAULT_TENANT)
        if found is None:
            raise NotThere("There is no such course.")
        return found

    @property
    def names_takers(self) -> bool:
        """Whether the role may see, by name, who is registered and who completed."""
        return {Sensitivity.IDENTITY, Sensitivity.CERTIFICATE} <= self.rules.named

    def roll(self, course: Course) -> Roll:
        """Who is registered in a course. Forbidden where the role sees no such record by name."""
        with self._looking("roll of a course", course) as look:
            (found,) = self._rolls([course])
            look.shown, look.people = len(found.takers), _people(found.takers)
        return found

    def rolls(self, courses: Sequence[Course]) -> list[Roll]:
        """The same for several courses, to be counted; nobody is named, so one look is enough."""
        with self._lens.looking("rolls of courses") as look:
            found = self._rolls(courses)
            look.shown = len(found)
        return found

    def _rolls(self, courses: Sequence[Course]) -> list[Roll]:
        if not self.names_takers:
            raise Forbidden(f"As {self.viewer.role} one sees no named people.")
        covered = visible(self.viewer, self._house.directory)
        found = []
        for course in courses:
            everyone = self._house.enrolment.roll(course)
            inside = tuple(
                taker
                for taker in everyone
                if taker.person is not None and (covered is None or taker.person in covered)
            )
            strangers = sum(taker.person is None for taker in everyone) if covered is None else 0
            found.append(Roll(inside, strangers))
        return found

    def names(self, people: Collection[int]) -> Mapping[int, Name]:
        """Names of people whom a roll has shown already."""
        covered = visible(self.viewer, self._house.directory)
        inside = people if covered is None else covered.intersection(people)
        return self._house.directory.names(inside) if self.names_takers else {}

    def add(self, package: Package) -> Course:
        """Import a package. Raises BadPackage, Unavailable."""
        with self._lens.looking("add a course package") as look:
            self._insist(Deed.ADD_COURSES)
            added = self._house.library.add(package, tenant=DEFAULT_TENANT, by=self.viewer.login)
            look.shown, look.filters = 1, {"course": added.course_id}
        return added

    def retire(self, course: Course) -> None:
        """Offer a course no more."""
        with self._looking("retire a course", course):
            self._insist(Deed.ADD_COURSES)
            self._house.library.retire(course.course_id)

    def assign(self, course: Course, whom: Whom, due_at: datetime | None) -> Assigned:
        """Send people on a course. Whom the viewer does not cover is as unknown as who is not in
        the directory. Raises Unfit, Unavailable."""
        with self._looking("assign a course", course) as look:
            self._insist(Deed.ASSIGN)
            directory = self._house.directory
            covered = visible(self.viewer, directory)
            called = {
                word: person
                for word, person in directory.called(whom.words).items()
                if covered is None or person in covered
            }
            below = directory.people_under(whom.unit) if whom.unit else set()
            people = {*called.values(), *(below if covered is None else below & covered)}
            sent = self._house.enrolment.send(course, people, due_at)
            look.people, look.shown = (*sent.new, *sent.known), len(people)
        unknown = tuple(word for word in whom.words if word not in called)
        return Assigned(len(sent.new), len(sent.known), unknown)

    def units(self) -> list[str]:
        """Paths of the units to choose from: those in which people sit whom the viewer covers, and
        for who covers everybody those above."""
        self._insist(Deed.ASSIGN)
        covered = visible(self.viewer, self._house.directory)
        seated = self._house.directory.units()
        if covered is not None:
            return sorted(path for path, people in seated.items() if people & covered)
        steps = (path.split("/") for path in seated)
        return sorted({"/".join(step[: depth + 1]) for step in steps for depth in range(len(step))})

    def own(self) -> Sequence[Progress]:
        """Where the viewer stands in each course they were sent on, the newest first."""
        with self._lens.looking("own courses") as look:
            person = self._myself()
            found = self._house.enrolment.of(person, DEFAULT_TENANT)
            look.people, look.shown = (person,), len(found)
        return found

    def launch(self, registration: str, unit: int, manner: Manner) -> str:
        """The address at which one's own unit opens. NotThere for anybody else's registration."""
        with self._lens.looking("launch") as look:
            person = self._myself()
            mine = self._house.enrolment.of(person, DEFAULT_TENANT)
            course = {each.registration.id: each.course for each in mine}.get(registration)
            if course is None or not 0 <= unit < len(course.units):
                raise NotThere("There is no such course to take.")
            look.people, look.filters = (person,), {"course": course.course_id}
            return self._house.lms.launch(registration, unit, manner).url

    def _myself(self) -> int:
        self._insist(Deed.TAKE)
        if self.viewer.person is None:
            raise NotThere("This login belongs to nobody in the directory.")
        return self.viewer.person

    def _insist(self, deed: Deed) -> None:
        if not self.may(deed):
            raise Forbidden(f"As {self.viewer.role} one may not {deed}.")

    def _looking(self, what: str, course: Course) -> AbstractContextManager[Look]:
        return self._lens.looking(what, course=course.course_id)


def _people(takers: Collection[Taker]) -> tuple[int, ...]:
    return tuple(sorted({taker.person for taker in takers if taker.person is not None}))
