"""What the LMS itself says in the record store (sections 9.3 to 9.6 of cmi5)."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from leadline.cmi5 import terms
from leadline.cmi5.course import BlockNode, Course, Unit
from leadline.cmi5.structure import CourseStructure, Element
from leadline.statements import Statement, read
from leadline.statements.forms import stamp

Json = dict[str, Any]
ASSESSMENT = "http://adlnet.gov/expapi/activities/assessment"
LESSON = "http://adlnet.gov/expapi/activities/lesson"
JUDGED = frozenset({"Passed", "CompletedAndPassed"})


@dataclass(frozen=True)
class Voice:
    """The LMS speaking about one learner's registration in one course.

    authority: the agent that vouches; actor: exactly as in the launch."""

    authority: Json
    course: Course
    actor: Mapping[str, Any]
    registration: str

    def launched(self, unit: Unit, launch_data: Json, address: str, at: datetime) -> Statement:
        """The unit is about to be launched (9.3.1). address: its URL without launch parameters."""
        told = {
            terms.SESSION: launch_data["contextTemplate"]["extensions"][terms.SESSION],
            terms.MODE: launch_data["launchMode"],
            terms.LAUNCH_URL: address,
            terms.MOVE_ON: launch_data["moveOn"],
        }
        if "masteryScore" in launch_data:
            told[terms.MASTERY] = launch_data["masteryScore"]
        if "launchParameters" in launch_data:
            told[terms.PARAMETERS] = launch_data["launchParameters"]
        return self._said("launched", unit, told, at)

    def abandoned(self, unit: Unit, session: str, lasted: timedelta, at: datetime) -> Statement:
        """The session has ended without `terminated` (9.3.6)."""
        result = {"duration": duration(lasted)}
        return self._said("abandoned", unit, {terms.SESSION: session}, at, result)

    def waived(self, unit: Unit, session: str, reason: str, at: datetime) -> Statement:
        """The unit's requirements are met by other means (9.3.7)."""
        result = {"success": True, "completion": True, "extensions": {terms.REASON: reason}}
        return self._said("waived", unit, {terms.SESSION: session}, at, result)

    def satisfied(self, goal: BlockNode | Course, session: str, at: datetime) -> Statement:
        """Every unit of the block or course has met its moveOn (9.3.9)."""
        return self._said("satisfied", goal, {terms.SESSION: session}, at)

    def _said(
        self,
        word: str,
        what: Unit | BlockNode | Course,
        extensions: Json,
        at: datetime,
        result: Json | None = None,
    ) -> Statement:
        categories = [terms.CATEGORY]
        if result is not None and not {"success", "completion"}.isdisjoint(result):
            categories.append(terms.MOVE_ON_CATEGORY)
        value = {
            "id": str(uuid.uuid4()),
            "actor": self.actor,
            "verb": {"id": terms.LMS_VERBS[word], "display": {"en": word}},
            "object": defined(what),
            "context": {
                "registration": self.registration,
                "contextActivities": {
                    "category": [{"id": category} for category in categories],
                    "grouping": self._grouping(what),
                },
                "extensions": extensions,
            },
            "timestamp": stamp(at),
        }
        if result is not None:
            value["result"] = result
        return read(value, stored=at, authority=self.authority)

    def _grouping(self, what: Unit | BlockNode | Course) -> list[Json]:
        """The publisher's id first (9.6.2.3), then the course and the blocks around, so that a
        report knows where the statement belongs."""
        if isinstance(what, Course):
            return [{"objectType": "Activity", "id": what.structure.id}]
        around = around_of(self.course, what)
        publisher = {"objectType": "Activity", "id": what.publisher_id}
        return [publisher, *map(defined, around)]


def around_of(course: Course, what: Unit | BlockNode) -> list[Course | BlockNode]:
    """The course, and the blocks around one of its parts, outermost first."""
    blocks = {block.lms_id: block for block in course.blocks}
    if isinstance(what, Unit):
        return [course, *(blocks[lms_id] for lms_id in what.path)]
    found: list[Course | BlockNode] = []
    parent = what.parent
    while parent is not None:
        found.append(blocks[parent])
        parent = blocks[parent].parent
    return [course, *reversed(found)]


def defined(what: Unit | BlockNode | Course) -> Json:
    """A part of a course as an activity, with the publisher's own words for it."""
    if isinstance(what, Course):
        return _activity(what.lms_id, terms.COURSE, what.structure)
    if isinstance(what, BlockNode):
        return _activity(what.lms_id, terms.BLOCK, what.block)
    return _activity(what.lms_id, kind_of(what), what.unit)


def kind_of(unit: Unit) -> str:
    """The activity type of a unit: the publisher's, else what its criteria say.

    A unit that must be passed is an assessment; without this its results were no attempts."""
    if unit.unit.activity_type:
        return unit.unit.activity_type
    judged = unit.unit.mastery_score is not None or unit.unit.move_on in JUDGED
    return ASSESSMENT if judged else LESSON


def duration(lasted: timedelta) -> str:
    """An ISO 8601 duration in seconds, as xAPI wants it (Data 4.6)."""
    seconds = max(lasted.total_seconds(), 0)
    return f"PT{seconds:.3f}".rstrip("0").rstrip(".") + "S"


def _activity(activity: str, kind: str, element: CourseStructure | Element) -> Json:
    definition: Json = {"type": kind, "name": dict(element.title)}
    if element.description:
        definition["description"] = dict(element.description)
    return {"objectType": "Activity", "id": activity, "definition": definition}
