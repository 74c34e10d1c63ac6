"""Checks: from a quiz that somebody wrote to answers in the record store, each step once.

`round` is what the worker calls: plan (who learned when), issue (who is due now), write to them.
Each may be killed at any point and repeated: what was done is in the tables that it was done with.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import msgspec

from leadline.checks.letter import letter
from leadline.checks.mail import Post
from leadline.checks.quiz import Content, Plan, Quiz, examine
from leadline.checks.records import Invitation, Mail, Records
from leadline.checks.speech import SOURCE, Answered, Voice
from leadline.checks.window import drawn, window
from leadline.curriculum import Check, Curriculum
from leadline.directory import Directory, Position
from leadline.sources.ids import derived_id
from leadline.store import Database, Log

TURN_PEOPLE = 100  # asked in one transaction; others wait so long
LETTERS_A_ROUND_MAX = 500
TRIES_MAX = 8
TRY_AGAIN_MINUTES = 10  # doubled each time
SLACK_DAYS = 2  # zones differ by more than a day at most


class Learned(NamedTuple):
    """The first score of a person in a test, in one assignment cycle."""

    person: int
    cycle_no: int
    at: datetime


Learning = Callable[[str, datetime], Sequence[Learned]]


@dataclass(frozen=True)
class Parts:
    """What checks are made with.

    learned(test, since): who has a first score in a test, as the facts tell; facts: changes
    whenever they may tell something else; post: None: nobody is written to."""

    database: Database
    log: Log
    directory: Directory
    curriculum: Curriculum
    learned: Learning
    facts: Callable[[], Hashable]
    home: str
    zone: str
    organisation: str
    post: Post | None = None


@dataclass(frozen=True)
class Round:
    """What one round of the worker did. letters: handed over; held_up: the mail server took none
    just now."""

    planned: int
    issued: int
    letters: int
    held_up: bool


class NotOpen(Exception):
    """An invitation that cannot be answered now; invitation: which."""

    def __init__(self, invitation: Invitation) -> None:
        super().__init__(f"It is open from {invitation.opens_at} to {invitation.closes_at}.")
        self.invitation = invitation


@dataclass
class Checks:
    """Quizzes, who is asked, and what they answer. now: the clock; aware."""

    parts: Parts
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _planned_of: Hashable = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.records = Records(self.parts.database)

    # what is asked

    def draft(self, plan: Plan, content: Content, by: str) -> Quiz:
        """Keep a quiz that nobody is sent yet. Raises BadQuiz."""
        examine(plan, content)
        return self.records.add(plan, content, by, self.now())

    def rewrite(self, quiz: Quiz, plan: Plan, content: Content) -> Quiz:
        """Change a quiz. Who was sent it keeps what they were sent: the change is a new version.

        Once it is scheduled, of whom and when stay as they are. Raises BadQuiz."""
        examine(plan, content)
        with self.parts.log.turn():
            sent = self.records.sent(quiz.key, quiz.version)
            changed = msgspec.structs.replace(
                quiz,
                content=content,
                version=quiz.version + sent,
                plan=plan if quiz.state == "draft" else quiz.plan,
            )
            self.records.write(changed)
        return changed

    def schedule(self, quiz: Quiz) -> Quiz:
        """From now on who learned is asked in their days. The check is declared with it, so that
        its results are compared as those of any other delayed check (METHODS C)."""
        scheduled = msgspec.structs.replace(quiz, state="scheduled")
        plan = quiz.plan
        row = Check(quiz.assessment, plan.of, plan.from_day, plan.to_day, invited=True)
        with self.parts.database.transaction():
            self.records.write(scheduled)
            self.parts.curriculum.declare(row)
        return scheduled

    def end(self, quiz: Quiz) -> Quiz:
        """Ask nobody more. Who was asked may answer until their days are over."""
        ended = msgspec.structs.replace(quiz, state="ended")
        self.records.write(ended)
        return ended

    # who is asked

    def round(self) -> Round:
        """Plan, issue and write. Several workers at once do no harm."""
        seen = (self.parts.facts(), self._scheduled(), self.now().date())
        planned = 0
        if seen != self._planned_of:
            planned = self.plan()
            self._planned_of = seen
        issued = self.issue()
        letters, held_up = self._write()
        return Round(planned, issued, letters, held_up)

    def _scheduled(self) -> tuple[str, ...]:
        return tuple(quiz.key for quiz in self.records.quizzes("scheduled"))

    def plan(self) -> int:
        """Whom to ask, from what the facts say now; how many. What was issued stays issued."""
        quizzes = self.records.quizzes("scheduled")
        zones = _zones(self.parts.directory.positions(), self.now().date()) if quizzes else {}
        count = 0
        for quiz in quizzes:
            planned = list(self._due(quiz, zones))
            self.records.replan(quiz.key, planned)
            count += len(planned)
        return count

    def _due(self, quiz: Quiz, zones: Mapping[int, str | None]) -> Iterator[Invitation]:
        plan, now = quiz.plan, self.now()
        asked: dict[int, list[datetime]] = {}
        for one in self.records.of_quiz(quiz.key):
            if one.issued_at is not None:
                asked.setdefault(one.person, []).append(one.learned_at)
        apart = timedelta(days=plan.to_day)
        found = self.parts.learned(plan.of, now - timedelta(days=plan.to_day + SLACK_DAYS))
        names = self.parts.directory.names({learned.person for learned in found})
        here = {person for person, name in names.items() if name.employee_id}
        if plan.unit:
            here &= self.parts.directory.people_under(plan.unit)
        for learned in found:
            person, zone = learned.person, zones.get(learned.person, "")
            # Late records may move a learning to another cycle; it is asked about once anyhow.
            known = any(abs(learned.at - at) < apart for at in asked.get(person, ()))
            wanted = person in here and zone is not None and drawn(quiz.key, person, plan.share)
            if known or not wanted:
                continue
            days = (plan.from_day, plan.to_day)
            opens, closes = window(learned.at, days, zone or self.parts.zone, self.parts.zone)
            if closes > now:
                key = derived_id(SOURCE, f"{quiz.key} {person} {learned.cycle_no}".encode())
                yield Invitation(key, quiz.key, *learned, opens, closes)

    def due(self) -> list[Invitation]:
        """Whom `issue` would ask now, at most TURN_PEOPLE."""
        return self.records.to_issue(self.now(), TURN_PEOPLE)

    def issue(self) -> int:
        """Ask everybody whose window is open: said in the record store and noted in one
        transaction, so that nobody is asked twice."""
        count = 0
        while self.due():  # looked at first without holding up who writes to the log
            with self.parts.log.turn():
                found = self.due()
                for invitation in found:
                    self._ask(invitation)
            count += len(found)
        return count

    def _ask(self, planned: Invitation) -> None:
        now = self.now()
        quiz = self.quiz(planned.quiz)
        named = self.parts.directory.names([planned.person]).get(planned.person)
        mail: Mail = "waiting" if named and named.email else "no address"
        invitation = msgspec.structs.replace(
            planned, version=quiz.version, issued_at=now, mail=mail
        )
        asked = self._voice(quiz, quiz.content, invitation).asked(now)
        self.parts.log.append([asked], source=SOURCE)
        self.records.change(invitation)

    def _voice(self, quiz: Quiz, content: Content, invitation: Invitation) -> Voice:
        named = self.parts.directory.names([invitation.person])[invitation.person]
        assert named.employee_id is not None  # planned are people of the directory alone
        return Voice(self.parts.home, quiz, content, invitation, named.employee_id)

    # writing to them

    def _write(self) -> tuple[int, bool]:
        sent = 0
        for _ in range(LETTERS_A_ROUND_MAX if self.parts.post else 0):
            outcome = self._write_one()
            if outcome == "not now":
                return sent, True
            if outcome is None:
                break
            sent += outcome == "sent"
        return sent, False

    def _write_one(self) -> str | None:
        """One letter; None: nobody waits for one. What is being handed over is noted before, so
        that whoever is killed meanwhile leaves a letter unsent rather than sent twice."""
        post = self.parts.post
        assert post is not None
        if self.records.to_mail(self.now()) is None:
            return None
        with self.parts.log.turn():
            waiting = self.records.to_mail(self.now())
            if waiting is None:
                return None
            tries = waiting.mail_tries + 1
            handing = msgspec.structs.replace(
                waiting, mail="handing over", mail_at=self.now(), mail_tries=tries
            )
            self.records.change(handing)
            address = f"{self.parts.home}/checks/{self.records.link(waiting.id)}"
        named = self.parts.directory.names([waiting.person]).get(waiting.person)
        outcome = "refused"
        if named and named.email:
            quiz = self.quiz(waiting.quiz)
            told = letter(quiz, handing, address, self.parts.organisation)
            outcome = post.send(told.to(named.email))
        self._note(handing, outcome)
        return outcome

    def _note(self, handing: Invitation, outcome: str) -> None:
        mail: Mail = {"sent": "sent", "refused": "refused", "not now": "waiting"}.get(
            outcome, "handing over"
        )  # type: ignore[assignment]
        at = self.now()
        if mail == "waiting" and handing.mail_tries >= TRIES_MAX:
            mail = "refused"
        elif mail == "waiting":
            at += timedelta(minutes=TRY_AGAIN_MINUTES * 2 ** (handing.mail_tries - 1))
        with self.parts.log.turn():
            newest = self.records.invitation(handing.id)
            if newest is not None:  # it may have been answered meanwhile
                self.records.change(msgspec.structs.replace(newest, mail=mail, mail_at=at))

    # what they answer

    def quiz(self, key: str) -> Quiz:
        """A quiz that there is."""
        found = self.records.quiz(key)
        assert found is not None
        return found

    def asked(self, invitation: Invitation) -> Content:
        """What somebody was sent."""
        assert invitation.version is not None
        return self.records.content(invitation.quiz, invitation.version)

    def answer(self, key: str, given: Sequence[Collection[str]]) -> Answered | None:
        """Score what somebody hands in, and say it in the record store, once; None: they have
        answered already. given: letters by question; what is no choice counts as not chosen.

        Raises NotOpen."""
        with self.parts.log.turn():
            invitation = self.records.invitation(key)
            assert invitation is not None and invitation.version is not None
            if invitation.answered_at is not None:
                return None
            now = self.now()
            if not invitation.opens_at <= now < invitation.closes_at:
                raise NotOpen(invitation)
            content = self.asked(invitation)
            answered = scored(content, given)
            voice = self._voice(self.quiz(invitation.quiz), content, invitation)
            self.parts.log.append(voice.handed_in(answered, now), source=SOURCE)
            correct, passed = sum(answered.marks), answered.passed
            done = {"answered_at": now, "correct": correct, "passed": passed}
            self.records.change(msgspec.structs.replace(invitation, **done))
        return answered


def scored(content: Content, given: Sequence[Collection[str]]) -> Answered:
    """Marks and result; what was left open, at the end too, is not right."""
    letters = []
    for place, question in enumerate(content.questions):
        chosen = set(given[place]) if place < len(given) else set()
        letters.append("".join(letter for letter, _ in question.options if letter in chosen))
    marks = content.marks(letters)
    # In whole answers: 0.7 of 10 is 7, whatever 7 / 10 >= 0.7 says of fractions.
    enough = sum(marks) >= content.pass_mark * len(marks) - 1e-9
    return Answered(tuple(letters), marks, enough)


def _zones(positions: Sequence[Position], today: date) -> dict[int, str | None]:
    """Zone by person; None: not with the organisation today; empty: nobody told it."""
    zones: dict[int, str | None] = {}
    for one in positions:
        if one.valid_from <= today and (one.valid_to is None or today < one.valid_to):
            zones[one.person] = one.zone or ""
        else:
            zones.setdefault(one.person, None)
    return zones
