"""A world in which every fact and every list has rows, some of them awkward.

The people of `story.twins`, with more of South, so that groups pass the gates; and beside what they
do: names outside ASCII, a course taken again, statements of one instant, blank and unmarked answers,
a video told by its buttons only, delayed checks, what is taken back, outcomes of people, units and
customers, a trial, and what the curriculum declares."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec

from leadline.curriculum import Check, Exemption, Leave, Link, Requirement, Standard
from leadline.events import vocabulary as words
from leadline.sources.intake import Intake
from leadline.sources.outcomes_csv import OutcomeFile
from leadline.sources.records import Broken, Record
from leadline.sources.trial_csv import Lots, TrialFile
from story.twins import NORTH, Unseen, world_with
from story.world import World, instant, iri

FIRE, AGAIN, HEIGHT = "assessment/fire", "assessment/fire-weeks", "assessment/höhe"
ROPES = "course/Höhen-übung"
AUDIT = "urn:leadline:outcome:audit-score"
SOUTH = tuple(f"cleo{n}" for n in range(1, 76))
CUSTOMERS = ("Kunde-1", "Kunde-2", "Kunde-3", "Kunde-4")
EVERYBODY = [*NORTH, *SOUTH]
UNSEEN = Unseen(south=SOUTH, units=("Org/South", "Org/South/Süd-Straße", "Org/South/東"))


def busy(folder: Path) -> World:
    """The world, refreshed."""
    world = world_with(folder, UNSEEN)
    world.person("zoë", unit="Org/South/東", role="Wächter", location="Zürich", manager="cora")
    _checked_weeks_later(world)
    _climbing(world)
    _by_buttons(world)
    _customers(world)
    _takes(world, OutcomeFile(_written(folder / "audits.csv", _measured())))
    lots = Lots("Sichern", members=lambda *_: (), course=iri(ROPES), on=date(2026, 1, 5))
    _takes(world, TrialFile(_written(folder / "draws.csv", _drawn()), lots))
    _declared(world)
    _owed(world)
    world.voids(world.says("ben1", "completed", "course/path", at="2026-03-30"))
    world.refresh()
    return world


def _checked_weeks_later(world: World) -> None:
    for number, login in enumerate(EVERYBODY):
        if number % 9:
            day = instant("2026-03-25 09:00") + timedelta(days=number % 15)
            score = round(0.4 + 0.06 * (number % 10), 2)
            right = score >= 0.7
            world.attempts(
                login, AGAIN, passed=right, score=score, at=day.isoformat(), course="course/fire"
            )


def _climbing(world: World) -> None:
    """A course of four questions that most take, some twice, many at the same instants."""
    for number, login in enumerate([*EVERYBODY, "zoë"]):
        _climbs(world, login, number, instant("2026-01-12 08:00") + timedelta(hours=number % 7))
        if number % 4 == 0:
            world.says(login, "assigned", ROPES, at="2026-02-20")
            _climbs(world, login, number + 3, instant("2026-02-21 22:30"))


def _climbs(world: World, login: str, number: int, at: datetime) -> None:
    choice = {"interactionType": "choice"}
    world.says(login, "registered", ROPES, at=at)
    for name in ("Knoten", "Seil", "Sturz")[: 1 + number % 3]:
        world.says(login, "experienced", f"module/{name}", at=at, course=ROPES)
    for question in range(4):
        answer: dict[str, object] = {
            "success": (number * 7 + question * 3) % 10 < 6,
            "response": "abc"[(number + question) % 3],
        }
        if (number + question) % 11 == 0:
            answer = {"response": ""}
        if (number + question) % 17 == 0:
            answer = {"score": {"raw": number % 5, "min": 0, "max": 5}, "response": "ü"}
        world.says(
            login,
            "answered",
            f"question/höhe-{question}",
            at=at + timedelta(minutes=5),
            course=ROPES,
            module=HEIGHT,
            result=answer,
            definition=choice,
        )
    graded = {"score": {"raw": number % 21, "min": 0, "max": 20}, "success": number % 3 != 0}
    done = at + timedelta(minutes=50)
    world.says(login, "scored", HEIGHT, at=done, course=ROPES, result=graded)
    if number % 5:
        world.says(login, "completed", ROPES, at=done)
        world.says(login, "earned", "certificate/höhe", at=done, course=ROPES)


def _by_buttons(world: World) -> None:
    """A video whose player sends no segments, and none of it is over."""
    length = {"extensions": {words.LENGTH: 90, words.SESSION[0]: "s1"}}
    for number, login in enumerate(EVERYBODY[::2]):
        for verb, after, second in (("played", 0, 0.5), ("paused", 30 + number % 40, 30.25)):
            at = instant("2026-04-02 23:50") + timedelta(seconds=after)
            result = {"extensions": {words.TIME: second}}
            world.says(
                login, verb, "video/seil", at=at, course=ROPES, result=result, context=length
            )


def _customers(world: World) -> None:
    """Contacts of customers, some in a zone far away."""
    for number in range(12):
        account, zone = CUSTOMERS[number % 4], ("Asia/Tokyo", "America/New_York", None)[number % 3]
        world.person(f"kim{number}", account=account, **({"zone": zone} if zone else {}))
        if number % 4 < 2:
            at = f"2026-01-{10 + number} 22:30"
            world.says(f"kim{number}", "completed", "course/fire", at=at)


def _written(path: Path, lines: Iterable[str]) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def _takes(world: World, records: Iterable[Record | Broken]) -> None:
    *_, taken = Intake(world.app.log).take(records, "files")
    assert taken.accepted and not taken.quarantined


def _measured() -> Iterator[str]:
    """Audit scores before and after a course was taken; violations of some, now and then; tickets
    of customers and of a unit, by the quarter."""
    yield "outcome,date,value,measure,better,exposure,person_id,unit,account"
    for number, login in enumerate(EVERYBODY):
        for month, drift in (("2025-10-31", 0), ("2025-12-31", 2), ("2026-05-31", 5)):
            value = 60 + (number * 13) % 30 + drift * (number % 3) + number / 7
            yield f"Audit score,{month},{value},points,up,,{login},,"
        if number % 3 == 0:
            yield f"Verstöße,2026-04-30,{number % 4},a month,down,,{login},,"
    for number, quarter in enumerate(("2025-06-30", "2025-09-30", "2025-12-31", "2026-03-31")):
        for place, account in enumerate(CUSTOMERS):
            yield f"Tickets,{quarter},{20 - number + place},a month,down,3,,,{account}"
        yield f"Tickets,{quarter},{40 - number},a month,down,3,,Org/South,"


def _drawn() -> Iterator[str]:
    yield "person_id,arm,stratum"
    for number, login in enumerate(EVERYBODY):
        yield f"{login},{('treatment', 'control')[number * 7 % 3 > 0]},{'north' if login in NORTH else 'south'}"


def _declared(world: World) -> None:
    declare = world.app.curriculum.replace
    declare(Check, [Check(iri(AGAIN), iri(FIRE), 14, 28)])
    declare(
        Link,
        [
            Link(iri("question/höhe-1"), "Sichern", iri("module/Seil")),
            Link(iri("question/höhe-2"), "Sichern", iri("video/seil")),
            Link(iri("question/fire-one"), "exits", iri("video/fire")),
        ],
    )
    declare(
        Standard,
        [
            Standard("driver", date(2019, 1, 1), "course", iri("course/path")),
            Standard("driver", date(2026, 1, 1), "course", iri(ROPES)),
            Standard("driver", date(2026, 1, 1), "outcome", AUDIT, at_least=70.0),
            Standard("guard", date(2019, 1, 1), "assessment", iri(FIRE)),
            Standard("guard", date(2019, 1, 1), "certificate", iri("certificate/höhe")),
        ],
    )


def _owed(world: World) -> None:
    """A requirement in two versions, with somebody let off, somebody away, and zones of their own;
    and an invitation to a test."""
    first = Requirement(
        requirement="height",
        name="Höhensicherung",
        valid_from=date(2025, 1, 1),
        things=(iri("certificate/höhe"), iri("course/path")),
        units=("Org/South",),
        valid_months=1,
        grace_days=5,
        regulated=True,
    )
    declare = world.app.curriculum.replace
    second = msgspec.structs.replace(first, valid_from=date(2026, 2, 1), valid_months=3)
    anybody = Requirement("fire", "Fire", date(2024, 6, 1), (iri("course/fire"),), roles=("guard",))
    declare(Requirement, [first, second, anybody])
    declare(Exemption, [Exemption("height", world.key("cleo3"), date(2026, 1, 1), "pilot")])
    away = [("cleo5", date(2026, 2, 10), date(2026, 4, 1)), ("cleo7", date(2026, 5, 20), None)]
    declare(Leave, [Leave(world.key(who), since, until) for who, since, until in away])
    world.says("cleo9", "assigned", AGAIN, at="2026-04-01", course="course/fire")
