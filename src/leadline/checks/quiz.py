"""A quiz: what is asked weeks later, of whom, and when. Pure values and their rules."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal

import msgspec

QUESTIONS_MAX = 20
CHOICES_MIN, CHOICES_MAX = 2, 10
TEXT_LETTERS_MAX = 1_000
TITLE_LETTERS_MAX = 200
LAST_DAY_MAX = 365
PASS_MARK = 0.8
LETTERS = "abcdefghij"  # ids of the choices, in their order

State = Literal["draft", "scheduled", "ended"]


class BadQuiz(Exception):
    """A quiz cannot be used: which field, why, and what would do."""

    def __init__(self, field: str, reason: str, remedy: str) -> None:
        super().__init__(f"{field}: {reason} {remedy}")
        self.field, self.reason, self.remedy = field, reason, remedy


class Question(msgspec.Struct, frozen=True):
    """One question. keys: positions of the right choices; item: the question of the course's own
    test that it was taken from, if it was."""

    text: str
    choices: tuple[str, ...]
    keys: tuple[int, ...]
    item: str = ""

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """(letter, text) of each choice."""
        return tuple(zip(LETTERS, self.choices, strict=False))

    @property
    def right(self) -> str:
        """The right letters, in order."""
        return "".join(LETTERS[key] for key in sorted(self.keys))


class Content(msgspec.Struct, frozen=True):
    """What is asked. pass_mark: share of right answers, from which it is passed."""

    title: str
    questions: tuple[Question, ...]
    pass_mark: float = PASS_MARK

    def marks(self, given: Collection[str]) -> tuple[bool, ...]:
        """Which answers are right: exactly the right letters, no more and no fewer.

        given: letters chosen by question, in order; empty: left open."""
        return tuple(
            "".join(sorted(set(letters))) == question.right
            for question, letters in zip(self.questions, given, strict=True)
        )


class Plan(msgspec.Struct, frozen=True):
    """Of whom and when: everybody with a first score in the test `of`, from_day to to_day days
    after it; share: how many of them, drawn by chance once and for all; unit: those alone who sit
    in it or below it today; empty: everybody."""

    course: str
    of: str
    from_day: int = 14
    to_day: int = 28
    share: float = 1.0
    unit: str = ""


class Quiz(msgspec.Struct, frozen=True):
    """A quiz as it stands. version: the newest of its contents; earlier ones stay as they were for
    whoever was sent them."""

    key: str
    plan: Plan
    state: State
    version: int
    content: Content
    made_at: datetime
    made_by: str

    @property
    def assessment(self) -> str:
        """Its activity id."""
        return f"urn:leadline:check:{self.key}"

    def question_id(self, version: int, place: int) -> str:
        """Activity id of a question: another wording is another question."""
        return f"{self.assessment}:v{version}:q{place + 1}"


def examine(plan: Plan, content: Content) -> None:
    """Raises BadQuiz where a quiz would not do what it says."""
    if not plan.of:
        raise BadQuiz("of", "No test is named.", "Choose the test whose learning is checked.")
    # Two days at least: a single one may be over in one zone before it has begun in another.
    if not 1 <= plan.from_day < plan.to_day <= LAST_DAY_MAX:
        reason = f"Days {plan.from_day} to {plan.to_day} are no window."
        raise BadQuiz("from_day", reason, "Choose a first and a later last day, such as 14 and 28.")
    if not 0 < plan.share <= 1:
        reason = f"{100 * plan.share:g} % of the learners cannot be asked."
        raise BadQuiz("share", reason, "Choose from 1 to 100 %.")
    _within("title", content.title, TITLE_LETTERS_MAX)
    if not 0 < content.pass_mark <= 1:
        reason = f"{100 * content.pass_mark:g} % is no pass mark."
        raise BadQuiz("pass_mark", reason, "Choose from 1 to 100 %.")
    if not 1 <= len(content.questions) <= QUESTIONS_MAX:
        reason = f"It has {len(content.questions)} questions."
        raise BadQuiz("questions", reason, f"Ask 1 to {QUESTIONS_MAX}; five to eight are usual.")
    for number, question in enumerate(content.questions, start=1):
        _examine(f"question {number}", question)


def _examine(name: str, question: Question) -> None:
    _within(name, question.text, TEXT_LETTERS_MAX)
    count = len(question.choices)
    if not CHOICES_MIN <= count <= CHOICES_MAX:
        remedy = f"Give {CHOICES_MIN} to {CHOICES_MAX}, one a line."
        raise BadQuiz(name, f"It has {count} answers to choose from.", remedy)
    for choice in question.choices:
        _within(f"{name}, answers", choice, TEXT_LETTERS_MAX)
    if len(set(question.choices)) < count:
        raise BadQuiz(name, "Two of its answers are the same.", "Take one of them out.")
    if not question.keys or not all(0 <= key < count for key in question.keys):
        raise BadQuiz(
            name, "None of its answers is marked right.", "Put a * before each right one."
        )
    if len(set(question.keys)) == count:
        raise BadQuiz(name, "All of its answers are right.", "Add one that is wrong.")


def _within(name: str, text: str, most: int) -> None:
    if not text.strip():
        raise BadQuiz(name, "It is empty.", "Write something, or take it out.")
    if len(text) > most:
        raise BadQuiz(name, f"It has {len(text)} letters.", f"Use {most} at most.")
