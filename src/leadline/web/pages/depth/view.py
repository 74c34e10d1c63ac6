"""Data depth: what the records of each course can tell, by what was received, not by a label."""

from collections.abc import Mapping

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.facts.fact import Sensitivity
from leadline.metrics import Result
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.web import words
from leadline.web.addresses import course_page, short
from leadline.web.anatomy import Body, Crumb, Foot
from leadline.web.answers import allowed
from leadline.web.page import page
from leadline.web.places import counting, having
from leadline.web.tables import Cell, Head, Table, asked, cut

SIGNS = (  # a metric that has rows only where the fields it needs were received
    "enrolments",
    "completions",
    "reached",
    "average_score",
    "answers_correct",
    "video_starters",
    "active_time",
)


@page(place=Place.DATA, sees=having(Place.DATA) & counting(Sensitivity.CONTENT))
def depth(request: HttpRequest, lens: Lens) -> Body:
    """How deep do the records of each course go?"""
    wanted = asked(request, ())
    found = {sign: _by_course(lens, sign) for sign in SIGNS}
    names = {row["activity"]: row["name"] for row in lens.activities(kind="course")}
    courses = sorted({c for results in found.values() if results for c in results})
    deep = [c for c in courses if all(_there(found[s], c) for s in SIGNS if found[s] is not None)]
    table = Table(
        caption=_("What is received about each course"),
        heads=[Head(_("Course")), *(Head(title) for title in _titles().values())],
        rows=[
            [
                Cell(names.get(course) or short(course), href=course_page(course)),
                *(_sign(found[sign], course) for sign in SIGNS),
            ]
            for course in cut(courses, wanted)
        ],
        asked=wanted,
        total=len(courses),
    )
    return Body(
        crumbs=(Crumb(_("Data & trust"), reverse("trust")), Crumb(_("Data depth"))),
        twin=table if courses else None,
        twin_open=True,
        facts={"courses": len(courses), "deep": len(deep)},
        foot=Foot(
            (
                _("As of %(when)s") % {"when": words.instant(lens.now)},
                _("computed from the fields received, not from what a course says of itself"),
            )
        ),
    )


def _titles() -> dict[str, str]:
    return {
        "enrolments": _("Assignments"),
        "completions": _("Completions"),
        "reached": _("Modules"),
        "average_score": _("Scores"),
        "answers_correct": _("Single answers"),
        "video_starters": _("Video watching"),
        "active_time": _("Time"),
    }


def _by_course(lens: Lens, sign: str) -> Mapping[str, Result] | None:
    answer = allowed(lens, sign, by=("course",))
    if answer is None:
        return None
    return {str(r.group["course"]): r for r in answer.results if r.group["course"]}


def _there(results: Mapping[str, Result] | None, course: str) -> bool:
    result = (results or {}).get(course)
    return result is not None and (not words.shown(result) or bool(result.estimate))


def _sign(results: Mapping[str, Result] | None, course: str) -> Cell:
    if results is None:
        return Cell(_("closed to your role"), held=True)
    if _there(results, course):
        return Cell(_("received"), state="done")
    return Cell(_("not received"), state="unknown")
