"""Sending people on a course, and offering it no more."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadline.cmi5.lms import Unfit
from leadline.privacy.coursework import Assigned, Whom
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Deed
from leadline.store import Unavailable
from leadline.web import words
from leadline.web.coursework import coursework, doing
from leadline.web.page import action

ASSIGNED = "course-assigned"  # in the session: what the page says once
WORDS_MAX = 1_000
UNKNOWN_SHOWN = 10
WORD_LETTERS_MAX = 200


@action(sees=doing(Deed.ASSIGN))
def assign(request: HttpRequest, lens: Lens, course_id: str) -> HttpResponse:
    """Send the people of a unit, and those named, on the course."""
    door = coursework(lens)
    course = door.course(course_id)
    called = [
        w[:WORD_LETTERS_MAX] for w in re.split(r"[\s,;]+", request.POST.get("people", "")) if w
    ]
    whom = Whom(tuple(dict.fromkeys(called))[:WORDS_MAX], request.POST.get("unit", ""))
    try:
        due_at = _end_of(request.POST.get("due", ""), lens.zone)
        done = door.assign(course, whom, due_at)
        request.session[ASSIGNED] = _told(done)
    except (ValueError, Unavailable) as problem:
        request.session[ASSIGNED] = str(problem)
    return redirect("package", course_id)


@action(sees=doing(Deed.ADD_COURSES))
def retire(request: HttpRequest, lens: Lens, course_id: str) -> HttpResponse:
    """Offer the course no more; who takes it may finish."""
    door = coursework(lens)
    door.retire(door.course(course_id))
    return redirect("package", course_id)


def _end_of(text: str, zone: str) -> datetime | None:
    """The last instant of a day of the reporting zone; None where no day was given."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as problem:
        raise Unfit(
            _("“%(text)s” is no day; choose one, or none.") % {"text": text[:40]}
        ) from problem
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)) - timedelta(seconds=1)


def _told(done: Assigned) -> str:
    told = [
        ngettext("%(n)s person was sent on it.", "%(n)s people were sent on it.", done.new)
        % {"n": words.count(done.new)}
    ]
    if done.known:
        more = ngettext("%(n)s took it already.", "%(n)s took it already.", done.known)
        told.append(more % {"n": words.count(done.known)})
    if done.unknown:
        listed = ", ".join(done.unknown[:UNKNOWN_SHOWN])
        more = _("Nobody in your view is called %(words)s; check the number or the address.")
        told.append(more % {"words": listed})
    return " ".join(told)
