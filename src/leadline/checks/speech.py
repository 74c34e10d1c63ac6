"""What the record store is told of a check: that somebody was asked, and what they answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadline.checks.quiz import Content, Question, Quiz
from leadline.checks.records import Invitation
from leadline.directory.rows import PERSON_HOME
from leadline.events.vocabulary import DUE_AT
from leadline.sources.ids import derived_id
from leadline.statements import Statement, read
from leadline.statements.forms import stamp

Json = dict[str, Any]
SOURCE = "checks"
CHECK_OF = "urn:leadline:extension:delayed-check-of"
LANGUAGE = "und"  # a quiz does not say what language it is written in
_ADL = "http://adlnet.gov/expapi"
VERBS = {
    "assigned": "http://activitystrea.ms/schema/1.0/assign",
    **{word: f"{_ADL}/verbs/{word}" for word in ("attempted", "answered", "passed", "failed")},
}
TYPES = {
    "course": f"{_ADL}/activities/course",
    "assessment": f"{_ADL}/activities/assessment",
    "question": f"{_ADL}/activities/cmi.interaction",
}


@dataclass(frozen=True)
class Answered:
    """What somebody handed in: letters by question, which of them are right, and whether it is
    enough."""

    given: tuple[str, ...]
    marks: tuple[bool, ...]
    passed: bool


@dataclass(frozen=True)
class Voice:
    """Leadline speaking about one invitation. home: home page of the account that vouches;
    employee_id: what the directory calls the person."""

    home: str
    quiz: Quiz
    content: Content
    invitation: Invitation
    employee_id: str

    def asked(self, at: datetime) -> Statement:
        """The person was invited."""
        extensions = {DUE_AT: stamp(self.invitation.closes_at)}
        return self._said("assigned", at, object=self._check(), extensions=extensions)

    def handed_in(self, answered: Answered, at: datetime) -> list[Statement]:
        """Attempted, each question answered, and the result, in this order."""
        right, total = sum(answered.marks), len(answered.marks)
        score = {"scaled": right / total, "raw": right, "min": 0, "max": total}
        result = {"score": score, "success": answered.passed, "completion": True}
        verb = "passed" if answered.passed else "failed"
        check = self._check()
        return [
            self._said("attempted", at, object=check),
            *self._answers(answered, at),
            self._said(verb, at, object=check, result=result),
        ]

    def _answers(self, answered: Answered, at: datetime) -> Sequence[Statement]:
        told = zip(self.content.questions, answered.given, answered.marks, strict=True)
        return [
            self._said(
                "answered",
                at,
                object=self._question(place, question),
                result={"response": _pattern(letters), "success": right},
                around={"parent": [self._check()], "grouping": [self._course()]},
            )
            for place, (question, letters, right) in enumerate(told)
        ]

    def _said(
        self,
        verb: str,
        at: datetime,
        *,
        around: Json | None = None,
        extensions: Json | None = None,
        **more: Any,
    ) -> Statement:
        context = {
            "registration": self.invitation.id,
            "contextActivities": around or {"parent": [self._course()]},
            "extensions": {CHECK_OF: self.quiz.plan.of, **(extensions or {})},
        }
        # The same words about the same thing are the same statement, however often they are said.
        said = f"{self.invitation.id} {verb} {more['object']['id']}".encode()
        value = {
            "id": derived_id(SOURCE, said),
            "actor": {
                "objectType": "Agent",
                "account": {"homePage": PERSON_HOME, "name": self.employee_id},
            },
            "verb": {"id": VERBS[verb], "display": {"en": verb}},
            "context": context,
            "timestamp": stamp(at),
            **more,
        }
        vouching = {"objectType": "Agent", "account": {"homePage": self.home, "name": SOURCE}}
        return read(value, stored=at, authority=vouching)

    def _course(self) -> Json:
        return {"id": self.quiz.plan.course, "definition": {"type": TYPES["course"]}}

    def _check(self) -> Json:
        name = {LANGUAGE: self.content.title}
        definition = {"type": TYPES["assessment"], "name": name}
        return {"id": self.quiz.assessment, "definition": definition}

    def _question(self, place: int, question: Question) -> Json:
        definition = {
            "type": TYPES["question"],
            "interactionType": "choice",
            "name": {LANGUAGE: question.text},
            "correctResponsesPattern": [_pattern(question.right)],
            "choices": [
                {"id": letter, "description": {LANGUAGE: text}} for letter, text in question.options
            ],
        }
        where = self.quiz.question_id(self.invitation.version or 1, place)
        return {"id": where, "definition": definition}


def _pattern(letters: str) -> str:
    """Chosen letters as xAPI writes them (Data 2.4.4.1, choice)."""
    return "[,]".join(sorted(set(letters)))
