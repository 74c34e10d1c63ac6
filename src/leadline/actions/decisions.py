"""What people decide about findings and courses, and what they change: each with its evidence.

An act, what it does to a finding and its line in the access log are one transaction. Only those who
cover everyone decide, since a decision holds for everyone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

import msgspec

from leadline.actions.frozen import Archive, Figure, freeze
from leadline.insights.stored import REASON_LETTERS_MAX, Event, Findings, Standing, Status
from leadline.insights.survey import seen
from leadline.privacy.lens import Lens
from leadline.privacy.looks import Look, write
from leadline.privacy.policy import Deed, audience, sees_as_much
from leadline.privacy.refusals import NotThere
from leadline.privacy.viewer import Role, Viewer
from leadline.store import Audit, Database
from leadline.store.moments import from_micros, micros

AREA = "decisions"
SCHEMA = (
    """
    CREATE TABLE decision (
        number INTEGER PRIMARY KEY, at {big} NOT NULL, kind TEXT NOT NULL, course TEXT,
        finding TEXT, address TEXT NOT NULL, reason TEXT NOT NULL, login TEXT NOT NULL,
        role TEXT NOT NULL, digest TEXT NOT NULL);
    CREATE TABLE change_made (
        number INTEGER PRIMARY KEY, at {big} NOT NULL, what TEXT NOT NULL, course TEXT NOT NULL,
        effective TEXT NOT NULL, finding TEXT, cause TEXT, reason TEXT NOT NULL,
        login TEXT NOT NULL, role TEXT NOT NULL)
    """,
)
WHAT_LETTERS_MAX = 500
SEAL_LETTERS = 16


class Kind(StrEnum):
    """What may be decided."""

    FIX = "fix"
    KEEP = "keep"
    EXPAND = "expand"
    REPLACE = "replace"
    RETIRE = "retire"
    NO_ACTION = "no action"


class Undiagnosed(Exception):
    """A change to what has no confirmed cause needs a reason, and none was given."""


class Moved(Exception):
    """The figures are not those any more that the decision was made on."""


@dataclass(frozen=True)
class Evidence:
    """What a decision rests on. address: the page that shows it, without the host; course, finding:
    what it is about, if it is about one."""

    question: str
    address: str
    figures: tuple[Figure, ...]
    sentences: tuple[str, ...]
    course: str | None = None
    finding: str | None = None

    @property
    def seal(self) -> str:
        """Names these figures and sentences, for a form that shows them."""
        told = msgspec.json.encode((self.figures, self.sentences), order="sorted")
        return sha256(told).hexdigest()[:SEAL_LETTERS]


class Decision(msgspec.Struct, frozen=True):
    """One decision. digest: of its frozen evidence (actions.frozen)."""

    number: int
    at: datetime
    kind: Kind
    course: str | None
    finding: str | None
    address: str
    reason: str
    login: str
    role: str
    digest: str


class Change(msgspec.Struct, frozen=True):
    """Something done to a course. effective: the first day on which who begins meets it changed;
    cause: what was confirmed of the finding by then; None: it was done without a diagnosis, for
    `reason`."""

    number: int
    at: datetime
    what: str
    course: str
    effective: date
    finding: str | None
    cause: str | None
    reason: str
    login: str
    role: str


class Ledger:
    """The decisions and changes, newest first. They are added, never changed or taken out."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.evolve(AREA, SCHEMA)

    def decisions(self, *, finding: str | None = None) -> list[Decision]:
        """All, or those about one finding."""
        names = ", ".join(Decision.__struct_fields__)
        where, of = ("WHERE finding = ?", (finding,)) if finding else ("", ())
        sql = f"SELECT {names} FROM decision {where} ORDER BY number DESC"
        return [
            Decision(number, from_micros(at), Kind(kind), *rest)
            for number, at, kind, *rest in self._database.execute(sql, of)
        ]

    def changes(self, *, course: str | None = None, finding: str | None = None) -> list[Change]:
        """All, or those of one course or about one finding."""
        names = ", ".join(Change.__struct_fields__)
        wanted = {"course": course, "finding": finding}
        given = {name: value for name, value in wanted.items() if value}
        where = f"WHERE {' AND '.join(f'{name} = ?' for name in given)}" if given else ""
        sql = f"SELECT {names} FROM change_made {where} ORDER BY number DESC"
        return [
            Change(number, from_micros(at), what, of, date.fromisoformat(effective), *rest)
            for number, at, what, of, effective, *rest in self._database.execute(
                sql, (*given.values(),)
            )
        ]

    def add(self, row: Decision | Change) -> None:
        """Inside a transaction that has the turn."""
        values = msgspec.structs.asdict(row) | {"at": micros(row.at)}
        if isinstance(row, Change):
            values["effective"] = row.effective.isoformat()
        table = "decision" if isinstance(row, Decision) else "change_made"
        self._database.insert(table, tuple(values), [tuple(values.values())])

    def next_number(self, table: str) -> int:
        """Inside a transaction that has the turn: 1, 2, 3 …"""
        return 1 + int(self._database.execute(f"SELECT count(*) FROM {table}")[0][0])


def told(viewer: Viewer, decisions: Sequence[Decision]) -> list[Decision]:
    """What a viewer who covers everyone is told of decisions; nobody else is. A reason may tell of
    what was shown to who gave it: for whoever may see less, it is left empty."""
    if audience(viewer) is None:
        return []
    return [
        each if sees_as_much(viewer, Role(each.role)) else msgspec.structs.replace(each, reason="")
        for each in decisions
    ]


class House(Protocol):
    """The parts of the application that decisions are made of."""

    @property
    def database(self) -> Database: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def findings(self) -> Findings: ...
    @property
    def archive(self) -> Archive: ...
    @property
    def ledger(self) -> Ledger: ...


class Decisions:
    """What one viewer decides. Every method wants a reason and raises ValueError where it is
    missing, Forbidden (written down) for who may not decide, NotThere for what the viewer is not
    shown, UnknownFinding for a cause that the finding has not; then nothing has changed."""

    def __init__(self, house: House, lens: Lens) -> None:
        self._house = house
        self._lens = lens

    def confirm(self, key: str, cause: str, reason: str) -> None:
        """This cause is the one: the finding has its diagnosis."""
        self._judge(key, Status.CONFIRMED, cause, reason)

    def reject(self, key: str, cause: str | None, reason: str) -> None:
        """This cause is not the one; without a cause: the finding itself is none."""
        self._judge(key, Status.REJECTED, cause, reason)

    def reopen(self, key: str, reason: str) -> None:
        """It was judged or resolved too early."""
        self._judge(key, Status.OPEN, None, reason)

    def decide(self, kind: Kind, evidence: Evidence, reason: str, seal: str) -> Decision:
        """Decide on what the evidence shows, which is frozen with it; a finding is resolved by it.

        seal: that of the evidence as it was shown to who decides. Raises Moved."""
        self._may("decide")
        reason = _said(reason, "why it is decided so")
        if seal != evidence.seal:
            raise Moved("The figures have moved since the page was shown; look at them again.")
        with self._written(f"decide {kind}", finding=evidence.finding or "") as look:
            number = self._house.ledger.next_number("decision")
            frozen = freeze(
                self._lens,
                f"decision/{number}",
                evidence.question,
                evidence.figures,
                evidence.sentences,
            )
            look.filters = {**look.filters, "number": str(number), "sha256": frozen.digest}
            made = Decision(
                number=number,
                at=datetime.now(UTC),
                kind=kind,
                course=evidence.course,
                finding=evidence.finding,
                address=evidence.address,
                reason=reason,
                login=self._lens.viewer.login,
                role=self._lens.viewer.role.value,
                digest=self._house.archive.keep(self._lens, frozen),
            )
            self._house.ledger.add(made)
            if evidence.finding is not None:
                event = self._event(f"decided: {kind}", None, reason)
                self._house.findings.judge(evidence.finding, Status.RESOLVED, event)
        return made

    def change(
        self, what: str, course: str, effective: date, finding: str | None = None, reason: str = ""
    ) -> Change:
        """Log what was changed in a course, and from which day on.

        Raises Undiagnosed where no confirmed cause is known of what it is meant to mend and no
        reason is given for changing something all the same."""
        self._may("log a change")
        what = _said(what, "what was changed")[:WHAT_LETTERS_MAX]
        if course not in {row["activity"] for row in self._lens.activities(kind="course")}:
            raise NotThere("There is no such course.")
        standing = self._standing(finding, course) if finding else None
        cause = standing.cause if standing else None
        if cause is None and not reason.strip():
            raise Undiagnosed("No cause is confirmed yet of what this is meant to mend.")
        with self._written("log a change", course=course, effective=effective.isoformat()):
            made = Change(
                number=self._house.ledger.next_number("change_made"),
                at=datetime.now(UTC),
                what=what,
                course=course,
                effective=effective,
                finding=finding,
                cause=cause,
                reason=reason.strip()[:REASON_LETTERS_MAX],
                login=self._lens.viewer.login,
                role=self._lens.viewer.role.value,
            )
            self._house.ledger.add(made)
            if standing is not None:
                why = f"{what} ({reason.strip()})" if cause is None else what
                event = self._event("change logged", None, why)
                self._house.findings.judge(standing.key, standing.status, event)
        return made

    def _judge(self, key: str, status: Status, cause: str | None, reason: str) -> None:
        self._may(f"judge finding {key}")
        self._standing(key)
        event = self._event(_DONE[status], cause, _said(reason, "why"))
        with self._written(f"finding {key} {event.what}", cause=cause or ""):
            self._house.findings.judge(key, status, event)

    def _standing(self, key: str, course: str | None = None) -> Standing:
        """Of a finding that the viewer is shown."""
        for each in seen(self._lens, self._house.findings):
            if each.key == key and course in (None, each.finding.course):
                return each.standing
        raise NotThere(f"There is no finding {key} for this viewer.")

    def _event(self, what: str, cause: str | None, reason: str) -> Event:
        viewer = self._lens.viewer
        return Event(datetime.now(UTC), what, viewer.login, viewer.role.value, cause, reason)

    def _may(self, what: str) -> None:
        viewer = self._lens.viewer
        if Deed.DECIDE not in self._lens.rules.deeds:
            self._lens.refuse(what, f"Decisions are not for the role {viewer.role}.")
        if audience(viewer) is None:
            self._lens.refuse(what, f"A decision holds for more than {viewer.unit}.")

    @contextmanager
    def _written(self, what: str, **filters: str) -> Iterator[Look]:
        look = Look(what, {name: value for name, value in filters.items() if value})
        with self._house.database.transaction() as tx:
            tx.take_turn(AREA)
            yield look
            write(self._house.audit, self._lens.viewer, self._lens.purpose, look, "changed")


_DONE = {Status.CONFIRMED: "confirmed", Status.REJECTED: "rejected", Status.OPEN: "opened again"}


def _said(text: str, label: str) -> str:
    said = text.strip()[:REASON_LETTERS_MAX]
    if not said:
        raise ValueError(f"Say {label}; a word or two will do.")
    return said
