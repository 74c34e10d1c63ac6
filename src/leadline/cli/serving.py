"""`leadline serve` and `leadline worker`: the two ways to run, in one process or in several."""

import gc
import logging
import signal
import sys
import time
from abc import ABC, abstractmethod
from threading import Event, Thread
from types import FrameType
from typing import TYPE_CHECKING

import click

from leadline.cli.content_server import ContentServer

if TYPE_CHECKING:  # Django has to be set up before the application is made
    from leadline.app import App
    from leadline.privacy.keeper import Keeper

log = logging.getLogger("leadline.worker")

PAUSE_SECONDS_MAX = 300
# A commit lets go of the interpreter at each sentence; with Python's 5 ms it then waits so long for
# each of the threads that read statements.
SWITCH_SECONDS = 0.0005
COLLECTED_AFTER_OBJECTS = (
    50_000  # one batch of statements is thousands, and all of them short-lived
)
STOP_SECONDS = 60  # a refresh that takes longer is cut off; the next start goes on from its commit


class Rounds(ABC):
    """Does something every few seconds in a thread of its own, until told to stop.

    A round that fails is logged and tried again after a pause that doubles each time."""

    def __init__(self, app: "App") -> None:
        self._app = app
        self._stop = Event()
        self._thread = Thread(target=self.run, name=type(self).__name__.lower(), daemon=True)

    def start(self) -> None:
        """Run beside the caller."""
        self._thread.start()

    def stop(self, *_: int | FrameType | None) -> None:
        """Finish the round at hand and end; may be used as a signal handler."""
        self._stop.set()

    def join(self) -> None:
        """Wait for the round at hand, but not for ever."""
        self._thread.join(STOP_SECONDS)

    def run(self) -> None:
        """Round, pause, round … in the caller's thread."""
        usual = self._app.settings.refresh_seconds
        pause: float = usual
        while not self._stop.wait(pause):
            pause = usual if self.once() else min(pause * 2, PAUSE_SECONDS_MAX)

    @abstractmethod
    def once(self) -> bool:
        """One round; False where it failed."""


class Worker(Rounds):
    """Turns new statements into facts."""

    def once(self) -> bool:
        """One refresh; False where it failed."""
        from leadline.privacy.files import let_go

        began = time.monotonic()
        try:
            self._app.lms.tidy()
            let_go(self._app.settings.home)
            done = self._app.refresh()
        except Exception:  # the edge of the process: whatever it is, the next round may succeed
            log.exception("refresh failed; it will be tried again")
            return False
        if done.statements:
            seconds = time.monotonic() - began
            log.info("refreshed %d statements in %.1f s", done.statements, seconds)
        return True


class Surveyor(Rounds):
    """Looks for findings in what was refreshed, as often as that costs little."""

    def once(self) -> bool:
        """One survey, if it is time; False where it failed."""
        try:
            done = self._app.survey()
        except Exception:  # as for the worker; what was found before is still shown
            log.exception("looking for findings failed; it will be tried again")
            return False
        if done:
            log.info("looked for findings in %.1f s", done.seconds)
        return True


class Alerter(Rounds):
    """Tells people of their due days, on the day of their zone."""

    def __init__(self, app: "App") -> None:
        super().__init__(app)
        self._seen: object = None

    def once(self) -> bool:
        """One round, if something was counted or a quarter of an hour has gone since the last."""
        try:
            from leadline.privacy.view import newest  # with the engine, which takes long to load

            view = newest(self._app.lake)
            if (view.snapshot.version, view.now) == self._seen:
                return True
            done = self._app.alert(view.now)
            self._seen = (view.snapshot.version, view.now)
        except Exception:  # as for the worker; what was raised stays raised
            log.exception("raising alerts failed; it will be tried again")
            return False
        if done:
            log.info("raised %d alerts", done)
        return True


class Inviter(Rounds):
    """Sends delayed checks to those whose day it is; a mail server that hangs holds up no fact."""

    def once(self) -> bool:
        """One round of invitations; False where it failed, or the mail server took no letter."""
        try:
            done = self._app.checks.round()
        except Exception:  # as for the worker; what was issued is issued
            log.exception("sending delayed checks failed; it will be tried again")
            return False
        if done.issued or done.letters:
            log.info("asked %d people, wrote %d letters", done.issued, done.letters)
        if done.held_up:
            log.warning("the mail server takes no letters just now; they will be tried again")
        return not done.held_up


@click.command("serve")
@click.option("--no-worker", is_flag=True, help="Leave the refreshing to `leadline worker`.")
def serve_command(no_worker: bool) -> None:
    """Serve the pages, the xAPI endpoint and course content, and keep the facts fresh."""
    import uvicorn

    from leadline.accounts.start import start

    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(COLLECTED_AFTER_OBJECTS)
    app = start()
    content = ContentServer(app)
    from leadline.privacy.keeper import Keeper

    keeper = Keeper(app)
    ahead = Thread(target=_keep_ahead, args=(keeper,), name="keeper", daemon=True)
    ahead.start()  # nobody waits for it
    settings = app.settings
    config = uvicorn.Config(
        "leadline.web.asgi:application",
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,  # silent at this level, and yet a part of the cost of each request
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    rounds: list[Rounds] = (
        []
        if no_worker
        else [
            Worker(app),
            Surveyor(app),
            Alerter(app),
            Inviter(app),
        ]
    )
    for each in rounds:
        each.start()
    address = settings.public_url or f"http://{settings.host}:{settings.port}"
    click.echo(f"Leadline serves {address} (stop with Ctrl-C)")
    content.start()
    try:
        uvicorn.Server(config).run()
    finally:
        content.stop()
        keeper.stop()
        for each in rounds:
            each.stop()
        for each in rounds:
            each.join()
        ahead.join(STOP_SECONDS)


def _keep_ahead(keeper: "Keeper") -> None:
    from leadline.web.warm import warm

    warm()
    gc.collect()
    gc.freeze()  # what is loaded by now stays, and need not be gone through at each collection
    keeper.run()


@click.command("worker")
def worker_command() -> None:
    """Keep the facts fresh without serving anything; stops cleanly on SIGTERM."""
    from leadline.accounts.start import start

    app = start()
    worker, beside = Worker(app), (Surveyor(app), Alerter(app), Inviter(app))
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, worker.stop)
    click.echo("Leadline's worker runs (stop with Ctrl-C)")
    for each in beside:
        each.start()
    worker.run()
    for each in beside:
        each.stop()
    for each in beside:
        each.join()
