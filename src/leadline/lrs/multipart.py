"""multipart/mixed, as statements travel with their attachments (Communication 1.5.2, RFC 2046)."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message

from leadline.lrs.refusals import Refusal

SECTION = "Comm 1.5.2"
PART_LIMIT_COUNT = 1000
HEADER_LIMIT_BYTES = 8192


@dataclass(frozen=True, slots=True)
class Part:
    """One part: headers by lower-case name, and its bytes exactly as sent."""

    headers: dict[str, str]
    content: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def split(content_type: str, body: bytes) -> list[Part]:
    """The parts of a body. Raises Refusal: 400 where it is not well-formed multipart/mixed,
    413 for too many parts."""
    boundary = _boundary(content_type)
    mark = b"--" + boundary
    body = b"\r\n" + body  # the first delimiter needs no line break before it
    pieces = body.split(b"\r\n" + mark)
    if len(pieces) < 3 or not pieces[-1].startswith(b"--"):
        raise _wrong("body", "the closing boundary is missing.", "End with --boundary--.")
    if pieces[0].strip():
        raise _wrong("body", "it does not start with the boundary.", "Start with --boundary.")
    if len(pieces) > PART_LIMIT_COUNT:
        reason, remedy = f"it has more than {PART_LIMIT_COUNT} parts.", "Send fewer statements."
        raise Refusal(413, "body", reason, remedy, SECTION)
    return [_part(piece) for piece in pieces[1:-1]]


def join(parts: Iterable[Part]) -> tuple[str, bytes]:
    """Content-Type and body of parts; the boundary is random, so no content can contain it."""
    boundary = secrets.token_hex(16)
    out: list[bytes] = []
    for part in parts:
        out.append(f"--{boundary}\r\n".encode())
        out.extend(f"{name}: {value}\r\n".encode() for name, value in part.headers.items())
        out += [b"\r\n", part.content, b"\r\n"]
    out.append(f"--{boundary}--\r\n".encode())
    return f'multipart/mixed; boundary="{boundary}"', b"".join(out)


def _boundary(content_type: str) -> bytes:
    header = Message()
    header["content-type"] = content_type
    boundary = header.get_param("boundary")
    if not isinstance(boundary, str) or not 0 < len(boundary) <= 70:
        raise _wrong(
            "Content-Type", "the boundary is missing.", "Name it: multipart/mixed; boundary=…"
        )
    return boundary.encode("latin-1", "replace")


def _part(piece: bytes) -> Part:
    padding, line_break, rest = piece.partition(b"\r\n")
    head, blank, content = (b"\r\n" + rest).partition(b"\r\n\r\n")
    if padding.strip() or not line_break or not blank:
        raise _wrong("body", "a part has no blank line after its headers.", "Add the empty line.")
    if len(head) > HEADER_LIMIT_BYTES:
        raise _wrong("body", f"headers of a part exceed {HEADER_LIMIT_BYTES} bytes.", "Cut them.")
    headers: dict[str, str] = {}
    for line in head.decode("latin-1").split("\r\n")[1:]:
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise _wrong("body", f"{line[:60]!r} is not a header.", "Write it as Name: value.")
        headers[name.strip().lower()] = value.strip()
    return Part(headers, content)


def _wrong(field: str, reason: str, remedy: str) -> Refusal:
    return Refusal(400, field, reason, remedy, SECTION)
