"""The door to delayed checks: who writes and schedules them, who sees how far they are, and how a
learner answers. What lasted is the lens's; here stands what is set going, each time with its look.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import msgspec

from leadline.checks import Checks, Content, Plan, Question, Quiz
from leadline.checks.quiz import CHOICES_MAX, LETTERS
from leadline.checks.records import Invitation
from leadline.checks.speech import Answered
from leadline.directory import Directory
from leadline.facts import Sensitivity
from leadline.privacy.pictures import Pictures
from leadline.privacy.policy import Deed, Rows
from leadline.privacy.refusals import Forbidden, NotThere
from leadline.privacy.scope import visible
from leadline.store import Log

ITEMS_MAX = 200


class House(Protocol):
    """The parts of the application that delayed checks need."""

    @property
    def directory(self) -> Directory: ...
    @property
    def log(self) -> Log: ...
    @property
    def checks(self) -> Checks: ...


@dataclass(frozen=True)
class Tally:
    """How far a check is, in people whom the viewer covers; None: withheld, too few.

    waiting: not asked yet; asked; written: of those, to whom a letter went; unsure: of whom nobody
    knows whether theirs did; answered; passed: of those."""

    waiting: int | None
    asked: int | None
    written: int | None
    unsure: int | None
    answered: int | None
    passed: int | None

    @property
    def response(self) -> float | None:
        """Answered, of those who were asked."""
        if not self.asked or self.answered is None:
            return None
        return self.answered / self.asked


@dataclass(frozen=True)
class Standing:
    """A check and how far it is. own: the course's own questions among those that it asks."""

    quiz: Quiz
    tally: Tally

    @property
    def own(self) -> int:
        return sum(bool(question.item) for question in self.quiz.content.questions)


@dataclass(frozen=True)
class Own:
    """A check that one was sent: what it asks, and what has become of it."""

    invitation: Invitation
    content: Content
    quiz: Quiz


class Checking:
    """Delayed checks as one viewer may see and use them. lens: whose looks are written down."""

    def __init__(self, house: House, lens: Pictures) -> None:
        self._house, self._lens = house, lens
        self.viewer, self.rules = lens.viewer, lens.rules

    def may(self, deed: Deed) -> bool:
        """Whether the policy lets this role do it."""
        return deed in self.rules.deeds

    # how far they are

    def standings(self, course: str) -> list[Standing]:
        """The checks of a course, the newest first; drafts for who may schedule them alone."""
        with self._lens.looking("delayed checks of a course", course=course) as look:
            self._counts()
            quizzes = [
                quiz
                for quiz in self._house.checks.records.quizzes()
                if quiz.plan.course == course and self._shows(quiz)
            ]
            look.shown = len(quizzes)
            return [Standing(quiz, self._tally(quiz)) for quiz in quizzes]

    def standing(self, key: str) -> Standing:
        """One check. NotThere."""
        with self._lens.looking("delayed check", check=key) as look:
            self._counts()
            quiz = self._quiz(key)
            look.shown = 1
            return Standing(quiz, self._tally(quiz))

    @property
    def writes(self) -> bool:
        """Whether letters go out, or invitations are shown in My learning only."""
        return self._house.checks.parts.post is not None

    def _counts(self) -> None:
        closed = Sensitivity.ASSESSMENT not in self.rules.columns
        if closed or self.rules.rows in (Rows.NOBODY, Rows.SELF):
            raise Forbidden(f"How far a check is, is no business of {self.viewer.role}.")

    def _shows(self, quiz: Quiz) -> bool:
        return quiz.state != "draft" or self.may(Deed.SCHEDULE_CHECKS)

    def _quiz(self, key: str) -> Quiz:
        quiz = self._house.checks.records.quiz(key)
        if quiz is None or not self._shows(quiz):
            raise NotThere("There is no such check.")
        return quiz

    def _tally(self, quiz: Quiz) -> Tally:
        covered = visible(self.viewer, self._house.directory)
        found = [
            each
            for each in self._house.checks.records.of_quiz(quiz.key)
            if covered is None or each.person in covered
        ]
        asked = [each for each in found if each.issued_at is not None]
        answered = [each for each in asked if each.answered_at is not None]
        tally = Tally(
            waiting=len(found) - len(asked),
            asked=len(asked),
            written=sum(each.mail == "sent" for each in asked),
            unsure=sum(each.mail == "handing over" for each in asked),
            answered=len(answered),
            passed=sum(bool(each.passed) for each in answered),
        )
        # Who sends them keeps their books; to everybody else they are numbers about people.
        return tally if self.may(Deed.SCHEDULE_CHECKS) else safe(tally, self._lens.smallest)

    # writing them

    def content(self, key: str) -> Quiz:
        """A check with its questions and their keys, for who writes them."""
        with self._lens.looking("questions of a check", check=key):
            self._insist(Deed.SCHEDULE_CHECKS)
            return self._quiz(key)

    def items(self, questions: Collection[Mapping[str, Any]]) -> list[Question]:
        """Those of the questions of a course whose wording, choices and key the statements told.

        questions: activities as the lens gives them."""
        with self._lens.looking("questions to ask again") as look:
            self._insist(Deed.SCHEDULE_CHECKS)
            ids = [row["activity"] for row in questions if row["kind"] == "question"][:ITEMS_MAX]
            told = self._house.log.definitions(ids)
            found = [_item(iri, told[iri]) for iri in ids if iri in told]
            known = [question for question in found if question is not None]
            look.shown = len(known)
        return known

    def draft(self, plan: Plan, content: Content) -> Quiz:
        """Write a check down; nobody is sent it yet. Raises BadQuiz."""
        with self._lens.looking("write a delayed check", course=plan.course) as look:
            self._insist(Deed.SCHEDULE_CHECKS)
            plan = msgspec.structs.replace(plan, unit=self.viewer.unit or "")
            quiz = self._house.checks.draft(plan, content, self.viewer.login)
            look.shown = 1
        return quiz

    def rewrite(self, key: str, plan: Plan, content: Content) -> Quiz:
        """Change a check. Raises BadQuiz, NotThere."""
        with self._lens.looking("change a delayed check", check=key):
            self._insist(Deed.SCHEDULE_CHECKS)
            quiz = self._within(key)
            plan = msgspec.structs.replace(plan, unit=quiz.plan.unit)
            return self._house.checks.rewrite(quiz, plan, content)

    def schedule(self, key: str) -> None:
        """Have everybody asked who learned, in their days. NotThere."""
        with self._lens.looking("schedule a delayed check", check=key):
            self._insist(Deed.SCHEDULE_CHECKS)
            quiz = self._within(key)
            if quiz.state == "draft":
                self._house.checks.schedule(quiz)

    def end(self, key: str) -> None:
        """Have nobody more asked. NotThere."""
        with self._lens.looking("end a delayed check", check=key):
            self._insist(Deed.SCHEDULE_CHECKS)
            quiz = self._within(key)
            if quiz.state == "scheduled":
                self._house.checks.end(quiz)

    def _within(self, key: str) -> Quiz:
        """A check that asks nobody but those whom the viewer covers."""
        quiz, unit = self._quiz(key), self.viewer.unit
        if unit is not None and quiz.plan.unit != unit:
            raise Forbidden(f"This check asks more people than those of {unit}.")
        return quiz

    # answering them

    def own(self) -> list[Own]:
        """What the viewer was asked, the newest first."""
        with self._lens.looking("own checks") as look:
            person = self._myself()
            found = self._house.checks.records.of_person(person)
            look.people, look.shown = (person,), len(found)
        return [self._own(each) for each in found]

    def sent(self, invitation: str) -> Own:
        """One check that the viewer was sent. NotThere for anybody else's."""
        with self._lens.looking("own check") as look:
            person = self._myself()
            found = self._house.checks.records.invitation(invitation)
            if found is None or found.person != person or found.issued_at is None:
                raise NotThere("There is no such check.")
            look.people, look.shown = (person,), 1
        return self._own(found)

    def answer(self, invitation: str, given: Sequence[Collection[str]]) -> Answered | None:
        """Hand one's own answers in; None: they were before. Raises NotOpen, NotThere."""
        return self._house.checks.answer(self.sent(invitation).invitation.id, given)

    def _own(self, invitation: Invitation) -> Own:
        checks = self._house.checks
        return Own(invitation, checks.asked(invitation), checks.quiz(invitation.quiz))

    def _myself(self) -> int:
        self._insist(Deed.TAKE)
        if self.viewer.person is None:
            raise NotThere("This login belongs to nobody in the directory.")
        return self.viewer.person

    def _insist(self, deed: Deed) -> None:
        if not self.may(deed):
            raise Forbidden(f"As {self.viewer.role} one may not {deed}.")


def safe(tally: Tally, smallest: int) -> Tally:
    """Counts without those of few people, and without those that leave few to be told apart."""
    asked, answered, passed = tally.asked or 0, tally.answered or 0, tally.passed or 0
    shown = replace(tally, waiting=None if 0 < (tally.waiting or 0) < smallest else tally.waiting)
    shown = replace(shown, written=None, unsure=None)  # about the mail, and nobody else's business
    if 0 < asked < smallest:
        return replace(shown, asked=None, answered=None, passed=None)
    if 0 < answered < smallest or 0 < asked - answered < smallest:
        return replace(shown, answered=None, passed=None)
    # Nor is it told that everybody failed.
    few = passed < smallest or 0 < answered - passed < smallest
    return replace(shown, passed=None) if answered and few else shown


def _item(iri: str, definition: Mapping[str, Any]) -> Question | None:
    """A closed question with one answer pattern, or None."""
    choices = definition.get("choices") or []
    patterns = definition.get("correctResponsesPattern") or []
    name = _words(definition.get("name") or definition.get("description") or {})
    if definition.get("interactionType") != "choice" or not name or len(patterns) != 1:
        return None
    ids = [choice["id"] for choice in choices]
    texts = tuple(_words(choice.get("description") or {}) or choice["id"] for choice in choices)
    right = set(patterns[0].split("[,]"))
    keys = tuple(place for place, key in enumerate(ids) if key in right)
    usable = 1 < len(ids) <= min(CHOICES_MAX, len(LETTERS)) and len(keys) == len(right)
    return Question(name, texts, keys, item=iri) if usable and len(keys) < len(ids) else None


def _words(texts: Mapping[str, str]) -> str:
    english = (text for tag, text in texts.items() if tag.lower().startswith("en"))
    return next(english, next(iter(texts.values()), ""))
