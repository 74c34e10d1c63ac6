"""What the cmi5 API is asked with and what it tells; moments are RFC 3339 in UTC."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from leadline.cmi5.course import Course
from leadline.cmi5.lms import Progress
from leadline.cmi5.structure import LaunchMethod, MoveOn, Texts
from leadline.cmi5.terms import Mode
from leadline.statements.forms import stamp

Json = dict[str, Any]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """The body of a request."""


class Told(msgspec.Struct, frozen=True, rename="camel"):
    """The body of a reply, or a part of one."""


class Enrolling(Asked, frozen=True):
    """Who is to be enrolled: an Agent with an account. registration: a UUID to use."""

    actor: Json
    registration: str | None = None


class Launching(Asked, frozen=True):
    """How a unit is to be launched. au: place of the unit in the course, from 0.

    registration: of an earlier launch, or a UUID to use; without it the learner is enrolled anew.
    launchParameters: in place of the structure's."""

    au: int
    actor: Json
    registration: str | None = None
    launch_mode: Mode | None = None
    return_url: str | None = msgspec.field(default=None, name="returnURL")
    launch_parameters: str | None = None


class Waiving(Asked, frozen=True):
    """Which unit a learner is released from, and why (9.5.5.2)."""

    au: int
    reason: str


class BlockTold(Told, frozen=True):
    """A block. parent: activity id of the block around it."""

    index: int
    activity_id: str
    publisher_id: str
    title: Texts
    parent: str | None


class UnitTold(Told, frozen=True):
    """An assignable unit. blocks: activity ids of those around it, outermost first."""

    index: int
    activity_id: str
    publisher_id: str
    title: Texts
    url: str
    launch_method: LaunchMethod
    move_on: MoveOn
    mastery_score: float | None
    blocks: tuple[str, ...]


class CourseTold(Told, frozen=True):
    """A course. retiredAt: since when it is offered no more."""

    id: str
    activity_id: str
    publisher_id: str
    title: Texts
    media_type: str
    added_at: str
    added_by: str
    retired_at: str | None
    blocks: tuple[BlockTold, ...]
    aus: tuple[UnitTold, ...]


class CoursesTold(Told, frozen=True):
    """All courses that are offered, the oldest first."""

    courses: tuple[CourseTold, ...]


class LaunchTold(Told, frozen=True):
    """Where to send the learner, and in which window."""

    url: str
    session: str
    registration: str
    launch_method: LaunchMethod


class StandingTold(Told, frozen=True):
    """Where a learner stands in one unit. moveOnMet: whether it counts as done."""

    index: int
    activity_id: str
    completed_at: str | None
    passed_at: str | None
    waived_at: str | None
    move_on_met: bool


class ProgressTold(Told, frozen=True):
    """Where a learner stands. satisfied: activity ids of blocks and course, and when."""

    registration: str
    course: str
    actor: Json
    registered_at: str
    satisfied_at: str | None
    satisfied: Mapping[str, str]
    open_sessions: tuple[str, ...]
    aus: tuple[StandingTold, ...]


class AbandonTold(Told, frozen=True):
    """Whether there was an open session to end."""

    abandoned: bool


class TokenTold(Told, frozen=True, omit_defaults=True, rename="kebab"):
    """The auth-token of a launch, or what went wrong (8.2.3)."""

    auth_token: str | None = None
    error_code: str | None = None
    error_text: str | None = None


def course_told(found: Course) -> CourseTold:
    """A course with its blocks and units."""
    return CourseTold(
        id=found.course_id,
        activity_id=found.lms_id,
        publisher_id=found.structure.id,
        title=found.structure.title,
        media_type=found.media_type,
        added_at=stamp(found.added_at),
        added_by=found.added_by,
        retired_at=_moment(found.retired_at),
        blocks=tuple(
            BlockTold(one.index, one.lms_id, one.publisher_id, one.block.title, one.parent)
            for one in found.blocks
        ),
        aus=tuple(
            UnitTold(
                index=one.index,
                activity_id=one.lms_id,
                publisher_id=one.publisher_id,
                title=one.unit.title,
                url=one.url,
                launch_method=one.unit.launch_method,
                move_on=one.unit.move_on,
                mastery_score=None
                if one.unit.mastery_score is None
                else float(one.unit.mastery_score),
                blocks=one.path,
            )
            for one in found.units
        ),
    )


def progress_told(found: Progress) -> ProgressTold:
    """A registration with what is on record of each unit."""
    return ProgressTold(
        registration=found.registration.id,
        course=found.course.course_id,
        actor=dict(found.registration.actor),
        registered_at=stamp(found.registration.registered_at),
        satisfied_at=_moment(found.satisfied_at),
        satisfied={goal: stamp(at) for goal, at in found.satisfied.items()},
        open_sessions=found.open_sessions,
        aus=tuple(
            StandingTold(
                index=one.unit.index,
                activity_id=one.unit.lms_id,
                completed_at=_moment(one.record.completed_at),
                passed_at=_moment(one.record.passed_at),
                waived_at=_moment(one.record.waived_at),
                move_on_met=one.met,
            )
            for one in found.units
        ),
    )


def _moment(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)
