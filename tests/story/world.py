"""A small organisation for end-to-end tests: people and statements in, answers out.

Everything goes the real way: people through the directory's import, statements through the rules
and the log, facts through a refresh, answers through the lens. Things are named `kind/name`
(`course/fire`, `video/intro`, `assessment/final`), people by a short login such as `ana`.

    world.person("ana", unit="Org/North", role="lead")
    world.says("ana", "completed", "course/fire", at="2026-03-02 09:00")
    world.measure("completion_rate").result.n
"""

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from leadline.app import App, build
from leadline.config import Settings
from leadline.directory import PersonRow
from leadline.events import vocabulary as words
from leadline.privacy.answer import Answer
from leadline.privacy.lens import Lens
from leadline.privacy.viewer import Purpose, Role, Viewer
from leadline.refresh import Refreshed
from leadline.statements import Statement, read

BASE = "https://story.example"
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
AUTHORITY = {"account": {"homePage": BASE, "name": "story"}}
IRI_OF_VERB = {did: iri for iri, did in reversed(words.DID.items())}
IRI_OF_KIND = {kind: iri for iri, kind in reversed(words.KIND.items())}


def iri(thing: str) -> str:
    """`course/fire` -> the activity's id; what is an IRI already stays."""
    return thing if "://" in thing else f"{BASE}/{thing}"


def instant(at: str | datetime) -> datetime:
    """`2026-03-02 09:00` as an instant; without an offset it is UTC."""
    when = at if isinstance(at, datetime) else datetime.fromisoformat(at)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _row(login: str, since: str, place: dict[str, Any]) -> PersonRow:
    named = {"name": login.capitalize(), "email": f"{login}@story.example"}
    day = date.fromisoformat(since)
    return PersonRow(person_id=login, valid_from=day, **{**named, **place})


class World:
    """One installation in a folder of the test's own; asked as of NOW unless a test says else."""

    def __init__(self, folder: Path, *, now: datetime = NOW, **settings: Any) -> None:
        self.app: App = build(Settings(home=folder / "home", **settings))
        self.now = now
        self._fresh = False
        self._said: list[tuple[str, Statement]] = []

    # people

    def person(
        self,
        login: str,
        *,
        unit: str | None = None,
        role: str | None = None,
        manager: str | None = None,
        location: str | None = None,
        since: str = "2020-01-01",
        **more: Any,
    ) -> int:
        """Bring a person in, or move them `since` a day; gives their key. more: as PersonRow."""
        place = {"unit": unit, "role": role, "manager": manager, "location": location}
        self._bring_in([_row(login, since, {**place, **more})])
        return self.key(login)

    def people(
        self, prefix: str, count: int, *, since: str = "2020-01-01", **place: Any
    ) -> list[str]:
        """Many people in one place: `ben1`, `ben2` …; gives their logins."""
        logins = [f"{prefix}{number}" for number in range(1, count + 1)]
        self._bring_in([_row(login, since, place) for login in logins])
        return logins

    def _bring_in(self, rows: list[PersonRow]) -> None:
        changes = self.app.directory.apply(rows)
        assert not changes.errors, changes.errors
        self._fresh = False

    def key(self, login: str) -> int:
        """The person's key in directory and lake."""
        key = self.app.directory.key_of(login)
        assert key is not None, f"{login} is not in the directory"
        return key

    # what they did

    def says(
        self,
        who: str,
        verb: str,
        thing: str,
        *,
        at: str | datetime = "2026-03-02 09:00",
        course: str | None = None,
        module: str | None = None,
        result: dict[str, Any] | None = None,
        context: dict[str, Any] | None = None,
        definition: dict[str, Any] | None = None,
        source: str = "lms",
        statement_id: str | None = None,
        actor: dict[str, Any] | None = None,
    ) -> str:
        """One statement; gives its id. verb: a word of the vocabulary, or an IRI.

        It is checked now and reaches the log with the next `flush` or `refresh`."""
        kind = thing.partition("/")[0]
        parts = [("grouping", course), ("parent", module)]
        around = {
            where: [{"id": iri(what), "definition": {"type": IRI_OF_KIND[what.partition("/")[0]]}}]
            for where, what in parts
            if what is not None
        }
        value: dict[str, Any] = {
            "id": statement_id or str(uuid.uuid4()),
            "actor": actor or {"mbox": f"mailto:{who}@story.example"},
            "verb": {"id": IRI_OF_VERB.get(verb, verb)},
            "object": {
                "id": iri(thing),
                "definition": {
                    **({"type": IRI_OF_KIND[kind]} if kind in IRI_OF_KIND else {}),
                    "name": {"en": thing.partition("/")[2].capitalize() or thing},
                    **(definition or {}),
                },
            },
            "timestamp": instant(at).isoformat(),
            "context": {"contextActivities": around, **(context or {})},
        }
        if result is not None:
            value["result"] = result
        self.sends([value], source=source)
        return str(value["id"])

    def sends(self, statements: Sequence[dict[str, Any]], *, source: str = "lms") -> None:
        """Whole statements as a system would send them; they reach the log with the next `flush`."""
        stored = datetime.now(UTC)
        self._said += [(source, read(v, stored=stored, authority=AUTHORITY)) for v in statements]
        self._fresh = False

    def flush(self) -> None:
        """Put what was said into the log, one batch per run of the same source."""
        said, self._said = self._said, []
        for source, run in groupby(said, key=lambda pair: pair[0]):
            self.app.log.append([statement for _, statement in run], source=source)

    def voids(self, statement_id: str) -> None:
        """Take a statement back."""
        target = {"objectType": "StatementRef", "id": statement_id}
        verb = {"id": IRI_OF_VERB["voided"]}
        self.sends([{"actor": AUTHORITY | {"objectType": "Agent"}, "verb": verb, "object": target}])

    def completes(self, who: str, course: str, *, assigned: str, done: str | None) -> None:
        """Assigned a course, and, if `done`, completed it then."""
        self.says(who, "assigned", course, at=assigned)
        if done is not None:
            self.says(who, "completed", course, at=done)

    def attempts(
        self, who: str, quiz: str, *, passed: bool, score: float, at: str, course: str
    ) -> str:
        """One graded attempt at an assessment of a course."""
        result = {"score": {"scaled": score}, "success": passed}
        verb = "passed" if passed else "failed"
        return self.says(who, verb, quiz, at=at, course=course, result=result)

    def answers(
        self, who: str, quiz: str, given: dict[str, tuple[str, bool]], *, at: Any, course: str
    ) -> None:
        """Options chosen in a test and whether each is right, by question; before its result."""
        around = {
            "parent": [{"id": iri(quiz), "definition": {"type": IRI_OF_KIND["assessment"]}}],
            "grouping": [{"id": iri(course), "definition": {"type": IRI_OF_KIND["course"]}}],
        }
        for name, (option, right) in given.items():
            self.says(
                who,
                "answered",
                f"question/{name}",
                at=instant(at),
                result={"response": option, "success": right},
                definition={"interactionType": "choice"},
                context={"contextActivities": around},
            )

    # and what is seen of it

    def refresh(self) -> Refreshed:
        """Make everything said so far visible."""
        self.flush()
        done = self.app.refresh()
        self._fresh = True
        return done

    def viewer(
        self, login: str, role: Role, *, person: str | None = None, unit: str | None = None
    ) -> Viewer:
        """Somebody who looks. person: who they are in the directory; by default, if anybody,
        the person of the same login."""
        key = self.app.directory.key_of(person or login)
        return Viewer(login, role, key, unit)

    def lens(
        self,
        viewer: Viewer | Role = Role.ANALYST,
        *,
        purpose: Purpose | None = None,
        now: datetime | None = None,
    ) -> Lens:
        """A lens on everything said so far; refreshes first where that is needed."""
        if not self._fresh:
            self.refresh()
        if isinstance(viewer, Role):
            viewer = Viewer(viewer.value.replace(" ", "-"), viewer)
        return Lens(self.app, viewer, purpose, now or self.now)

    def measure(
        self,
        name: str,
        *,
        as_: Viewer | Role = Role.ANALYST,
        now: datetime | None = None,
        **asked: Any,
    ) -> Answer:
        """What the viewer is answered; by default an analyst, who sees everyone."""
        return self.lens(as_, now=now).measure(name, **asked)

    def close(self) -> None:
        """Let go of the database."""
        self.app.database.close()


def days(count: float) -> timedelta:
    """A span, for instants worked out in a test."""
    return timedelta(days=count)
