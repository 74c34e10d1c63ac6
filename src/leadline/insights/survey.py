"""The system's own look for findings, once for each audience, behind the readers.

It goes through the lens like everybody: scope and suppression of the audience hold, nobody is
named, and each look has its line in the access log. What was found is stored with that line or not
at all: a process that dies in between has changed nothing, and the next one looks again."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Protocol

import msgspec

from leadline.insights.finding import Finding, catalogue, findings
from leadline.insights.stored import SYSTEM, Findings, Seen, Standing, Status, Survey
from leadline.privacy.keeper import Ahead
from leadline.privacy.lens import Lens, Parts
from leadline.privacy.looks import Look, write
from leadline.privacy.policy import POLICY, audience
from leadline.privacy.view import View, newest
from leadline.privacy.viewer import Role, Viewer
from leadline.store import Database

TURN = "findings"
PAUSE_SECONDS_MIN = 60
PAUSE_COST = 20  # looking takes at most a twentieth of the time
AUDIENCES = tuple(role for role in Role if audience(Viewer("", role)) is role)


class House(Parts, Protocol):
    """The parts of the application that a survey is made of."""

    @property
    def database(self) -> Database: ...
    @property
    def findings(self) -> Findings: ...


@dataclass(frozen=True)
class Surveyed:
    """What a survey found, by audience, and how long it took."""

    found: dict[Role, int]
    seconds: float


def survey(house: House, *, at_once: bool = False, now: datetime | None = None) -> Surveyed | None:
    """Look for findings as every audience and store them; None: it is not time yet.

    It is time where the lake, the rules or the day is another than at the last look, and that was
    long enough ago for what it cost; at_once: where anything is another. One process at a time;
    another that waited finds it done. now: asked as of; default: the newest view's."""
    with house.database.exclusive(TURN):
        view = newest(house.lake)
        view = View(view.snapshot, now) if now else view
        if not _is_time(house, view, at_once=at_once):
            return None
        began = time.monotonic()
        looked = [_look(house, role, view) for role in AUDIENCES]
        with house.database.transaction():
            for lens, found, made in looked:
                house.findings.note(lens.viewer.role, found, made)
                look = Look("look for findings", shown=len(found))
                write(house.audit, lens.viewer, lens.purpose, look, "kept")
    seconds = time.monotonic() - began
    return Surveyed({lens.viewer.role: len(found) for lens, found, _ in looked}, seconds)


def _look(house: House, role: Role, view: View) -> tuple[Ahead, list[Finding], Survey]:
    began = time.monotonic()
    lens = Ahead(house, Viewer(SYSTEM, role), POLICY[role].purposes[0], view)
    found = findings(lens)
    made_of = _made_of(view)
    return lens, found, Survey(made_of, stamp(lens), view.now, time.monotonic() - began)


def _is_time(house: House, view: View, *, at_once: bool) -> bool:
    kept = [house.findings.survey(role) for role in AUDIENCES]
    known = [each for each in kept if each is not None]
    if len(known) < len(AUDIENCES):
        return True
    lenses = [Ahead(house, Viewer(SYSTEM, r), POLICY[r].purposes[0], view) for r in AUDIENCES]
    same = all(
        (last.made_of, last.stamp, last.as_of.date())
        == (_made_of(view), stamp(lens), view.now.date())
        for (last, _), lens in zip(known, lenses, strict=True)
    )
    cost = PAUSE_COST * sum(last.seconds for last, _ in known)
    pause = timedelta(seconds=max(PAUSE_SECONDS_MIN, cost))
    rested = datetime.now(UTC) - max(at for _, at in known) >= pause
    return not same and (at_once or rested)


def _made_of(view: View) -> str:
    commit = view.snapshot.commit
    return f"{commit.generation}/{commit.number}"


def stamp(lens: Lens) -> str:
    """What, besides the records, decides what is found and shown: the insights, the shape of a
    finding, the rules of the audience, the smallest group and the zone."""
    rules = lens.rules
    decides = (
        sorted(catalogue()),
        sorted(Finding.__dataclass_fields__),
        *(sorted(part) for part in (rules.columns, rules.named, rules.closed)),
        lens.smallest,
        lens.zone,
    )
    return sha256(msgspec.json.encode(decides)).hexdigest()


def seen(lens: Lens, kept: Findings) -> list[Seen]:
    """The findings that a viewer may see, with what people made of them: strongest first, what is
    no longer seen at the end.

    Who covers everyone is shown what the last survey kept for such as them, which may be older than
    the page. Whoever covers some people only, or looks where nobody has surveyed, is shown what the
    own lens finds: then it is not told when others saw it."""
    to = audience(lens.viewer)
    stored = kept.seen(to, stamp(lens)) if to else None
    return _own(lens, kept) if stored is None else stored


def _own(lens: Lens, kept: Findings) -> list[Seen]:
    found = lens.recent("findings", findings)
    standings = kept.standings()
    keys = kept.keys(found)
    return [
        Seen(standings.get(key) or Standing(key, Status.OPEN), each)
        for key, each in zip(keys, found, strict=True)
    ]


def current(among: Iterable[Seen]) -> list[Finding]:
    """What is there now and was not rejected, strongest first."""
    return [s.finding for s in among if s.gone_at is None and s.status is not Status.REJECTED]
