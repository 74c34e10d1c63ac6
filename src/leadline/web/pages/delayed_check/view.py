"""One delayed check: what it asks, how far it is, and the way to what it showed."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from leadline.facts.fact import Sensitivity
from leadline.metrics.retention import Declared
from leadline.privacy.checking import Standing
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Deed, Place
from leadline.web import words
from leadline.web.addresses import course_page, retention_page, short
from leadline.web.anatomy import Body, Companion, Crumb, Foot, NextStep
from leadline.web.checking import checking, new_check_page, questions
from leadline.web.page import page
from leadline.web.pages.delayed_check.acts import TOLD
from leadline.web.places import counting, having


@page(place=Place.PROGRAMMES, sees=having(Place.PROGRAMMES) & counting(Sensitivity.ASSESSMENT))
def delayed_check(request: HttpRequest, lens: Lens, key: str) -> Body:
    """How far is this delayed check?"""
    door = checking(lens)
    found = door.standing(key)
    plan, mine = found.quiz.plan, door.may(Deed.SCHEDULE_CHECKS)
    names = {row["activity"]: row["name"] for row in lens.activities(course=plan.course)}
    courses = {row["activity"]: row["name"] for row in lens.activities(kind="course")}
    told = request.session.pop(TOLD, None)
    draft = found.quiz.state == "draft"
    silent = _("No mail server is set (LEADLINE_SMTP_URL): who is asked finds it in My learning.")
    return Body(
        crumbs=(
            Crumb(courses.get(plan.course) or short(plan.course), course_page(plan.course)),
            Crumb(_("Did it last?"), retention_page(plan.course)),
            Crumb(found.quiz.content.title),
        ),
        notices=(*((told,) if told else ()), *((silent,) if mine and not door.writes else ())),
        companions=() if draft else _companions(found),
        next_step=None if draft else _next_step(found),
        facts={
            "quiz": found.quiz,
            "tally": found.tally,
            "response": words.share(found.tally.response) if found.tally.response else "",
            "of": names.get(plan.of) or short(plan.of),
            "share": words.share(plan.share),
            "own": found.own,
            "questions": questions(found.quiz.content) if mine else (),
            "mine": mine,
            "change": new_check_page(plan.course, found.quiz.key),
        },
        foot=Foot(
            (
                _("As of now: invitations and answers count at once"),
                _("days are those of the calendar, where the learner lives and where we report"),
            )
        ),
    )


def _companions(found: Standing) -> tuple[Companion, ...]:
    tally = found.tally
    response = words.share(tally.response) if tally.response else ""
    return (
        _counted(_("Asked"), tally.asked, _beside(found)),
        _counted(_("Answered"), tally.answered, response),
        _counted(_("Passed, of those"), tally.passed),
    )


def _counted(name: str, number: int | None, beside: str = "") -> Companion:
    if number is None:
        return Companion(name, _("too few people to tell"), held=True)
    return Companion(name, words.count(number), beside)


def _beside(found: Standing) -> str:
    """What is still to come, and what became of the letters."""
    tally = found.tally
    told = (
        (tally.waiting, _("%(n)s wait for their days")),
        (tally.written, _("%(n)s by letter")),
        (tally.unsure, _("of %(n)s letters nobody knows whether they went out")),
    )
    return "; ".join(text % {"n": words.count(number)} for number, text in told if number)


def _next_step(found: Standing) -> NextStep:
    quiz, plan = found.quiz, found.quiz.plan
    check = Declared(quiz.assessment, plan.of, plan.from_day, plan.to_day)
    return NextStep(
        _("See what the same people still know, once their days are over."),
        _("Did it last?"),
        retention_page(plan.course, check),
    )
