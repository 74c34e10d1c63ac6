"""The files of courses, on an origin of their own: whatever runs there cannot touch our pages.

Who knows the random id of a course may read its files, as a unit is opened without a login; nothing
about a learner is among them. No cookie is read or set."""

import asyncio
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from mimetypes import MimeTypes
from pathlib import Path

from leadline.cmi5.course import MOUNT
from leadline.cmi5.library import Library
from leadline.web.wire import Receive, Scope, Send

PIECE_BYTES = 256 * 2**10
THREADS_COUNT = 8
FRESH_SECONDS = 86_400  # a course's files never change; a browser may keep them for a day

ALWAYS = {
    "x-content-type-options": "nosniff",
    # A launch address holds who learns and where the token is: no other site may read it.
    "referrer-policy": "same-origin",
    "cache-control": f"private, max-age={FRESH_SECONDS}, immutable",
}
# What browsers refuse to guess and Python's own table lacks.
_TYPES = {
    ".avif": "image/avif",
    ".js": "text/javascript",
    ".m4a": "audio/mp4",
    ".m4v": "video/mp4",
    ".mjs": "text/javascript",
    ".ogg": "audio/ogg",
    ".ogv": "video/ogg",
    ".otf": "font/otf",
    ".ttf": "font/ttf",
    ".vtt": "text/vtt",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_BUILT_IN = MimeTypes()


@dataclass(frozen=True)
class Reply:
    """What to send. file: whose bytes from `start` on are the body; None where there is none."""

    status: int
    headers: Mapping[str, str]
    file: Path | None = None
    start: int = 0
    length: int = 0


class CourseContent:
    """The ASGI application of the content listener: GET and HEAD of /content/COURSE/PATH."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._threads = ThreadPoolExecutor(THREADS_COUNT, thread_name_prefix="content")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request; stops reading when the browser has gone away."""
        headers = {n.decode("latin-1").lower(): v.decode("latin-1") for n, v in scope["headers"]}
        loop = asyncio.get_running_loop()
        reply = await loop.run_in_executor(
            self._threads, answer, self._library, scope["method"], scope["path"], headers
        )
        written = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in reply.headers.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": written})
        if reply.file is None or scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        gone = asyncio.create_task(_gone(receive))
        try:
            await self._stream(reply, gone, send)
        finally:
            gone.cancel()

    async def _stream(self, reply: Reply, gone: asyncio.Task[None], send: Send) -> None:
        assert reply.file is not None
        loop = asyncio.get_running_loop()
        left = reply.length
        with reply.file.open("rb") as file:
            file.seek(reply.start)
            while not gone.done():
                size = min(left, PIECE_BYTES)
                piece = await loop.run_in_executor(self._threads, file.read, size)
                left -= len(piece)
                more = left > 0 and bool(piece)
                await send({"type": "http.response.body", "body": piece, "more_body": more})
                if not more:
                    return


def answer(library: Library, method: str, path: str, headers: Mapping[str, str]) -> Reply:
    """Find what is asked for (RFC 9110: conditions, one range).

    path: decoded. headers: names in lower case."""
    if method not in ("GET", "HEAD"):
        return Reply(405, {"allow": "GET, HEAD", "content-length": "0"})
    course_id, _, rest = path.removeprefix(f"{MOUNT}/").partition("/")
    found = library.file(course_id, rest) if path.startswith(f"{MOUNT}/") else None
    if found is None:
        return Reply(404, {"content-length": "0", "x-content-type-options": "nosniff"})
    facts = found.stat()
    etag = f'"{facts.st_size:x}-{facts.st_mtime_ns:x}"'
    known = {
        each.strip().removeprefix("W/") for each in headers.get("if-none-match", "").split(",")
    }
    if known & {etag, "*"}:
        return Reply(304, {**ALWAYS, "etag": etag})
    wanted = headers.get("range", "") if headers.get("if-range", etag) == etag else ""
    part = range_of(wanted, facts.st_size)
    if part is not None and not part:
        return Reply(416, {"content-range": f"bytes */{facts.st_size}", "content-length": "0"})
    return _reply(found, etag, facts.st_size, part)


def range_of(wanted: str, size: int) -> range | None:
    """The bytes that a Range header asks for: empty where there are none of those, None where the
    whole is to be sent (no range, several, or none that can be read)."""
    parsed = _RANGE.fullmatch(wanted.strip())
    if parsed is None or wanted.strip() == "bytes=-":
        return None
    first, last = parsed.groups()
    if not first:
        return range(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)


def _reply(found: Path, etag: str, size: int, part: range | None) -> Reply:
    start, length = (0, size) if part is None else (part.start, len(part))
    headers = {
        **ALWAYS,
        "content-type": media_type(found.name),
        "content-length": str(length),
        "accept-ranges": "bytes",
        "etag": etag,
    }
    if part is not None:
        headers["content-range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    return Reply(200 if part is None else 206, headers, found, start, length)


def media_type(name: str) -> str:
    """By the name alone, the same on every machine. No charset: that is the file's to say."""
    suffix = Path(name).suffix.lower()
    guessed, encoding = _BUILT_IN.guess_type(name.lower())
    if encoding is not None:
        return "application/octet-stream"
    return _TYPES.get(suffix) or guessed or "application/octet-stream"


async def _gone(receive: Receive) -> None:
    """Return when the browser has gone away."""
    while (await receive())["type"] != "http.disconnect":
        pass
