"""ASGI on one side, the sans-IO cmi5 API on the other: large bodies go to disk, both ways."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, TypeVar

from leadline.cmi5.api import Admitted, Parts, admitted, answered, declined
from leadline.cmi5.resources import Filed
from leadline.lrs.limits import Limits
from leadline.lrs.message import Response
from leadline.lrs.refusals import Refusal
from leadline.web.wire import Receive, Scope, Send, request_of, respond, respond_from

if TYPE_CHECKING:
    from leadline.app import App

T = TypeVar("T")

MOUNT = "/api/cmi5"
THREADS_COUNT = 4
IN_MEMORY_BYTES = 2**20


class Cmi5Api:
    """The ASGI application of every path under `/api/cmi5/`."""

    def __init__(self, app: "App") -> None:
        settings = app.settings
        limits = Limits(settings.requests_per_minute, settings.statements_per_minute)
        self._parts = Parts(app.library, app.lms, app.credentials, limits)
        self._threads = ThreadPoolExecutor(THREADS_COUNT, thread_name_prefix="cmi5")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request; who may not ask is told so before a body is read."""
        asked = await self._on_thread(admitted, request_of(scope, MOUNT), self._parts)
        if isinstance(asked, Response):
            await respond(asked, send)
            return
        with SpooledTemporaryFile(IN_MEMORY_BYTES) as body:
            try:
                whole = await self._receive(receive, asked, body)
            except Refusal as problem:
                await respond(declined(problem), send)
                return
            if whole:
                body.seek(0)
                await self._send(await self._on_thread(answered, asked, body), scope, send)

    def close(self) -> None:
        """Let the requests under way finish."""
        self._threads.shutdown(wait=True)

    async def _receive(self, receive: Receive, asked: Admitted, body: IO[bytes]) -> bool:
        """Write the body down; False where the sender went away. Raises Refusal (413)."""
        length = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return False
            piece = message.get("body", b"")
            length += len(piece)
            asked.check_length(length)
            await self._on_thread(body.write, piece)
            if not message.get("more_body", False):
                return True

    async def _send(self, answer: Response | Filed, scope: Scope, send: Send) -> None:
        if scope["method"] == "HEAD":
            plain = answer.response if isinstance(answer, Filed) else answer
            await respond(Response(plain.status, plain.headers), send)
        elif isinstance(answer, Filed):
            with answer.path.open("rb") as file:
                await respond_from(answer.response, file, self._on_thread, send)
        else:
            await respond(answer, send)

    async def _on_thread(self, call: Callable[..., T], *arguments: Any) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, call, *arguments)
