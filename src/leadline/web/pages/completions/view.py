"""Completions by name, where the policy allows it; completion is not proof of learning (S018)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadline.privacy.answer import Answer
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.privacy.records import PAGE_ROWS_MAX, Page
from leadline.web import words
from leadline.web.addresses import course_page, person_page, short
from leadline.web.anatomy import Body, Crumb, Foot
from leadline.web.answers import allowed, companion
from leadline.web.page import page
from leadline.web.places import naming
from leadline.web.tables import Asked, Cell, Head, Table, asked

COLUMNS = {  # column of a row: its title, and whether it is a number
    "assigned_at": (gettext_lazy("Assigned"), False),
    "completed_at": (gettext_lazy("Completed"), False),
    "attempts": (gettext_lazy("Attempts"), True),
    "best_score": (gettext_lazy("Best score"), True),
    "logins": (gettext_lazy("Log-ins, all courses"), True),
}


@page(place=Place.PROGRAMMES, sees=naming())
def completions(request: HttpRequest, lens: Lens) -> Body:
    """Who completed what, and when?"""
    course = request.GET.get("course") or None
    wanted = asked(request, ())
    found = _all(lens, course) if wanted.export else _one(lens, course, wanted)
    where: dict[str, str | None] | None = {"course": course} if course else None
    titles = {
        "first_attempt_pass_rate": _("Pass at the first attempt"),
        "average_score": _("Average score, first attempt"),
        "completion_rate": _("Completed"),
    }
    answers = {name: allowed(lens, name, where=where) for name in titles}
    title = found.titles.get(course, short(course)) if course else ""
    return Body(
        crumbs=_crumbs(course, title),
        companions=tuple(companion(a, titles[name]) for name, a in answers.items() if a),
        notices=(_caveat(lens, where),),
        twin=_table(found, wanted, with_course=course is None) if found.total else None,
        twin_open=True,
        facts={"total": found.total, "title": title, "done": answers["completion_rate"]},
        foot=Foot(
            (
                _("As of %(when)s") % {"when": words.instant(found.as_of)},
                _("the people named here can see that you looked"),
            )
        ),
    )


def _caveat(lens: Lens, where: dict[str, str | None] | None) -> str:
    """Completing is not learning: how much of it was tested, at once and weeks later (S018)."""
    said = _("A completion says that a course was finished, not that anything was learned.")
    told = [
        (_("with a score"), allowed(lens, "completers_scored", where=where)),
        (_("with a score from weeks later"), allowed(lens, "completers_rechecked", where=where)),
    ]
    parts = [f"{name} {_coverage(answer)}" for name, answer in told if answer is not None]
    return f"{said} {_('Of those who completed:')} {'; '.join(parts)}." if parts else said


def _coverage(answer: Answer) -> str:
    result = answer.result
    if not words.shown(result):
        return words.withheld(result).rstrip(".")
    return f"{words.estimate(result)} ({words.people(result.n)})"


def _one(lens: Lens, course: str | None, wanted: Asked) -> Page:
    return lens.completions(course, limit=wanted.limit, offset=wanted.offset)


def _all(lens: Lens, course: str | None) -> Page:
    """The whole list for an export, in bounded looks."""
    page_now = lens.completions(course, limit=PAGE_ROWS_MAX)
    rows, names, titles = list(page_now.rows), dict(page_now.names), dict(page_now.titles)
    while len(rows) < page_now.total and page_now.rows:
        page_now = lens.completions(course, limit=PAGE_ROWS_MAX, offset=len(rows))
        rows += page_now.rows
        names |= page_now.names
        titles |= page_now.titles
    return replace(page_now, rows=tuple(rows), names=names, titles=titles)


def _crumbs(course: str | None, title: str) -> tuple[Crumb, ...]:
    first = Crumb(_("Programmes"), reverse("programmes"))
    between = (Crumb(title, course_page(course)),) if course else ()
    return (first, *between, Crumb(_("Completions")))


def _table(found: Page, wanted: Asked, *, with_course: bool) -> Table:
    there = [name for name in COLUMNS if any(name in row for row in found.rows)]
    heads = [Head(_("Person"))]
    heads += [Head(_("Course"))] if with_course else []
    heads += [Head(str(COLUMNS[name][0]), number=COLUMNS[name][1]) for name in there]
    return Table(
        caption=_("Completions by person"),
        heads=heads,
        rows=[_row(row, found, there, with_course=with_course) for row in found.rows],
        asked=wanted,
        total=found.total,
    )


def _row(row: Mapping[str, Any], found: Page, there: list[str], *, with_course: bool) -> list[Cell]:
    name = found.names.get(row["person"])
    cells = [
        Cell(
            name.display if name else _("not in the directory"),
            href=person_page(row["person"]),
            under=(name.employee_id or "") if name else "",
        )
    ]
    if with_course:
        title = found.titles.get(row["course"], short(row["course"]))
        cells.append(Cell(title, href=course_page(row["course"])))
    return cells + [_value(name, row.get(name)) for name in there]


def _value(column: str, value: Any) -> Cell:
    if column == "completed_at" and value is None:
        return Cell(_("not completed"), state="unknown")
    if column.endswith("_at"):
        return Cell(words.short_day(value))
    if column == "best_score":
        return Cell(words.share(value))
    return Cell(words.count(value))
