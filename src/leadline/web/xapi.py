"""ASGI on one side, the sans-IO endpoint on the other. Django is never met here."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from leadline.lrs.call import Parts, Writing
from leadline.lrs.commit import Committer, Outcome
from leadline.lrs.endpoint import conclude, decline, prepare
from leadline.lrs.limits import Limits
from leadline.lrs.message import Request, Response
from leadline.lrs.refusals import Refusal, busy
from leadline.store.documents import Documents
from leadline.web.wire import Receive, Scope, Send, request_of, respond

if TYPE_CHECKING:  # the endpoint needs the log and its neighbours, not the analytics that App loads
    from leadline.app import App

T = TypeVar("T")
Reply = asyncio.Future[Response | tuple[Writing, Outcome]]

MOUNT = "/xapi"
BODY_LIMIT_BYTES = 32 * 2**20
IN_FLIGHT_LIMIT_BYTES = 256 * 2**20
THREADS_COUNT = 8


class XapiEndpoint:
    """The ASGI application of every path under `/xapi/`.

    Requests are prepared on a few threads; the writes of all of them meet in one committer, and
    each reply waits until its own statements are durable."""

    def __init__(self, app: "App") -> None:
        settings = app.settings
        home_page = settings.public_url or f"http://{settings.host}:{settings.port}"
        self._parts = Parts(
            app.log,
            Documents(app.database),
            app.sources,
            app.credentials,
            home_page,
            limits=Limits(settings.requests_per_minute, settings.statements_per_minute),
            guard=app.lms.gate,
        )
        self._committer = Committer(app.log, self._deliver)
        self._threads = ThreadPoolExecutor(THREADS_COUNT, thread_name_prefix="xapi")
        self._in_flight_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request; nothing is answered to a sender that has gone away."""
        request = request_of(scope, MOUNT)
        pieces: list[bytes] = []
        try:
            whole = await self._receive(receive, pieces)
            if not whole:
                return
            response = await self._answer(replace(request, body=b"".join(pieces)))
        except Refusal as problem:
            response = await self._on_thread(decline, request, problem, self._parts)
        finally:
            self._in_flight_bytes -= sum(map(len, pieces))
        await respond(response, send)

    def close(self) -> None:
        """Let the requests under way finish, commit what waits, stop the threads."""
        self._threads.shutdown(wait=True)
        self._committer.close()

    async def _receive(self, receive: Receive, pieces: list[bytes]) -> bool:
        """Collect the body; False where the sender went away before its end.

        Raises Refusal: 413 for a body over the limit, 503 where all bodies together are."""
        length = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return False
            pieces.append(message.get("body", b""))
            length += len(pieces[-1])
            self._in_flight_bytes += len(pieces[-1])
            if length > BODY_LIMIT_BYTES:
                raise Refusal(
                    413,
                    "body",
                    f"it is longer than {BODY_LIMIT_BYTES} bytes.",
                    "Send fewer statements in a request.",
                    "Comm 3.2",
                )
            if self._in_flight_bytes > IN_FLIGHT_LIMIT_BYTES:
                raise busy("More is being received than memory was set aside for.")
            if not message.get("more_body", False):
                return True

    async def _answer(self, request: Request) -> Response:
        self._loop = asyncio.get_running_loop()
        reply: Reply = self._loop.create_future()
        started = self._threads.submit(self._begin, request, reply)
        started.add_done_callback(partial(self._break_off, reply))
        done = await reply
        if isinstance(done, Response):
            return done
        writing, outcome = done
        if outcome.problem is None:
            return conclude(writing, outcome)
        return await self._on_thread(conclude, writing, outcome)

    def _begin(self, request: Request, reply: Reply) -> None:
        """On a thread: answer, or hand a write to the committer straight from here. Each time that
        threads wait for one another costs more than many a check."""
        prepared = prepare(request, self._parts)
        if isinstance(prepared, Response):
            self._deliver(partial(_settle, reply, prepared))
        else:
            self._committer.submit(prepared, partial(_settle_write, reply, prepared))

    def _break_off(self, reply: Reply, started: Future[None]) -> None:
        problem = started.exception()
        if problem is not None:
            self._deliver(partial(_fail, reply, problem))

    def _deliver(self, settle: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(settle)

    async def _on_thread(self, call: Callable[..., T], *arguments: Any) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, call, *arguments)


def _settle(reply: Reply, done: Response | tuple[Writing, Outcome]) -> None:
    if not reply.done():  # it is, where the sender has gone away
        reply.set_result(done)


def _settle_write(reply: Reply, writing: Writing, outcome: Outcome) -> None:
    _settle(reply, (writing, outcome))


def _fail(reply: Reply, problem: BaseException) -> None:
    if not reply.done():
        reply.set_exception(problem)
