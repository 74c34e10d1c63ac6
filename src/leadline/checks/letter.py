"""What an invitation says: what is asked, why, who sees it, until when. Plain words, no names."""

from dataclasses import dataclass
from datetime import timedelta

from leadline.checks.mail import Letter
from leadline.checks.quiz import Quiz
from leadline.checks.records import Invitation

TEXT = """\
Hello,

a few weeks ago you took "{title}". Here are {count} short questions about it:

{address}

They take about {minutes} minutes and can be answered once, until {last}, on a phone too. Nothing
has to be learned for it: the answers show whether the training lasts, and what to refresh.

The page says who sees your answers before you give any. The link is yours; please pass it on to
nobody.

{organisation}
"""
MINUTES_A_QUESTION = 0.5


@dataclass(frozen=True)
class Unaddressed:
    """A letter but for whom it goes to."""

    subject: str
    text: str
    once: str

    def to(self, address: str) -> Letter:
        return Letter(address, self.subject, self.text, self.once)


def letter(quiz: Quiz, invitation: Invitation, address: str, organisation: str) -> Unaddressed:
    """The invitation by mail. address: of the page that asks."""
    content = quiz.content
    last = (invitation.closes_at - timedelta(seconds=1)).date()
    text = TEXT.format(
        title=content.title,
        count=len(content.questions),
        address=address,
        minutes=max(2, round(len(content.questions) * MINUTES_A_QUESTION)),
        last=f"{last.day} {last:%B %Y}",
        organisation=organisation,
    )
    return Unaddressed(f"A short check: {content.title}", text, invitation.id)
