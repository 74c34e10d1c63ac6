"""What the cmi5 API answers: one function a route, given who asks and the body."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

import msgspec

from leadline.cmi5.course import Course
from leadline.cmi5.launches import Manner
from leadline.cmi5.library import Library
from leadline.cmi5.lms import Lms
from leadline.cmi5.package import ZIP, read
from leadline.cmi5.records import Registration
from leadline.cmi5.shapes import (
    AbandonTold,
    CoursesTold,
    Enrolling,
    Json,
    Launching,
    LaunchTold,
    Told,
    Waiving,
    course_told,
    progress_told,
)
from leadline.lrs.message import JSON, Request, Response
from leadline.lrs.refusals import Refusal

Shape = TypeVar("Shape", bound=msgspec.Struct)


class Asking(Protocol):
    """What a resource is given. names: the parts of the path that vary; by: the credential;
    tenant: whose things it sees, all others being none."""

    @property
    def request(self) -> Request: ...
    @property
    def names(self) -> Mapping[str, str]: ...
    @property
    def by(self) -> str: ...
    @property
    def tenant(self) -> str: ...
    @property
    def library(self) -> Library: ...
    @property
    def lms(self) -> Lms: ...


@dataclass(frozen=True)
class Filed:
    """A response whose body is a file, sent from the disk."""

    response: Response
    path: Path


def courses(asked: Asking, body: BinaryIO) -> Response:
    """Every course that is offered, the oldest first."""
    return _json(CoursesTold(tuple(map(course_told, asked.library.courses(asked.tenant)))))


def add_course(asked: Asking, body: BinaryIO) -> Response:
    """Import a package. The same bytes again give the course that is there already."""
    media_type = asked.request.headers.get("content-type", "")
    package = read(body, media_type)
    return _json(course_told(asked.library.add(package, tenant=asked.tenant, by=asked.by)))


def course(asked: Asking, body: BinaryIO) -> Response:
    """One course with its blocks and units; retired ones too."""
    return _json(course_told(_known(asked)))


def retire_course(asked: Asking, body: BinaryIO) -> Response:
    """Offer a course no more; registrations that exist go on."""
    _known(asked)
    asked.library.retire(asked.names["course"])
    return Response(204)


def package(asked: Asking, body: BinaryIO) -> Filed:
    """The package of a course, byte for byte as it came."""
    found = _known(asked)
    path = asked.library.export(found.course_id)
    if path is None:
        raise _no_course(found.course_id)
    name = f"{found.course_id}.zip" if found.media_type == ZIP else "cmi5.xml"
    headers = {
        "content-type": found.media_type,
        "content-length": str(path.stat().st_size),
        "content-disposition": f'attachment; filename="{name}"',
    }
    return Filed(Response(200, headers), path)


def enrol(asked: Asking, body: BinaryIO) -> Response:
    """Enrol a learner in a course without launching anything."""
    wanted = _read(body, Enrolling)
    enrolled = _enrolled(asked, wanted.actor, wanted.registration)
    return _json(progress_told(asked.lms.progress(enrolled.id)))


def launch(asked: Asking, body: BinaryIO) -> Response:
    """Make a unit ready and say where to send the learner, and in which window."""
    wanted = _read(body, Launching)
    enrolled = _enrolled(asked, wanted.actor, wanted.registration)
    manner = Manner(
        mode=wanted.launch_mode or "Normal",
        return_url=wanted.return_url,
        launch_parameters=wanted.launch_parameters,
    )
    made = asked.lms.launch(enrolled.id, wanted.au, manner)
    return _json(LaunchTold(made.url, made.session, enrolled.id, made.method))


def registration(asked: Asking, body: BinaryIO) -> Response:
    """Where a learner stands."""
    return _json(progress_told(asked.lms.progress(_own(asked).id)))


def waive(asked: Asking, body: BinaryIO) -> Response:
    """Release a learner from a unit; saying it twice changes nothing."""
    wanted, enrolled = _read(body, Waiving), _own(asked)
    asked.lms.waive(enrolled.id, wanted.au, wanted.reason)
    return _json(progress_told(asked.lms.progress(enrolled.id)))


def abandon(asked: Asking, body: BinaryIO) -> Response:
    """End a session that will not end itself; one that has ended stays as it is."""
    return _json(AbandonTold(asked.lms.abandon(asked.names["session"], tenant=asked.tenant)))


def fetch(asked: Asking, body: BinaryIO) -> Response:
    """The auth-token of a launch, once (8.2); what goes wrong is said with status 200."""
    told = asked.lms.fetch(asked.names["token"])
    return Response(200, {"content-type": JSON}, msgspec.json.encode(told))


def _own(asked: Asking) -> Registration:
    return asked.lms.registration(asked.names["registration"], asked.tenant)


def _enrolled(asked: Asking, actor: Json, registration: str | None) -> Registration:
    return asked.lms.register(
        asked.names["course"], actor, registration=registration, tenant=asked.tenant
    )


def _known(asked: Asking) -> Course:
    found = asked.library.course(asked.names["course"], asked.tenant)
    if found is None:
        raise _no_course(asked.names["course"])
    return found


def _no_course(course_id: str) -> Refusal:
    reason = f"there is no course {course_id[:100]}."
    return Refusal(404, "path", reason, "GET /courses lists those there are.", "cmi5 6.1")


def _read(body: BinaryIO, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(body.read(), type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        said, _, where = str(problem).partition(" - at `$")
        names = ", ".join(field.encode_name for field in msgspec.structs.fields(shape))
        raise Refusal(
            400, where.strip("`.") or "body", f"{said}.", f"Send a JSON object of {names}."
        ) from problem


def _json(told: Told) -> Response:
    return Response(200, {"content-type": JSON}, msgspec.json.encode(told))
