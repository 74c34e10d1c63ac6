"""The formats in which GET /statements returns a statement (Communication 2.1.3).

`exact` needs no code: it is the payload as stored.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

_LANGUAGE_MAPS = ("name", "description")
_COMPONENT_LISTS = ("choices", "scale", "source", "target", "steps")


def ids(statement: dict[str, Any]) -> dict[str, Any]:
    """The statement with only what identifies its agents, groups, activities and verb.

    An anonymous group keeps its members, each reduced likewise, because nothing else tells it from
    another.
    """
    return _reshaped(statement, _agent_id, _activity_id, lambda verb: {"id": verb["id"]})


def canonical(
    statement: dict[str, Any],
    definitions: Mapping[str, dict[str, Any]],
    languages: Sequence[str],
) -> dict[str, Any]:
    """The statement with the store's own activity definitions, and one language per language map.

    definitions: the store's merged definitions by activity IRI.
    languages: wanted language tags, best first, as the request's Accept-Language orders them.
    """

    def activity(sent: dict[str, Any]) -> dict[str, Any]:
        definition = definitions.get(sent["id"]) or sent.get("definition")
        if definition is None:
            return sent
        return sent | {"definition": one_language(definition, languages)}

    def verb(sent: dict[str, Any]) -> dict[str, Any]:
        if "display" not in sent:
            return sent
        return sent | {"display": _choose(sent["display"], languages)}

    return _reshaped(statement, lambda agent: agent, activity, verb)


def one_language(definition: dict[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    """An activity definition with each language map cut to the best language."""
    cut = dict(definition)
    for key in _LANGUAGE_MAPS:
        if key in cut:
            cut[key] = _choose(cut[key], languages)
    for key in _COMPONENT_LISTS:
        if key in cut:
            cut[key] = [
                part | {"description": _choose(part["description"], languages)}
                if "description" in part
                else part
                for part in cut[key]
            ]
    return cut


def _choose(texts: Mapping[str, str], languages: Sequence[str]) -> dict[str, str]:
    """One entry of a language map: by RFC 4647 lookup, else the first that was sent."""
    by_tag = {tag.lower(): tag for tag in texts}
    for wanted in languages:
        parts = wanted.lower().split("-")
        for length in range(len(parts), 0, -1):
            start = "-".join(parts[:length])
            fitting = [tag for low, tag in by_tag.items() if f"{low}-".startswith(f"{start}-")]
            if fitting:
                best = by_tag.get(start, fitting[0])
                return {best: texts[best]}
    return dict(list(texts.items())[:1])


def _agent_id(agent: dict[str, Any]) -> dict[str, Any]:
    kept = {key: part for key, part in agent.items() if key not in ("name", "member")}
    if len(kept) == 1 and "member" in agent:
        kept["member"] = [_agent_id(member) for member in agent["member"]]
    return kept


def _activity_id(activity: dict[str, Any]) -> dict[str, Any]:
    return {"id": activity["id"]}


_Change = Callable[[dict[str, Any]], dict[str, Any]]


def _reshaped(
    statement: dict[str, Any], agent: _Change, activity: _Change, verb: _Change
) -> dict[str, Any]:
    """A copy of a statement in which each agent, activity and verb is changed."""
    copy = dict(statement)
    copy["actor"] = agent(copy["actor"])
    copy["verb"] = verb(copy["verb"])
    if "authority" in copy:
        copy["authority"] = agent(copy["authority"])
    target = copy["object"]
    kind = target.get("objectType", "Activity")
    if kind == "Activity":
        copy["object"] = activity(target)
    elif kind in ("Agent", "Group"):
        copy["object"] = agent(target)
    elif kind == "SubStatement":
        copy["object"] = _reshaped(target, agent, activity, verb)
    if "context" in copy:
        copy["context"] = _reshaped_context(copy["context"], agent, activity)
    return copy


def _reshaped_context(context: dict[str, Any], agent: _Change, activity: _Change) -> dict[str, Any]:
    copy = dict(context)
    for key in ("instructor", "team"):
        if key in copy:
            copy[key] = agent(copy[key])
    for key, inner in (("contextAgents", "agent"), ("contextGroups", "group")):
        if key in copy:
            copy[key] = [entry | {inner: agent(entry[inner])} for entry in copy[key]]
    if "contextActivities" in copy:
        copy["contextActivities"] = {
            key: [activity(entry) for entry in entries]
            for key, entries in copy["contextActivities"].items()
        }
    return copy
