"""How much a page may be sent: Django keeps a whole body before it asks who sends it."""

from leadline.lrs.message import Response
from leadline.web.wire import Asgi, Message, Receive, Scope, Send, respond

FORM_BYTES_MAX = 2 * 2**20
UPLOAD_BYTES_MAX = 512 * 2**20
UPLOADS = frozenset({"/programmes/packages/add", "/trust/files/add"})


class Bounded:
    """Pages that are sent no more than a form holds, or an upload where one belongs."""

    def __init__(self, pages: Asgi) -> None:
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """413 for a body that says it is longer; one that does not say so is cut off there."""
        most = UPLOAD_BYTES_MAX if scope["path"] in UPLOADS else FORM_BYTES_MAX
        told = dict(scope["headers"]).get(b"content-length", b"0")
        if not told.isdigit() or int(told) > most:
            body = f"It is longer than {most} bytes.".encode()
            headers = {"content-type": "text/plain", "content-length": str(len(body))}
            await respond(Response(413, headers, body), send)
            return
        taken = 0

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return message if taken <= most else {"type": "http.disconnect"}

        await self._pages(scope, bounded, send)
