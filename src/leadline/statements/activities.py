"""Activities and their definitions (Data 2.4.4.1), interactions included."""

from typing import Any

from leadline.statements.forms import (
    check_extensions,
    check_iri,
    check_language_map,
    check_list,
    check_object,
    check_string,
    shown,
)
from leadline.statements.problem import BadStatement
from leadline.statements.remembered import remembered

_SECTION = "Data 2.4.4.1"
_ACTIVITY = frozenset({"objectType", "id", "definition"})
_COMPONENT_LISTS = ("choices", "scale", "source", "target", "steps")
_INTERACTION_ONLY = frozenset({"correctResponsesPattern", *_COMPONENT_LISTS})
_DEFINITION = _INTERACTION_ONLY | {
    "name",
    "description",
    "type",
    "moreInfo",
    "extensions",
    "interactionType",
}
_COMPONENT = frozenset({"id", "description"})
_INTERACTION_TYPES = frozenset(
    {
        "true-false",
        "choice",
        "fill-in",
        "long-fill-in",
        "matching",
        "performance",
        "sequencing",
        "likert",
        "numeric",
        "other",
    }
)


def check_activity(value: Any, field: str) -> None:
    """An activity: an IRI, perhaps with a definition."""
    check_object(value, _ACTIVITY, field, _SECTION)
    if value.get("objectType", "Activity") != "Activity":
        raise BadStatement(
            f"{field}.objectType",
            f"must be Activity, but is {shown(value['objectType'])}.",
            "Only an activity may stand here.",
            _SECTION,
        )
    if "id" not in value:
        raise BadStatement(f"{field}.id", "is required.", "Give the activity its IRI.", _SECTION)
    check_iri(value["id"], f"{field}.id", _SECTION)
    if "definition" in value:
        check_definition(value["definition"], f"{field}.definition")


@remembered
def check_definition(value: Any, field: str) -> None:
    """An activity definition."""
    check_object(value, _DEFINITION, field, _SECTION)
    if "name" in value:
        check_language_map(value["name"], f"{field}.name", _SECTION)
    if "description" in value:
        check_language_map(value["description"], f"{field}.description", _SECTION)
    if "type" in value:
        check_iri(value["type"], f"{field}.type", _SECTION)
    if "moreInfo" in value:
        check_iri(value["moreInfo"], f"{field}.moreInfo", _SECTION)
    if "extensions" in value:
        check_extensions(value["extensions"], f"{field}.extensions")
    if "interactionType" in value or not _INTERACTION_ONLY.isdisjoint(value):
        _check_interaction(value, field)


def _check_interaction(value: dict[str, Any], field: str) -> None:
    kind = value.get("interactionType")
    if type(kind) is not str or kind not in _INTERACTION_TYPES:
        raise BadStatement(
            f"{field}.interactionType",
            "Interaction Activities must have a valid interactionType, "
            f"but this is {shown(kind) if 'interactionType' in value else 'missing'}.",
            f"Use one of {', '.join(sorted(_INTERACTION_TYPES))}.",
            _SECTION,
        )
    if "correctResponsesPattern" in value:
        pattern = value["correctResponsesPattern"]
        check_list(pattern, f"{field}.correctResponsesPattern", _SECTION)
        for position, response in enumerate(pattern):
            check_string(response, f"{field}.correctResponsesPattern[{position}]", _SECTION)
    for name in _COMPONENT_LISTS:
        if name in value:
            _check_components(value[name], f"{field}.{name}")


def _check_components(value: Any, field: str) -> None:
    check_list(value, field, _SECTION)
    seen = set()
    for position, component in enumerate(value):
        here = f"{field}[{position}]"
        check_object(component, _COMPONENT, here, _SECTION)
        if "id" not in component:
            raise BadStatement(f"{here}.id", "is required.", "Give the component an id.", _SECTION)
        check_string(component["id"], f"{here}.id", _SECTION)
        if component["id"] in seen:
            raise BadStatement(
                f"{here}.id",
                "within an array of interaction components, all id values must be distinct.",
                "Give each component its own id.",
                _SECTION,
            )
        seen.add(component["id"])
        if "description" in component:
            check_language_map(component["description"], f"{here}.description", _SECTION)
