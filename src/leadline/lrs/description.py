"""The endpoint's own description (OpenAPI 3.1), made from its routes and its parameters."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

import msgspec

from leadline.lrs import lookups, reads, writes
from leadline.lrs.access import MAY_LOOK_UP, MAY_READ, MAY_WRITE
from leadline.lrs.attachments import MIXED
from leadline.lrs.documents import DocumentResource
from leadline.lrs.endpoint import PUBLIC, ROUTES
from leadline.lrs.message import JSON
from leadline.lrs.parameters import Reader, actor, agent, agent_object, iri, moment, uuid
from leadline.lrs.question import FORMATS, READERS, count, result_format, truth
from leadline.lrs.versions import SPOKEN
from leadline.store import Scope

Json = dict[str, Any]

INTRODUCTION = """\
xAPI 1.0.3 and 2.0 (IEEE 9274.1.1) on one endpoint; X-Experience-API-Version says which of the two \
a request speaks. A refusal is a JSON object that names the field, the reason, the remedy and the \
section of the specification. HEAD answers as GET does, without the body. Under 1.0.x each request \
may also be sent in the alternate syntax: POST with the query `?method=…` and a form."""
AGENT_SCHEMA = {"$ref": "#/components/schemas/Agent"}
TEXT: Json = {"type": "string", "minLength": 1}
READ_AS: dict[Reader, Json] = {
    uuid: {"type": "string", "format": "uuid"},
    iri: {"type": "string", "format": "iri"},
    moment: {"type": "string", "format": "date-time"},
    truth: {"type": "boolean"},
    count: {"type": "integer", "minimum": 0},
    result_format: {"type": "string", "enum": list(FORMATS)},
}
READ_AS_JSON = {actor, agent, agent_object}
DOCUMENT_READERS: dict[str, Reader] = {
    "activityId": iri,
    "agent": agent,
    "registration": uuid,
    "since": moment,
}
SAID = {
    200: "What was asked for.",
    204: "Done; there is nothing to say.",
    400: "The request breaks a rule of the specification.",
    401: "The credentials are missing, wrong, expired or revoked.",
    403: "The credentials may not do this, or not from this web origin.",
    404: "There is none, or it may not be read.",
    409: "Something else is kept there already.",
    412: "The precondition does not hold.",
    413: "It is larger than what is taken in one request.",
    429: "Too much for this minute; Retry-After says how many seconds to wait.",
    503: "Not now; Retry-After says how many seconds to wait.",
}
OF_EVERY_REQUEST = frozenset({400, 401, 403, 429, 503})


@dataclass(frozen=True)
class Operation:
    """What one method of a resource takes and answers, beside what all of them do.

    takes: its query parameters and how each is read (None: any text); needs: those that must be
    given; sends: media types of its body; says: its statuses; scopes: one of them is needed."""

    takes: Mapping[str, Reader | None]
    says: frozenset[int]
    scopes: frozenset[Scope]
    needs: frozenset[str] = frozenset()
    sends: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()


_STORED = frozenset({409, 413})
_OF_ROUTES: dict[Callable[..., Any], Operation] = {
    reads.get: Operation(
        {name: reader for name, (_, reader) in READERS.items()},
        frozenset({200, 404}),
        MAY_READ,
        headers=("Accept-Language",),
    ),
    writes.put: Operation(
        {"statementId": uuid}, _STORED | {204}, MAY_WRITE, frozenset({"statementId"}), (JSON, MIXED)
    ),
    writes.post: Operation({}, _STORED | {200}, MAY_WRITE, sends=(JSON, MIXED)),
    lookups.activity: Operation(
        {"activityId": iri}, frozenset({200}), MAY_LOOK_UP, frozenset({"activityId"})
    ),
    lookups.person: Operation(
        {"agent": agent_object}, frozenset({200}), MAY_LOOK_UP, frozenset({"agent"})
    ),
}


def operations() -> Iterable[tuple[str, str, Operation]]:
    """Path, method and declaration of everything that needs credentials."""
    for path, methods in ROUTES.items():
        for method, answering in methods.items():
            kept_by = getattr(answering, "__self__", None)
            if isinstance(kept_by, DocumentResource):
                yield path, method, _of_documents(kept_by, method)
            else:
                yield path, method, _OF_ROUTES[answering]


@cache
def document() -> str:
    """The description as JSON."""
    paths: dict[str, Json] = {}
    for path, methods in PUBLIC.items():
        paths[path] = {
            method.lower(): {
                "operationId": _name(path, method),
                "summary": _summary(answering),
                "security": [],
                "responses": {str(status): _response(status) for status in (200, 400)},
            }
            for method, answering in methods.items()
        }
    for path, method, operation in operations():
        described = _described(path, method, operation)
        paths.setdefault(path, {})[method.lower()] = described
    whole = {
        "openapi": "3.1.0",
        "info": {
            "title": "Leadline record store",
            "version": version("leadline"),
            "description": INTRODUCTION,
        },
        "servers": [{"url": "/xapi"}],
        "security": [{"basic": []}],
        "paths": paths,
        "components": _COMPONENTS,
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()


def _of_documents(resource: DocumentResource, method: str) -> Operation:
    named = (*resource.required, *resource.optional, resource.identifying)
    takes = {name: DOCUMENT_READERS.get(name) for name in named}
    needs = frozenset(resource.required)
    scopes = frozenset({resource.scope, Scope.ALL})
    conditions = ("If-Match", "If-None-Match")
    if method == "GET":
        takes["since"] = moment
        says = frozenset({200, 404})
        return Operation(takes, says, scopes | {Scope.ALL_READ}, needs)
    if method == "DELETE":
        one = frozenset() if resource.several else frozenset({resource.identifying})
        return Operation(takes, frozenset({204, 412}), scopes, needs | one, headers=conditions)
    return Operation(
        takes,
        frozenset({204, 409, 412, 413}),
        scopes,
        needs | {resource.identifying},
        ("*/*",),
        conditions,
    )


def _described(path: str, method: str, operation: Operation) -> Json:
    scopes = ", ".join(sorted(operation.scopes))
    described: Json = {
        "operationId": _name(path, method),
        "summary": _summary(ROUTES[path][method]),
        "description": f"Needs one of the scopes {scopes}.",
        "parameters": [
            {"$ref": "#/components/parameters/Version"},
            *({"name": n, "in": "header", "schema": TEXT} for n in operation.headers),
            *(_parameter(name, operation) for name in operation.takes),
        ],
        "responses": {
            str(status): _response(status) for status in sorted(operation.says | OF_EVERY_REQUEST)
        },
    }
    if operation.sends:
        content = {media: {"schema": _body(media)} for media in operation.sends}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _parameter(name: str, operation: Operation) -> Json:
    reader = operation.takes[name]
    described: Json = {"name": name, "in": "query", "required": name in operation.needs}
    if reader in READ_AS_JSON:
        return described | {"content": {JSON: {"schema": AGENT_SCHEMA}}}
    return described | {"schema": TEXT if reader is None else READ_AS[reader]}


def _body(media: str) -> Json:
    if media == JSON:
        statement = {"$ref": "#/components/schemas/Statement"}
        return {"oneOf": [statement, {"type": "array", "items": statement}]}
    return {} if media == "*/*" else {"type": "string", "contentEncoding": "binary"}


def _response(status: int) -> Json:
    described: Json = {"description": SAID[status]}
    if status >= 400:
        schema = {"$ref": "#/components/schemas/Refusal"}
        described["content"] = {JSON: {"schema": schema}}
    return described


def _name(path: str, method: str) -> str:
    return "_".join([method.lower(), *path.strip("/").split("/")])


def _summary(answering: Callable[..., Any]) -> str:
    """The first sentences of what the code says of it; what it raises is told by the statuses."""
    first = (answering.__doc__ or "").split("\n\n")[0]
    return " ".join(first.split()).partition(" Raises ")[0]


_COMPONENTS: Json = {
    "securitySchemes": {
        "basic": {
            "type": "http",
            "scheme": "basic",
            "description": "Key and secret of a credential, as `leadline credential add` gives.",
        }
    },
    "parameters": {
        "Version": {
            "name": "X-Experience-API-Version",
            "in": "header",
            "required": True,
            "schema": {"type": "string", "examples": list(SPOKEN)},
        }
    },
    "schemas": {
        "Statement": {
            "type": "object",
            "description": "xAPI 1.0.3 Data 2 or IEEE 9274.1.1 4.2, without any other property.",
            "required": ["actor", "verb", "object"],
        },
        "Agent": {
            "type": "object",
            "description": "One of mbox, mbox_sha1sum, openid and account names it.",
        },
        "Refusal": {
            "type": "object",
            "required": ["field", "reason", "remedy", "section"],
            "properties": {
                name: {"type": "string"} for name in ("field", "reason", "remedy", "section")
            },
        },
    },
}
