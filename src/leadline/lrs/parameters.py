"""Query parameters, and how the text of each kind is read (Communication 2)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from leadline.lrs.message import Request
from leadline.lrs.refusals import bad_parameter
from leadline.lrs.versions import Version
from leadline.statements import BadStatement, Identifier, identifier_of
from leadline.statements.agents import check_actor, check_agent
from leadline.statements.forms import instant, is_iri, is_uuid, shown

Reader = Callable[[str, str, Version], Any]


def parameters(request: Request, known: frozenset[str]) -> dict[str, str]:
    """Query parameters by name. Raises Refusal (400) for one that is unknown (names are
    case-sensitive), repeated, or not UTF-8."""
    found: dict[str, str] = {}
    if not request.query:  # as in most of the writes
        return found
    try:
        pairs = parse_qsl(request.query, keep_blank_values=True, errors="strict")
    except ValueError as problem:
        raise bad_parameter("query", "it is not UTF-8.", "Percent-encode UTF-8.") from problem
    for name, value in pairs:
        if name not in known:
            remedy = f"Known are {', '.join(sorted(known))}." if known else "Leave it out."
            raise bad_parameter(name, "it is not a parameter of this request.", remedy)
        if name in found:
            raise bad_parameter(name, "it stands twice.", "Give each parameter once.")
        found[name] = value
    return found


def uuid(name: str, text: str, _: Version) -> str:
    """A UUID, in lower case."""
    if not is_uuid(text):
        raise bad_parameter(name, f"{shown(text)} is not a UUID.", "Send 8-4-4-4-12 hex digits.")
    return text.lower()


def iri(name: str, text: str, _: Version) -> str:
    """An IRI with its scheme."""
    if not is_iri(text):
        raise bad_parameter(name, f"{shown(text)} is not an IRI.", "Send it with its scheme.")
    return text


def actor(name: str, text: str, _: Version) -> Identifier:
    """An agent or an identified group."""
    value = _json(name, text)
    try:
        check_actor(value, name)
    except BadStatement as problem:
        raise bad_parameter(problem.field, problem.reason, problem.remedy) from problem
    return _identifier(name, value)


def agent(name: str, text: str, version: Version) -> Identifier:
    """An agent; never a group."""
    return _identifier(name, agent_object(name, text, version))


def agent_object(name: str, text: str, _: Version) -> dict[str, Any]:
    """An agent with everything that was said of it."""
    value = _json(name, text)
    try:
        check_agent(value, name)
    except BadStatement as problem:
        raise bad_parameter(problem.field, problem.reason, problem.remedy) from problem
    found: dict[str, Any] = value
    return found


def moment(name: str, text: str, version: Version) -> datetime:
    """A timestamp; RFC 3339 under 2.0, ISO 8601 under 1.0."""
    found = instant(text, strict=version is Version.SECOND)
    if found is None:
        raise bad_parameter(
            name, f"{shown(text)} is not a timestamp.", "Send e.g. 2026-11-23T15:24:33Z."
        )
    return found


def _json(name: str, text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as problem:
        raise bad_parameter(name, f"it is not JSON ({problem}).", "Send an agent.") from problem


def _identifier(name: str, value: dict[str, Any]) -> Identifier:
    identifier = identifier_of(value)
    if identifier is None:
        raise bad_parameter(name, "an anonymous group names nobody.", "Send an identified one.")
    return identifier
