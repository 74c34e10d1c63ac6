"""The list of courses: enrolments, completion with first-attempt pass beside it, findings."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadline.metrics import Result
from leadline.privacy.answer import Answer
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.web.addresses import course_page, short
from leadline.web.anatomy import Body, Crumb
from leadline.web.answers import allowed, companion, foot, measured
from leadline.web.found import known
from leadline.web.page import page
from leadline.web.places import having
from leadline.web.tables import Asked, Cell, Head, Table, asked, cut

SORTABLE = ("name", "found", "enrolments", "completion", "pass")


@dataclass(frozen=True)
class Course:
    """One line: the course, its three numbers (each may be withheld or missing), its findings."""

    id: str
    name: str
    enrolments: Result | None
    completion: Result | None
    first_pass: Result | None
    found: int


@page(place=Place.PROGRAMMES, sees=having(Place.PROGRAMMES))
def programmes(request: HttpRequest, lens: Lens) -> Body:
    """Which training needs a look?"""
    wanted = asked(request, SORTABLE, "-found")
    answers = {
        name: allowed(lens, name, by=("course",))
        for name in ("enrolments", "completion_rate", "first_attempt_pass_rate")
    }
    found = Counter(finding.course for finding in known(lens))
    courses = [
        c for c in _courses(lens, answers, found) if wanted.search.casefold() in c.name.casefold()
    ]
    courses.sort(key=lambda c: _order(c, wanted.sort), reverse=wanted.descending)
    overall = [allowed(lens, name) for name in ("completion_rate", "first_attempt_pass_rate")]
    shown = [answer for answer in overall if answer is not None]
    return Body(
        crumbs=(Crumb(_("Programmes")),),
        companions=tuple(companion(a, a.metric.question) for a in shown),
        twin=_table(courses, wanted) if courses else None,
        twin_open=True,
        facts={
            "total": len(courses),
            "search": wanted.search,
            "found": sum(course.found > 0 for course in courses),
        },
        foot=foot([a for a in answers.values() if a is not None]),
    )


def _courses(
    lens: Lens, answers: Mapping[str, Answer | None], found: Counter[str | None]
) -> list[Course]:
    names = {row["activity"]: row["name"] for row in lens.activities(kind="course")}
    by_metric = {
        name: {str(r.group["course"]): r for r in answer.results if r.group["course"]}
        for name, answer in answers.items()
        if answer is not None
    }
    ids = {course for results in by_metric.values() for course in results}
    return [
        Course(
            id=course,
            name=names.get(course) or short(course),
            enrolments=by_metric.get("enrolments", {}).get(course),
            completion=by_metric.get("completion_rate", {}).get(course),
            first_pass=by_metric.get("first_attempt_pass_rate", {}).get(course),
            found=found[course],
        )
        for course in ids
    ]


def _order(course: Course, sort: str) -> tuple[float, float, str]:
    size = (course.enrolments.estimate if course.enrolments else None) or 0.0
    if sort == "found":
        return (course.found, size, course.name)
    result = {
        "enrolments": course.enrolments,
        "completion": course.completion,
        "pass": course.first_pass,
    }.get(sort)
    known = result is not None and result.estimate is not None
    return (result.estimate if known and result and result.estimate else -1.0, 0.0, course.name)


def _table(courses: list[Course], wanted: Asked) -> Table:
    return Table(
        caption=_("Courses"),
        heads=(
            Head(_("Course"), "name"),
            Head(_("Found"), "found"),
            Head(_("Enrolments"), "enrolments", number=True),
            Head(_("Completed"), "completion", number=True),
            Head(_("Pass at the first attempt"), "pass", number=True),
        ),
        rows=[
            (
                Cell(course.name, href=course_page(course.id)),
                _found(course.found),
                measured(course.enrolments),
                measured(course.completion),
                measured(course.first_pass),
            )
            for course in cut(courses, wanted)
        ],
        asked=wanted,
        total=len(courses),
    )


def _found(findings_here: int) -> Cell:
    if not findings_here:
        return Cell(_("nothing"), state="unknown")
    said = ngettext("%(n)s finding", "%(n)s findings", findings_here)
    return Cell(said % {"n": findings_here}, state="action")
