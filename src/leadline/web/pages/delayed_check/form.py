"""Writing a delayed check: what is asked, which test it checks, in which days."""

from collections.abc import Sequence

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from leadline.checks import Question, Quiz
from leadline.checks.quiz import PASS_MARK
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Deed, Place
from leadline.privacy.refusals import NotThere
from leadline.web.anatomy import Body, Foot
from leadline.web.checking import checking
from leadline.web.course import CourseShown, shown
from leadline.web.page import page
from leadline.web.pages.delayed_check.written import Written, posted, shown_again
from leadline.web.places import doing

REFUSED = "check-refused"  # in the session: the form as it was sent, and what is wrong with it


@page(place=Place.PROGRAMMES, sees=doing(Deed.SCHEDULE_CHECKS))
def new_check(request: HttpRequest, lens: Lens) -> Body:
    """What shall be asked weeks later?"""
    this = shown(request, lens)
    door = checking(lens)
    quiz = _changed(request, lens, this)
    refused = request.session.pop(REFUSED, None)
    tests = _tests(lens, this)
    written = _written(refused, quiz, this, tests)
    known = door.items(lens.activities(course=this.id))
    return Body(
        crumbs=this.crumbs(_("Schedule a delayed check")),
        facts={
            "course": this,
            "written": written,
            "quiz": quiz,
            "tests": [(of, this.module(of)) for of in tests],
            "items": _offered(known, written),
            "blocks": written.padded(),
            "wrong": refused["wrong"] if refused else None,
        },
        foot=Foot(
            (
                _("Nobody is sent anything before you have looked at it and scheduled it"),
                _("five to eight questions, of which five are those of the test, compare best"),
            )
        ),
    )


def _changed(request: HttpRequest, lens: Lens, this: CourseShown) -> Quiz | None:
    key = request.GET.get("check", "")
    quiz = checking(lens).content(key) if key else None
    if quiz is not None and quiz.plan.course != this.id:
        raise NotThere
    return quiz


def _tests(lens: Lens, this: CourseShown) -> list[str]:
    """The tests of a course, without those that are checks of others."""
    later = {check.check for check in lens.checks() if check.check != check.of}
    return [iri for iri, kind in this.kinds.items() if kind == "assessment" and iri not in later]


def _written(
    refused: dict[str, object] | None, quiz: Quiz | None, this: CourseShown, tests: Sequence[str]
) -> Written:
    if refused is not None:
        return posted(QueryDict(str(refused["sent"])))
    if quiz is not None:
        return shown_again(quiz)
    first = tests[-1] if tests else ""
    name = this.module(first) if first else this.name
    return Written(
        {
            "course": this.id,
            "check": "",
            "of": first,
            "title": _("%(test)s, some weeks later") % {"test": name},
            "pass_mark": f"{100 * PASS_MARK:g}",
            "from_day": "14",
            "to_day": "28",
            "share": "100",
        }
    )


def _offered(known: Sequence[Question], written: Written) -> list[tuple[Question, bool]]:
    return [(question, question.item in written.items) for question in known]
