"""Who and what a statement mentions: everything that GET /statements can ask by."""

from typing import Any

import msgspec

from leadline.statements.agents import Identifier, identifier_of
from leadline.statements.rules import VOIDED


class Mentions(msgspec.Struct, frozen=True):
    """What the index holds of one valid statement.

    agents: the actor and the object where it is an agent or group, members included, since a
    group whose member matches is a match (Communication 2.1.3, `agent`). related_agents: those
    that only `related_agents` finds: authority, instructor, team, contextAgents, contextGroups,
    and all of these in a SubStatement. related_activities likewise. target: the statement that a
    StatementRef object points to.
    """

    agents: frozenset[Identifier]
    related_agents: frozenset[Identifier]
    verb: str
    activity: str | None
    related_activities: frozenset[str]
    registration: str | None
    target: str | None

    @property
    def voids(self) -> str | None:
        """The statement that this one voids."""
        return self.target if self.verb == VOIDED else None


def mentions(statement: dict[str, Any]) -> Mentions:
    """Read a valid statement once for all that the index needs."""
    target = statement["object"]
    context = statement.get("context", {})
    kind = target.get("objectType", "Activity")
    agents = _main_agents(statement, kind)
    activity = target["id"] if kind == "Activity" else None
    related = _side_agents(statement, context)
    activities = {entry["id"] for entry in _context_activities(context)}
    if kind == "SubStatement":
        inner = mentions(target)
        related |= inner.agents | inner.related_agents
        activities |= inner.related_activities
        if inner.activity is not None:
            activities.add(inner.activity)
    activities.discard(activity)
    registration = context.get("registration")
    return Mentions(
        agents=frozenset(agents),
        related_agents=frozenset(related - agents),
        verb=statement["verb"]["id"],
        activity=activity,
        related_activities=frozenset(activities),
        registration=None if registration is None else registration.lower(),
        target=target["id"].lower() if kind == "StatementRef" else None,
    )


def definitions(statement: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every activity definition in a valid statement, with its activity's IRI."""
    target = statement["object"]
    inner = definitions(target) if target.get("objectType") == "SubStatement" else []
    activities = [target, *_context_activities(statement.get("context", {}))]
    return inner + [
        (activity["id"], activity["definition"])
        for activity in activities
        if "definition" in activity
    ]


def _main_agents(statement: dict[str, Any], kind: str) -> set[Identifier]:
    found: set[Identifier] = set()
    _note(statement["actor"], found)
    if kind in ("Agent", "Group"):
        _note(statement["object"], found)
    return found


def _side_agents(statement: dict[str, Any], context: dict[str, Any]) -> set[Identifier]:
    found: set[Identifier] = set()
    if "authority" in statement:
        _note(statement["authority"], found)
    for key in ("instructor", "team"):
        if key in context:
            _note(context[key], found)
    for entry in context.get("contextAgents", ()):
        _note(entry["agent"], found)
    for entry in context.get("contextGroups", ()):
        _note(entry["group"], found)
    return found


def _note(agent: dict[str, Any], found: set[Identifier]) -> None:
    """Who an agent or group is, and who its members are."""
    for one in (agent, *agent.get("member", ())):
        identifier = identifier_of(one)
        if identifier is not None:
            found.add(identifier)


def _context_activities(context: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for entries in context.get("contextActivities", {}).values():
        found += entries if type(entries) is list else [entries]
    return found
