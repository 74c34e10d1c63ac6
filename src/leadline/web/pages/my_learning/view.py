"""The learner's own record, and who looked at it."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place, Rows
from leadline.privacy.refusals import NotThere
from leadline.store.audit import Look
from leadline.web import record, words
from leadline.web.anatomy import Body, Crumb
from leadline.web.checking import checking, checks
from leadline.web.coursework import coursework
from leadline.web.page import page
from leadline.web.pages.my_learning.checks import to_answer
from leadline.web.pages.my_learning.courses import to_take
from leadline.web.places import covering
from leadline.web.tables import Cell, Head, Table, asked

LOOKS_SHOWN = 50


@page(place=Place.PEOPLE, sees=covering(Rows.SELF))
def my_learning(request: HttpRequest, lens: Lens) -> Body:
    """Where do I stand, and what is recorded about me?"""
    if lens.viewer.person is None:
        raise NotThere
    found = lens.person(lens.viewer.person)
    looks = [look for look in lens.looks(limit=LOOKS_SHOWN) if look.login != lens.viewer.login]
    table = Table(
        caption=_("Who looked at your record"),
        heads=(Head(_("When")), Head(_("Who")), Head(_("Why")), Head(_("What"))),
        rows=[_row(look) for look in looks],
        asked=asked(request, ()),
        total=len(looks),
    )
    due = {row["course"]: row["due_at"] for row in reversed(found.courses)}  # the newest counts
    courses = to_take(coursework(lens).own(), due)
    asked_now = to_answer(checking(lens).own(), checks().now())
    return Body(
        crumbs=(Crumb(_("My learning")),),
        companions=record.companions(found),
        facts={
            "record": found,
            "parts": record.parts(request, found, linked=False),
            "left": record.abandoned_names(found),
            "looks": table,
            "to_take": courses,
            "to_answer": asked_now,
            "waiting": [course for course in courses if not course.done],
        },
        foot=record.foot(found),
    )


def _row(look: Look) -> tuple[Cell, ...]:
    return (
        Cell(words.instant(look.at)),
        Cell(words.sentence(look.role)),
        Cell(words.sentence(look.purpose)),
        Cell(look.what),
    )
