"""Attachments in and out: matched to their statements by hash alone (Communication 1.5.2)."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from leadline.lrs.message import JSON, Request, Response
from leadline.lrs.multipart import SECTION, Part, join, split
from leadline.lrs.refusals import Refusal

MIXED = "multipart/mixed"
HASH_BY_HEX_DIGITS = {56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}

Json = dict[str, Any]


def opened(request: Request) -> tuple[bytes, dict[str, bytes]]:
    """The statements' JSON of a PUT or POST, and the attachments sent with it, by lower-case
    sha2.

    Raises Refusal (400) for another media type or a part that breaks the format."""
    if request.media_type == JSON:
        return request.body, {}
    if request.media_type != MIXED:
        raise Refusal(
            400,
            "Content-Type",
            f"statements cannot be read from {request.media_type or 'a body without a type'}.",
            f"Send {JSON}, or {MIXED} with attachments.",
            "Comm 1.5",
        )
    first, *rest = split(request.headers["content-type"], request.body)
    if first.media_type != JSON:
        raise _wrong("part 1", f"it is not {JSON}.", "Put the statements into the first part.")
    received: dict[str, bytes] = {}
    for number, part in enumerate(rest, start=2):
        received[_verified(part, number)] = part.content
    return first.content, received


def check_complete(
    statements: Sequence[Json], received: Mapping[str, bytes], media_type: str
) -> None:
    """Every attachment has a fileUrl or its data; no data is left that no statement names.

    Raises Refusal (400)."""
    named = [attachment for statement in statements for attachment in attachments_of(statement)]
    for attachment in named:
        if "fileUrl" not in attachment and attachment["sha2"].lower() not in received:
            raise Refusal(
                400,
                "attachments",
                f"neither fileUrl nor data for the one with sha2 {attachment['sha2']}.",
                f"Send its data as a part of {MIXED}, or give a fileUrl.",
                "Comm 1.5.1" if media_type == JSON else SECTION,
            )
    excess = received.keys() - {attachment["sha2"].lower() for attachment in named}
    if excess:
        raise _wrong(
            "body",
            f"no statement names the attachment with sha2 {min(excess)}.",
            "Send only parts that a statement's attachments name.",
        )


def attachments_of(statement: Json) -> Iterator[Json]:
    """The attachment objects of a statement and of its SubStatement."""
    yield from statement.get("attachments", ())
    thing = statement["object"]
    if thing.get("objectType") == "SubStatement":
        yield from thing.get("attachments", ())


def mixed(first: Response, statements: Iterable[Json], contents: Mapping[str, bytes]) -> Response:
    """The response as multipart/mixed: its body first, then each stored attachment once."""
    parts = [Part({"Content-Type": JSON}, first.body)]
    named = {each["sha2"]: each for statement in statements for each in attachments_of(statement)}
    for sha2, attachment in named.items():
        if sha2 in contents:
            headers = {
                # On one line, whatever white space its sender put between type and parameter.
                "Content-Type": " ".join(attachment["contentType"].split()),
                "Content-Transfer-Encoding": "binary",
                "X-Experience-API-Hash": sha2,
            }
            parts.append(Part(headers, contents[sha2]))
    content_type, body = join(parts)
    return Response(first.status, {**first.headers, "content-type": content_type}, body)


def _verified(part: Part, number: int) -> str:
    declared = part.headers.get("x-experience-api-hash", "")
    if not declared:
        raise _wrong(f"part {number}", "X-Experience-API-Hash is missing.", "Add the sha2.")
    if part.headers.get("content-transfer-encoding", "").lower() != "binary":
        raise _wrong(
            f"part {number}", "Content-Transfer-Encoding is not binary.", "Send raw octets."
        )
    algorithm = HASH_BY_HEX_DIGITS.get(len(declared))
    if algorithm is None or hashlib.new(algorithm, part.content).hexdigest() != declared.lower():
        raise _wrong(
            f"part {number}",
            "X-Experience-API-Hash is not the SHA-2 of the data.",
            "Compute the hash over the raw octets of the part.",
        )
    return declared.lower()


def _wrong(field: str, reason: str, remedy: str) -> Refusal:
    return Refusal(400, field, reason, remedy, SECTION)
