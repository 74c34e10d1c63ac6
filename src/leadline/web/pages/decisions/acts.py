"""The buttons: decide on what a page shows, and log a change to a course."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from leadline.accounts.viewing import app
from leadline.actions.decisions import Decisions, Kind, Moved, Undiagnosed
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Deed, Place
from leadline.privacy.refusals import UnknownQuestion
from leadline.web.addresses import course_page, decision_page, finding_page
from leadline.web.anatomy import Body
from leadline.web.changing import Changing
from leadline.web.deciding import evidence, named
from leadline.web.page import action, around
from leadline.web.places import doing

FARTHEST_DAY, EARLIEST_DAY = date(2100, 1, 1), date(1990, 1, 1)


@action(sees=doing(Deed.DECIDE))
def decide(request: HttpRequest, lens: Lens) -> HttpResponse:
    """Write a decision down, with the figures that its page shows frozen beside it."""
    try:
        kind = Kind(request.POST.get("kind", ""))
    except ValueError as problem:
        raise UnknownQuestion(_("Choose what is decided.")) from problem
    rests_on = evidence(lens, named(request))
    reason, seal = request.POST.get("reason", ""), request.POST.get("seal", "")
    try:
        made = Decisions(app(), lens).decide(kind, rests_on, reason, seal)
    except (Moved, ValueError) as problem:
        raise UnknownQuestion(str(problem)) from problem
    return redirect(decision_page(made.number))


@action(sees=doing(Deed.DECIDE))
def log_change(request: HttpRequest, lens: Lens) -> HttpResponse:
    """Log a change; where no cause is confirmed and no reason given, ask for one."""
    said = {name: request.POST.get(name, "") for name in ("what", "course", "finding", "reason")}
    day = _day(request.POST.get("effective", ""))
    finding = said["finding"] or None
    try:
        Decisions(app(), lens).change(said["what"], said["course"], day, finding, said["reason"])
    except Undiagnosed:
        return _ask(request, lens, said, day)
    except ValueError as problem:
        raise UnknownQuestion(str(problem)) from problem
    return redirect(finding_page(finding) if finding else course_page(said["course"]))


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as problem:
        raise UnknownQuestion(_("Say from which day on it is changed.")) from problem
    if not EARLIEST_DAY <= day <= FARTHEST_DAY:
        raise UnknownQuestion(_("That day cannot be meant; look at its year."))
    return day


def _ask(request: HttpRequest, lens: Lens, said: dict[str, str], day: date) -> HttpResponse:
    """The form again, with what was written in it and the question that is open."""
    form = Changing(said["course"], said["finding"], True, said["what"], day.isoformat())
    shown = {
        "page": {"readers": list(doing(Deed.DECIDE)), "name": "log-change"},
        "question": _("Why change it without a diagnosis?"),
        "body": Body(facts={"changing": form}),
        **around(request, lens.viewer, Place.REVIEWS),
    }
    return render(request, "decisions/undiagnosed.html", shown)
