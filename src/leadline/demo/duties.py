"""What the demo's people owe, and the certificates that they hold: lapses where they were planted.

Two requirements are regulated. Of the forklift licence exactly LAPSED holders have let it run out;
of first aid, its null twin, nobody has. One operator left and came back, and has to earn the
licence anew; one paramedic is exempt; one nurse is on leave."""

import gzip
import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import msgspec

from leadline.app import App
from leadline.curriculum import Exemption, Leave, Requirement
from leadline.demo.courses import BASE
from leadline.demo.organisation import Person, organisation
from leadline.demo.statements import TYPES, VERBS, Record
from leadline.demo.story import SEED
from leadline.directory import PersonRow

LAPSED = 12
YEAR_DAYS = 365
LICENCE, AID = f"{BASE}/certificates/forklift", f"{BASE}/certificates/first-aid"
NAMES = {LICENCE: "Forklift licence", AID: "First aid certificate"}
DRIVERS = ("forklift operator",)
CARERS = ("nurse", "paramedic")


@dataclass(frozen=True)
class Planted:
    """Who stands out, by employee number: the lapsed in their order, the one who came back after
    LEFT_DAYS, the exempt, the one on leave."""

    lapsed: tuple[str, ...]
    returned: str
    exempt: str
    away: str


LEFT_DAYS, BACK_DAYS = 150, 20


def planted(people: Sequence[Person]) -> Planted:
    """The people whose story is told; the same in every planting."""
    drivers = [p.number for p in _old_hands(people, DRIVERS)]
    paramedics = [p.number for p in _old_hands(people, ("paramedic",))]
    nurses = [p.number for p in _old_hands(people, ("nurse",))]
    return Planted(tuple(drivers[1 : LAPSED + 1]), drivers[0], paramedics[0], nurses[0])


def certificates(people: Sequence[Person], until: date) -> Iterator[Record]:
    """Statements of the HR system: everybody bound has earned it every year, but for the lapsed."""
    told = planted(people)
    for thing, roles in ((LICENCE, DRIVERS), (AID, CARERS)):
        for person in _bound(people, roles):
            if person.number == told.exempt:
                continue
            chance = random.Random(f"duties/{person.number}")
            since = (until - person.hired).days
            last = min(chance.randrange(1, YEAR_DAYS - 5), since)
            if person.number in told.lapsed and thing == LICENCE:
                last = YEAR_DAYS + 10 + 3 * told.lapsed.index(person.number)
            for days in range(last, min(since, 3 * YEAR_DAYS) + 1, YEAR_DAYS - 10):
                yield _earned(person, thing, until - timedelta(days=days))


def write(folder: Path, until: date) -> Path:
    """The file of certificates; the same day gives the same bytes."""
    path = folder / "hr.jsonl.gz"
    encode = msgspec.json.Encoder().encode
    with gzip.GzipFile("", "wb", 3, path.open("wb"), mtime=0) as file:
        for statement in certificates(everybody(until), until):
            file.write(encode(statement) + b"\n")
    return path


def everybody(until: date) -> list[Person]:
    """The people of the demo, as `story.write` makes them."""
    return organisation(random.Random(SEED), until)


def come_back(app: App, people: Sequence[Person], until: date) -> None:
    """One operator left and came back to the same place."""
    number = planted(people).returned
    person = next(each for each in people if each.number == number)
    gone, back = (until - timedelta(days=days) for days in (LEFT_DAYS, BACK_DAYS))
    again = PersonRow(
        person_id=number,
        unit=person.unit,
        role=person.role,
        manager=person.manager,
        location=person.location,
        valid_from=back,
        left_on=None,
    )
    for row in (PersonRow(person_id=number, left_on=gone), again):
        changes = app.directory.apply([row])
        assert not changes.errors, changes.errors


def declare(app: App, people: Sequence[Person], until: date) -> None:
    """The lists of requirements, exemptions and leaves."""
    since = until - timedelta(days=2 * YEAR_DAYS)
    licence = Requirement(
        requirement="forklift",
        name=NAMES[LICENCE],
        valid_from=since,
        things=(LICENCE,),
        roles=DRIVERS,
        valid_months=12,
        regulated=True,
        rehire="anew",
    )
    aid = Requirement(
        requirement="first-aid",
        name="First aid",
        valid_from=since,
        things=(AID,),
        roles=CARERS,
        valid_months=12,
        grace_days=14,
        regulated=True,
    )
    app.curriculum.replace(Requirement, [licence, aid])
    told = planted(people)
    exempt, away = (app.directory.key_of(number) for number in (told.exempt, told.away))
    assert exempt is not None and away is not None
    month = until - timedelta(days=30)
    app.curriculum.replace(
        Exemption, [Exemption("first-aid", exempt, month, "teaches first aid", None)]
    )
    app.curriculum.replace(Leave, [Leave(away, month, until + timedelta(days=60))])


def _bound(people: Sequence[Person], roles: Sequence[str]) -> list[Person]:
    return [p for p in people if p.role in roles and p.known_to_hr]


def _old_hands(people: Sequence[Person], roles: Sequence[str]) -> list[Person]:
    """Those long enough there to have held it more than once, who never changed units."""
    newest = max(p.hired for p in people)
    return [
        p
        for p in _bound(people, roles)
        if (newest - p.hired).days > 2 * YEAR_DAYS and p.moved is None
    ]


def _earned(person: Person, thing: str, day: date) -> Record:
    at = datetime.combine(day, time(9), UTC)
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{thing}/{person.number}/{day}")),
        "actor": person.mailbox(),
        "verb": {"id": VERBS["earned"]},
        "object": {
            "id": thing,
            "definition": {"type": TYPES["certificate"], "name": {"en": NAMES[thing]}},
        },
        "timestamp": at.isoformat(),
    }
