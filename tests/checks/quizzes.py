"""What the tests of delayed checks share: a course with its test, a quiz, a clock that is set."""

from datetime import UTC, datetime, timedelta

from leadline.checks import Content, Plan, Question
from story.world import iri

COURSE, TEST = "course/ropes", "assessment/day"
LEARNED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KNOTS = Content(
    "Ropes, three weeks later",
    (
        Question("Which knot holds?", ("Bowline", "Granny", "None"), (0,)),
        Question("What do you check before a lift?", ("Hook", "Weather", "Lunch"), (0, 1)),
    ),
    pass_mark=0.5,
)


class Clock:
    """Tells what it was set to."""

    def __init__(self, now=LEARNED):
        self.now = now

    def __call__(self):
        return self.now

    def day(self, number, hour=12.0):
        """So many days after the day of learning, UTC."""
        self.now = LEARNED.replace(hour=0) + timedelta(days=number, hours=hour)


def plan(**more):
    return Plan(iri(COURSE), iri(TEST), **more)


def sat(world, login, score=0.8, after=0.0):
    """A first graded attempt at the test of the day."""
    at = str(LEARNED + timedelta(days=after))
    world.attempts(login, TEST, passed=score >= 0.7, score=score, at=at, course=COURSE)


def scheduled(world, clock, content=KNOTS, **more):
    """A quiz that is sent from now on."""
    checks = world.app.checks
    checks.now = clock
    return checks.schedule(checks.draft(plan(**more), content, "lead"))


def said(world, source="checks"):
    """(verb, object, actor's name) of every statement of a source, in the order of the log."""
    import json

    found = []
    for each in world.app.log.since(0, 10_000):
        if each.source == source:
            value = json.loads(each.payload)
            verb = value["verb"]["id"].rpartition("/")[2]
            found.append((verb, value["object"]["id"], value["actor"]["account"]["name"]))
    return found
