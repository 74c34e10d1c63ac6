"""GET /statements: one statement, or a page of those that match (Communication 2.1.3)."""

import hashlib
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
from leadline.lrs.message import JSON, Response
from leadline.lrs.question import more_link, wanted_by
from leadline.lrs.refusals import Refusal
from leadline.statements import Wanted, mentions
from leadline.statements.formats import canonical, ids

Json = dict[str, Any]


def get(call: Call) -> Response:
    """The statement or the StatementResult that the parameters ask for."""
    check_scope(call.credential, MAY_READ)
    wanted = wanted_by(call.request, call.version)
    if MAY_READ_ALL.isdisjoint(call.credential.scopes):
        wanted = replace(wanted, source=call.credential.source)
    found = call.parts.log.find(wanted)
    payloads = _shaped(found.payloads, wanted, call)
    if wanted.statement_id or wanted.voided_statement_id:
        response = _one(payloads)
    else:
        more = "" if found.more is None else more_link(call.request, found.more)
        response = Response(200, {"content-type": JSON}, _result(payloads, more))
    return _with_attachments(response, found.payloads, call) if wanted.attachments else response


def _one(payloads: Sequence[bytes]) -> Response:
    """The statement itself; ETag is the SHA-1 of its bytes, Last-Modified when it was stored."""
    if not payloads:
        raise Refusal(
            404, "statementId", "no statement with this id", "Check the id.", "Comm 2.1.3, 2.1.4"
        )
    stored = datetime.fromisoformat(msgspec.json.decode(payloads[0])["stored"])
    headers = {
        "content-type": JSON,
        "etag": f'"{hashlib.sha1(payloads[0], usedforsecurity=False).hexdigest()}"',
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
    statements: list[Json] = [msgspec.json.decode(payload) for payload in payloads]
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


def _with_attachments(response: Response, payloads: Sequence[bytes], call: Call) -> Response:
    statements: list[Json] = [msgspec.json.decode(payload) for payload in payloads]
    contents: dict[str, bytes] = {}
    for statement in statements:
        for attachment in attachments_of(statement):
            content = call.parts.log.attachment(attachment["sha2"])
            if content is not None:
                contents[attachment["sha2"]] = content
    return mixed(response, statements, contents)
