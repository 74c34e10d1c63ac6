"""The rules of a statement (Data 2.4), part by part, for xAPI 1.0.3 and 2.0."""

import re
from datetime import datetime
from typing import Any

from leadline.statements.activities import check_activity
from leadline.statements.agents import (
    check_actor,
    check_agent,
    check_authority,
    check_group,
)
from leadline.statements.forms import (
    check_extensions,
    check_instant,
    check_iri,
    check_language_map,
    check_list,
    check_object,
    check_string,
    check_uuid,
    is_duration,
    is_language_tag,
    is_media_type,
    is_sha2,
    kind_of,
    shown,
)
from leadline.statements.problem import BadStatement
from leadline.statements.remembered import remembered

VOIDED = "http://adlnet.gov/expapi/verbs/voided"

_SUBSTATEMENT = frozenset(
    {"objectType", "actor", "verb", "object", "result", "context", "timestamp", "attachments"}
)
_STATEMENT = (_SUBSTATEMENT - {"objectType"}) | {"id", "stored", "authority", "version"}
_VERB = frozenset({"id", "display"})
_REFERENCE = frozenset({"objectType", "id"})
_RESULT = frozenset({"score", "success", "completion", "response", "duration", "extensions"})
_SCORE = frozenset({"scaled", "raw", "min", "max"})
_CONTEXT = frozenset(
    {
        "registration",
        "instructor",
        "team",
        "contextActivities",
        "revision",
        "platform",
        "language",
        "statement",
        "extensions",
    }
)
_CONTEXT_2 = _CONTEXT | {"contextAgents", "contextGroups"}
_CONTEXT_ACTIVITIES = frozenset({"parent", "grouping", "category", "other"})
_ATTACHMENT = frozenset(
    {"usageType", "display", "description", "contentType", "length", "sha2", "fileUrl"}
)
_VERSION_1 = re.compile(r"1\.0(?:\.(?:0|[1-9]\d*))?", re.ASCII)
_VERSION_1_OR_2 = re.compile(r"(?:1|2)\.0(?:\.(?:0|[1-9]\d*))?", re.ASCII)


def check_statement(value: Any, version: str) -> datetime | None:
    """Every rule of a whole statement; gives its timestamp's instant, None where it has none."""
    modern = version.startswith("2")
    check_object(value, _STATEMENT, "", "Data 2.4")
    if "id" in value:
        check_uuid(value["id"], "id", "Data 2.4.1")
    if "stored" in value:
        check_instant(value["stored"], "stored", strict=modern)
    if "authority" in value:
        check_authority(value["authority"], "authority")
    if "version" in value:
        _check_version(value["version"], modern)
    return _check_parts(value, "", modern)


def _check_version(value: Any, modern: bool) -> None:
    allowed = _VERSION_1_OR_2 if modern else _VERSION_1
    if type(value) is not str or allowed.fullmatch(value) is None:
        raise BadStatement(
            "version",
            f"must be {'1.0, 1.0.x or 2.0.x' if modern else '1.0 or 1.0.x'}, "
            f"but is {shown(value)}.",
            "Leave it out, or send the version that the statement follows.",
            "Data 2.4.10",
        )


def _check_parts(value: dict[str, Any], prefix: str, modern: bool) -> datetime | None:
    """What a statement and a SubStatement have in common."""
    for part in ("actor", "verb", "object"):
        if part not in value:
            raise BadStatement(
                f"{prefix}{part}",
                'is missing: a Statement must use "actor", "verb" and "object".',
                f"Add {part}.",
                "Data 2.2",
            )
    check_actor(value["actor"], f"{prefix}actor")
    _check_verb(value["verb"], f"{prefix}verb")
    kind = _check_target(value["object"], prefix, modern)
    if value["verb"]["id"] == VOIDED and kind != "StatementRef":
        raise BadStatement(
            f"{prefix}object.objectType",
            "the Object of a voiding Statement must be a StatementRef.",
            'Point to the statement to be voided: {"objectType": "StatementRef", "id": its UUID}.',
            "Data 2.3.2",
        )
    if "result" in value:
        _check_result(value["result"], f"{prefix}result")
    if "context" in value:
        _check_context(value["context"], f"{prefix}context", kind, modern)
    if "attachments" in value:
        _check_attachments(value["attachments"], f"{prefix}attachments")
    if "timestamp" not in value:
        return None
    return check_instant(value["timestamp"], f"{prefix}timestamp", strict=modern)


@remembered
def _check_verb(value: Any, field: str) -> None:
    check_object(value, _VERB, field, "Data 2.4.3")
    if "id" not in value:
        raise BadStatement(f"{field}.id", "is required.", "Give the verb's IRI.", "Data 2.4.3")
    check_iri(value["id"], f"{field}.id", "Data 2.4.3")
    if "display" in value:
        check_language_map(value["display"], f"{field}.display", "Data 2.4.3")


def _check_target(value: Any, prefix: str, modern: bool) -> str:
    """The object, whatever its kind; gives the kind."""
    field = f"{prefix}object"
    kind = value.get("objectType", "Activity") if type(value) is dict else "Activity"
    if kind == "Activity":
        check_activity(value, field)
    elif kind == "Agent":
        check_agent(value, field)
    elif kind == "Group":
        check_group(value, field)
    elif kind == "StatementRef":
        check_reference(value, field)
    elif kind == "SubStatement" and not prefix:
        check_object(value, _SUBSTATEMENT, field, "Data 2.4.4.3")
        _check_parts(value, "object.", modern)
    elif kind == "SubStatement":
        raise BadStatement(
            field,
            "a SubStatement must not contain a SubStatement of its own.",
            "Refer to a statement by StatementRef instead.",
            "Data 2.4.4.3",
        )
    else:
        raise BadStatement(
            f"{field}.objectType",
            f"must be Activity, Agent, Group, SubStatement or StatementRef, but is {shown(kind)}.",
            "Write one of them, in this case of letters.",
            "Data 2.4.4",
        )
    return str(kind)


def check_reference(value: Any, field: str) -> None:
    """A StatementRef (Data 2.4.4.3); whether its target exists is not asked."""
    check_object(value, _REFERENCE, field, "Data 2.4.4.3")
    if value.get("objectType") != "StatementRef":
        raise BadStatement(
            f"{field}.objectType",
            "must be StatementRef.",
            'Write "objectType": "StatementRef".',
            "Data 2.4.4.3",
        )
    check_uuid(value.get("id"), f"{field}.id", "Data 2.4.4.3")


def _check_result(value: Any, field: str) -> None:
    check_object(value, _RESULT, field, "Data 2.4.5")
    for key in ("success", "completion"):
        if key in value and type(value[key]) is not bool:
            raise BadStatement(
                f"{field}.{key}",
                f"must be a boolean, but is {kind_of(value[key])}.",
                "Send true or false without quotes.",
                "Data 2.4.5",
            )
    if "response" in value:
        check_string(value["response"], f"{field}.response", "Data 2.4.5")
    if "score" in value:
        _check_score(value["score"], f"{field}.score")
    if "duration" in value:
        duration = value["duration"]
        if type(duration) is not str or not is_duration(duration):
            raise BadStatement(
                f"{field}.duration",
                f"must be an ISO 8601 duration, but is {shown(duration)}.",
                "Send e.g. PT4H35M59.14S or P4W.",
                "Data 4.6",
            )
    if "extensions" in value:
        check_extensions(value["extensions"], f"{field}.extensions")


def _check_score(value: Any, field: str) -> None:
    check_object(value, _SCORE, field, "Data 2.4.5.1")
    for key, number in value.items():
        if type(number) is not int and type(number) is not float:
            raise BadStatement(
                f"{field}.{key}",
                f"must be a number, but is {kind_of(number)}.",
                "Send a decimal number without quotes.",
                "Data 2.4.5.1",
            )
    scaled, raw, low, high = (value.get(key) for key in ("scaled", "raw", "min", "max"))
    for broken, key, rule in (
        (scaled is not None and not -1 <= scaled <= 1, "scaled", "between -1 and 1, inclusive."),
        (low is not None and high is not None and low >= high, "min", "less than max."),
        (raw is not None and low is not None and raw < low, "raw", "at least min."),
        (raw is not None and high is not None and raw > high, "raw", "at most max."),
    ):
        if broken:
            raise BadStatement(
                f"{field}.{key}",
                f"must be {rule}",
                "Correct the score, or leave out min and max where they are not known.",
                "Data 2.4.5.1",
            )


def _check_context(value: Any, field: str, kind: str, modern: bool) -> None:
    check_object(value, _CONTEXT_2 if modern else _CONTEXT, field, "Data 2.4.6")
    if "registration" in value:
        check_uuid(value["registration"], f"{field}.registration", "Data 2.4.6")
    if "contextActivities" in value:
        _check_context_activities(value["contextActivities"], f"{field}.contextActivities")
    if "extensions" in value:
        check_extensions(value["extensions"], f"{field}.extensions")
    if "instructor" in value:
        check_actor(value["instructor"], f"{field}.instructor")
    if "team" in value:
        check_group(value["team"], f"{field}.team")
    if "statement" in value:
        check_reference(value["statement"], f"{field}.statement")
    if "language" in value:
        language = value["language"]
        if type(language) is not str or not is_language_tag(language):
            raise BadStatement(
                f"{field}.language",
                f"must be an RFC 5646 language tag, but is {shown(language)}.",
                "Use a tag such as en or en-US.",
                "Data 2.4.6",
            )
    for key in ("revision", "platform"):
        if key in value:
            _check_about_activity(value[key], f"{field}.{key}", kind)
    for key, inner in (("contextAgents", "agent"), ("contextGroups", "group")):
        if key in value:
            _check_context_people(value[key], f"{field}.{key}", inner)


def _check_about_activity(value: Any, field: str, kind: str) -> None:
    check_string(value, field, "Data 2.4.6")
    if kind != "Activity":
        raise BadStatement(
            field,
            f"must only be used if the Statement's Object is an Activity; here it is a {kind}.",
            "Leave it out.",
            "Data 2.4.6",
        )


@remembered
def _check_context_activities(value: Any, field: str) -> None:
    check_object(value, _CONTEXT_ACTIVITIES, field, "Data 2.4.6.2")
    for key, activities in value.items():
        if type(activities) is list:
            for position, activity in enumerate(activities):
                check_activity(activity, f"{field}.{key}[{position}]")
        else:
            # A single activity is allowed for the sake of 0.95 (Data 2.4.6.2).
            check_activity(activities, f"{field}.{key}")


def _check_context_people(value: Any, field: str, inner: str) -> None:
    """contextAgents and contextGroups of xAPI 2.0 (IEEE 9274.1.1, 4.2.2.5)."""
    section = "9274.1.1 4.2.2.5"
    wrapper = "contextAgent" if inner == "agent" else "contextGroup"
    check_list(value, field, section)
    for position, entry in enumerate(value):
        here = f"{field}[{position}]"
        check_object(entry, frozenset({"objectType", inner, "relevantTypes"}), here, section)
        if entry.get("objectType") != wrapper:
            raise BadStatement(
                f"{here}.objectType", f"must be {wrapper}.", f"Write {wrapper}.", section
            )
        (check_agent if inner == "agent" else check_group)(entry.get(inner), f"{here}.{inner}")
        if "relevantTypes" in entry:
            types = entry["relevantTypes"]
            check_list(types, f"{here}.relevantTypes", section)
            if not types:
                raise BadStatement(
                    f"{here}.relevantTypes",
                    "must not be empty.",
                    "Name at least one type, or leave the property out.",
                    section,
                )
            for place, kind in enumerate(types):
                check_iri(kind, f"{here}.relevantTypes[{place}]", section)


def _check_attachments(value: Any, field: str) -> None:
    section = "Data 2.4.11"
    check_list(value, field, section)
    for position, entry in enumerate(value):
        here = f"{field}[{position}]"
        check_object(entry, _ATTACHMENT, here, section)
        for key in ("usageType", "display", "contentType", "length", "sha2"):
            if key not in entry:
                raise BadStatement(f"{here}.{key}", "is required.", f"Add {key}.", section)
        check_iri(entry["usageType"], f"{here}.usageType", section)
        check_language_map(entry["display"], f"{here}.display", section)
        if "description" in entry:
            check_language_map(entry["description"], f"{here}.description", section)
        if "fileUrl" in entry:
            check_iri(entry["fileUrl"], f"{here}.fileUrl", section)
        length = entry["length"]
        for broken, key, rule in (
            (type(length) is not int or length < 0, "length", "an integer of octets"),
            (
                type(entry["contentType"]) is not str or not is_media_type(entry["contentType"]),
                "contentType",
                "an Internet Media Type",
            ),
            (type(entry["sha2"]) is not str or not is_sha2(entry["sha2"]), "sha2", "SHA-2 in hex"),
        ):
            if broken:
                raise BadStatement(f"{here}.{key}", f"must be {rule}.", f"Send {rule}.", section)
