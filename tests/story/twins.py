"""Worlds that differ only in people whom somebody may not see, or only in what they may not see.

Ana leads North: fourteen drivers in the depot, ten guards in the yard, and Mia, who came from South.
Cora leads South, where Noa went. The people of a world are made from seeds, so that the same login
with the same seed says the same in every world. Keys are drawn from a seed as well and the log's
clock is the test's own: what is equal may then be compared byte by byte."""

import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from leadline.curriculum import Requirement
from leadline.events import vocabulary as words
from leadline.sources.intake import Intake
from leadline.sources.records import Record
from story.world import World, iri

DEPOT = [f"ben{n}" for n in range(1, 15)]
YARD = [f"bea{n}" for n in range(1, 11)]
NORTH = [*DEPOT, *YARD, "mia"]
SOUTH = [f"cleo{n}" for n in range(1, 15)]
IN_TIME = datetime(2026, 4, 2, tzinfo=UTC)
LATE = datetime(2026, 5, 20, tzinfo=UTC)
VIDEO_S = 60.0
SHARED = ("course/fire", "course/path")


@dataclass(frozen=True)
class Unseen:
    """What a world has that its twin may have otherwise.

    seeds: of whom the rows differ, by login; south: who sits there; courses: that only they take;
    strange: identifiers that no person claims; units: where people of South sit, in turn."""

    seeds: Mapping[str, int] = field(default_factory=dict)
    south: tuple[str, ...] = tuple(SOUTH)
    courses: tuple[str, ...] = ("course/south",)
    strange: tuple[str, ...] = ("stranger",)
    units: tuple[str, ...] = ("Org/South",)
    held: int = 1
    names: str = ""  # stands behind each name
    habits: int = 0  # seed of what leaves the training record as it is: activity
    answers: int = 0  # seed of single answers


@contextmanager
def drawn_alike() -> Iterator[Callable[[datetime], None]]:
    """Keys from a seed, and a clock of the log that is set by calling what is given."""
    chance, at = random.Random(119), [IN_TIME]

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return at[0]

    def draw() -> int:
        return chance.getrandbits(62) or 1

    with (
        patch("leadline.directory.plan.random_key", draw),
        patch("leadline.directory.tables.random_key", draw),
        patch("leadline.store.log.datetime", Clock),
    ):
        yield lambda when: at.__setitem__(0, when)


def world_with(folder: Path, unseen: Unseen) -> World:
    """The organisation, refreshed, with its unseen part as told."""
    with drawn_alike() as clock:
        world = World(folder)
        _north(world, unseen)
        _south(world, unseen)
        everybody = [NORTH[0], "ana", *NORTH[1:], "noa", "lea", "cora", *unseen.south]
        away = {*unseen.south, *unseen.strange}
        for login in [*everybody, *unseen.strange]:
            courses = (*SHARED, *unseen.courses) if login in away else SHARED
            _Learner(world, login, unseen).learns(courses)
        # Heard of in the past by both, so that what comes late came after the first load.
        world.flush()
        clock(LATE)
        for login in everybody:
            chance = random.Random(f"late {login} {unseen.seeds.get(login, 0)}")
            if chance.random() < 0.5:
                late = f"2026-03-{20 + len(login)}"
                said = _id("late", login)
                world.says(login, "completed", "course/path", at=late, statement_id=said)
        world.flush()
        for hours, source in enumerate(("lms", "app"), start=1):  # the newest word of each is Ana's
            clock(LATE + timedelta(hours=hours))
            more = {"source": source, "statement_id": _id("ana", source)}
            world.says("ana", "assigned", "course/fire", at="2026-03-01", **more)
            world.flush()
        broken = [
            Record(f"lms.jsonl:{n}", b'{"actor": {"mbox": "cleo"}}') for n in range(unseen.held)
        ]
        for _ in Intake(world.app.log).take(broken, "lms"):
            pass
        _owed(world)
        world.refresh()
    return world


def _owed(world: World) -> None:
    """Everybody owes the certificate or the course; drivers another, by regulation."""
    since = date(2026, 1, 1)
    fire = (iri("certificate/fire"), iri("course/fire"))
    everybody = Requirement("fire", "Fire", since, fire, valid_months=3)
    drivers = Requirement(
        "path", "Path", since, (iri("course/path"),), roles=("driver",), regulated=True
    )
    world.app.curriculum.replace(Requirement, [everybody, drivers])


def _named(unseen: Unseen, login: str) -> dict[str, str]:
    return {"name": login.capitalize() + unseen.names}


def _north(world: World, unseen: Unseen) -> None:
    world.person("ana", unit="Org/North", role="lead", **_named(unseen, "ana"))
    world.person("cora", unit="Org/South", role="lead", **_named(unseen, "cora"))
    places = [
        (DEPOT, "Org/North/Depot", "driver", "Kiel"),
        (YARD, "Org/North/Yard", "guard", "Bonn"),
    ]
    for logins, unit, role, location in places:
        for login in logins:
            place = {"unit": unit, "role": role, "location": location, "manager": "ana"}
            world.person(login, **place, **_named(unseen, login))
    world.person("mia", unit="Org/South", manager="cora", role="driver")
    world.person("mia", unit="Org/North/Depot", manager="ana", role="driver", since="2026-03-10")


def _south(world: World, unseen: Unseen) -> None:
    world.person("noa", unit="Org/North", manager="ana", role="driver")
    world.person("noa", unit="Org/South", manager="cora", role="driver", since="2026-03-10")
    world.person("lea", unit="Org/North", manager="ana", left_on=date(2026, 4, 1))
    for number, login in enumerate(unseen.south):
        unit = unseen.units[number % len(unseen.units)]
        place = {"unit": unit, "role": "driver", "location": "Kiel", "manager": "cora"}
        world.person(login, **place, **_named(unseen, login))


class _Learner:
    """Somebody who does a bit of everything, decided by a seed."""

    def __init__(self, world: World, login: str, unseen: Unseen) -> None:
        self._world, self._login = world, login
        self._chance = random.Random(f"{login} {unseen.seeds.get(login, 0)}")
        self._habit = random.Random(f"habit {login} {unseen.seeds.get(login, 0)} {unseen.habits}")
        self._answer = random.Random(
            f"answer {login} {unseen.seeds.get(login, 0)} {unseen.answers}"
        )
        self._source = "lms"

    def learns(self, courses: tuple[str, ...]) -> None:
        for course in courses:
            if self._chance.random() < 0.9:
                self._source = self._chance.choice(("lms", "lms", "app"))
                self._takes(course)
        self._says("logged_in", "system/lms", self._habit.uniform(5, 25))

    def _takes(self, course: str) -> None:
        start = 1.0 + self._chance.randrange(8)
        due = {"extensions": {words.DUE_AT: f"2026-03-{self._chance.randrange(12, 28)}"}}
        self._says("assigned", course, start, context=due)
        self._says("experienced", _module(course, 0), start + 0.5, course=course)
        last = 6.0 + self._chance.randrange(10)
        self._wanders(course, start + 1, start + last - 1)
        self._is_tested(course, start + last - 0.5)
        end = self._chance.random()
        if end < 0.6:
            self._says("completed", course, start + last)
        elif end < 0.75:
            self._says("withdrawn", course, start + last)
        if end < 0.4:
            until = {"extensions": {words.EXPIRES_AT: "2026-06-20T00:00:00Z"}}
            badge = f"certificate/{course.partition('/')[2]}"
            self._says("earned", badge, start + last + 0.1, course=course, result=until)

    def _wanders(self, course: str, begin: float, end: float) -> None:
        """Activity, in between what the record keeps."""
        span = end - begin
        for number in (1, 1 + self._habit.randrange(2)):  # as many statements in every world
            at = begin + span * self._habit.uniform(0.1, 0.3)
            self._says("experienced", _module(course, number), at, course=course)
        stop = self._habit.randrange(5, int(VIDEO_S))
        played = "broken" if self._habit.random() < 0.1 else f"0[.]{stop}"
        seen = {words.TIME: stop, words.PLAYED_SEGMENTS: played, words.PROGRESS: stop / VIDEO_S}
        length = {"extensions": {words.LENGTH: VIDEO_S}}
        video = f"video/{course.partition('/')[2]}"
        at = begin + span * self._habit.uniform(0.4, 0.8)
        more: dict[str, Any] = {"course": course, "context": length}
        self._says("played", video, at, **more, result={"extensions": {words.TIME: 0}})
        self._says("terminated", video, at + 0.01, **more, result={"extensions": seen})

    def _is_tested(self, course: str, at: float) -> None:
        name = course.partition("/")[2]
        for question in ("one", "two"):
            right = self._answer.random() < 0.5
            result = {"success": right, "response": self._answer.choice("abc")}
            about = {"interactionType": "choice"}
            thing, quiz = f"question/{name}-{question}", f"assessment/{name}"
            self._says(
                "answered", thing, at, course=course, module=quiz, result=result, definition=about
            )
        passed = self._chance.random() < 0.7
        result: dict[str, Any] = {"success": passed}
        if self._chance.random() < 0.9:
            result["score"] = {"scaled": round(self._chance.random(), 2)}
        verb = "passed" if passed else "failed"
        self._says(verb, f"assessment/{name}", at + 0.1, course=course, result=result)

    def _says(self, verb: str, thing: str, day: float, **more: Any) -> None:
        at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=day)
        said = _id(self._login, verb, thing, at)
        self._world.says(
            self._login, verb, thing, at=at, source=self._source, statement_id=said, **more
        )


def _id(*parts: object) -> str:
    """The same statement has the same id in every world."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, " ".join(map(str, parts))))


def _module(course: str, number: int) -> str:
    return f"module/{course.partition('/')[2]}-{number}"


def content(course: str) -> dict[str, str]:
    """The ids that pages about a course take."""
    name = course.partition("/")[2]
    return {"course": iri(course), "video": iri(f"video/{name}"), "module": iri(_module(course, 1))}
