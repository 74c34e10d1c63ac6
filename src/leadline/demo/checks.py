"""A delayed check that Leadline itself sends in the demo world: scheduled six weeks ago, most of
those asked have answered, some still wait. By the same road as everybody's, on a clock of its own.
"""

import random
from datetime import UTC, date, datetime, time, timedelta

from leadline.app import App
from leadline.checks import Checks, Content, Plan, Question
from leadline.demo.courses import BASE

COURSE = f"{BASE}/fire-safety"
SCHEDULED_DAYS = 42
ASKED_AT = time(9, 30)
ANSWERING_A_DAY = 0.15  # of those who were asked and have not answered: nine in ten in two weeks
STEPS_MAX = 9
KNOWING = 0.8  # chance of each right answer
SEED = 20_260_302
ASKED = Content(
    "Fire safety, three weeks later",
    (
        Question(
            "You smell smoke in the corridor. What comes first?",
            ("Raise the alarm", "Look for the fire", "Fetch your things"),
            (0,),
        ),
        Question(
            "Which extinguisher do you take to a burning switchboard?",
            ("Water", "Carbon dioxide", "Foam"),
            (1,),
        ),
        Question(
            "What keeps a fire door from doing its work?",
            ("A wedge under it", "A coat of paint", "A lock that is open"),
            (0,),
        ),
        Question(
            "Whom do you tell at the assembly point that a colleague is missing?",
            ("Nobody, you go back in", "The fire warden", "Your family"),
            (1,),
        ),
        Question(
            "When may you use the lift during an alarm?",
            ("When it is empty", "When you are in a hurry", "Never"),
            (2,),
        ),
    ),
)


def ask(app: App, until: date) -> None:
    """Schedule the check, and let the days go by up to `until`. Repeating it changes nothing."""
    checks = Checks(app.checks.parts)
    if checks.records.quizzes():
        return
    start = datetime.combine(until, ASKED_AT, UTC) - timedelta(days=SCHEDULED_DAYS)
    checks.now = lambda: start
    checks.schedule(checks.draft(Plan(COURSE, _test(app)), ASKED, "lead"))
    checks.plan()
    chance = random.Random(SEED)
    for day in range(SCHEDULED_DAYS):
        _let_pass(checks, chance, start + timedelta(days=day))


def _test(app: App) -> str:
    """The last step of the course, which is its test."""
    steps = [f"{COURSE}/{number:02d}" for number in range(1, STEPS_MAX + 1)]
    return max(app.log.definitions(steps))


def _let_pass(checks: Checks, chance: random.Random, today: datetime) -> None:
    """One day: some of those asked before answer, and who is due is asked."""
    checks.now = lambda: today
    (quiz,) = checks.records.quizzes()
    for one in sorted(checks.records.of_quiz(quiz.key), key=lambda each: each.learned_at):
        if one.issued_at is None or one.answered_at is not None or today >= one.closes_at:
            continue
        if chance.random() < ANSWERING_A_DAY:
            checks.answer(one.id, [_letters(chance, question) for question in ASKED.questions])
    checks.issue()


def _letters(chance: random.Random, question: Question) -> set[str]:
    wrong = [letter for letter, _ in question.options if letter not in question.right]
    return set(question.right) if chance.random() < KNOWING else {chance.choice(wrong)}
