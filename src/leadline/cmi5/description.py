"""The cmi5 API's own description (OpenAPI 3.1), made from its routes and its shapes."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

import msgspec

from leadline.cmi5 import resources
from leadline.cmi5.api import ROUTES, Route
from leadline.cmi5.package import MEDIA_TYPES, XML, ZIP
from leadline.cmi5.shapes import (
    AbandonTold,
    Asked,
    CoursesTold,
    CourseTold,
    Enrolling,
    Json,
    Launching,
    LaunchTold,
    ProgressTold,
    TokenTold,
    Told,
    Waiving,
)
from leadline.lrs.message import JSON
from leadline.store import Scope

INTRODUCTION = """\
Import cmi5 course packages, send learners on them and launch their units. A refusal is a JSON \
object that names the field, the reason, the remedy and the section of the specification. A \
credential sees the courses, registrations and sessions of its own tenant; others are not there \
(404). What units say goes to the record store (openapi.json), with the token of their fetch URL."""
PARTS = {
    "course": "Id of a course, as its import gives it.",
    "registration": "UUID of a registration.",
    "session": "UUID of a session, as its launch gives it.",
    "token": "The secret part of a fetch URL.",
}
SAID = {
    200: "Done; what was asked for.",
    204: "Done; there is nothing to say.",
    400: "The request breaks a rule, or asks for what cannot be done.",
    401: "The credentials are missing, wrong, expired or revoked.",
    403: "The credentials lack the scope, or may not be used from this web origin.",
    404: "There is no such course, registration, unit or session.",
    413: "The body is larger than what is taken.",
    429: "Too much for this minute; Retry-After says how many seconds to wait.",
    503: "Not now; send the same request again later.",
}
REFUSAL = {"$ref": "#/components/schemas/Refusal"}
TEXT = {"type": "string"}


@dataclass(frozen=True)
class Operation:
    """What one route takes and answers. sends: media types of its body; says: its statuses."""

    tells: type[Told] | None = None
    asks: type[Asked] | None = None
    sends: tuple[str, ...] = ()
    gives: tuple[str, ...] = (JSON,)
    says: frozenset[int] = frozenset({200, 404})


_CHANGES = frozenset({200, 400, 404, 413})
_OF_ROUTES: Mapping[Callable[..., Any], Operation] = {
    resources.courses: Operation(CoursesTold, says=frozenset({200})),
    resources.add_course: Operation(
        CourseTold, sends=tuple(MEDIA_TYPES), says=frozenset({200, 400, 413})
    ),
    resources.course: Operation(CourseTold),
    resources.retire_course: Operation(says=frozenset({204, 404})),
    resources.package: Operation(gives=(ZIP, XML)),
    resources.enrol: Operation(ProgressTold, Enrolling, says=_CHANGES),
    resources.launch: Operation(LaunchTold, Launching, says=_CHANGES),
    resources.registration: Operation(ProgressTold),
    resources.waive: Operation(ProgressTold, Waiving, says=_CHANGES),
    resources.abandon: Operation(AbandonTold),
    resources.fetch: Operation(TokenTold, says=frozenset({200})),
}
_OF_EVERY_REQUEST = frozenset({401, 403, 429, 503})


@cache
def document() -> str:
    """The description as JSON."""
    shapes = {
        shape
        for operation in _OF_ROUTES.values()
        for shape in (operation.tells, operation.asks)
        if shape is not None
    }
    _, schemas = msgspec.json.schema_components(
        sorted(shapes, key=lambda shape: shape.__name__), ref_template="#/components/schemas/{name}"
    )
    whole = {
        "openapi": "3.1.0",
        "info": {
            "title": "Leadline cmi5 API",
            "version": version("leadline"),
            "description": INTRODUCTION,
        },
        "servers": [{"url": "/api/cmi5"}],
        "security": [{"basic": []}],
        "paths": {route.path: dict(_operations(route)) for route in ROUTES},
        "components": {
            "securitySchemes": {"basic": {"type": "http", "scheme": "basic"}},
            "schemas": {**schemas, "Refusal": _refusal()},
        },
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()


def _operations(route: Route) -> Iterator[tuple[str, Json]]:
    for method, answering in route.methods.items():
        operation = _OF_ROUTES[answering]
        statuses = operation.says | (frozenset() if route.public else _OF_EVERY_REQUEST)
        described: Json = {
            "operationId": answering.__name__,
            "summary": " ".join((answering.__doc__ or "").split()),
            "description": f"Needs the scope {Scope.CMI5}.",
            "parameters": [_parameter(name) for name in re.findall(r"\{(\w+)\}", route.path)],
            "responses": {str(one): _response(one, operation) for one in sorted(statuses)},
        }
        if route.public:
            described |= {"security": [], "description": "The address itself is the secret."}
        if operation.asks is not None:
            described["requestBody"] = _body({JSON: _schema(operation.asks)})
        if operation.sends:
            described["requestBody"] = _body({media: {} for media in operation.sends})
        yield method.lower(), described


def _parameter(name: str) -> Json:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": PARTS[name],
        "schema": TEXT,
    }


def _body(content: Json) -> Json:
    return {"required": True, "content": {media: {"schema": one} for media, one in content.items()}}


def _response(status: int, operation: Operation) -> Json:
    described: Json = {"description": SAID[status]}
    if status >= 400:
        described["content"] = {JSON: {"schema": REFUSAL}}
    elif status == 200:
        schema: Json = {} if operation.tells is None else _schema(operation.tells)
        described["content"] = {media: {"schema": schema} for media in operation.gives}
    return described


def _schema(shape: type) -> Json:
    return {"$ref": f"#/components/schemas/{shape.__name__}"}


def _refusal() -> Json:
    names = ("field", "reason", "remedy", "section")
    return {"type": "object", "required": names, "properties": dict.fromkeys(names, TEXT)}
