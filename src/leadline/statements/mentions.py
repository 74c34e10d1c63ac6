"""Who and what a statement mentions: everything that GET /statements can ask by."""

from collections.abc import Iterable, Iterator
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
    agents = set(_people(_main_agents(statement)))
    activity = target["id"] if kind == "Activity" else None
    related = set(_people(_side_agents(statement)))
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


def definitions(statement: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every activity definition in a valid statement, with its activity's IRI."""
    target = statement["object"]
    if target.get("objectType") == "SubStatement":
        yield from definitions(target)
    elif "definition" in target:
        yield target["id"], target["definition"]
    for entry in _context_activities(statement.get("context", {})):
        if "definition" in entry:
            yield entry["id"], entry["definition"]


def _main_agents(statement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield statement["actor"]
    if statement["object"].get("objectType") in ("Agent", "Group"):
        yield statement["object"]


def _side_agents(statement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "authority" in statement:
        yield statement["authority"]
    context = statement.get("context")
    if context is None:
        return
    for key in ("instructor", "team"):
        if key in context:
            yield context[key]
    for entry in context.get("contextAgents", ()):
        yield entry["agent"]
    for entry in context.get("contextGroups", ()):
        yield entry["group"]


def _people(agents: Iterable[dict[str, Any]]) -> Iterator[Identifier]:
    for agent in agents:
        identifier = identifier_of(agent)
        if identifier is not None:
            yield identifier
        for member in agent.get("member", ()):
            found = identifier_of(member)
            if found is not None:
                yield found


def _context_activities(context: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for entries in context.get("contextActivities", {}).values():
        if type(entries) is list:
            yield from entries
        else:
            yield entries
