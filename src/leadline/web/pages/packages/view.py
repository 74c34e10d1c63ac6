"""The courses that can be launched here, and adding one."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.cmi5.course import Course
from leadline.privacy.coursework import Coursework, Roll
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Deed, Place
from leadline.web import words
from leadline.web.anatomy import Body, Crumb, Foot
from leadline.web.bodies import UPLOAD_BYTES_MAX
from leadline.web.coursework import coursework, title
from leadline.web.page import page
from leadline.web.pages.packages.add import ADDED, REFUSED
from leadline.web.places import having
from leadline.web.tables import Asked, Cell, Head, Table, asked, cut


@page(place=Place.PROGRAMMES, sees=having(Place.PROGRAMMES))
def packages(request: HttpRequest, lens: Lens) -> Body:
    """Which courses can be launched here?"""
    door = coursework(lens)
    wanted = asked(request, ("name", "added"), "-added")
    found = [c for c in door.offered() if wanted.search.casefold() in title(c).casefold()]
    order = title if wanted.sort == "name" else _added
    found.sort(key=order, reverse=wanted.descending)
    added = request.session.pop(ADDED, None)
    return Body(
        crumbs=(Crumb(_("Programmes"), reverse("programmes")), Crumb(_("Course packages"))),
        twin=_table(door, found, wanted) if found else None,
        twin_open=True,
        notices=(_("“%(course)s” can be launched now.") % {"course": added},) if added else (),
        facts={
            "total": len(found),
            "search": wanted.search,
            "most_mib": UPLOAD_BYTES_MAX >> 20,
            "may_add": door.may(Deed.ADD_COURSES),
            "refused": request.session.pop(REFUSED, None),
        },
        foot=Foot((_("A course here is a cmi5 package; what learners do in it is recorded."),)),
    )


def _added(course: Course) -> str:
    return course.added_at.isoformat()


def _table(door: Coursework, found: Sequence[Course], wanted: Asked) -> Table:
    shown = cut(found, wanted)
    rolls = door.rolls(shown) if door.names_takers else None
    counted = (Head(_("Registered"), number=True), Head(_("Completed"), number=True))
    return Table(
        caption=_("Courses that can be launched"),
        heads=(
            Head(_("Course"), "name"),
            Head(_("Units"), number=True),
            *(counted if rolls is not None else ()),
            Head(_("Added"), "added"),
        ),
        rows=[
            (
                Cell(title(course), href=reverse("package", args=[course.course_id])),
                Cell(words.count(len(course.units))),
                *(_counts(rolls[position]) if rolls is not None else ()),
                Cell(words.short_day(course.added_at), under=course.added_by),
            )
            for position, course in enumerate(shown)
        ],
        asked=wanted,
        total=len(found),
    )


def _counts(roll: Roll) -> tuple[Cell, Cell]:
    return Cell(words.count(len(roll.takers))), Cell(words.count(roll.satisfied))
