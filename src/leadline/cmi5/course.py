"""A course of ours: a structure, and the ids that the LMS gives to its parts (8.1.5, 9.3.9)."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from leadline.cmi5.structure import AssignableUnit, Block, CourseStructure
from leadline.cmi5.urls import is_absolute

MOUNT = "/content"


@dataclass(frozen=True)
class Unit:
    """One assignable unit of a course.

    index: place among all units of the course, from 0. lms_id: its activityId (8.1.5), the same for
    every launch and registration. publisher_id: the structure's id. url: absolute, or relative to
    the package (see `Course.address`). path: LMS ids of the blocks around it, outermost first."""

    index: int
    lms_id: str
    publisher_id: str
    url: str
    unit: AssignableUnit
    path: tuple[str, ...]


@dataclass(frozen=True)
class BlockNode:
    """One block of a course.

    lms_id: what `satisfied` statements are about (9.3.9). parent: LMS id of the block around it;
    None at the top. units: indexes of all units in it, at whatever depth."""

    index: int
    lms_id: str
    publisher_id: str
    block: Block
    parent: str | None
    units: tuple[int, ...]


@dataclass(frozen=True)
class Course:
    """One imported course. It never changes, but for being retired.

    course_id: short, random, fit for addresses and folders. lms_id: the course's activity id.
    digest: SHA-256 of the package's bytes in hex. media_type: of the package, application/zip or
    application/xml. retired_at: since when it is offered no more; None while it is."""

    course_id: str
    tenant: str
    lms_id: str
    structure: CourseStructure
    media_type: str
    digest: str
    added_at: datetime
    added_by: str
    retired_at: datetime | None = None

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """Every unit, in the order of the structure; `units[i].index == i`."""
        return self._parts[0]

    @cached_property
    def blocks(self) -> tuple[BlockNode, ...]:
        """Every block, an outer one before those in it; so backwards is from the inside out."""
        return self._parts[1]

    def unit(self, lms_id: str) -> Unit | None:
        """The unit of an activityId."""
        return self._units_by_id.get(lms_id)

    def address(self, unit: Unit, content_url: str) -> str:
        """The absolute URL of a unit, its own query kept (13.1.4).

        content_url: where course content is served, without a slash at the end."""
        if is_absolute(unit.url):
            return unit.url
        return f"{content_url}{MOUNT}/{self.course_id}/{unit.url}"

    @cached_property
    def _units_by_id(self) -> dict[str, Unit]:
        return {unit.lms_id: unit for unit in self.units}

    @cached_property
    def _parts(self) -> tuple[tuple[Unit, ...], tuple[BlockNode, ...]]:
        units: list[Unit] = []
        blocks: list[tuple[Block, str, str | None]] = []
        inside: list[list[int]] = []
        numbers: dict[int, int] = {}  # id() of a block, as equal blocks are still two
        for element, around in self.structure.walk():
            path = tuple(self._block_id(numbers[id(block)]) for block in around)
            if isinstance(element, Block):
                numbers[id(element)] = len(blocks)
                parent = path[-1] if path else None
                blocks.append((element, self._block_id(len(blocks)), parent))
                inside.append([])
                continue
            index = len(units)
            lms_id = f"{self.lms_id}/units/{index}"
            units.append(Unit(index, lms_id, element.id, element.url, element, path))
            for block in around:
                inside[numbers[id(block)]].append(index)
        nodes = [
            BlockNode(index, lms_id, block.id, block, parent, tuple(inside[index]))
            for index, (block, lms_id, parent) in enumerate(blocks)
        ]
        return tuple(units), tuple(nodes)

    def _block_id(self, index: int) -> str:
        return f"{self.lms_id}/blocks/{index}"
