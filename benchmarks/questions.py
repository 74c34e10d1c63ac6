"""Every filter of GET /statements, put to a large store and compared with the true answer."""

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from benchmarks import made
from benchmarks.instance import Client
from benchmarks.made import NAMES, VERBS, Numbers, World
from benchmarks.measuring import spread

LIMIT = 50
RUNS = 60
P95_MAX_MS, RELATED_MAX_MS = 25.0, 200.0
NUMBER = (1 << 60) - 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STATEMENTS = "/xapi/statements"

Mask = npt.NDArray[np.bool_]
Random = np.random.Generator


class Stored(NamedTuple):
    """The world in the order of the log: who said what at each place, and when it was stored.

    numbers: the statements' numbers; moments: microseconds since 1970."""

    world: World
    numbers: Numbers
    moments: Numbers

    @staticmethod
    def of(world: World, numbers: Numbers, moments: Numbers) -> "Stored":
        return Stored(World(*(column[numbers] for column in world)), numbers, moments)


class Part(NamedTuple):
    """One filter: its parameters, and the places of the log that meet it."""

    query: Mapping[str, str]
    mask: Mask


Drawn = Callable[[Stored, Random], Part]


def actor(stored: Stored, random: Random) -> Part:
    who = int(random.integers(made.ACTORS))
    return Part({"agent": json.dumps(made.actor(who))}, stored.world.actor == who)


def instructor(stored: Stored, random: Random) -> Part:
    who = int(random.integers(made.INSTRUCTORS))
    query = {"agent": json.dumps(made.instructor(who)), "related_agents": "true"}
    return Part(query, stored.world.instructor == who)


def nobody(stored: Stored, random: Random) -> Part:
    who = {"mbox": f"mailto:{random.integers(1 << 40)}@example.org"}
    query = {"agent": json.dumps(who), "related_agents": "true"}
    return Part(query, np.zeros(len(stored.numbers), bool))


def verb(stored: Stored, random: Random) -> Part:
    which = int(random.integers(len(NAMES)))
    return Part({"verb": VERBS[NAMES[which]]}, stored.world.verb == which)


def activity(stored: Stored, random: Random) -> Part:
    what = int(random.integers(made.ACTIVITIES))
    return Part({"activity": made.activity(what)}, stored.world.activity == what)


def course(stored: Stored, random: Random) -> Part:
    which = int(random.integers(made.COURSES))
    query = {"activity": made.course(which), "related_activities": "true"}
    return Part(query, stored.world.activity % made.COURSES == which)


def registration(stored: Stored, random: Random) -> Part:
    which = int(random.choice(stored.world.registration))
    return Part({"registration": made.registration(which)}, stored.world.registration == which)


def since(stored: Stored, random: Random) -> Part:
    moment = int(random.choice(stored.moments))
    return Part({"since": written(moment)}, stored.moments > moment)


def until(stored: Stored, random: Random) -> Part:
    moment = int(random.choice(stored.moments))
    return Part({"until": written(moment)}, stored.moments <= moment)


def ascending(stored: Stored, _: Random) -> Part:
    return Part({"ascending": "true"}, np.ones(len(stored.numbers), bool))


def every(format_: str) -> Drawn:
    return lambda stored, _: Part({"format": format_}, np.ones(len(stored.numbers), bool))


FILTERS: dict[str, tuple[Drawn, ...]] = {
    "none, newest": (),
    "none, oldest": (ascending,),
    "since": (since,),
    "since, oldest": (since, ascending),
    "until": (until,),
    "agent": (actor,),
    "verb": (verb,),
    "activity": (activity,),
    "registration": (registration,),
    "related activities": (course,),
    "related agents": (instructor,),
    "agent & verb": (actor, verb),
    "agent & activity": (actor, activity),
    "agent & activity & verb": (actor, activity, verb),
    "agent & since": (actor, since),
    "agent & until, oldest": (actor, until, ascending),
    "verb & since": (verb, since),
    "verb & activity": (verb, activity),
    "verb & registration": (verb, registration),
    "related activities & verb & until": (course, verb, until),
    "agent, format ids": (actor, every("ids")),
    "agent, format canonical": (actor, every("canonical")),
}
WORST: dict[str, tuple[Drawn, ...]] = {
    "instructor & verb & activity": (instructor, verb, activity),
    "instructor & registration": (instructor, registration),
    "instructor & registration & verb": (instructor, registration, verb),
    "instructor & related activities": (instructor, course),
    "instructor & until, oldest": (instructor, until, ascending),
    "nobody": (nobody,),
    "nobody & verb & activity": (nobody, verb, activity),
}


def ask_all(client: Client, stored: Stored) -> bool:
    """Put every question RUNS times with other values; whether all were fast enough."""
    kept = one_by_one(client, stored)
    for name, parts in FILTERS.items():
        taken = list(timed(client, stored, parts))
        kept &= said(name, taken, spread(taken)[1], P95_MAX_MS)
    for name, parts in WORST.items():
        taken = list(timed(client, stored, parts))
        kept &= said(name, taken, max(taken), RELATED_MAX_MS)
    return kept


def said(name: str, taken: list[float], counted: float, limit_ms: float) -> bool:
    p50, p95 = spread(taken)
    mark = f"at most {limit_ms:.0f}" if counted <= limit_ms else f"ABOVE {limit_ms:.0f}"
    print(f"   {name:34} {p50:7.2f} p50 {p95:7.2f} p95 {max(taken):7.2f} ms worst   {mark}")
    return counted <= limit_ms


def one_by_one(client: Client, stored: Stored) -> bool:
    """Statements by their id."""
    random, taken = np.random.default_rng(7), []
    for n in random.choice(stored.numbers, RUNS):
        reply, took = answered(client, {"statementId": made.identity(int(n))})
        taken.append(took)
        assert number_of(reply["id"]) == n
    return said("statementId", taken, spread(taken)[1], P95_MAX_MS)


def timed(client: Client, stored: Stored, parts: tuple[Drawn, ...]) -> Iterator[float]:
    """Milliseconds of each run: of the page, and then of the page that its `more` leads to.

    An answer that is not the true one is an error."""
    random = np.random.default_rng(7)
    for _ in range(RUNS // 2):
        drawn = [part(stored, random) for part in parts]
        query = {key: value for part in drawn for key, value in part.query.items()}
        mask = np.logical_and.reduce([part.mask for part in drawn] or [stored.numbers >= 0])
        true = stored.numbers[mask]
        true = true if "ascending" in query else true[::-1]
        reply, took = answered(client, {"limit": str(LIMIT), **query})
        assert numbers_of(reply) == true[:LIMIT].tolist(), query
        assert bool(reply["more"]) == (len(true) > LIMIT), query
        yield took
        if reply["more"]:
            reply, took = answered(client, path=reply["more"])
            assert numbers_of(reply) == true[LIMIT : 2 * LIMIT].tolist(), query
            yield took


def answered(
    client: Client, query: Mapping[str, str] | None = None, path: str = STATEMENTS
) -> tuple[dict[str, Any], float]:
    """The decoded answer and the milliseconds that it took."""
    began = time.perf_counter()
    reply = client.get(path, **(query or {}))
    took = (time.perf_counter() - began) * 1000
    assert reply.status == 200, (query, reply)
    return msgspec.json.decode(reply.body), took


def numbers_of(result: dict[str, Any]) -> list[int]:
    return [number_of(statement["id"]) for statement in result["statements"]]


def number_of(identity: str) -> int:
    """The number of a statement, from its id."""
    return uuid.UUID(identity).int & NUMBER


def written(moment_us: int) -> str:
    return (EPOCH + timedelta(microseconds=moment_us)).isoformat()
