"""The checks that one was sent: what waits on My learning, and answering it there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.checks.checks import NotOpen
from leadline.privacy.checking import Own
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Deed, Place
from leadline.web import words
from leadline.web.anatomy import Body, Crumb, Foot
from leadline.web.checking import checking, checks, given, sheet
from leadline.web.page import action, page
from leadline.web.places import doing


@dataclass(frozen=True)
class ToAnswer:
    """One check that waits. until: the last day, in words."""

    name: str
    questions: int
    until: str
    href: str


def to_answer(own: Sequence[Own], now: datetime) -> list[ToAnswer]:
    """Those that are open now, the first to close first."""
    waiting = [
        each
        for each in own
        if each.invitation.answered_at is None
        and each.invitation.opens_at <= now < each.invitation.closes_at
    ]
    waiting.sort(key=lambda each: each.invitation.closes_at)
    return [
        ToAnswer(
            each.content.title,
            len(each.content.questions),
            words.day(each.invitation.closes_at - timedelta(seconds=1)),
            reverse("my-check", args=[each.invitation.id]),
        )
        for each in waiting
    ]


@page(place=Place.PEOPLE, sees=doing(Deed.TAKE))
def my_check(request: HttpRequest, lens: Lens, invitation: str) -> Body:
    """What do I still know?"""
    own = checking(lens).sent(invitation)
    shown = sheet(own.invitation, own.content, checks().now())
    return Body(
        crumbs=(Crumb(_("My learning"), reverse("my-learning")), Crumb(own.content.title)),
        facts={"sheet": shown, "to": reverse("answer-check", args=[invitation])},
        foot=Foot((_("Your answers are recorded when you send them, and once only."),)),
    )


@action(sees=doing(Deed.TAKE))
def answer_check(request: HttpRequest, lens: Lens, invitation: str) -> HttpResponse:
    """Hand one's answers in; the page then says that they are."""
    door = checking(lens)
    try:
        door.answer(invitation, given(request, door.sent(invitation).content))
    except NotOpen:
        pass  # the page says when it is open
    return redirect("my-check", invitation)
