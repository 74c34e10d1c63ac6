"""A hundred learners of one video, of whom sixty leave it at 3:20 (or nobody does)."""

from leadline.events import vocabulary as words
from story.world import World

COURSE, VIDEO = "course/data", "video/personal"
PEOPLE, LENGTH_S = 100, 600


def plant(world: World, leaving: int = 60) -> list[str]:
    """Fifty of North and fifty of South; the first `leaving` leave. Gives their statements' ids."""
    world.people("ben", 50, unit="Org/North", role="operator")
    world.people("cleo", 50, unit="Org/South", role="operator")
    said = []
    for number in range(PEOPLE):
        if number < leaving:
            said.append(leave(world, number))
        else:
            watch(world, number, LENGTH_S, "completed")
    return said


def leave(world: World, number: int) -> str:
    """One of them leaves between 3:15 and 3:25."""
    return watch(world, number, 195 + number % 10, "terminated")


def watch(world: World, number: int, until_s: int, verb: str) -> str:
    login = f"ben{number + 1}" if number < 50 else f"cleo{number - 49}"
    seen = {
        words.TIME: until_s,
        words.PROGRESS: round(until_s / LENGTH_S, 3),
        words.PLAYED_SEGMENTS: f"0[.]{until_s}",
    }
    return world.says(
        login,
        verb,
        VIDEO,
        at=f"2026-03-{1 + number % 28:02} 09:00",
        course=COURSE,
        result={"extensions": seen},
        context={"extensions": {words.LENGTH: LENGTH_S}},
    )
