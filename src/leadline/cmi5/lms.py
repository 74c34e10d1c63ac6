"""The LMS side of cmi5 behind one door: register, launch, fetch, abandon, waive, report."""

import base64
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from leadline.cmi5 import terms
from leadline.cmi5.course import Course, Unit
from leadline.cmi5.gate import Gate
from leadline.cmi5.launches import (
    Addresses,
    Manner,
    laid_down,
    launch_data,
    launch_url,
    preferences,
    template,
)
from leadline.cmi5.learners import Learners
from leadline.cmi5.library import Library
from leadline.cmi5.moveon import met
from leadline.cmi5.problem import NoSuch, Unfit
from leadline.cmi5.recorder import Recorder
from leadline.cmi5.records import Kept, Records, Registration, actor_text
from leadline.cmi5.sequence import OnRecord, Session
from leadline.cmi5.strays import Strays
from leadline.cmi5.structure import LaunchMethod
from leadline.directory import Directory
from leadline.lrs.message import JSON
from leadline.statements import BadStatement, identifier_of
from leadline.statements.agents import check_agent
from leadline.statements.forms import is_uuid
from leadline.store import Database, Log, Unavailable
from leadline.store.documents import Content, Context, Document, Documents

__all__ = ["Launch", "Lms", "NoSuch", "Parts", "Progress", "Unfit", "UnitProgress"]

SECRET_BYTES = 32
SESSION_LIFE = timedelta(hours=24)
FETCH_LIFE = timedelta(hours=1)
OVERDUE_LIMIT_SESSIONS = 1_000
REGISTRATIONS_LIMIT = 10_000


@dataclass(frozen=True)
class Launch:
    """A unit ready to be opened. url: to send the learner to; session: its session id; method: how
    the structure wants it opened (8.1)."""

    url: str
    session: str
    method: LaunchMethod


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
class Tidied:
    """What was put in order: sessions abandoned, statements voided."""

    abandoned: int
    voided: int


@dataclass(frozen=True)
class Parts:
    """What the LMS works with; all of it on one database, since its transactions span them."""

    database: Database
    log: Log
    documents: Documents
    library: Library
    directory: Directory
    addresses: Addresses


class Lms:
    """Registrations and sessions. What is written is durable on return, statements and state
    together or not at all; every method may raise Unavailable.

    tenant: whose a thing must be; None asks for any, which only the inside of the house may.
    gate: what the record store asks about the tokens of sessions."""

    def __init__(
        self, parts: Parts, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._parts, self._now = parts, now
        home = parts.addresses.home
        self._records = Records(parts.database)
        self._recorder = Recorder(parts.log, parts.library, self._records, home)
        self._learners = Learners(parts.database, parts.directory, home)
        self._strays = Strays(parts.database, parts.log, self._records, self._recorder.authority)
        self.gate = Gate(self._records, self._recorder.judged, now)

    def learner(self, person: int, tenant: str) -> dict[str, Any]:
        """The actor of a person of the directory, to register with: always the same."""
        return self._learners.actor(person, tenant)

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
            raise Unfit(f"{registration!r} is no registration; send a UUID.")
        with self._parts.log.turn():
            known = self._records.registration(key)
            if known is not None:
                return _same(known, course_id, actor, tenant)
            if course.retired_at is not None:
                raise Unfit(f"The course {course_id} is retired; choose one that is offered.")
            made = Registration(key, tenant, course_id, actor, self._now())
            self._records.add_registration(made)
            said = self._recorder.satisfied(made, str(uuid.uuid4()), made.registered_at)
            self._recorder.append(said)
        return made

    def registration(self, registration: str, tenant: str | None = None) -> Registration:
        """One registration. Raises NoSuch."""
        found = self._records.registration(registration.lower())
        if found is None or tenant not in (None, found.tenant):
            raise NoSuch(f"There is no registration {registration}.")
        return found

    def registrations(self, actor: Mapping[str, Any]) -> list[Registration]:
        """The registrations of a learner, the oldest first, at most REGISTRATIONS_LIMIT."""
        return self._records.registrations(actor, REGISTRATIONS_LIMIT)

    def launch(
        self,
        registration: str,
        index: int,
        manner: Manner | None = None,
        *,
        tenant: str | None = None,
    ) -> Launch:
        """Make a unit ready to be opened; index: its place in the course, from 0.

        A session of the registration that is still open is abandoned first (9.3.6). Raises NoSuch,
        Unfit."""
        manner = manner or Manner()
        _check_manner(manner)
        enrolled, course, unit = self._enrolled_unit(registration, index, tenant)
        session, token = str(uuid.uuid4()), secrets.token_urlsafe(SECRET_BYTES)
        data = launch_data(unit, template(course, unit, session, enrolled.id), manner)
        address = course.address(unit, self._parts.addresses.content)
        with self._parts.log.turn():
            for kept in self._records.open_sessions(enrolled.id):
                self._recorder.abandon(kept, self._now())
            at = self._now()
            launched = laid_down(enrolled, course, unit, data)
            until = at + SESSION_LIFE
            made = Kept(session, enrolled, index, launched, at, until, b"", Session())
            self._records.add_session(made, token, at + FETCH_LIFE)
            self._put_documents(made, data, manner)
            said = self._recorder.voice(enrolled).launched(unit, data, address, at)
            self._recorder.append([said])
        parameters = {
            "endpoint": self._parts.addresses.endpoint,
            "fetch": f"{self._parts.addresses.fetch}/{token}",
            "actor": actor_text(enrolled.actor),
            "registration": enrolled.id,
            "activityId": unit.lms_id,
        }
        return Launch(launch_url(address, parameters), session, unit.unit.launch_method)

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

    def abandon(self, session: str, *, tenant: str | None = None) -> bool:
        """End an open session (9.3.6); False where it has ended already. Raises NoSuch."""
        with self._parts.log.turn():
            kept = self._records.session(session.lower())
            if kept is None or tenant not in (None, kept.registration.tenant):
                raise NoSuch(f"There is no session {session}.")
            if kept.state.standing != "open":
                return False
            self._recorder.abandon(kept, self._now())
        return True

    def tidy(self) -> Tidied:
        """End the sessions whose time is over, some at a time, and void what slipped in by another
        way and breaks section 9 (6.3). To be called every now and then."""
        overdue = self._records.overdue(self._now(), OVERDUE_LIMIT_SESSIONS)
        abandoned = sum(self.abandon(session) for session in overdue)
        return Tidied(abandoned, self._strays.void(self._now()))

    def waive(
        self, registration: str, index: int, reason: str, *, tenant: str | None = None
    ) -> bool:
        """Release a learner from a unit (9.3.7); False where that was done before.

        reason: such as Tested Out or Administrative (9.5.5.2). Raises NoSuch, Unfit."""
        if not reason.strip():
            raise Unfit("The reason is missing; give one such as Administrative.")
        enrolled, _, unit = self._enrolled_unit(registration, index, tenant)
        with self._parts.log.turn():
            before = self._records.unit(enrolled.id, index)
            if before.waived_at is not None:
                return False
            at, session = self._now(), str(uuid.uuid4())
            after = msgspec.structs.replace(before, waived_at=at)
            self._records.set_unit(enrolled.id, index, after)
            said = [self._recorder.voice(enrolled).waived(unit, session, reason, at)]
            self._recorder.append(said + self._recorder.satisfied(enrolled, session, at))
        return True

    def progress(self, registration: str, *, tenant: str | None = None) -> Progress:
        """Where a learner stands. Raises NoSuch."""
        enrolled = self.registration(registration, tenant)
        course = self._recorder.course(enrolled.course_id)
        units = self._records.units(enrolled.id)
        found = []
        for unit in course.units:
            record = units.get(unit.index, OnRecord())
            found.append(UnitProgress(unit, record, met(unit.unit.move_on, record)))
        open_ones = tuple(kept.id for kept in self._records.open_sessions(enrolled.id))
        done = self._records.satisfied(enrolled.id)
        return Progress(enrolled, course, tuple(found), done, open_ones)

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

    def _enrolled_unit(
        self, registration: str, index: int, tenant: str | None
    ) -> tuple[Registration, Course, Unit]:
        enrolled = self.registration(registration, tenant)
        course = self._recorder.course(enrolled.course_id)
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


def _check_manner(manner: Manner) -> None:
    if manner.mode not in terms.MODES:
        raise Unfit(f"{manner.mode!r} is no launch mode; choose {', '.join(terms.MODES)}.")
    if manner.audio not in ("on", "off"):
        raise Unfit(f"Audio is {manner.audio!r}; choose on or off.")


def _same(
    known: Registration, course_id: str, actor: Mapping[str, Any], tenant: str
) -> Registration:
    identical = identifier_of(dict(known.actor)) == identifier_of(dict(actor))
    if known.tenant != tenant:
        raise NoSuch(f"There is no registration {known.id}.")
    if known.course_id != course_id or not identical:
        raise Unfit(f"The registration {known.id} is of another course or learner; send another.")
    return known
