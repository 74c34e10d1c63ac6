"""The cmi5 API, without a socket: courses in and out, registrations, launches, the fetch URL.

All but the fetch URL want HTTP Basic credentials with the scope `cmi5`. A refusal is a JSON object
of field, reason, remedy and section."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from leadline.cmi5 import resources
from leadline.cmi5.library import Library
from leadline.cmi5.lms import Lms, NoSuch, Unfit
from leadline.cmi5.package import PACKAGE_BYTES_MAX
from leadline.cmi5.problem import BadPackage
from leadline.cmi5.resources import Filed
from leadline.lrs.access import (
    ANYWHERE,
    authenticated,
    check_origin,
    check_scope,
    readable_from,
)
from leadline.lrs.limits import Limits
from leadline.lrs.message import Request, Response
from leadline.lrs.refusals import Problem, Refusal, refused
from leadline.store import Credential, Credentials, Scope, Unavailable

ASKED_BYTES_MAX = 2**20
MAY_LAUNCH = frozenset({Scope.CMI5})
PREFLIGHT_HEADERS = {
    **ANYWHERE,
    "access-control-allow-methods": "GET, HEAD, POST, DELETE, OPTIONS",
    "access-control-allow-headers": "Authorization, Content-Type",
    "access-control-max-age": "86400",
}
Answer = Response | Filed
Answering = Callable[["Admitted", BinaryIO], Answer]


@dataclass(frozen=True)
class Parts:
    """What the API works with."""

    library: Library
    lms: Lms
    credentials: Credentials
    limits: Limits


@dataclass(frozen=True)
class Route:
    """One address. path: parts in braces vary; methods: what each does; bytes_max: of a body.

    public: whether whoever has the address may ask; then it is the secret."""

    path: str
    methods: Mapping[str, Answering]
    bytes_max: int = ASKED_BYTES_MAX
    public: bool = False

    def names(self, path: str) -> Mapping[str, str] | None:
        """The varying parts of a path; None where it is another path."""
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)
        found = re.fullmatch(pattern, path)
        return None if found is None else found.groupdict()


ROUTES = (
    Route(
        "/courses",
        {"GET": resources.courses, "POST": resources.add_course},
        bytes_max=PACKAGE_BYTES_MAX,
    ),
    Route("/courses/{course}", {"GET": resources.course, "DELETE": resources.retire_course}),
    Route("/courses/{course}/package", {"GET": resources.package}),
    Route("/courses/{course}/registrations", {"POST": resources.enrol}),
    Route("/courses/{course}/launch", {"POST": resources.launch}),
    Route("/registrations/{registration}", {"GET": resources.registration}),
    Route("/registrations/{registration}/waive", {"POST": resources.waive}),
    Route("/sessions/{session}/abandon", {"POST": resources.abandon}),
    Route("/fetch/{token}", {"POST": resources.fetch}, public=True),
)


@dataclass(frozen=True)
class Admitted:
    """A request that will be answered as soon as its body is there.

    names: the parts of the path that vary. credential: None where the route is public."""

    request: Request
    route: Route
    names: Mapping[str, str]
    credential: Credential | None
    parts: Parts

    @property
    def library(self) -> Library:
        return self.parts.library

    @property
    def lms(self) -> Lms:
        return self.parts.lms

    @property
    def by(self) -> str:
        """Key of the credential that asks, for what is written down."""
        return self.credential.key if self.credential else ""

    @property
    def tenant(self) -> str:
        """Whose things are seen; nobody's where the route is public."""
        return self.credential.tenant if self.credential else ""

    def check_length(self, length: int) -> None:
        """Raises Refusal (413) where a body of so many bytes is more than is read."""
        if length > self.route.bytes_max:
            reason = f"it is longer than {self.route.bytes_max} bytes."
            remedy = "Send less; large media can be served from elsewhere."
            raise Refusal(413, "body", reason, remedy, "RFC 9110 15.5.14")


def admitted(request: Request, parts: Parts) -> Admitted | Response:
    """Who asks, and for what; a response where it is refused, or needs no body to be known."""
    try:
        route, names = _routed(request)
        if request.method == "OPTIONS":
            return Response(204, PREFLIGHT_HEADERS)
        _check_method(request, route)
        if route.public:
            return Admitted(request, route, names, None, parts)
        credential = authenticated(request, parts.credentials)
        check_scope(credential, MAY_LAUNCH)
        check_origin(request, credential)
        parts.limits.take_request(credential)
    except (Refusal, Unavailable) as problem:
        return declined(problem)
    return Admitted(request, route, names, credential, parts)


def answered(asked: Admitted, body: BinaryIO) -> Answer:
    """The reply; what it says is done is durable. body: at its beginning."""
    try:
        found = asked.route.methods[_method(asked.request)](asked, body)
    except (Refusal, Unavailable) as problem:
        found = refused(problem)
    except BadPackage as bad:
        found = refused(Refusal(400, bad.field, bad.reason, bad.remedy, bad.section))
    except NoSuch as unknown:
        found = refused(Refusal(404, "path", str(unknown), "Check the id.", "cmi5 8.1"))
    except Unfit as unfit:
        found = refused(Refusal(400, "body", str(unfit), "Change it and send it again.", "cmi5 8"))
    if isinstance(found, Filed):
        return Filed(_dressed(found.response, asked), found.path)
    return _dressed(found, asked)


def declined(problem: Problem) -> Response:
    """The reply to a request that is turned away before its body is read."""
    response = refused(problem).adding(ANYWHERE)
    return response.adding({"content-length": str(len(response.body))})


def _routed(request: Request) -> tuple[Route, Mapping[str, str]]:
    for route in ROUTES:
        names = route.names(request.path)
        if names is not None:
            return route, names
    raise Refusal(404, "path", f"{request.path[:100]} is no resource.", "Check the path.")


def _check_method(request: Request, route: Route) -> None:
    if _method(request) not in route.methods:
        allowed = ", ".join(route.methods)
        reason, remedy = f"it does not take {request.method[:20]}.", f"Use {allowed}."
        raise Refusal(405, "method", reason, remedy, headers=(("allow", allowed),))


def _method(request: Request) -> str:
    return "GET" if request.method == "HEAD" else request.method


def _dressed(response: Response, asked: Admitted) -> Response:
    """Readable by whoever may ask; never kept, as it tells of people or holds a secret."""
    credential = asked.credential
    readable = ANYWHERE if credential is None else readable_from(asked.request, credential)
    headers = {**readable, "cache-control": "no-store", "x-content-type-options": "nosniff"}
    if response.status != 204:
        headers["content-length"] = str(len(response.body))
    return response.adding(headers)
