"""Where a statement belongs: course, module and assessment of its object."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Kinds = Mapping[str, str]


class Place(NamedTuple):
    """Activity ids, null where the statement names none."""

    course: str | None = None
    module: str | None = None
    assessment: str | None = None


NOWHERE = Place()


def place_of(
    activity: str, kind: str | None, context: Mapping[str, Any] | None, kinds: Kinds
) -> Place:
    """Where an activity of a kind belongs, given the statement's contextActivities.

    Course: the activity, else a parent, grouping or category that is a course, else the first
    grouping of unknown type, else the first such parent (cmi5 names the publisher's id of the unit
    in grouping, so a cmi5 unit whose launch names no course is its own course).
    Module: what the course holds directly, as far as the statement says."""
    if kind == "course":
        return Place(course=activity)
    if not context:
        return Place(assessment=activity) if kind == "assessment" else NOWHERE
    parents = list(_listed(context, "parent", kinds))
    groupings = list(_listed(context, "grouping", kinds))
    course = _course(kind, parents, groupings, context, kinds)
    holders = [(found, what) for found, what in parents if found != course and what != "course"]
    return Place(
        course,
        _module(activity, holders, groupings) if course else None,
        _assessment(activity, kind, holders, groupings),
    )


def _course(
    kind: str | None,
    parents: list[tuple[str, str | None]],
    groupings: list[tuple[str, str | None]],
    context: Mapping[str, Any],
    kinds: Kinds,
) -> str | None:
    categories = _listed(context, "category", kinds)
    for found, what in (*parents, *groupings, *categories):
        if what == "course":
            return found
    # The parent of a question is its test, whatever is known about it.
    for found, what in groupings if kind == "question" else groupings + parents:
        if what is None:
            return found
    return None


def _module(
    activity: str,
    holders: list[tuple[str, str | None]],
    groupings: list[tuple[str, str | None]],
) -> str:
    for found, what in (*holders, *groupings):
        if what == "module":
            return found
    return holders[0][0] if holders else activity


def _assessment(
    activity: str,
    kind: str | None,
    holders: list[tuple[str, str | None]],
    groupings: list[tuple[str, str | None]],
) -> str | None:
    if kind == "assessment":
        return activity
    if kind != "question":
        return None
    for found, what in (*holders, *groupings):
        if what == "assessment":
            return found
    return holders[0][0] if holders else None


def _listed(
    context: Mapping[str, Any], relation: str, kinds: Kinds
) -> Iterator[tuple[str, str | None]]:
    """(id, kind) of the context activities of one relation; kind null where nobody gave a type."""
    found = context.get(relation) or ()
    for activity in (found,) if isinstance(found, dict) else found:
        yield str(activity["id"]), kinds.get(activity["id"])
