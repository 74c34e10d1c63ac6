"""The alternate request syntax of 1.0.x: any request as a form POST (Communication 1.3)."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from leadline.lrs.message import JSON, Request
from leadline.lrs.refusals import Refusal
from leadline.lrs.versions import HEADER, Version, negotiate, spoken_by

SECTION = "Comm 1.3"
METHODS = frozenset({"GET", "HEAD", "PUT", "POST", "DELETE"})
HEADERS = frozenset(
    {"authorization", HEADER, "content-type", "content-length", "if-match", "if-none-match"}
)
FORM = "application/x-www-form-urlencoded"
FIELD_LIMIT_COUNT = 64


def spoken_in(request: Request) -> Version | None:
    """The version that a request asks for, be it in the form of the alternate syntax; None where it
    says none, or none of ours."""
    if "method" in dict(parse_qsl(request.query)):
        try:
            fields = {name.lower(): value for name, value in _form(request)}
        except Refusal:
            fields = {}
        if HEADER in fields:
            return spoken_by(replace(request, headers={HEADER: fields[HEADER]}))
    return spoken_by(request)


def unwrapped(request: Request) -> Request:
    """The request that was meant: itself, or the one inside an alternate-syntax POST.

    Raises Refusal (400) where the syntax is used wrongly or under 2.0, which has dropped it."""
    if not request.query:
        return request
    query = parse_qsl(request.query, keep_blank_values=True)
    if "method" not in dict(query):
        return request
    if request.method != "POST":
        raise _wrong("method", "the alternate syntax is POST only.", "Send it as a POST.")
    if len(query) > 1:
        raise _wrong(
            "query", "only `method` may stand in the query.", "Move the others to the form."
        )
    method = query[0][1].upper()
    if method not in METHODS:
        raise _wrong("method", f"{query[0][1]!r} is not a method.", "Use GET, PUT, POST or DELETE.")
    meant = _from_form(request, method)
    if negotiate(meant) is not Version.FIRST:
        raise _wrong("method", "2.0 has no alternate request syntax.", "Send the plain request.")
    return meant


def _from_form(request: Request, method: str) -> Request:
    """Listed names become headers, `content` the body, every other field the query."""
    headers = dict(request.headers)
    headers["content-type"] = JSON
    headers.pop("content-length", None)
    query: list[tuple[str, str]] = []
    content: str | None = None
    for name, value in _form(request):
        if name == "content":
            content = value
        elif name.lower() in HEADERS:
            headers[name.lower()] = value
        else:
            query.append((name, value))
    if content is None and method in ("PUT", "POST"):
        raise _wrong("content", "the form has no field `content`.", "Put the body in `content`.")
    return replace(
        request,
        method=method,
        query=urlencode(query),
        headers=headers,
        body=(content or "").encode(),
    )


def _form(request: Request) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            request.body.decode("utf-8"),
            keep_blank_values=True,
            strict_parsing=bool(request.body),
            errors="strict",
            max_num_fields=FIELD_LIMIT_COUNT,
        )
    except ValueError as problem:
        raise _wrong(
            "body", f"it is not a form ({problem}).", f"Send {FORM} in UTF-8."
        ) from problem


def _wrong(field: str, reason: str, remedy: str) -> Refusal:
    return Refusal(400, field, reason, remedy, SECTION)
