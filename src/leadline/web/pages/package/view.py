"""One course that can be launched: its units, who takes it, and sending people on it."""

from collections.abc import Mapping, Sequence

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.cmi5.course import Course
from leadline.cmi5.enrolment import Taker
from leadline.directory import Name
from leadline.privacy.coursework import Coursework, Roll
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Deed, Place
from leadline.web import words
from leadline.web.addresses import course_page, person_page
from leadline.web.anatomy import Body, Companion, Crumb, Foot
from leadline.web.coursework import blocks_around, coursework, criterion, said, title
from leadline.web.page import page
from leadline.web.pages.package.acts import ASSIGNED
from leadline.web.places import having
from leadline.web.tables import Asked, Cell, Head, Table, asked, cut


@page(place=Place.PROGRAMMES, sees=having(Place.PROGRAMMES))
def package(request: HttpRequest, lens: Lens, course_id: str) -> Body:
    """Who takes this course, and how far are they?"""
    door = coursework(lens)
    course = door.course(course_id)
    roll = door.roll(course) if door.names_takers else None
    wanted = asked(request, ())
    notice = request.session.pop(ASSIGNED, None)
    return Body(
        crumbs=(
            Crumb(_("Programmes"), reverse("programmes")),
            Crumb(_("Course packages"), reverse("packages")),
            Crumb(title(course)),
        ),
        companions=_companions(roll) if roll else (),
        notices=(*([notice] if notice else []), *_elsewhere(roll)),
        twin=_people(door, roll, wanted) if roll and roll.takers else None,
        twin_open=True,
        facts={
            "course": course,
            "name": title(course),
            "about": said(course.structure.description),
            "roll": roll,
            "units": _units(course, request),
            "records": _records(lens, course),
            "may_retire": door.may(Deed.ADD_COURSES) and course.retired_at is None,
            "may_assign": door.may(Deed.ASSIGN) and course.retired_at is None,
            "choices": door.units() if door.may(Deed.ASSIGN) else (),
        },
        foot=Foot(
            (
                _("As of now: registrations and completions count at once"),
                _("the people named here can see that you looked"),
            )
            if roll
            else (_("Your role sees no named people."),)
        ),
    )


def _companions(roll: Roll) -> tuple[Companion, ...]:
    return (
        Companion(_("Registered"), words.count(len(roll.takers))),
        Companion(_("Completed"), words.count(roll.satisfied), activity=True),
    )


def _elsewhere(roll: Roll | None) -> list[str]:
    if roll is None or not roll.elsewhere:
        return []
    said = _("%(n)s more were registered by another system under names of its own.")
    return [said % {"n": words.count(roll.elsewhere)}]


def _records(lens: Lens, course: Course) -> str:
    """The page about what happened in it, as soon as anything has."""
    return course_page(course.lms_id) if lens.activities(course=course.lms_id) else ""


def _units(course: Course, request: HttpRequest) -> Table:
    nested = any(unit.path for unit in course.units)
    return Table(
        caption=_("What is in it"),
        heads=(
            Head(_("Unit")),
            *((Head(_("Block")),) if nested else ()),
            Head(_("Done when")),
        ),
        rows=[
            (
                Cell(said(unit.unit.title), under=said(unit.unit.description)),
                *((Cell(blocks_around(course, unit) or words.DASH),) if nested else ()),
                Cell(criterion(unit)),
            )
            for unit in course.units
        ],
        asked=asked(request, ()),
        total=len(course.units),
    )


def _people(door: Coursework, roll: Roll, wanted: Asked) -> Table:
    shown = cut(roll.takers, wanted)
    names = door.names([taker.person for taker in shown if taker.person is not None])
    return Table(
        caption=_("Who takes it, the newest first"),
        heads=(Head(_("Person")), Head(_("State")), Head(_("Registered")), Head(_("Completed"))),
        rows=_rows(shown, names),
        asked=wanted,
        total=len(roll.takers),
    )


def _rows(shown: Sequence[Taker], names: Mapping[int, Name]) -> list[tuple[Cell, ...]]:
    found: list[tuple[Cell, ...]] = []
    for taker in shown:
        assert taker.person is not None
        done = taker.satisfied_at
        name = names.get(taker.person)
        found.append(
            (
                Cell(name.display if name else words.DASH, href=person_page(taker.person)),
                Cell(_("completed"), state="done")
                if done
                else Cell(_("registered"), state="unknown"),
                Cell(words.short_day(taker.registered_at)),
                Cell(words.short_day(done)),
            )
        )
    return found
