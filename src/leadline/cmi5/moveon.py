"""When a unit's moveOn is met, and which blocks and courses that satisfies (9.3.9, 13.1.4)."""

from collections.abc import Collection, Mapping

from leadline.cmi5.course import BlockNode, Course
from leadline.cmi5.sequence import OnRecord
from leadline.cmi5.structure import MoveOn

NOT_TOUCHED = OnRecord()


def met(move_on: MoveOn, unit: OnRecord) -> bool:
    """Whether a unit's criterion is met by what is on record; waived meets every one."""
    completed, passed = unit.completed_at is not None, unit.passed_at is not None
    by_word = {
        "NotApplicable": True,
        "Completed": completed,
        "Passed": passed,
        "CompletedAndPassed": completed and passed,
        "CompletedOrPassed": completed or passed,
    }
    return unit.waived_at is not None or by_word[move_on]


def satisfied(
    course: Course, units: Mapping[int, OnRecord], already: Collection[str]
) -> list[BlockNode | Course]:
    """What has become satisfied: inner blocks before outer ones, the course last.

    units: what is on record, by index; already: LMS ids of what was satisfied before, which is
    never said twice in a registration."""
    missing = {
        unit.index
        for unit in course.units
        if not met(unit.unit.move_on, units.get(unit.index, NOT_TOUCHED))
    }
    found: list[BlockNode | Course] = [
        block
        for block in reversed(course.blocks)
        if block.lms_id not in already and missing.isdisjoint(block.units)
    ]
    if not missing and course.lms_id not in already:
        found.append(course)
    return found
