"""Declaring a programme from a form: the row that a file would bring, read by the same rules."""

from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from leadline.accounts.viewing import app
from leadline.curriculum import Cost, Programme, Question
from leadline.curriculum.rows import Row
from leadline.metrics import catalogue
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Deed
from leadline.sources import programmes_csv
from leadline.sources.csv_table import BadCell
from leadline.web.coursework import doing
from leadline.web.page import action
from leadline.web.programme import page_of, programmes

# What a page says once after a form was sent; in the session, so that no link can put words there.
DECLARED, REFUSED = "programme-declared", "programme-refused"
LETTERS_MAX = 500
COURSES_MAX = 200


@action(sees=doing(Deed.DECLARE))
def declare_programme(request: HttpRequest, lens: Lens) -> HttpResponse:
    """Declare a programme, or a further version of one that is there."""
    known = {row["activity"] for row in lens.activities(kind="course")}
    courses = [c for c in request.POST.getlist("courses")[:COURSES_MAX] if c in known]
    goal, _colon, thing = request.POST.get("aim", "").partition(" ")
    cells = _cells(request, Programme) | {"goal": goal, "thing": thing}

    def read() -> Row:
        if not courses:
            raise BadCell("courses", _("none was chosen"), _("Choose at least one."))
        if goal == "metric" and thing not in catalogue():
            raise BadCell("thing", _("is no metric"), _("Choose one of the list."))
        return programmes_csv.programme(cells, courses)

    name = cells["programme"]
    done = _declared(request, lens, read, Programme, cells)
    if done:
        request.session[DECLARED] = name
    return redirect(page_of("programme", name) if done else "goals")


@action(sees=doing(Deed.DECLARE))
def declare_cost(request: HttpRequest, lens: Lens) -> HttpResponse:
    """Write down a line of what a programme costs."""
    cells = _cells(request, Cost)
    name = programmes(lens).one(cells["programme"]).programme
    _declared(request, lens, lambda: programmes_csv.cost(cells), Cost, cells)
    return redirect(page_of("budget", name))


@action(sees=doing(Deed.DECLARE))
def declare_question(request: HttpRequest, lens: Lens) -> HttpResponse:
    """Write down what somebody wants to know of a programme, and what answers it."""
    cells = _cells(request, Question) | {"metrics": "chosen"}
    name = programmes(lens).one(cells["programme"]).programme
    metrics = [each for each in request.POST.getlist("metrics") if each in catalogue()]
    _declared(request, lens, lambda: programmes_csv.question(cells, metrics), Question, cells)
    return redirect(page_of("programme", name))


def _cells(request: HttpRequest, of: type[Row]) -> dict[str, str]:
    columns = of.__struct_fields__
    return {name: request.POST.get(name, "")[:LETTERS_MAX].strip() for name in columns}


def _declared(
    request: HttpRequest,
    lens: Lens,
    read: Callable[[], Row],
    of: type[Row],
    cells: Mapping[str, str],
) -> bool:
    """Add the row, with a look that says so; where it cannot be read, the session says why."""
    try:
        for column in programmes_csv.REQUIRED[of]:
            if column != "courses" and not cells[column]:
                raise BadCell(column, _("is empty"), _("Fill it in."))
        row = read()
    except BadCell as bad:
        told = {"field": bad.column, "reason": bad.reason, "remedy": bad.remedy}
        request.session[REFUSED] = _("%(field)s: %(reason)s. %(remedy)s") % told
        return False
    with lens.looking(f"declare {of.__name__.lower()}", programme=cells["programme"]):
        app().curriculum.declare(row)
    return True
