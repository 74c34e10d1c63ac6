"""ASGI's messages and the two values that the endpoints know: what comes in, what goes out."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import IO, Any

from leadline.lrs.message import Request, Response

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]
OnThread = Callable[..., Awaitable[Any]]

PIECE_BYTES = 256 * 2**10


def request_of(scope: Scope, mount: str) -> Request:
    """The request without its body. mount: the path under which the endpoint stands."""
    base = scope.get("root_path", "") + mount
    return Request(
        method=scope["method"],
        path="/" + scope["path"].removeprefix(base).strip("/"),
        query=scope["query_string"].decode("latin-1"),
        headers={
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        },
        base=base,
    )


async def respond(response: Response, send: Send) -> None:
    """Send a response whose body is in memory."""
    await send(_start(response))
    await send({"type": "http.response.body", "body": response.body})


async def respond_from(
    response: Response, file: IO[bytes], on_thread: OnThread, send: Send
) -> None:
    """Send a response whose body is a file, in pieces, read on a thread."""
    await send(_start(response))
    while piece := await on_thread(file.read, PIECE_BYTES):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _start(response: Response) -> Message:
    headers = [
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in response.headers.items()
    ]
    return {"type": "http.response.start", "status": response.status, "headers": headers}
