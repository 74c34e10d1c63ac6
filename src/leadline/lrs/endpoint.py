"""The xAPI endpoint: `answer(request, parts)`, a route table, and nothing that knows of sockets."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from leadline.lrs import about, lookups, reads, writes
from leadline.lrs.access import ANYWHERE, authenticated, check_origin, readable_from
from leadline.lrs.alternate import spoken_in, unwrapped
from leadline.lrs.call import Call, Parts, Writing
from leadline.lrs.commit import Outcome, commit, complete_through
from leadline.lrs.documents import ACTIVITY_PROFILE, AGENT_PROFILE, STATE, DocumentResource
from leadline.lrs.message import Request, Response
from leadline.lrs.refusals import Refusal, refused
from leadline.lrs.versions import HEADER, NEWEST, Version, negotiate, spoken_by
from leadline.statements import BadStatement
from leadline.statements.forms import stamp
from leadline.store import Unavailable

STATEMENTS = "/statements"
Answering = Callable[[Call], Response | Writing]
PUBLIC: dict[str, dict[str, Callable[[Request], Response]]] = {"/about": {"GET": about.get}}


def _methods(documents: DocumentResource) -> dict[str, Answering]:
    return {
        "GET": documents.get,
        "PUT": documents.put,
        "POST": documents.post,
        "DELETE": documents.delete,
    }


ROUTES: dict[str, dict[str, Answering]] = {
    STATEMENTS: {"GET": reads.get, "PUT": writes.put, "POST": writes.post},
    "/activities": {"GET": lookups.activity},
    "/activities/state": _methods(STATE),
    "/activities/profile": _methods(ACTIVITY_PROFILE),
    "/agents": {"GET": lookups.person},
    "/agents/profile": _methods(AGENT_PROFILE),
}
CONSISTENT_THROUGH = "x-experience-api-consistent-through"
EXPOSED_HEADERS = {
    "access-control-expose-headers": "ETag, Last-Modified, Content-Length, Retry-After, "
    "X-Experience-API-Version, X-Experience-API-Consistent-Through",
}
PREFLIGHT_HEADERS = {
    "access-control-allow-methods": "GET, HEAD, PUT, POST, DELETE, OPTIONS",
    "access-control-allow-headers": "Authorization, Content-Type, Accept-Language, If-Match, "
    "If-None-Match, X-Experience-API-Version",
    "access-control-max-age": "86400",
}


def answer(request: Request, parts: Parts) -> Response:
    """The reply to a request; where it says that statements are stored, they are durable."""
    prepared = prepare(request, parts)
    if isinstance(prepared, Response):
        return prepared
    return conclude(prepared, commit([prepared], parts.log)[0])


def prepare(request: Request, parts: Parts) -> Response | Writing:
    """All but the commit: a reply, or the write that must be durable before its reply is sent."""
    version, readable = spoken_in(request) or NEWEST, ANYWHERE
    try:
        meant = unwrapped(request)
        prepared: Response | Writing | None = _known_to_all(meant)
        if prepared is None:
            version = negotiate(meant)
            credential = authenticated(meant, parts.credentials, parts.guard)
            readable = readable_from(meant, credential)
            prepared = _admitted(Call(meant, version, credential, parts))
        if isinstance(prepared, Writing):
            return prepared
        response = _without_body(prepared) if meant.method == "HEAD" else prepared
    except (Refusal, BadStatement, Unavailable) as problem:
        response = refused(problem)
    return _dressed(response, version, _through(request, parts), readable)


def conclude(writing: Writing, outcome: Outcome) -> Response:
    """The reply to a write, once it is durable or refused."""
    response, call = writing.reply, writing.call
    if outcome.problem is not None:
        writes.count_refused(call, outcome.problem, len(writing.batch))
        response = refused(outcome.problem)
    readable = readable_from(call.request, call.credential)
    return _dressed(response, call.version, outcome.through, readable)


def decline(request: Request, problem: Refusal, parts: Parts) -> Response:
    """The reply to a request that was turned away before or after `prepare`."""
    version = spoken_by(request) or NEWEST
    return _dressed(refused(problem), version, _through(request, parts), ANYWHERE)


def _through(request: Request, parts: Parts) -> datetime | None:
    return complete_through(parts.log) if request.path == STATEMENTS else None


def _known_to_all(request: Request) -> Response | None:
    """The reply to a request that needs no credentials; None for one that does.

    Raises Refusal where there is no such resource (404) or method (405)."""
    path, method = request.path, _method(request)
    known = PUBLIC.get(path) or ROUTES.get(path)
    if known is None:
        raise Refusal(404, "path", f"{path} is no resource.", "Check the path.", "Comm 2.0")
    if method == "OPTIONS":
        return Response(204, PREFLIGHT_HEADERS)
    if method not in known:
        allowed = ", ".join(known)
        reason, remedy = f"{path} does not take {method}.", f"Use {allowed}."
        raise Refusal(405, "method", reason, remedy, "Comm 2.0", (("allow", allowed),))
    return PUBLIC[path][method](request) if path in PUBLIC else None


def _admitted(call: Call) -> Response | Writing:
    """What the resource says to a sender who may ask it, from there and as often."""
    check_origin(call.request, call.credential)
    call.parts.limits.take_request(call.credential)
    if call.guard is not None:
        call.guard.admit(call)
    return ROUTES[call.request.path][_method(call.request)](call)


def _method(request: Request) -> str:
    return "GET" if request.method == "HEAD" else request.method


def _without_body(response: Response) -> Response:
    """What HEAD answers: all headers of GET, its length included (Communication 1.1)."""
    length = {"content-length": str(len(response.body))}
    return replace(response.adding(length), body=b"")


def _dressed(
    response: Response, version: Version, through: datetime | None, readable: Mapping[str, str]
) -> Response:
    """With the headers that every reply carries (Communication 2.1.3, 3.3)."""
    headers = {HEADER: version.value, **EXPOSED_HEADERS, **readable}
    if response.status != 204:
        headers["content-length"] = str(len(response.body))
    if through is not None:
        headers[CONSISTENT_THROUGH] = stamp(through)
    return response.adding(headers)
