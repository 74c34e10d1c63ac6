"""What a course structure says (section 13.1): values, as the publisher wrote them, trimmed."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Literal

import msgspec

LaunchMethod = Literal["AnyWindow", "OwnWindow"]
MoveOn = Literal["NotApplicable", "Passed", "Completed", "CompletedAndPassed", "CompletedOrPassed"]

Texts = Mapping[str, str]
"""Language tag (RFC 5646; `und` where none is given) to text."""


class Objective(msgspec.Struct, frozen=True):
    """Something to be learnt (13.1.3). id: the publisher's IRI."""

    id: str
    title: Texts
    description: Texts


class AssignableUnit(msgspec.Struct, frozen=True, tag="au"):
    """What is launched (13.1.4). id: the publisher's IRI.

    url: absolute, or relative to the root of the zip. mastery_score: 0 to 1; 0 is a score, None is
    none. objectives: ids, which the structure need not define."""

    id: str
    title: Texts
    description: Texts
    url: str
    launch_method: LaunchMethod = "AnyWindow"
    move_on: MoveOn = "NotApplicable"
    mastery_score: Decimal | None = None
    launch_parameters: str | None = None
    entitlement_key: str | None = None
    activity_type: str | None = None
    objectives: tuple[str, ...] = ()


class Block(msgspec.Struct, frozen=True, tag="block"):
    """A group of units and further blocks (13.1.2). id: the publisher's IRI."""

    id: str
    title: Texts
    description: Texts
    objectives: tuple[str, ...]
    children: "tuple[Block | AssignableUnit, ...]"


Element = Block | AssignableUnit


class CourseStructure(msgspec.Struct, frozen=True):
    """A whole course (13.1.1). id: the publisher's IRI. children: in the publisher's order."""

    id: str
    title: Texts
    description: Texts
    objectives: tuple[Objective, ...]
    children: tuple[Element, ...]

    def units(self) -> Iterator[AssignableUnit]:
        """Every unit at whatever depth, in the order of the document."""
        return (each for each, _ in self.walk() if isinstance(each, AssignableUnit))

    def blocks(self) -> Iterator[Block]:
        """Every block at whatever depth, an outer one before those in it."""
        return (each for each, _ in self.walk() if isinstance(each, Block))

    def walk(self) -> Iterator[tuple[Element, tuple[Block, ...]]]:
        """Every block and unit in the order of the document, with the blocks around it, outermost
        first."""
        waiting: list[tuple[Element, tuple[Block, ...]]] = [(c, ()) for c in self.children[::-1]]
        while waiting:
            element, around = waiting.pop()
            yield element, around
            if isinstance(element, Block):
                waiting += [(child, (*around, element)) for child in element.children[::-1]]
