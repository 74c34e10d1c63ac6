"""A made world of statements, of which everything is known: who, what, where, in numbers.

Statement n is the same in every run, and what it can be found by is a row of arrays, so that the
true answer to a question is a mask over them. The mix is that of a cmi5 course with videos and
quizzes; the mean statement is 1.4 KB, as players of such content send them."""

import uuid
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

ACTORS, ACTIVITIES, COURSES, INSTRUCTORS, TRIES = 500, 50, 5, 20, 4
SEED = 20_261_123

VERBS = {
    "initialized": "http://adlnet.gov/expapi/verbs/initialized",
    "answered": "http://adlnet.gov/expapi/verbs/answered",
    "played": "https://w3id.org/xapi/video/verbs/played",
    "paused": "https://w3id.org/xapi/video/verbs/paused",
    "passed": "http://adlnet.gov/expapi/verbs/passed",
    "completed": "http://adlnet.gov/expapi/verbs/completed",
    "terminated": "http://adlnet.gov/expapi/verbs/terminated",
}
SHARES = (0.08, 0.42, 0.17, 0.15, 0.05, 0.05, 0.08)
CATEGORIES = {
    "cmi5": "https://w3id.org/xapi/cmi5/context/categories/cmi5",
    "moveon": "https://w3id.org/xapi/cmi5/context/categories/moveon",
    "video": "https://w3id.org/xapi/video",
}
SESSION = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"
VIDEO = "https://w3id.org/xapi/video/extensions/"
NAMES = list(VERBS)

Numbers = npt.NDArray[np.int64]


class World(NamedTuple):
    """What statements 0, 1, 2 … say, column by column."""

    actor: Numbers
    activity: Numbers
    verb: Numbers
    instructor: Numbers
    registration: Numbers
    chance: npt.NDArray[np.float64]

    @staticmethod
    def of(count: int) -> "World":
        random = np.random.default_rng(SEED)
        actors = random.integers(0, ACTORS, count)
        activities = random.integers(0, ACTIVITIES, count)
        attempts = random.integers(0, TRIES, count)
        return World(
            actors,
            activities,
            random.choice(len(VERBS), count, p=SHARES),
            random.integers(0, INSTRUCTORS, count),
            (actors * COURSES + activities % COURSES) * TRIES + attempts,
            random.random(count),
        )

    def statement(self, n: int) -> dict[str, Any]:
        """Statement n as a player sends it."""
        verb, chance = NAMES[self.verb[n]], float(self.chance[n])
        said: dict[str, Any] = {
            "id": identity(n),
            "actor": actor(int(self.actor[n])),
            "verb": {"id": VERBS[verb], "display": {"en-US": verb}},
            "object": unit(int(self.activity[n])),
            "context": self._context(n, verb),
            "timestamp": f"2026-{1 + n % 11:02d}-{1 + n % 28:02d}T{n % 24:02d}:{n % 60:02d}:07.25Z",
        }
        result = result_of(verb, chance)
        return said | {"result": result} if result else said

    def _context(self, n: int, verb: str) -> dict[str, Any]:
        at = int(self.activity[n])
        kinds = ["video"] if verb in ("played", "paused") else ["cmi5"]
        if verb in ("passed", "completed"):
            kinds.append("moveon")
        return {
            "registration": registration(int(self.registration[n])),
            "instructor": instructor(int(self.instructor[n])),
            "language": "en-US",
            "contextActivities": {
                "parent": [{"objectType": "Activity", "id": course(at % COURSES)}],
                "grouping": [{"id": f"{course(at % COURSES)}/publisher/2026"}],
                "category": [{"id": CATEGORIES[kind]} for kind in kinds],
            },
            "extensions": {
                SESSION: str(uuid.UUID(int=(int(self.registration[n]) << 64) + at)),
                "https://w3id.org/xapi/cmi5/context/extensions/masteryscore": 0.8,
            },
        }


def identity(n: int) -> str:
    """The id of statement n; spread over the index as random ones are."""
    mixed = (n * 0x9E37_79B9_7F4A_7C15) & (1 << 64) - 1
    return str(uuid.UUID(int=(mixed << 64) | (4 << 76) | (8 << 60) | n, version=4))


def actor(number: int) -> dict[str, Any]:
    name = f"u{number:05d}"
    account = {"homePage": "https://people.example.org", "name": name}
    return {"objectType": "Agent", "name": f"Learner Number {number}", "account": account}


def instructor(number: int) -> dict[str, Any]:
    return {"objectType": "Agent", "mbox": f"mailto:instructor{number}@example.org"}


def registration(number: int) -> str:
    return str(uuid.UUID(int=(number << 80) | number, version=4))


def course(number: int) -> str:
    return f"https://courses.example.org/catalogue/safety/{number}"


def unit(number: int) -> dict[str, Any]:
    """The activity of a unit, described in the same words each time, as players do."""
    kind = ("module", "video", "cmi.interaction")[number % 3]
    definition: dict[str, Any] = {
        "name": {"en-US": f"Unit {number}: what to do when alone"},
        "description": {"en-US": f"About twenty minutes on the rules of unit {number}"},
        "type": f"http://adlnet.gov/expapi/activities/{kind}",
    }
    if kind == "cmi.interaction":
        definition |= {
            "interactionType": "choice",
            "correctResponsesPattern": ["b"],
            "choices": [
                {"id": letter, "description": {"en-US": f"Answer {letter}"}} for letter in "abc"
            ],
        }
    return {"objectType": "Activity", "id": activity(number), "definition": definition}


def activity(number: int) -> str:
    return f"{course(number % COURSES)}/units/{number}"


def result_of(verb: str, chance: float) -> dict[str, Any]:
    """What came of it, as each kind of player says it."""
    at = round(chance * 1200, 3)
    match verb:
        case "answered":
            return {
                "response": "abcd"[int(chance * 4)],
                "success": chance < 0.5,
                "duration": f"PT{at}S",
                "score": {"scaled": float(chance < 0.5), "raw": 1, "min": 0, "max": 10},
            }
        case "played" | "paused":
            played = "[,]".join(f"{m}[.]{m + 40}" for m in range(0, int(at), 60))
            return {
                "extensions": {
                    f"{VIDEO}time": at,
                    f"{VIDEO}progress": round(chance, 3),
                    f"{VIDEO}played-segments": played,
                }
            }
        case "passed":
            score = {"scaled": 0.8 + chance / 5, "raw": 80.0, "min": 0, "max": 100}
            return {"success": True, "score": score, "duration": f"PT{at}S"}
        case "completed":
            return {"completion": True, "duration": f"PT{at}S"}
        case "terminated":
            return {"duration": f"PT{at}S"}
    return {}


def encoded(world: World, numbers: range) -> list[bytes]:
    return [msgspec.json.encode(world.statement(n)) for n in numbers]
