"""People of the directory sent on courses, and where each of them stands."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec

from leadline.cmi5.course import Course
from leadline.cmi5.gate import SOURCE
from leadline.cmi5.lms import Lms, Progress
from leadline.cmi5.speech import defined
from leadline.events.vocabulary import DUE_AT
from leadline.sources.ids import derived_id
from leadline.statements import read
from leadline.statements.forms import stamp
from leadline.store import Database, Log
from leadline.store.moments import from_micros

REGISTERED = "http://adlnet.gov/expapi/verbs/registered"
ROLL_MAX = 10_000
TURN_PEOPLE = 100  # registered in one transaction; others wait so long


@dataclass(frozen=True)
class Taker:
    """One registration. person: None for a learner of another system, registered by API."""

    registration: str
    person: int | None
    registered_at: datetime
    satisfied_at: datetime | None


@dataclass(frozen=True)
class Sent:
    """What an assignment did: people registered now, and those who were already."""

    new: tuple[int, ...]
    known: tuple[int, ...]


class Enrolment:
    """Registrations by person and by course. home: home page of the account that vouches."""

    def __init__(self, database: Database, log: Log, lms: Lms, home: str) -> None:
        self._database, self._log, self._lms = database, log, lms
        self._authority = {"objectType": "Agent", "account": {"homePage": home, "name": SOURCE}}

    def send(self, course: Course, people: Collection[int], due_at: datetime | None = None) -> Sent:
        """Register each person once and say so in the record store, some in each transaction.

        due_at: also told about those who were registered before. What was cut off goes on when it
        is repeated. Raises Unavailable, Unfit."""
        new: list[int] = []
        known: list[int] = []
        ordered = sorted(people)
        for first in range(0, len(ordered), TURN_PEOPLE):
            with self._log.turn():
                for person in ordered[first : first + TURN_PEOPLE]:
                    fresh = self._send(course, person, due_at)
                    (new if fresh else known).append(person)
        return Sent(tuple(new), tuple(known))

    def roll(self, course: Course) -> list[Taker]:
        """Who is registered in a course, the newest first, at most ROLL_MAX."""
        rows = self._database.execute(
            "SELECT r.id, r.actor, r.registered_at, s.satisfied_at FROM cmi5_registration r "
            "LEFT JOIN cmi5_satisfied s ON s.registration = r.id AND s.goal = ? "
            "WHERE r.course_id = ? ORDER BY r.registered_at DESC, r.id LIMIT ?",
            (course.lms_id, course.course_id, ROLL_MAX),
        )
        sql = "SELECT name, person FROM cmi5_learner WHERE tenant = ?"
        people: dict[str, int] = dict(self._database.execute(sql, (course.tenant,)))
        return [
            Taker(key, people.get(_account(actor)), from_micros(at), from_micros(done))
            for key, actor, at, done in rows
        ]

    def of(self, person: int, tenant: str) -> list[Progress]:
        """Where a person stands in each course of the tenant's they are in, the newest first."""
        mine = self._lms.registrations(self._lms.learner(person, tenant))
        return [self._lms.progress(each.id) for each in reversed(mine) if each.tenant == tenant]

    def _send(self, course: Course, person: int, due_at: datetime | None) -> bool:
        """In the log's turn: whether the person was not registered before."""
        actor = self._lms.learner(person, course.tenant)
        mine = self._lms.registrations(actor)
        found = next((each.id for each in mine if each.course_id == course.course_id), None)
        key = found or str(uuid4())
        if found is None or due_at is not None:
            self._say_registered(course, actor, key, due_at)
        if found is None:
            # After it is said: a course of which nothing is asked is satisfied at once.
            self._lms.register(course.course_id, actor, registration=key, tenant=course.tenant)
        return found is None

    def _say_registered(
        self, course: Course, actor: Mapping[str, Any], registration: str, due_at: datetime | None
    ) -> None:
        due = None if due_at is None else stamp(due_at)
        key = derived_id(SOURCE, f"registered {registration} {due or ''}".encode())
        if self._log.get(key) is not None:
            return
        now = datetime.now(UTC)
        context: dict[str, Any] = {"registration": registration}
        if due is not None:
            context["extensions"] = {DUE_AT: due}
        value = {
            "id": key,
            "actor": actor,
            "verb": {"id": REGISTERED, "display": {"en": "registered"}},
            "object": defined(course),
            "context": context,
            "timestamp": stamp(now),
        }
        self._log.append([read(value, stored=now, authority=self._authority)], source=SOURCE)


def _account(actor: str) -> str:
    return str(msgspec.json.decode(actor)["account"]["name"])
