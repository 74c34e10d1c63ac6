"""Statement comparison (Data 2.3.1): are two statements of one id the same statement?"""

import re
from typing import Any

import msgspec

from leadline.statements.agents import identifier_of
from leadline.statements.forms import instant

_ASSIGNED = ("id", "stored", "authority", "version")
_BEYOND_CENTISECONDS = re.compile(r"([.,]\d\d)\d+")
_GROUP_PLACES = ("instructor", "team")


def same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    """Whether two valid statements differ only in what the specification tells to ignore.

    Ignored are: what a store assigns (id, stored, authority, version, and a timestamp that one
    side lacks), activity definitions, a verb's display, the way a moment in time is written, the
    order of a group's members, the case of e-mail domains, UUIDs and hex sums, a default
    objectType written out, a lone context activity against an array of one, and durations beyond
    .01 s (Data 4.6). Timestamps are compared to the millisecond, the precision that Data 4.5 keeps.
    """
    if ("timestamp" in a) != ("timestamp" in b):
        a, b = ({key: part for key, part in one.items() if key != "timestamp"} for one in (a, b))
    return bool(_bare(a) == _bare(b))


def _bare(statement: dict[str, Any]) -> dict[str, Any]:
    """A statement (or SubStatement) reduced to what counts in a comparison."""
    bare = {key: part for key, part in statement.items() if key not in _ASSIGNED}
    bare["actor"] = _agent(bare["actor"])
    bare["verb"] = bare["verb"]["id"]
    bare["object"] = _target(bare["object"])
    if "timestamp" in bare:
        moment = instant(bare["timestamp"], strict=False)
        bare["timestamp"] = moment and moment.isoformat(timespec="milliseconds")
    duration = bare.get("result", {}).get("duration")
    if duration is not None:
        shorter = _BEYOND_CENTISECONDS.sub(r"\1", duration)
        bare["result"] = bare["result"] | {"duration": shorter}
    if "context" in bare:
        bare["context"] = _context(bare["context"])
    if "attachments" in bare:
        bare["attachments"] = [
            entry | {"sha2": entry["sha2"].lower()} for entry in bare["attachments"]
        ]
    return bare


def _target(target: dict[str, Any]) -> Any:
    kind = target.get("objectType", "Activity")
    if kind == "Activity":
        return target["id"]
    if kind == "StatementRef":
        return {"ref": target["id"].lower()}
    return _bare(target) if kind == "SubStatement" else _agent(target)


def _agent(agent: dict[str, Any]) -> dict[str, Any]:
    bare: dict[str, Any] = {
        "kind": agent.get("objectType", "Agent"),
        "who": identifier_of(agent),
        "name": agent.get("name"),
    }
    if "member" in agent:
        members = [_agent(member) for member in agent["member"]]
        bare["member"] = sorted(members, key=msgspec.json.encode)
    return bare


def _context(context: dict[str, Any]) -> dict[str, Any]:
    bare = dict(context)
    if "registration" in bare:
        bare["registration"] = bare["registration"].lower()
    for key in _GROUP_PLACES:
        if key in bare:
            bare[key] = _agent(bare[key])
    if "statement" in bare:
        bare["statement"] = bare["statement"]["id"].lower()
    for key, inner in (("contextAgents", "agent"), ("contextGroups", "group")):
        if key in bare:
            bare[key] = [entry | {inner: _agent(entry[inner])} for entry in bare[key]]
    if "contextActivities" in bare:
        bare["contextActivities"] = {
            key: [entry["id"] for entry in (some if type(some) is list else [some])]
            for key, some in bare["contextActivities"].items()
        }
    return bare
