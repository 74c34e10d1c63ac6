"""What the pages about delayed checks share: their door, an answer sheet, and who sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from leadline.accounts.viewing import app
from leadline.checks import Checks, Content
from leadline.checks.records import Invitation
from leadline.checks.speech import Answered
from leadline.facts.fact import Sensitivity
from leadline.privacy.checking import Checking
from leadline.privacy.lens import Lens
from leadline.privacy.policy import POLICY, Rows
from leadline.web import words

SECONDS_A_QUESTION = 30
MINUTES_MIN = 2


def checking(lens: Lens) -> Checking:
    """Delayed checks as the lens's viewer may see and use them."""
    return Checking(app(), lens)


def checks() -> Checks:
    """For whom a link leads here, whoever that is."""
    return app().checks


def new_check_page(course: str, key: str = "") -> str:
    asked = {"course": course} | ({"check": key} if key else {})
    return f"{reverse('new-check')}?{urlencode(asked)}"


@dataclass(frozen=True)
class Asking:
    """One question on the sheet. options: (letter, text, whether it is right)."""

    name: str
    text: str
    several: bool
    options: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True)
class Sheet:
    """What somebody who was asked is shown. state: open, early, over or answered; right, total: of
    what was just handed in; notice: who sees what, in plain words."""

    title: str
    state: str
    questions: tuple[Asking, ...]
    minutes: int
    opens: str
    closes: str
    answered: str = ""
    right: int | None = None
    why: str = ""
    notice: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        return len(self.questions)


def sheet(
    invitation: Invitation, content: Content, now: datetime, done: Answered | None = None
) -> Sheet:
    """The sheet as it stands at an instant. done: what was handed in with this request."""
    last = invitation.closes_at - timedelta(seconds=1)
    return Sheet(
        title=content.title,
        state=_state(invitation, now, done),
        questions=questions(content),
        minutes=max(MINUTES_MIN, round(len(content.questions) * SECONDS_A_QUESTION / 60)),
        opens=words.day(invitation.opens_at),
        closes=words.day(last),
        answered=words.day(invitation.answered_at) if invitation.answered_at else "",
        right=sum(done.marks) if done else None,
        why=_(
            "It shows whether the training lasts, and what it should refresh. Nothing that you "
            "have completed is taken back, whatever you answer."
        ),
        notice=notice(),
    )


def questions(content: Content) -> tuple[Asking, ...]:
    """The questions with their options."""
    return tuple(
        Asking(
            f"q{place}",
            question.text,
            len(question.keys) > 1,
            tuple((letter, text, letter in question.right) for letter, text in question.options),
        )
        for place, question in enumerate(content.questions)
    )


def given(request: HttpRequest, content: Content) -> list[set[str]]:
    """The letters chosen, by question."""
    return [set(request.POST.getlist(f"q{place}")) for place in range(len(content.questions))]


def _state(invitation: Invitation, now: datetime, done: Answered | None) -> str:
    if done is not None:
        return "done"
    if invitation.answered_at is not None:
        return "answered"
    if now >= invitation.closes_at:
        return "over"
    return "open" if now >= invitation.opens_at else "early"


def notice() -> tuple[str, ...]:
    """Who sees what somebody answers, from the rules themselves."""
    smallest = words.count(app().settings.smallest_group)
    return (
        _("Your result, with your name, can be seen by: %(roles)s.")
        % {"roles": _roles(answers=False)},
        _("Your single answers, with your name, can be seen by: %(roles)s.")
        % {"roles": _roles(answers=True)},
        _(
            "Everybody else sees numbers about groups of at least %(n)s people. You find what is "
            "recorded, and who looked, under My learning."
        )
        % {"n": smallest},
    )


def _roles(*, answers: bool) -> str:
    needed = {Sensitivity.IDENTITY, Sensitivity.ASSESSMENT}
    whose: Mapping[Rows, str] = {
        Rows.TEAM: _("%(role)s of your own team"),
        Rows.EVERYONE: "%(role)s",
    }
    found = [
        whose[rules.rows] % {"role": role}
        for role, rules in POLICY.items()
        if rules.rows in whose
        and needed <= rules.named
        and not (answers and "response" in rules.closed)
    ]
    return ", ".join(found) or _("nobody")
