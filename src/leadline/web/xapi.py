"""ASGI on one side, the sans-IO endpoint on the other. Django is never met here."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from leadline.lrs.call import Parts
from leadline.lrs.commit import Committer
from leadline.lrs.endpoint import conclude, decline, prepare
from leadline.lrs.limits import Limits
from leadline.lrs.message import Request, Response
from leadline.lrs.refusals import Refusal, busy
from leadline.store.documents import Documents
from leadline.web.wire import Receive, Scope, Send, request_of, respond

if TYPE_CHECKING:  # the endpoint needs the log and its neighbours, not the analytics that App loads
    from leadline.app import App

T = TypeVar("T")

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
        self._committer = Committer(app.log)
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
        prepared = await self._on_thread(prepare, request, self._parts)
        if isinstance(prepared, Response):
            return prepared
        outcome = await asyncio.wrap_future(self._committer.submit(prepared))
        if outcome.problem is None:
            return conclude(prepared, outcome)
        return await self._on_thread(conclude, prepared, outcome)

    async def _on_thread(self, call: Callable[..., T], *arguments: Any) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, call, *arguments)
