"""The tables of registrations and sessions. Whoever changes what a rule reads holds the log's turn.

Times: microseconds since 1970. Of secrets only the SHA-256 is kept; each is 256 random bits."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from leadline.cmi5.rules import Launched
from leadline.cmi5.sequence import OnRecord, Session
from leadline.store import Database
from leadline.store.moments import from_micros, micros

AREA = "cmi5-sessions"
# said: JSON, ids of cmi5 defined statements by word. first_at, last_at: timestamps of the unit's
# `initialized` and latest statement.
STEPS = (
    """
    CREATE TABLE cmi5_registration (
        id TEXT PRIMARY KEY,
        tenant TEXT NOT NULL,
        course_id TEXT NOT NULL,
        actor TEXT NOT NULL,
        registered_at {big} NOT NULL
    );
    CREATE INDEX cmi5_registration_of ON cmi5_registration (actor, course_id);
    CREATE TABLE cmi5_unit (
        registration TEXT NOT NULL REFERENCES cmi5_registration (id),
        unit INTEGER NOT NULL,
        completed_at {big},
        passed_at {big},
        waived_at {big},
        PRIMARY KEY (registration, unit)
    );
    CREATE TABLE cmi5_satisfied (
        registration TEXT NOT NULL REFERENCES cmi5_registration (id),
        goal TEXT NOT NULL,
        satisfied_at {big} NOT NULL,
        PRIMARY KEY (registration, goal)
    );
    CREATE TABLE cmi5_session (
        id TEXT PRIMARY KEY,
        registration TEXT NOT NULL REFERENCES cmi5_registration (id),
        unit INTEGER NOT NULL,
        launched TEXT NOT NULL,
        launched_at {big} NOT NULL,
        expires_at {big} NOT NULL,
        fetch_digest {bytes} NOT NULL UNIQUE,
        fetch_until {big} NOT NULL,
        token_digest {bytes},
        standing TEXT NOT NULL,
        preferences INTEGER NOT NULL,
        said TEXT NOT NULL,
        first_at {big},
        last_at {big}
    );
    CREATE INDEX cmi5_session_of ON cmi5_session (registration, standing);
    CREATE INDEX cmi5_session_ends ON cmi5_session (standing, expires_at)
    """,
)
_REGISTRATION = "id, tenant, course_id, actor, registered_at"
_SESSION = (
    "s.id, s.unit, s.launched, s.launched_at, s.expires_at, s.token_digest, "
    "s.standing, s.preferences, s.said, s.first_at, s.last_at, "
    "r.id, r.tenant, r.course_id, r.actor, r.registered_at"
)
_FROM = "FROM cmi5_session s JOIN cmi5_registration r ON r.id = s.registration"


class Registration(msgspec.Struct, frozen=True):
    """A learner's enrolment in a course (8.1.4). id: lower-case UUID; actor: as launches say it."""

    id: str
    tenant: str
    course_id: str
    actor: Mapping[str, Any]
    registered_at: datetime


class Kept(NamedTuple):
    """A session as its row has it. token_digest: empty until the token was fetched."""

    id: str
    registration: Registration
    unit: int
    launched: Launched
    launched_at: datetime
    expires_at: datetime
    token_digest: bytes
    state: Session


class Records:
    """Registrations, sessions, and what is on record of each unit."""

    def __init__(self, database: Database) -> None:
        database.evolve(AREA, STEPS)
        self._database = database

    def add_registration(self, made: Registration) -> None:
        """Keep a new registration."""
        row = (
            made.id,
            made.tenant,
            made.course_id,
            actor_text(made.actor),
            micros(made.registered_at),
        )
        self._database.insert("cmi5_registration", tuple(_REGISTRATION.split(", ")), [row])

    def registration(self, registration: str) -> Registration | None:
        """One registration by its UUID in lower case."""
        rows = self._database.execute(
            f"SELECT {_REGISTRATION} FROM cmi5_registration WHERE id = ?", (registration,)
        )
        return _registration(rows[0]) if rows else None

    def registrations(self, actor: Mapping[str, Any], limit: int) -> list[Registration]:
        """Those of a learner, the oldest first."""
        rows = self._database.execute(
            f"SELECT {_REGISTRATION} FROM cmi5_registration WHERE actor = ? "
            "ORDER BY registered_at, id LIMIT ?",
            (actor_text(actor), limit),
        )
        return [_registration(row) for row in rows]

    def any(self) -> bool:
        """Whether there is a registration at all."""
        return bool(self._database.execute("SELECT 1 FROM cmi5_registration LIMIT 1"))

    def known(self, registrations: Iterable[str]) -> set[str]:
        """Which of these are registrations of ours."""
        sql = "SELECT id FROM cmi5_registration WHERE id IN ({keys})"
        return {row[0] for row in self._database.select_in(sql, set(registrations))}

    def units(self, registration: str) -> dict[int, OnRecord]:
        """What is on record of the units of a registration, by index; untouched ones left out."""
        rows = self._database.execute(
            "SELECT unit, completed_at, passed_at, waived_at FROM cmi5_unit WHERE registration = ?",
            (registration,),
        )
        return {index: OnRecord(*map(from_micros, moments)) for index, *moments in rows}

    def unit(self, registration: str, index: int) -> OnRecord:
        """What is on record of one unit."""
        rows = self._database.execute(
            "SELECT completed_at, passed_at, waived_at FROM cmi5_unit "
            "WHERE registration = ? AND unit = ?",
            (registration, index),
        )
        return OnRecord(*map(from_micros, rows[0])) if rows else OnRecord()

    def set_unit(self, registration: str, index: int, unit: OnRecord) -> None:
        """Put a unit's new record in place of the old one."""
        moments = [
            None if at is None else micros(at)
            for at in (unit.completed_at, unit.passed_at, unit.waived_at)
        ]
        self._database.insert(
            "cmi5_unit",
            ("registration", "unit", "completed_at", "passed_at", "waived_at"),
            [(registration, index, *moments)],
            "ON CONFLICT (registration, unit) DO UPDATE SET completed_at = excluded.completed_at, "
            "passed_at = excluded.passed_at, waived_at = excluded.waived_at",
        )

    def satisfied(self, registration: str) -> dict[str, datetime]:
        """LMS ids of the blocks and courses satisfied in a registration, and when."""
        rows = self._database.execute(
            "SELECT goal, satisfied_at FROM cmi5_satisfied WHERE registration = ?", (registration,)
        )
        return {goal: from_micros(at) for goal, at in rows}

    def add_satisfied(self, registration: str, goals: Mapping[str, datetime]) -> None:
        """Note blocks or the course as satisfied."""
        rows = [(registration, goal, micros(at)) for goal, at in sorted(goals.items())]
        columns = ("registration", "goal", "satisfied_at")
        self._database.insert("cmi5_satisfied", columns, rows)

    def add_session(self, made: Kept, fetch_token: str, fetch_until: datetime) -> None:
        """Keep a session that is about to be launched."""
        row = {
            "id": made.id,
            "registration": made.registration.id,
            "unit": made.unit,
            "launched": msgspec.json.encode(made.launched).decode(),
            "launched_at": micros(made.launched_at),
            "expires_at": micros(made.expires_at),
            "fetch_digest": digest(fetch_token),
            "fetch_until": micros(fetch_until),
            "standing": made.state.standing,
            "preferences": int(made.state.preferences),
            "said": "{}",
        }
        self._database.insert("cmi5_session", tuple(row), [tuple(row.values())])

    def session(self, session: str) -> Kept | None:
        """One session by its id."""
        rows = self._database.execute(f"SELECT {_SESSION} {_FROM} WHERE s.id = ?", (session,))
        return _kept(rows[0]) if rows else None

    def open_sessions(self, registration: str) -> list[Kept]:
        """The sessions of a registration that have not ended."""
        rows = self._database.execute(
            f"SELECT {_SESSION} {_FROM} WHERE s.registration = ? AND s.standing = 'open' "
            "ORDER BY s.launched_at, s.id",
            (registration,),
        )
        return [_kept(row) for row in rows]

    def overdue(self, now: datetime, limit: int) -> list[str]:
        """Ids of open sessions whose time is over, the longest over first."""
        rows = self._database.execute(
            "SELECT id FROM cmi5_session WHERE standing = 'open' AND expires_at <= ? "
            "ORDER BY expires_at, id LIMIT ?",
            (micros(now), limit),
        )
        return [row[0] for row in rows]

    def on_record(self, session: str) -> tuple[Session, OnRecord]:
        """What the rules ask of a session and its unit, read anew."""
        rows = self._database.execute(
            "SELECT s.standing, s.preferences, s.said, s.first_at, s.last_at, "
            "u.completed_at, u.passed_at, u.waived_at FROM cmi5_session s LEFT JOIN cmi5_unit u "
            "ON u.registration = s.registration AND u.unit = s.unit WHERE s.id = ?",
            (session,),
        )
        return _state(rows[0][:5]), OnRecord(*map(from_micros, rows[0][5:]))

    def set_state(self, session: str, state: Session) -> None:
        """Put a session's new state in place of the old; `preferences` stay as they are."""
        self._database.execute(
            "UPDATE cmi5_session SET standing = ?, said = ?, first_at = ?, last_at = ? "
            "WHERE id = ?",
            (
                state.standing,
                msgspec.json.encode(state.said).decode(),
                None if state.first is None else micros(state.first),
                None if state.last is None else micros(state.last),
                session,
            ),
        )

    def note_preferences(self, session: str) -> None:
        """Note that the learner's preferences were asked for."""
        self._database.execute("UPDATE cmi5_session SET preferences = 1 WHERE id = ?", (session,))

    def claim(self, fetch_token: str, secret: str, now: datetime) -> str | None:
        """Give a session its secret, if nobody has fetched it yet; the session's id.

        One sentence, so that of two that fetch at the same time one gets it."""
        rows = self._database.execute(
            "UPDATE cmi5_session SET token_digest = ? WHERE fetch_digest = ? "
            "AND token_digest IS NULL AND standing = 'open' AND fetch_until > ? RETURNING id",
            (digest(secret), digest(fetch_token), micros(now)),
        )
        return rows[0][0] if rows else None

    def knows_fetch(self, fetch_token: str) -> bool:
        """Whether a fetch URL was ever given out."""
        sql = "SELECT 1 FROM cmi5_session WHERE fetch_digest = ?"
        return bool(self._database.execute(sql, (digest(fetch_token),)))


def digest(secret: str) -> bytes:
    """What is kept of a secret."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def actor_text(actor: Mapping[str, Any]) -> str:
    """An actor as JSON, the same for the same actor."""
    return msgspec.json.encode(actor, order="sorted").decode()


def _registration(row: tuple[Any, ...] | list[Any]) -> Registration:
    key, tenant, course_id, actor, at = row
    return Registration(key, tenant, course_id, msgspec.json.decode(actor), from_micros(at))


def _state(row: tuple[Any, ...] | list[Any]) -> Session:
    standing, preferences, said, first, last = row
    return Session(
        standing,
        bool(preferences),
        msgspec.json.decode(said),
        from_micros(first),
        from_micros(last),
    )


def _kept(row: tuple[Any, ...]) -> Kept:
    key, unit, launched, launched_at, expires_at, token = row[:6]
    return Kept(
        key,
        _registration(row[11:]),
        unit,
        msgspec.json.decode(launched, type=Launched),
        from_micros(launched_at),
        from_micros(expires_at),
        bytes(token or b""),
        _state(row[6:11]),
    )
