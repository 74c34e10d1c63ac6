"""A world of three people in one course, with a log, a directory and a lake of their own."""

import contextlib
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from leadline.curriculum import Curriculum
from leadline.directory import Customers, Directory, PersonRow
from leadline.engine import Lake
from leadline.engine import commit as commits
from leadline.engine.table import Table
from leadline.events import EVENT
from leadline.facts import Column, Fact, Sensitivity
from leadline.refresh import Parts, rebuild, refresh
from leadline.refresh.definitions import DIMENSIONS
from leadline.statements.agents import Identifier
from leadline.statements.statement import read
from leadline.store import Database, Log

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
COURSE = {
    "id": "https://lms.example.org/c/safety",
    "definition": {"type": "http://adlnet.gov/expapi/activities/course", "name": {"en": "Safety"}},
}
VERB = "http://adlnet.gov/expapi/verbs/"


def mbox(name):
    return f"mailto:{name}@example.org"


def tally_rows(m):
    return m.group_by(["person", "object"]).aggregate(
        events=m.count(), last=m.statement_id.argmax(m.place), cycles=m.cycle_no.max()
    )


TALLY = Fact(
    "tally",
    "person × object",
    {
        "person": Column("int64", Sensitivity.KEY, "who"),
        "object": Column("string", Sensitivity.CONTENT, "about what"),
        "events": Column("int64", Sensitivity.ACTIVITY, "how many"),
        "last": Column("string", Sensitivity.ACTIVITY, "newest statement"),
        "cycles": Column("int64", Sensitivity.ACTIVITY, "newest cycle"),
    },
    tally_rows,
)
FACTS = {"tally": TALLY}
SCHEMAS = {"event": EVENT, **DIMENSIONS, "tally": TALLY.schema().to_pyarrow()}


class World:
    """Speak, import people, refresh; ask for rows."""

    def __init__(self, folder, facts=FACTS, schemas=SCHEMAS, threads=1):
        self.folder = folder
        self.threads = threads
        self.facts = facts
        self.schemas = schemas
        self.database = Database.open(f"sqlite:///{folder / 'log.db'}")
        self.log = Log(self.database)
        self.directory = Directory(self.database)
        self.count = 0
        self.writer = self.lake

    @property
    def lake(self):
        """As another process would open it."""
        folder = str(self.folder / "lake")
        return Lake.open(folder, memory_mb=512, threads=self.threads, schemas=self.schemas)

    def parts(self):
        curriculum = Curriculum(self.database, self.directory)
        declared = (curriculum, Customers(self.database, self.directory))
        return Parts(
            self.database, self.log, self.directory, *declared, self.writer, facts=self.facts
        )

    def say(self, name, verb="experienced", *, about=COURSE, minute=None, id=None, **more):
        """One statement into the log; gives its id."""
        self.count += 1
        id = id or str(uuid.UUID(int=self.count))
        value = {
            "id": id,
            "actor": {"mbox": mbox(name)},
            "verb": {"id": verb if ":" in verb else VERB + verb},
            "object": about,
            "timestamp": (
                NOON + timedelta(minutes=self.count if minute is None else minute)
            ).isoformat(),
            **more,
        }
        self._append(value)
        return id

    def void(self, target):
        self.count += 1
        self._append(
            {
                "id": str(uuid.UUID(int=10_000 + self.count)),
                "actor": {"mbox": mbox("dov")},
                "verb": {"id": VERB + "voided"},
                "object": {"objectType": "StatementRef", "id": target},
                "timestamp": NOON.isoformat(),
            }
        )

    def _append(self, value):
        authority = {"mbox": mbox("lms")}
        statement = read(value, stored=datetime.now(UTC), authority=authority)
        self.log.append([statement], source="lms", on_conflict="report")

    def claim(self, person, *names):
        identifiers = tuple(Identifier("mbox", mbox(name)) for name in names)
        changes = self.directory.apply([PersonRow(person_id=person, identifiers=identifiers)])
        assert not changes.errors, changes.errors

    def key(self, name):
        identifier = Identifier("mbox", mbox(name))
        return self.directory.actors([identifier])[identifier]

    def refresh(self):
        return self._written(refresh)

    def rebuild(self):
        return self._written(rebuild)

    def _written(self, write):
        try:
            return write(self.parts())
        except Killed:
            self.writer = self.lake  # the next one is another process
            raise

    def rows(self, table="tally"):
        found = self.lake.connect().table(table).to_pyarrow().to_pylist()
        return sorted(found, key=repr)

    def coherent(self):
        """Whether the visible facts are those of the visible events."""
        connection = self.lake.connect()
        tables = ("event", "link", "tally")
        seen = {name: connection.table(name).to_pyarrow().to_pylist() for name in tables}
        rows = {(row["person"], row["object"]): row["events"] for row in seen["tally"]}
        return len(rows) == len(seen["tally"]) and rows == counted(seen)

    def visible(self):
        """Everything a reader can see, comparable."""
        connection = self.lake.connect()
        tables = (*self.facts, "event", *DIMENSIONS)
        seen = {name: connection.table(name).to_pyarrow().to_pylist() for name in tables}
        for event in seen["event"]:
            del event["voids_actor"]  # a hint for the refresh: known where the target came first
        return {name: sorted(map(repr, rows)) for name, rows in seen.items()}


def counted(seen):
    """The tally of what is visible, counted by hand from the visible events and links."""
    link = {row["actor"]: row["person"] for row in seen["link"]}
    gone = {event["voids"] for event in seen["event"]}
    tally = {}
    for event in seen["event"]:
        if event["statement_id"] not in gone and event["did"] != "voided":
            key = (link.get(event["actor"], event["actor"]), event["object"])
            tally[key] = tally.get(key, 0) + 1
    return tally


class Killed(BaseException):
    """Stands for kill -9 at one write to the lake."""


@contextlib.contextmanager
def killed_at(step):
    """Die before the n-th write to the lake (0, 1, …; None: live); gives the list of writes."""
    writes = []

    def deadly(write):
        def wrapped(*args, **kwargs):
            writes.append(write.__name__)
            if len(writes) - 1 == step:
                raise Killed
            return write(*args, **kwargs)

        return wrapped

    with pytest.MonkeyPatch.context() as patch:
        for name in ("append", "overwrite", "restore", "remove", "merge_small_files"):
            patch.setattr(Table, name, deadly(getattr(Table, name)))
        patch.setattr(commits, "write", deadly(commits.write))
        with contextlib.suppress(Killed):
            yield writes
