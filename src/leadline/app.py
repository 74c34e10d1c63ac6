"""The one place where the world is put together.

What takes long to load (the engine, Ibis, SciPy) is loaded with the part that needs it: a command
that takes in statements or lists credentials starts in a fraction of the time."""

import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from leadline.config import Settings
from leadline.curriculum import Curriculum
from leadline.directory import Customers, Directory
from leadline.store import (
    Audit,
    Credentials,
    Database,
    Log,
    Quarantine,
    Sources,
    Systems,
    Unavailable,
)
from leadline.store.alerts import Alerts

if TYPE_CHECKING:
    from leadline.actions.decisions import Ledger
    from leadline.actions.frozen import Archive
    from leadline.checks import Checks
    from leadline.checks.checks import Learned
    from leadline.cmi5.enrolment import Enrolment
    from leadline.cmi5.library import Library
    from leadline.cmi5.lms import Lms
    from leadline.engine import Lake
    from leadline.insights.stored import Findings
    from leadline.insights.survey import Surveyed
    from leadline.privacy.keep import Kept
    from leadline.privacy.view import Views
    from leadline.refresh import Parts, Refreshed, Step

BEHIND_STATEMENTS_MAX = 100_000
Progress = Callable[["Step"], None]


def silent(step: "Step") -> None:
    """Tell nobody how far a refresh is."""


@dataclass(frozen=True)
class App:
    """What the commands, the pages and the endpoint work with. Parts open on first use."""

    settings: Settings

    @cached_property
    def database(self) -> Database:
        return Database.open(self.settings.database_url)

    @cached_property
    def log(self) -> Log:
        return Log(self.database)

    @cached_property
    def sources(self) -> Sources:
        return Sources(self.database)

    @cached_property
    def systems(self) -> Systems:
        return Systems(self.database)

    @cached_property
    def quarantine(self) -> Quarantine:
        return Quarantine(self.database)

    @cached_property
    def credentials(self) -> Credentials:
        return Credentials(self.database)

    @cached_property
    def audit(self) -> Audit:
        return Audit(self.database)

    @cached_property
    def directory(self) -> Directory:
        return Directory(self.database)

    @cached_property
    def customers(self) -> Customers:
        return Customers(self.database, self.directory)

    @cached_property
    def curriculum(self) -> Curriculum:
        return Curriculum(self.database, self.directory)

    @cached_property
    def archive(self) -> "Archive":
        from leadline.actions.frozen import Archive

        return Archive(self)

    @cached_property
    def findings(self) -> "Findings":
        from leadline.insights.stored import Findings

        return Findings(self.database)

    @cached_property
    def ledger(self) -> "Ledger":
        from leadline.actions.decisions import Ledger

        return Ledger(self.database)

    @cached_property
    def alerts(self) -> Alerts:
        return Alerts(self.database)

    @cached_property
    def library(self) -> "Library":
        from leadline.cmi5.library import Library

        return Library(self.database, self.settings.home / "courses", self.settings.address)

    @cached_property
    def lms(self) -> "Lms":
        from leadline.cmi5.launches import Addresses
        from leadline.cmi5.lms import Lms, Parts
        from leadline.store.documents import Documents

        home = self.settings.address
        addresses = Addresses(
            home, f"{home}/xapi", f"{home}/api/cmi5/fetch", self.settings.content_address
        )
        documents = Documents(self.database)
        return Lms(
            Parts(self.database, self.log, documents, self.library, self.directory, addresses)
        )

    @cached_property
    def enrolment(self) -> "Enrolment":
        from leadline.cmi5.enrolment import Enrolment

        return Enrolment(self.database, self.log, self.lms, self.settings.address)

    @cached_property
    def checks(self) -> "Checks":
        from leadline.checks import Checks, Parts
        from leadline.checks.mail import Post

        chosen = self.settings
        post = Post(chosen.smtp_url, chosen.sender) if chosen.smtp_url else None
        return Checks(
            Parts(
                *(self.database, self.log, self.directory, self.curriculum),
                learned=self._learned,
                facts=lambda: self.lake.committed().number,
                home=chosen.address,
                zone=chosen.reporting_zone,
                organisation=chosen.organisation,
                post=post,
            )
        )

    def _learned(self, test: str, since: datetime) -> "list[Learned]":
        from leadline.privacy.learned import learners
        from leadline.privacy.view import newest

        view = newest(self.lake)
        tables = self.lake.connect(view.snapshot).table
        return learners(tables, view, self.settings.reporting_zone, (test, since))

    @cached_property
    def kept(self) -> "Kept":
        from leadline.privacy.keep import Kept

        return Kept()

    @cached_property
    def views(self) -> "Views":
        from leadline.privacy.view import Views

        return Views(self.lake)

    @cached_property
    def lake(self) -> "Lake":
        from leadline.engine import Lake
        from leadline.refresh import schemas

        return Lake.open(
            self.settings.lake_url,
            memory_mb=self.settings.engine_memory_mb,
            threads=self.settings.engine_threads,
            schemas=schemas(),
        )

    def refresh(self, progress: Progress = silent) -> "Refreshed":
        """Make what the log and the directory have gained visible in the lake."""
        from leadline.refresh import refresh

        return refresh(self._river, progress)

    def rebuild(self, progress: Progress = silent) -> "Refreshed":
        """Write the lake anew from the log."""
        from leadline.refresh import rebuild

        return rebuild(self._river, progress)

    def alert(self, now: datetime | None = None) -> int:
        """Raise the alerts that are due (now: as of this instant); gives how many were new."""
        from leadline.actions.alerts import alert
        from leadline.privacy.view import View

        at = now or datetime.now(UTC)
        return alert(self, self.alerts, View(self.lake.snapshot(), at))

    def survey(self, *, at_once: bool = False) -> "Surveyed | None":
        """Look for findings and store them, if it is time; see insights.survey."""
        from leadline.insights.survey import survey

        return survey(self, at_once=at_once)

    @property
    def _river(self) -> "Parts":
        from leadline.refresh import Parts

        zone = self.settings.reporting_zone
        declared = (self.curriculum, self.customers)
        return Parts(self.database, self.log, self.directory, *declared, self.lake, zone)


def build(settings: Settings) -> App:
    """Make LEADLINE_HOME where it is missing (folder, secrets, tables) and open what is in it."""
    for folder in (settings.home, settings.secrets):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret(settings, "django")
    return App(settings)


def secret(settings: Settings, name: str) -> str:
    """A secret of this installation, made once and kept in a file that only its owner reads."""
    settings.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = settings.secrets / f"{name}.key"
    if not path.exists():
        fresh = settings.secrets / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        with suppress(FileExistsError):  # a second process that starts at the same time
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text()


def examine(app: App) -> Iterator[tuple[str, str | None]]:
    """What `leadline doctor` checks: each thing, with what is wrong and the remedy, or None."""
    from leadline.engine import UnreadableTable

    checks: dict[str, Callable[[App], str | None]] = {
        "home can be written": _home,
        "database answers": _database,
        "lake can be read": _lake,
        "access log is unbroken": _chain,
        "frozen figures are unaltered": _frozen,
    }
    for what, check in checks.items():
        try:
            yield what, check(app)
        except (OSError, Unavailable, UnreadableTable) as problem:
            yield what, str(problem)


def _home(app: App) -> str | None:
    with tempfile.TemporaryFile(dir=app.settings.home) as file:
        file.write(b"leadline")
    return None


def _database(app: App) -> str | None:
    app.database.execute("SELECT 1")
    return None


def _lake(app: App) -> str | None:
    snapshot = app.lake.snapshot()
    behind = app.log.head() - snapshot.mark
    app.lake.connect(snapshot).table("event").count().to_pyarrow()
    if behind > BEHIND_STATEMENTS_MAX:
        return f"{behind} statements wait to be counted; is `leadline worker` running?"
    return None


def _chain(app: App) -> str | None:
    broken = app.audit.verify()
    if broken is None:
        return None
    return f"Entry {broken} was changed or taken out; compare with a backup and find out by whom."


def _frozen(app: App) -> str | None:
    altered = app.archive.altered()
    return f"Changed since: {', '.join(altered)}; take them from a backup." if altered else None
