"""What the cmi5 API answers: one function a route, given who asks and the body."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol, TypeVar, cast

import msgspec

from leadline.cmi5.course import Course
from leadline.cmi5.launches import Manner
from leadline.cmi5.library import DEFAULT_TENANT, Library
from leadline.cmi5.lms import Lms, Progress
from leadline.cmi5.package import ZIP, read
from leadline.cmi5.records import Registration
from leadline.cmi5.terms import Mode
from leadline.lrs.message import JSON, Request, Response
from leadline.lrs.refusals import Refusal
from leadline.statements.forms import stamp

Json = dict[str, Any]
Shape = TypeVar("Shape", bound=msgspec.Struct)


class Asked(Protocol):
    """What a resource is given. names: the parts of the path that vary; by: the credential."""

    @property
    def request(self) -> Request: ...
    @property
    def names(self) -> Mapping[str, str]: ...
    @property
    def by(self) -> str: ...
    @property
    def library(self) -> Library: ...
    @property
    def lms(self) -> Lms: ...


@dataclass(frozen=True)
class Filed:
    """A response whose body is a file, sent from the disk."""

    response: Response
    path: Path


class Launching(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """How a unit is to be launched. au: place of the unit in the course, from 0.

    registration: of an earlier launch, or a UUID to use; without it the learner is enrolled anew.
    launch_parameters: in place of the structure's."""

    au: int
    actor: Json
    registration: str | None = None
    launch_mode: Mode | None = None
    return_url: str | None = msgspec.field(default=None, name="returnURL")
    launch_parameters: str | None = None


class Enrolling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is to be enrolled. registration: a UUID to use."""

    actor: Json
    registration: str | None = None


class Waiving(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which unit a learner is released from, and why."""

    au: int
    reason: str


def courses(asked: Asked, body: IO[bytes]) -> Response:
    """Every course that is offered, the oldest first."""
    return _json(200, {"courses": [_course(each) for each in asked.library.courses()]})


def add_course(asked: Asked, body: IO[bytes]) -> Response:
    """Import a package. The same bytes again give the course that is there already."""
    media_type = asked.request.headers.get("content-type", "")
    package = read(cast(Any, body), media_type)
    return _json(200, _course(asked.library.add(package, by=asked.by)))


def course(asked: Asked, body: IO[bytes]) -> Response:
    """One course with its blocks and units; retired ones too."""
    return _json(200, _course(_known(asked)))


def retire_course(asked: Asked, body: IO[bytes]) -> Response:
    """Offer a course no more; registrations that exist go on."""
    _known(asked)
    asked.library.retire(asked.names["course"])
    return Response(204)


def package(asked: Asked, body: IO[bytes]) -> Filed:
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


def enrol(asked: Asked, body: IO[bytes]) -> Response:
    """Enrol a learner in a course without launching anything."""
    wanted = _read(body, Enrolling)
    enrolled = _enrolled(asked, wanted.actor, wanted.registration)
    return _json(200, _progress(asked.lms.progress(enrolled.id)))


def launch(asked: Asked, body: IO[bytes]) -> Response:
    """Make a unit ready and say where to send the learner, and in which window."""
    wanted = _read(body, Launching)
    enrolled = _enrolled(asked, wanted.actor, wanted.registration)
    manner = Manner(
        mode=wanted.launch_mode or "Normal",
        return_url=wanted.return_url,
        launch_parameters=wanted.launch_parameters,
    )
    made = asked.lms.launch(enrolled.id, wanted.au, manner)
    found = {
        "url": made.url,
        "session": made.session,
        "registration": enrolled.id,
        "launchMethod": made.method,
    }
    return _json(200, found)


def registration(asked: Asked, body: IO[bytes]) -> Response:
    """Where a learner stands."""
    return _json(200, _progress(asked.lms.progress(_own(asked).id)))


def waive(asked: Asked, body: IO[bytes]) -> Response:
    """Release a learner from a unit; saying it twice changes nothing."""
    wanted, enrolled = _read(body, Waiving), _own(asked)
    asked.lms.waive(enrolled.id, wanted.au, wanted.reason)
    return _json(200, _progress(asked.lms.progress(enrolled.id)))


def abandon(asked: Asked, body: IO[bytes]) -> Response:
    """End a session that will not end itself; one that has ended stays as it is."""
    return _json(200, {"abandoned": asked.lms.abandon(asked.names["session"])})


def fetch(asked: Asked, body: IO[bytes]) -> Response:
    """The auth-token of a launch, once (8.2); what goes wrong is said with status 200."""
    return _json(200, asked.lms.fetch(asked.names["token"]))


def _own(asked: Asked) -> Registration:
    return asked.lms.registration(asked.names["registration"], DEFAULT_TENANT)


def _enrolled(asked: Asked, actor: Json, registration: str | None) -> Registration:
    return asked.lms.register(
        asked.names["course"], actor, registration=registration, tenant=DEFAULT_TENANT
    )


def _known(asked: Asked) -> Course:
    found = asked.library.course(asked.names["course"], DEFAULT_TENANT)
    if found is None:
        raise _no_course(asked.names["course"])
    return found


def _no_course(course_id: str) -> Refusal:
    reason = f"there is no course {course_id[:100]}."
    return Refusal(404, "path", reason, "GET /courses lists those there are.", "cmi5 6.1")


def _read(body: IO[bytes], shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(body.read(), type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        said, _, where = str(problem).partition(" - at `$")
        names = ", ".join(field.encode_name for field in msgspec.structs.fields(shape))
        raise Refusal(
            400, where.strip("`.") or "body", f"{said}.", f"Send a JSON object of {names}."
        ) from problem


def _json(status: int, value: Json | Mapping[str, str]) -> Response:
    return Response(status, {"content-type": JSON}, msgspec.json.encode(value))


def _course(found: Course) -> Json:
    blocks = [
        {
            "index": each.index,
            "activityId": each.lms_id,
            "publisherId": each.publisher_id,
            "title": each.block.title,
            "parent": each.parent,
        }
        for each in found.blocks
    ]
    units = [
        {
            "index": each.index,
            "activityId": each.lms_id,
            "publisherId": each.publisher_id,
            "title": each.unit.title,
            "url": each.url,
            "launchMethod": each.unit.launch_method,
            "moveOn": each.unit.move_on,
            "masteryScore": None
            if each.unit.mastery_score is None
            else float(each.unit.mastery_score),
            "blocks": each.path,
        }
        for each in found.units
    ]
    return {
        "id": found.course_id,
        "activityId": found.lms_id,
        "publisherId": found.structure.id,
        "title": found.structure.title,
        "mediaType": found.media_type,
        "addedAt": stamp(found.added_at),
        "addedBy": found.added_by,
        "retiredAt": _moment(found.retired_at),
        "blocks": blocks,
        "aus": units,
    }


def _progress(found: Progress) -> Json:
    units = [
        {
            "index": each.unit.index,
            "activityId": each.unit.lms_id,
            "completedAt": _moment(each.record.completed_at),
            "passedAt": _moment(each.record.passed_at),
            "waivedAt": _moment(each.record.waived_at),
            "moveOnMet": each.met,
        }
        for each in found.units
    ]
    return {
        "registration": found.registration.id,
        "course": found.course.course_id,
        "actor": found.registration.actor,
        "registeredAt": stamp(found.registration.registered_at),
        "satisfiedAt": _moment(found.satisfied_at),
        "satisfied": {goal: stamp(at) for goal, at in found.satisfied.items()},
        "openSessions": found.open_sessions,
        "aus": units,
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)
