"""GET /statements: one statement, or a page of those that match (Communication 2.1.3)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from typing import Any

import msgspec

from leadline.lrs.access import MAY_READ, MAY_READ_ALL, check_scope
from leadline.lrs.attachments import attachments_of, mixed
from leadline.lrs.call import Call
from leadline.lrs.languages import accepted_languages
from leadline.lrs.message import JSON, Response, etag_of
from leadline.lrs.question import more_link, wanted_by
from leadline.lrs.refusals import Refusal
from leadline.statements import Wanted, mentions
from leadline.statements.formats import canonical, ids
from leadline.store import Found, Log

ATTACHMENTS_LIMIT_BYTES = 64 * 2**20

Json = dict[str, Any]


def get(call: Call) -> Response:
    """The statement or the StatementResult that the parameters ask for."""
    check_scope(call.credential, MAY_READ)
    wanted = wanted_by(call.request, call.version)
    if MAY_READ_ALL.isdisjoint(call.credential.scopes):
        wanted = replace(wanted, source=call.credential.source)
    if call.guard is not None:
        wanted = call.guard.narrow(call, wanted)
    found, contents = _found(call.parts.log, wanted)
    payloads = _shaped(found.payloads, wanted, call)
    if wanted.statement_id or wanted.voided_statement_id:
        response = _one(payloads)
    else:
        more = "" if found.more is None else more_link(call.request, found.more)
        response = Response(200, {"content-type": JSON}, _result(payloads, more))
    if wanted.attachments:
        return mixed(response, map(_decoded, found.payloads), contents)
    return response


def _found(log: Log, wanted: Wanted) -> tuple[Found, dict[str, bytes]]:
    """The page and, where they are asked for, its attachments by sha2.

    A page whose attachments would not fit into ATTACHMENTS_LIMIT_BYTES is made shorter."""
    while True:
        found = log.find(wanted)
        if not wanted.attachments:
            return found, {}
        contents, fitting = _contents(log, found.payloads)
        if fitting == len(found.payloads):
            return found, contents
        wanted = replace(wanted, limit=fitting)


def _contents(log: Log, payloads: Sequence[bytes]) -> tuple[dict[str, bytes], int]:
    """Attachments of the first statements, and how many of those there are: one at least."""
    contents: dict[str, bytes] = {}
    length = 0
    for number, payload in enumerate(payloads):
        for attachment in attachments_of(_decoded(payload)):
            sha2 = attachment["sha2"]
            content = None if sha2 in contents else log.attachment(sha2)
            if content is not None:
                contents[sha2] = content
                length += len(content)
        if length > ATTACHMENTS_LIMIT_BYTES and number > 0:
            return contents, number
    return contents, len(payloads)


def _one(payloads: Sequence[bytes]) -> Response:
    """The statement itself; ETag is the SHA-1 of its bytes, Last-Modified when it was stored."""
    if not payloads:
        reason = "no statement with this id can be read under this parameter."
        raise Refusal(404, "statementId", reason, "Check the id.", "Comm 2.1.3, 2.1.4")
    stored = datetime.fromisoformat(_decoded(payloads[0])["stored"])
    headers = {
        "content-type": JSON,
        "etag": etag_of(payloads[0]),
        "last-modified": format_datetime(stored, usegmt=True),
    }
    return Response(200, headers, payloads[0])


def _result(payloads: Sequence[bytes], more: str) -> bytes:
    """A StatementResult; the stored bytes are joined, not decoded (Data 2.5)."""
    return b'{"statements":[%b],"more":%b}' % (b",".join(payloads), msgspec.json.encode(more))


def _shaped(payloads: Sequence[bytes], wanted: Wanted, call: Call) -> Sequence[bytes]:
    """The payloads in the format asked for; exact ones are the stored bytes."""
    if wanted.format == "exact":
        return payloads
    statements = [_decoded(payload) for payload in payloads]
    if wanted.format == "ids":
        return [msgspec.json.encode(ids(statement)) for statement in statements]
    languages = accepted_languages(call.request.headers.get("accept-language", ""))
    named = {activity for statement in statements for activity in _activities(statement)}
    definitions = call.parts.log.definitions(named)
    return [msgspec.json.encode(canonical(each, definitions, languages)) for each in statements]


def _activities(statement: Json) -> frozenset[str]:
    """Ids of all activities of a stored statement, whose definitions canonical format shows."""
    found = mentions(statement)
    main = () if found.activity is None else (found.activity,)
    return found.related_activities.union(main)


def _decoded(payload: bytes) -> Json:
    statement: Json = msgspec.json.decode(payload)
    return statement
