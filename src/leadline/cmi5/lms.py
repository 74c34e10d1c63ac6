"""The LMS side of cmi5 behind one door: register, launch, fetch, abandon, waive, report."""

import base64
import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec

from leadline.cmi5 import terms
from leadline.cmi5.course import Course, Unit
from leadline.cmi5.gate import SOURCE, Gate
from leadline.cmi5.launches import (
    Addresses,
    Manner,
    launch_data,
    launch_url,
    preferences,
    template,
)
from leadline.cmi5.library import Library
from leadline.cmi5.moveon import met, satisfied
from leadline.cmi5.records import Kept, Records, Registration, actor_text
from leadline.cmi5.rules import Launched
from leadline.cmi5.sequence import Session, heard
from leadline.cmi5.sequence import Unit as OnRecord
from leadline.cmi5.speech import Voice
from leadline.lrs.message import JSON
from leadline.statements import BadStatement, Statement, identifier_of
from leadline.statements.agents import check_agent
from leadline.statements.forms import is_uuid
from leadline.store import Database, Log, Unavailable
from leadline.store.documents import Content, Context, Document, Documents
from leadline.store.log import LARGEST_BATCH_STATEMENTS

SECRET_BYTES = 32
SESSION_LIFE = timedelta(hours=24)
FETCH_LIFE = timedelta(hours=1)
COURSES_KEPT = 64
OVERDUE_LIMIT_SESSIONS = 1_000
REGISTRATIONS_LIMIT = 10_000


class NoSuch(LookupError):
    """There is no such course, registration, unit or session; the message says which."""


class Unfit(ValueError):
    """What was asked cannot be done; the message says why and what would do."""


@dataclass(frozen=True)
class Launch:
    """A unit ready to be opened. url: to send the learner to; session: its session id."""

    url: str
    session: str


@dataclass(frozen=True)
class UnitProgress:
    """One unit of a registration. met: whether its moveOn is."""

    unit: Unit
    record: OnRecord
    met: bool


@dataclass(frozen=True)
class Progress:
    """Where a learner stands in a course. satisfied: LMS ids of blocks and course, and when."""

    registration: Registration
    course: Course
    units: tuple[UnitProgress, ...]
    satisfied: Mapping[str, datetime]
    open_sessions: tuple[str, ...]

    @property
    def satisfied_at(self) -> datetime | None:
        """When the whole course was; None while it is not."""
        return self.satisfied.get(self.course.lms_id)


@dataclass(frozen=True)
class Parts:
    """What the LMS works with; all of it on one database, which transactions here rely on."""

    database: Database
    log: Log
    documents: Documents
    library: Library
    addresses: Addresses


class Lms:
    """Registrations and sessions. Whatever is written is durable on return, statements and state
    together or not at all; every method may raise Unavailable."""

    def __init__(
        self, parts: Parts, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._parts, self._now = parts, now
        self._records = Records(parts.database)
        self._course = lru_cache(COURSES_KEPT)(self._known_course)
        self.gate = Gate(self._records, self._judged, now)

    def register(
        self,
        course_id: str,
        actor: Mapping[str, Any],
        *,
        registration: str | None = None,
        tenant: str,
    ) -> Registration:
        """Enrol a learner in a course of the tenant; moveOn is evaluated at once (9.6.1).

        actor: an Agent with an account. registration: a UUID to use; the same call again gives
        what is there. Raises NoSuch, Unfit."""
        course = self._parts.library.course(course_id, tenant)
        if course is None:
            raise NoSuch(f"There is no course {course_id}.")
        _check_actor(actor)
        key = str(uuid.uuid4()) if registration is None else registration.lower()
        if not is_uuid(key):
            raise Unfit(f"{registration!r} is not a UUID.")
        with self._parts.log.turn():
            known = self._records.registration(key)
            if known is not None:
                return _same(known, course_id, actor, tenant)
            if course.retired_at is not None:
                raise Unfit(f"The course {course_id} is retired; choose one that is offered.")
            made = Registration(key, tenant, course_id, actor, self._now())
            self._records.add_registration(made)
            session = str(uuid.uuid4())
            self._append(self._satisfied(made, {}, session, made.registered_at))
        return made

    def registration(self, registration: str, tenant: str) -> Registration:
        """A registration of the tenant. Raises NoSuch."""
        found = self._records.registration(registration.lower())
        if found is None or found.tenant != tenant:
            raise NoSuch(f"There is no registration {registration}.")
        return found

    def registrations(self, actor: Mapping[str, Any]) -> list[Registration]:
        """The registrations of a learner, the oldest first, at most REGISTRATIONS_LIMIT."""
        return self._records.registrations(actor, REGISTRATIONS_LIMIT)

    def launch(self, registration: str, index: int, manner: Manner | None = None) -> Launch:
        """Make a unit ready to be opened; index: its place in the course, from 0.

        A session of the registration that is still open is abandoned first (9.3.6). Raises NoSuch,
        Unfit."""
        manner = manner or Manner()
        if manner.mode not in terms.MODES:
            raise Unfit(f"{manner.mode!r} is no launch mode; choose {', '.join(terms.MODES)}.")
        enrolled, course, unit = self._enrolled_unit(registration, index)
        session, token = str(uuid.uuid4()), secrets.token_urlsafe(SECRET_BYTES)
        context = template(course, unit, session, enrolled.id)
        data = launch_data(unit, context, manner)
        address = course.address(unit, self._parts.addresses.content)
        with self._parts.log.turn():
            for kept in self._records.open_sessions(enrolled.id):
                self._abandon(kept)
            at = self._now()
            launched = Launched(
                session=session,
                registration=enrolled.id,
                actor=enrolled.actor,
                activity=unit.lms_id,
                publisher_id=unit.publisher_id,
                ours=course.lms_id.rpartition("/")[0] + "/",
                mode=manner.mode,
                template=context,
                mastery=data.get("masteryScore"),
            )
            made = Kept(session, enrolled, index, launched, at, at + SESSION_LIFE, b"", Session())
            self._records.add_session(made, token, at + FETCH_LIFE)
            self._put_documents(made, data, manner)
            self._append([self._voice(enrolled).launched(unit, data, address, at)])
        parameters = {
            "endpoint": self._parts.addresses.endpoint,
            "fetch": f"{self._parts.addresses.fetch}/{token}",
            "actor": actor_text(enrolled.actor),
            "registration": enrolled.id,
            "activityId": unit.lms_id,
        }
        return Launch(launch_url(address, parameters), session)

    def fetch(self, token: str) -> dict[str, str]:
        """The answer of the fetch URL (8.2): the auth-token once, then errors; always status 200.

        The token is what HTTP Basic wants of key and secret, the session id being the key."""
        secret = secrets.token_urlsafe(SECRET_BYTES)
        try:
            session = self._records.claim(token, secret, self._now())
            if session is not None:
                return {"auth-token": base64.b64encode(f"{session}:{secret}".encode()).decode()}
            if self._records.knows_fetch(token):
                text = "The token has been fetched, or the session's time is over."
                return {"error-code": "1", "error-text": text}
        except Unavailable:
            return {"error-code": "3", "error-text": "The database does not answer; try again."}
        return {"error-code": "2", "error-text": "This is no fetch URL of a launch."}

    def abandon(self, session: str) -> bool:
        """End an open session (9.3.6); False where it has ended already. Raises NoSuch."""
        with self._parts.log.turn():
            kept = self._records.session(session.lower())
            if kept is None:
                raise NoSuch(f"There is no session {session}.")
            if kept.state.standing != "open":
                return False
            self._abandon(kept)
        return True

    def abandon_overdue(self) -> int:
        """End the sessions whose time is over, some at a time; gives how many."""
        ids = self._records.overdue(self._now(), OVERDUE_LIMIT_SESSIONS)
        return sum(map(self.abandon, ids))

    def waive(self, registration: str, index: int, reason: str) -> bool:
        """Release a learner from a unit (9.3.7); False where that was done before.

        reason: such as Tested Out or Administrative (9.5.5.2). Raises NoSuch, Unfit."""
        if not reason.strip():
            raise Unfit("A reason is missing, such as Administrative.")
        enrolled, _, unit = self._enrolled_unit(registration, index)
        with self._parts.log.turn():
            before = self._records.unit(enrolled.id, index)
            if before.waived_at is not None:
                return False
            at, session = self._now(), str(uuid.uuid4())
            after = msgspec.structs.replace(before, waived_at=at)
            self._records.set_unit(enrolled.id, index, after)
            said = [self._voice(enrolled).waived(unit, session, reason, at)]
            self._append(said + self._satisfied(enrolled, {index: after}, session, at))
        return True

    def progress(self, registration: str) -> Progress:
        """Where a learner stands. Raises NoSuch."""
        enrolled = self._enrolled(registration)
        course, units = self._course(enrolled.course_id), self._records.units(enrolled.id)
        found = []
        for unit in course.units:
            record = units.get(unit.index, OnRecord())
            found.append(UnitProgress(unit, record, met(unit.unit.move_on, record)))
        open_ones = tuple(kept.id for kept in self._records.open_sessions(enrolled.id))
        done = self._records.satisfied(enrolled.id)
        return Progress(enrolled, course, tuple(found), done, open_ones)

    def _judged(self, kept: Kept, said: Sequence[tuple[Statement, str]]) -> Sequence[Statement]:
        """What is stored of a session's statements, in the log's turn, in the order of their
        timestamps; each `satisfied` right after its cause. Raises Refusal, having changed
        nothing."""
        session, before = (
            self._records.state(kept.id),
            self._records.unit(kept.registration.id, kept.unit),
        )
        unit, causes = before, []
        ordered = sorted(said, key=lambda each: each[0].timestamp)
        for statement, word in ordered:
            was = unit
            session, unit = heard(session, unit, word, statement.id, statement.timestamp)
            causes.append(unit if unit != was else None)
        self._records.set_state(kept.id, session)
        stored: list[Statement] = []
        for (statement, _), cause in zip(ordered, causes, strict=True):
            stored.append(statement)
            if cause is not None:
                self._records.set_unit(kept.registration.id, kept.unit, cause)
                stored += self._satisfied(
                    kept.registration, {kept.unit: cause}, kept.id, statement.timestamp
                )
        return stored

    def _satisfied(
        self,
        enrolled: Registration,
        changed: Mapping[int, OnRecord],
        session: str,
        at: datetime,
    ) -> list[Statement]:
        """Statements about what has become satisfied, in the log's turn; noted as said.

        at: when their cause happened; they follow it at once."""
        course = self._course(enrolled.course_id)
        units = {**self._records.units(enrolled.id), **changed}
        done = self._records.satisfied(enrolled.id)
        goals = satisfied(course, units, done)
        self._records.add_satisfied(enrolled.id, {goal.lms_id: at for goal in goals})
        voice = self._voice(enrolled)
        return [voice.satisfied(goal, session, at) for goal in goals]

    def _abandon(self, kept: Kept) -> None:
        """Write that an open session has ended, in the log's turn (9.3.6, 9.5.4.2)."""
        last = kept.state.last or kept.launched_at
        at = max(self._now(), last)
        unit = self._course(kept.registration.course_id).units[kept.unit]
        voice = self._voice(kept.registration)
        self._append([voice.abandoned(unit, kept.id, last - kept.launched_at, at)])
        ended = msgspec.structs.replace(kept.state, standing="abandoned")
        self._records.set_state(kept.id, ended)

    def _put_documents(self, made: Kept, data: Mapping[str, Any], manner: Manner) -> None:
        """LMS.LaunchData anew (10.1), and preferences where the learner has none (11)."""
        agent = identifier_of(dict(made.launched.actor))
        state = Context("state", made.launched.activity, agent, made.launched.registration)
        content = Content(msgspec.json.encode(data), JSON)
        self._parts.documents.change(state, terms.LAUNCH_DATA, lambda _: content)
        if manner.languages:
            told = Content(preferences(manner), JSON)
            profile = Context("agent profile", agent=agent)

            def kept_or(before: Document | None) -> Content:
                return told if before is None else before

            self._parts.documents.change(profile, terms.PREFERENCES, kept_or)

    def _append(self, statements: Sequence[Statement]) -> None:
        for first in range(0, len(statements), LARGEST_BATCH_STATEMENTS):
            some = statements[first : first + LARGEST_BATCH_STATEMENTS]
            self._parts.log.append(some, source=SOURCE)

    def _voice(self, enrolled: Registration) -> Voice:
        home = self._parts.addresses.home
        authority = {"objectType": "Agent", "account": {"homePage": home, "name": SOURCE}}
        course = self._course(enrolled.course_id)
        return Voice(authority, course, enrolled.actor, enrolled.id)

    def _known_course(self, course_id: str) -> Course:
        course = self._parts.library.course(course_id)
        if course is None:
            raise NoSuch(f"There is no course {course_id}.")
        return course

    def _enrolled(self, registration: str) -> Registration:
        found = self._records.registration(registration.lower())
        if found is None:
            raise NoSuch(f"There is no registration {registration}.")
        return found

    def _enrolled_unit(self, registration: str, index: int) -> tuple[Registration, Course, Unit]:
        enrolled = self._enrolled(registration)
        course = self._course(enrolled.course_id)
        if not 0 <= index < len(course.units):
            raise NoSuch(f"The course has {len(course.units)} units; there is no number {index}.")
        return enrolled, course, course.units[index]


def _check_actor(actor: Mapping[str, Any]) -> None:
    try:
        check_agent(dict(actor), "actor")
    except BadStatement as problem:
        raise Unfit(str(problem)) from problem
    if "account" not in actor:
        raise Unfit("The actor has no account, and cmi5 wants one (9.2).")


def _same(
    known: Registration, course_id: str, actor: Mapping[str, Any], tenant: str
) -> Registration:
    identical = identifier_of(dict(known.actor)) == identifier_of(dict(actor))
    if known.tenant != tenant or known.course_id != course_id or not identical:
        raise Unfit(f"The registration {known.id} is of another course or learner.")
    return known
