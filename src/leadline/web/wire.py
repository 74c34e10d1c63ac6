"""ASGI's messages and the two values that the endpoints know: what comes in, what goes out."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from leadline.lrs.message import Request, Response

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


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
    headers = [
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in response.headers.items()
    ]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
