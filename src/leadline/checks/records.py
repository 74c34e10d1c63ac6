"""The tables of quizzes and invitations. Whoever issues or answers holds the log's turn.

Times: microseconds since 1970. Of a link only the SHA-256 is kept; it is 256 random bits."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

import msgspec

from leadline.checks.quiz import Content, Plan, Quiz, State
from leadline.store import Database
from leadline.store.moments import from_micros, micros

AREA = "checks"
STEPS = (
    """
    CREATE TABLE check_quiz (
        key TEXT PRIMARY KEY,
        plan TEXT NOT NULL,
        state TEXT NOT NULL,
        made_at {big} NOT NULL,
        made_by TEXT NOT NULL
    );
    CREATE TABLE check_content (
        quiz TEXT NOT NULL REFERENCES check_quiz (key),
        version INTEGER NOT NULL,
        content TEXT NOT NULL,
        PRIMARY KEY (quiz, version)
    );
    CREATE TABLE check_invitation (
        id TEXT PRIMARY KEY,
        quiz TEXT NOT NULL REFERENCES check_quiz (key),
        person {big} NOT NULL,
        cycle_no INTEGER NOT NULL,
        learned_at {big} NOT NULL,
        opens_at {big} NOT NULL,
        closes_at {big} NOT NULL,
        version INTEGER,
        issued_at {big},
        mail TEXT NOT NULL,
        mail_at {big},
        mail_tries INTEGER NOT NULL,
        answered_at {big},
        correct INTEGER,
        passed INTEGER,
        UNIQUE (quiz, person, cycle_no)
    );
    CREATE INDEX check_invitation_of ON check_invitation (person);
    CREATE INDEX check_invitation_opens ON check_invitation (issued_at, opens_at);
    CREATE TABLE check_link (
        digest {bytes} PRIMARY KEY,
        invitation TEXT NOT NULL
    )
    """,
)
TOKEN_BYTES = 32
KEY_BYTES = 6
_INVITATION = (
    "id, quiz, person, cycle_no, learned_at, opens_at, closes_at, version, issued_at, mail, "
    "mail_at, mail_tries, answered_at, correct, passed"
)
SCHEDULED = "quiz IN (SELECT key FROM check_quiz WHERE state = 'scheduled')"
DUE = f"issued_at IS NULL AND opens_at <= ? AND closes_at > ? AND {SCHEDULED}"
CHANGING = (
    *("version", "issued_at", "mail", "mail_at", "mail_tries"),
    *("answered_at", "correct", "passed"),
)

Mail = Literal["waiting", "handing over", "sent", "refused", "no address"]


class Invitation(msgspec.Struct, frozen=True):
    """One person asked once, about one learning; open in [opens_at, closes_at).

    version: of the quiz's content; with issued_at null: planned. mail: where the letter about it
    is; one that stays `handing over` may or may not have gone out. correct: how many answers."""

    id: str
    quiz: str
    person: int
    cycle_no: int
    learned_at: datetime
    opens_at: datetime
    closes_at: datetime
    version: int | None = None
    issued_at: datetime | None = None
    mail: Mail = "waiting"
    mail_at: datetime | None = None
    mail_tries: int = 0
    answered_at: datetime | None = None
    correct: int | None = None
    passed: bool | None = None


class Records:
    """Reads and writes the tables; decides nothing."""

    def __init__(self, database: Database) -> None:
        database.evolve(AREA, STEPS)
        self._database = database

    # quizzes

    def add(self, plan: Plan, content: Content, by: str, at: datetime) -> Quiz:
        """A new draft."""
        key = secrets.token_hex(KEY_BYTES)
        quiz = Quiz(key, plan, "draft", 1, content, at, by)
        with self._database.transaction() as tx:
            line = (key, _text(plan), "draft", micros(at), by)
            tx.insert("check_quiz", ("key", "plan", "state", "made_at", "made_by"), [line])
            self.write(quiz)
        return quiz

    def write(self, quiz: Quiz) -> None:
        """Keep the plan, the state and the content of this version."""
        self._database.execute(
            "UPDATE check_quiz SET plan = ?, state = ? WHERE key = ?",
            (_text(quiz.plan), quiz.state, quiz.key),
        )
        self._database.insert(
            "check_content",
            ("quiz", "version", "content"),
            [(quiz.key, quiz.version, _text(quiz.content))],
            "ON CONFLICT (quiz, version) DO UPDATE SET content = excluded.content",
        )

    def quiz(self, key: str) -> Quiz | None:
        return next(iter(self._quizzes("WHERE q.key = ?", (key,))), None)

    def quizzes(self, state: State | None = None) -> list[Quiz]:
        """All of them, the newest first; or those in a state."""
        if state is None:
            return self._quizzes("ORDER BY q.made_at DESC, q.key", ())
        return self._quizzes("WHERE q.state = ? ORDER BY q.made_at DESC, q.key", (state,))

    def _quizzes(self, ending: str, parameters: Sequence[Any]) -> list[Quiz]:
        rows = self._database.execute(
            "SELECT q.key, q.plan, q.state, q.made_at, q.made_by, c.version, c.content "
            "FROM check_quiz q JOIN check_content c ON c.quiz = q.key AND c.version = "
            f"(SELECT max(version) FROM check_content WHERE quiz = q.key) {ending}",
            parameters,
        )
        return [
            Quiz(
                key,
                msgspec.json.decode(plan, type=Plan),
                state,
                version,
                msgspec.json.decode(content, type=Content),
                from_micros(at),
                by,
            )
            for key, plan, state, at, by, version, content in rows
        ]

    def content(self, key: str, version: int) -> Content:
        """What a version asks."""
        sql = "SELECT content FROM check_content WHERE quiz = ? AND version = ?"
        ((text,),) = self._database.execute(sql, (key, version))
        return msgspec.json.decode(text, type=Content)

    def sent(self, key: str, version: int) -> bool:
        """Whether anybody was asked this version."""
        sql = "SELECT 1 FROM check_invitation WHERE quiz = ? AND version = ? LIMIT 1"
        return bool(self._database.execute(sql, (key, version)))

    # invitations

    def replan(self, quiz: str, planned: Iterable[Invitation]) -> None:
        """Make these the invitations that wait to be issued; what was issued stays."""
        with self._database.transaction() as tx:
            tx.execute("DELETE FROM check_invitation WHERE quiz = ? AND issued_at IS NULL", (quiz,))
            tx.insert(
                "check_invitation",
                _INVITATION.split(", "),
                [_row(each) for each in sorted(planned, key=lambda one: one.id)],
                "ON CONFLICT DO NOTHING",
            )

    def count_due(self, now: datetime) -> int:
        """How many `to_issue` has in all."""
        sql = f"SELECT count(*) FROM check_invitation WHERE {DUE}"
        return int(self._database.execute(sql, (micros(now), micros(now)))[0][0])

    def to_issue(self, now: datetime, limit: int) -> list[Invitation]:
        """Planned ones whose window is open, of quizzes that are scheduled."""
        return self._invitations(
            f"WHERE {DUE} ORDER BY opens_at, id LIMIT ?",
            (micros(now), micros(now), limit),
        )

    def to_mail(self, now: datetime) -> Invitation | None:
        """One that was issued and not written about, and still can be answered."""
        found = self._invitations(
            "WHERE issued_at IS NOT NULL AND mail = 'waiting' AND answered_at IS NULL "
            f"AND closes_at > ? AND (mail_at IS NULL OR mail_at <= ?) AND {SCHEDULED} "
            "ORDER BY issued_at, id LIMIT 1",
            (micros(now), micros(now)),
        )
        return next(iter(found), None)

    def of_quiz(self, quiz: str) -> list[Invitation]:
        return self._invitations("WHERE quiz = ? ORDER BY opens_at, id", (quiz,))

    def of_person(self, person: int) -> list[Invitation]:
        """What a person was asked, the newest first."""
        ending = "WHERE person = ? AND issued_at IS NOT NULL ORDER BY issued_at DESC, id"
        return self._invitations(ending, (person,))

    def invitation(self, key: str) -> Invitation | None:
        return next(iter(self._invitations("WHERE id = ?", (key,))), None)

    def change(self, invitation: Invitation) -> None:
        """Keep what has become of an invitation."""
        named = dict(zip(_INVITATION.split(", "), _row(invitation), strict=True))
        sets = ", ".join(f"{column} = ?" for column in CHANGING)
        self._database.execute(
            f"UPDATE check_invitation SET {sets} WHERE id = ?",
            (*(named[column] for column in CHANGING), invitation.id),
        )

    def _invitations(self, ending: str, parameters: Sequence[Any]) -> list[Invitation]:
        sql = f"SELECT {_INVITATION} FROM check_invitation {ending}"
        return [_invitation(row) for row in self._database.execute(sql, parameters)]

    # links

    def link(self, invitation: str) -> str:
        """A new link's token, told once."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        line = (sha256(token.encode()).digest(), invitation)
        self._database.insert("check_link", ("digest", "invitation"), [line])
        return token

    def behind(self, token: str) -> Invitation | None:
        """The invitation that a link leads to."""
        digest = sha256(token.encode()).digest()
        sql = "WHERE id = (SELECT invitation FROM check_link WHERE digest = ?)"
        return next(iter(self._invitations(sql, (digest,))), None)


def _text(value: msgspec.Struct) -> str:
    return msgspec.json.encode(value).decode()


def _row(one: Invitation) -> tuple[Any, ...]:
    values = (getattr(one, column) for column in _INVITATION.split(", "))
    return tuple(
        micros(v) if isinstance(v, datetime) else int(v) if isinstance(v, bool) else v
        for v in values
    )


def _invitation(row: Sequence[Any]) -> Invitation:
    named = dict(zip(_INVITATION.split(", "), row, strict=True))
    times = ("learned_at", "opens_at", "closes_at", "issued_at", "mail_at", "answered_at")
    passed = named["passed"]
    return Invitation(
        **{
            **named,
            **{column: from_micros(named[column]) for column in times},
            "passed": None if passed is None else bool(passed),
        }
    )
