"""Findings as stored objects: what was found, since when it is seen, and what people made of it.

A finding is the same one as long as its insight and its subject are: course, activity, the part of
it, and for a passage of a video one that overlaps. Each of its possible causes has a status of its
own. What it says in numbers is kept once for each audience (privacy.policy), as that audience's
own lens said it; nobody else is shown it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

import msgspec

from leadline.insights.finding import Finding
from leadline.privacy.viewer import Role
from leadline.store import Database, Transaction
from leadline.store.moments import from_micros, micros

AREA = "findings"
SCHEMA = (
    """
    CREATE TABLE finding (
        key TEXT PRIMARY KEY, insight TEXT NOT NULL, course TEXT, about TEXT NOT NULL, part TEXT,
        start_s DOUBLE PRECISION, end_s DOUBLE PRECISION, status TEXT NOT NULL);
    CREATE TABLE finding_cause (
        finding TEXT NOT NULL, cause TEXT NOT NULL, status TEXT NOT NULL,
        PRIMARY KEY (finding, cause));
    CREATE TABLE finding_seen (
        finding TEXT NOT NULL, audience TEXT NOT NULL, first_seen {big} NOT NULL,
        last_seen {big} NOT NULL, gone_at {big}, body TEXT NOT NULL,
        PRIMARY KEY (finding, audience));
    CREATE TABLE finding_event (
        number {key}, finding TEXT NOT NULL, at {big} NOT NULL, what TEXT NOT NULL,
        audience TEXT, login TEXT NOT NULL, role TEXT NOT NULL, cause TEXT, reason TEXT NOT NULL);
    CREATE INDEX finding_event_of ON finding_event (finding, number);
    CREATE TABLE finding_survey (
        audience TEXT PRIMARY KEY, made_of TEXT NOT NULL, stamp TEXT NOT NULL,
        as_of {big} NOT NULL, at {big} NOT NULL, seconds DOUBLE PRECISION NOT NULL)
    """,
)
FINDINGS_MAX = 1_000  # of an audience; the strongest are kept
KEY_LETTERS = 16
REASON_LETTERS_MAX = 2_000
SYSTEM = "leadline"  # the login of what the system finds by itself


class Status(StrEnum):
    """Of a finding: whether it is so, and whether anything is left to do. Of a cause: whether it
    is the one; a cause is never resolved."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    RESOLVED = "resolved"


class UnknownFinding(Exception):
    """There is no finding of this key, or no such cause of it."""


@dataclass(frozen=True)
class Standing:
    """What people made of a finding. causes: the status of each that was judged."""

    key: str
    status: Status
    causes: Mapping[str, Status] = field(default_factory=dict)

    @property
    def cause(self) -> str | None:
        """The confirmed cause: the diagnosis."""
        confirmed = (c for c, status in self.causes.items() if status is Status.CONFIRMED)
        return next(confirmed, None)


@dataclass(frozen=True)
class Seen:
    """A finding as one viewer may see it. first_seen, last_seen, gone_at (no longer seen since):
    as the viewer's audience saw it; None: not known for whom the viewer covers."""

    standing: Standing
    finding: Finding
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    gone_at: datetime | None = None

    @property
    def key(self) -> str:
        return self.standing.key

    @property
    def status(self) -> Status:
        return self.standing.status

    @property
    def waits(self) -> bool:
        """Whether it is there now, and something is left to be judged or decided."""
        return self.gone_at is None and self.status in (Status.OPEN, Status.CONFIRMED)


@dataclass(frozen=True)
class Event:
    """One line of a finding's history. what: found, no longer seen, seen again, or an act."""

    at: datetime
    what: str
    login: str
    role: str
    cause: str | None
    reason: str


@dataclass(frozen=True)
class Survey:
    """One look for findings as an audience. made_of: the lake's version; stamp: what else decides
    what is found and shown; as_of: the instant asked as of."""

    made_of: str
    stamp: str
    as_of: datetime
    seconds: float


class Findings:
    """The stored findings. What people do to them is written by `actions`, with its line in the
    access log."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.evolve(AREA, SCHEMA)

    def survey(self, audience: Role) -> tuple[Survey, datetime] | None:
        """The last look as an audience, and when it was made."""
        sql = "SELECT made_of, stamp, as_of, seconds, at FROM finding_survey WHERE audience = ?"
        for made_of, stamp, as_of, seconds, at in self._database.execute(sql, (audience.value,)):
            return Survey(made_of, stamp, from_micros(as_of), seconds), from_micros(at)
        return None

    def note(self, audience: Role, found: Sequence[Finding], survey: Survey) -> None:
        """Keep what was found as an audience. What was found before and is not any more is no
        longer seen; what comes back is open again. All or nothing; the same again changes nothing
        but when it was last seen."""
        strongest = sorted(found, key=lambda each: -each.strength)[:FINDINGS_MAX]
        with self._database.transaction() as tx:
            tx.take_turn(AREA)
            pairs = zip(self.keys(strongest), strongest, strict=True)
            keyed = dict(reversed([*pairs]))  # of several of one key, the strongest
            noting = _Noting(tx, audience, survey.as_of)
            before = noting.before()
            for key, each in keyed.items():
                noting.see(key, each, before.get(key))
            for key in before.keys() - keyed.keys():
                noting.lose(key, before[key])
            _put(
                tx,
                "finding_survey",
                {
                    "audience": audience.value,
                    "made_of": survey.made_of,
                    "stamp": survey.stamp,
                    "as_of": micros(survey.as_of),
                    "at": micros(datetime.now(UTC)),
                    "seconds": survey.seconds,
                },
                1,
            )

    def seen(self, audience: Role, stamp: str) -> list[Seen] | None:
        """What an audience saw, strongest first, what is no longer seen at the end. None: nobody
        has looked by the rules that are in force."""
        last = self.survey(audience)
        if last is None or last[0].stamp != stamp:
            return None
        sql = (
            "SELECT finding, first_seen, last_seen, gone_at, body FROM finding_seen "
            "WHERE audience = ?"
        )
        standings = self.standings()
        found = [
            Seen(
                standings[key],
                msgspec.json.decode(body, type=Finding),
                *(from_micros(moment) for moment in moments),
            )
            for key, *moments, body in self._database.execute(sql, (audience.value,))
        ]
        return sorted(found, key=lambda s: (s.gone_at is not None, -s.finding.strength, s.key))

    def standings(self) -> dict[str, Standing]:
        """What people made of every finding, by key."""
        causes: dict[str, dict[str, Status]] = {}
        sql = "SELECT finding, cause, status FROM finding_cause ORDER BY finding, cause"
        for key, cause, status in self._database.execute(sql):
            causes.setdefault(key, {})[cause] = Status(status)
        rows = self._database.execute("SELECT key, status FROM finding")
        return {key: Standing(key, Status(status), causes.get(key, {})) for key, status in rows}

    def keys(self, found: Iterable[Finding]) -> list[str]:
        """The key of each finding, known ones and new ones."""
        passages: dict[tuple[str | None, ...], list[tuple[str, float, float]]] = {}
        sql = (
            "SELECT insight, course, about, part, key, start_s, end_s FROM finding "
            "WHERE start_s IS NOT NULL"
        )
        for *subject, key, start_s, end_s in self._database.execute(sql):
            passages.setdefault(tuple(subject), []).append((key, start_s, end_s))
        return [_key(each, passages.get(_subject(each), ())) for each in found]

    def events(self, key: str, audience: Role | None) -> list[Event]:
        """A finding's history, newest first: what people did, and, for an audience that covers
        everyone, when it saw it."""
        sql = (
            "SELECT at, what, login, role, cause, reason FROM finding_event WHERE finding = ? "
            "AND (audience IS NULL OR audience = ?) ORDER BY number DESC"
        )
        rows = self._database.execute(sql, (key, audience.value if audience else ""))
        return [Event(from_micros(at), *rest) for at, *rest in rows]

    def judge(self, key: str, status: Status, event: Event) -> None:
        """Write down what somebody made of a finding or, where the event names one, of its cause.

        One cause is confirmed at a time; confirming it confirms the finding, and rejecting it opens
        it again. Raises UnknownFinding."""
        with self._database.transaction() as tx:
            tx.take_turn(AREA)
            standing = self.standings().get(key)
            if standing is None:
                raise UnknownFinding(f"There is no finding {key}.")
            whole: Status | None = status
            if event.cause is not None:
                whole = self._judge_cause(tx, standing, event.cause, status)
            if whole is not None:
                tx.execute("UPDATE finding SET status = ? WHERE key = ?", (whole.value, key))
            _tell(tx, key, event, None)

    def _judge_cause(
        self, tx: Transaction, standing: Standing, cause: str, status: Status
    ) -> Status | None:
        """The status that the whole finding takes from it; None: it keeps its own."""
        if cause not in self._causes(tx, standing.key):
            raise UnknownFinding(f"The finding {standing.key} has no cause {cause!r}.")
        former = standing.cause
        if status is Status.CONFIRMED and former not in (None, cause):
            row = {"finding": standing.key, "cause": former, "status": Status.OPEN.value}
            _put(tx, "finding_cause", row, 2)
        _put(
            tx,
            "finding_cause",
            {"finding": standing.key, "cause": cause, "status": status.value},
            2,
        )
        if status is Status.CONFIRMED:
            return Status.CONFIRMED
        return Status.OPEN if former == cause else None

    def _causes(self, tx: Transaction, key: str) -> set[str]:
        rows = tx.execute("SELECT body FROM finding_seen WHERE finding = ?", (key,))
        bodies = [msgspec.json.decode(body, type=Finding) for (body,) in rows]
        return {hypothesis.cause for body in bodies for hypothesis in body.hypotheses}


@dataclass(frozen=True)
class _Noting:
    """One survey being written down."""

    tx: Transaction
    audience: Role
    at: datetime

    def before(self) -> dict[str, tuple[int, int | None]]:
        """When each finding of the audience was first seen, and since when it is not any more."""
        sql = "SELECT finding, first_seen, gone_at FROM finding_seen WHERE audience = ?"
        rows = self.tx.execute(sql, (self.audience.value,))
        return {key: (first, gone) for key, first, gone in rows}

    def see(self, key: str, finding: Finding, before: tuple[int, int | None] | None) -> None:
        first, gone = before or (micros(self.at), None)
        names = ("insight", "course", "about", "part", "start_s", "end_s")
        row = {"key": key} | {name: getattr(finding, name) for name in names}
        known = self.tx.execute("SELECT status FROM finding WHERE key = ?", (key,))
        status = Status.OPEN.value if gone is not None or not known else known[0][0]
        _put(self.tx, "finding", row | {"status": status}, 1)
        seen = {
            "finding": key,
            "audience": self.audience.value,
            "first_seen": first,
            "last_seen": micros(self.at),
            "gone_at": None,
            "body": msgspec.json.encode(finding).decode(),
        }
        _put(self.tx, "finding_seen", seen, 2)
        if before is None or gone is not None:
            self._tell(key, "found" if before is None else "seen again")

    def lose(self, key: str, before: tuple[int, int | None]) -> None:
        if before[1] is not None:
            return
        sql = "UPDATE finding_seen SET gone_at = ? WHERE finding = ? AND audience = ?"
        self.tx.execute(sql, (micros(self.at), key, self.audience.value))
        self._tell(key, "no longer seen")

    def _tell(self, key: str, what: str) -> None:
        event = Event(self.at, what, SYSTEM, self.audience.value, None, "")
        _tell(self.tx, key, event, self.audience)


def _subject(finding: Finding) -> tuple[str | None, ...]:
    return (finding.insight, finding.course, finding.about, finding.part)


def _key(finding: Finding, passages: Iterable[tuple[str, float, float]]) -> str:
    start, end = finding.start_s, finding.end_s
    if start is not None and end is not None:
        for key, other_start, other_end in passages:
            if start < other_end and other_start < end:
                return key
    named = (*_subject(finding), None if start is None else round(start))
    return sha256(msgspec.json.encode(named)).hexdigest()[:KEY_LETTERS]


def _tell(tx: Transaction, key: str, event: Event, audience: Role | None) -> None:
    row = {
        "finding": key,
        "at": micros(event.at),
        "what": event.what,
        "audience": audience.value if audience else None,
        "login": event.login,
        "role": event.role,
        "cause": event.cause,
        "reason": event.reason[:REASON_LETTERS_MAX],
    }
    tx.insert("finding_event", tuple(row), [tuple(row.values())])


def _put(tx: Transaction, table: str, row: Mapping[str, Any], keys: int) -> None:
    """Insert a row, or put it in the place of the one with the same first `keys` columns."""
    names = tuple(row)
    changed = ", ".join(f"{name} = excluded.{name}" for name in names[keys:])
    ending = f"ON CONFLICT ({', '.join(names[:keys])}) DO UPDATE SET {changed}"
    tx.insert(table, names, [tuple(row.values())], ending)
