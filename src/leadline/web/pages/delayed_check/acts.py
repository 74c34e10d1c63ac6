"""Writing a check down, scheduling it, and ending it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from leadline.checks import BadQuiz
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Deed
from leadline.privacy.refusals import NotThere
from leadline.web.checking import checking, new_check_page
from leadline.web.page import action
from leadline.web.pages.delayed_check.form import REFUSED
from leadline.web.pages.delayed_check.written import posted, read
from leadline.web.places import doing

TOLD = "check-told"  # in the session: what the page says once


@action(sees=doing(Deed.SCHEDULE_CHECKS))
def save_check(request: HttpRequest, lens: Lens) -> HttpResponse:
    """Keep it as a draft, or say which of its fields will not do; what was typed is not lost."""
    written = posted(request.POST)
    course, key = written.fields["course"], written.fields["check"]
    activities = lens.activities(course=course) if course else ()
    if not activities:
        raise NotThere
    door = checking(lens)
    try:
        plan, content = read(written, door.items(activities))
        if plan.of not in {row["activity"] for row in activities}:
            raise BadQuiz("of", _("It is no test of this course."), _("Choose one of the list."))
        quiz = door.rewrite(key, plan, content) if key else door.draft(plan, content)
    except BadQuiz as bad:
        wrong = {"field": bad.field, "reason": bad.reason, "remedy": bad.remedy}
        request.session[REFUSED] = {"sent": request.POST.urlencode(), "wrong": wrong}
        return redirect(new_check_page(course, key))
    return redirect("delayed-check", quiz.key)


@action(sees=doing(Deed.SCHEDULE_CHECKS))
def schedule_check(request: HttpRequest, lens: Lens, key: str) -> HttpResponse:
    """From now on everybody is asked who learned, in their days."""
    checking(lens).schedule(key)
    request.session[TOLD] = _("It is scheduled; who is due is asked by itself from now on.")
    return redirect("delayed-check", key)


@action(sees=doing(Deed.SCHEDULE_CHECKS))
def end_check(request: HttpRequest, lens: Lens, key: str) -> HttpResponse:
    """Ask nobody more; who was asked may still answer."""
    checking(lens).end(key)
    return redirect("delayed-check", key)
