"""The parameters of GET /statements, read into a Wanted (Communication 2.1.3)."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec

from leadline.lrs.message import Request
from leadline.lrs.refusals import bad_parameter
from leadline.lrs.versions import Version
from leadline.statements import BadStatement, Identifier, Wanted, identifier_of
from leadline.statements.agents import check_actor
from leadline.statements.forms import instant, is_iri, is_uuid, shown

CURSOR = "cursor"
CURSOR_LIMIT_DIGITS = 18
SINGLE = frozenset({"statementId", "voidedStatementId"})
BESIDE_SINGLE = frozenset({"attachments", "format"})
FORMATS = ("exact", "ids", "canonical")


def parameters(request: Request, known: frozenset[str]) -> dict[str, str]:
    """Query parameters by name. Raises Refusal (400) for one that is unknown (names are
    case-sensitive), repeated, or not UTF-8."""
    found: dict[str, str] = {}
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


def wanted_by(request: Request, version: Version) -> Wanted:
    """The question that the query asks. Raises Refusal (400) naming the parameter at fault."""
    given = parameters(request, frozenset(READERS))
    single = given.keys() & SINGLE
    if len(single) > 1:
        raise bad_parameter(
            "statementId", "voidedStatementId is given too.", "Ask for one of them."
        )
    if single and given.keys() - single - BESIDE_SINGLE:
        raise bad_parameter(
            min(single), "it goes with attachments and format only.", "Leave out other filters."
        )
    fields: dict[str, Any] = {}
    for name, text in given.items():
        field, read = READERS[name]
        fields[field] = read(name, text, version)
    return Wanted(**fields)


def more_link(request: Request, cursor: int) -> str:
    """The relative IRL of the next page: the same question, and where this page ended.

    The cursor is a position only. What may be seen is decided by the credential that follows the
    link, so that a forged cursor shows nothing that a filter could not ask for."""
    kept = [pair for pair in parse_qsl(request.query, keep_blank_values=True) if pair[0] != CURSOR]
    return f"{request.base}{request.path}?{urlencode([*kept, (CURSOR, str(cursor))])}"


def _uuid(name: str, text: str, _: Version) -> str:
    if not is_uuid(text):
        raise bad_parameter(name, f"{shown(text)} is not a UUID.", "Send 8-4-4-4-12 hex digits.")
    return text.lower()


def _iri(name: str, text: str, _: Version) -> str:
    if not is_iri(text):
        raise bad_parameter(name, f"{shown(text)} is not an IRI.", "Send it with its scheme.")
    return text


def _agent(name: str, text: str, _: Version) -> Identifier:
    try:
        value = msgspec.json.decode(text)
        check_actor(value, name)
    except BadStatement as problem:
        raise bad_parameter(problem.field, problem.reason, problem.remedy) from problem
    except (msgspec.DecodeError, RecursionError) as problem:
        raise bad_parameter(name, f"it is not JSON ({problem}).", "Send an agent.") from problem
    identifier = identifier_of(value)
    if identifier is None:
        raise bad_parameter(name, "an anonymous group names nobody.", "Send an identified one.")
    return identifier


def _moment(name: str, text: str, version: Version) -> Any:
    moment = instant(text, strict=version is Version.SECOND)
    if moment is None:
        raise bad_parameter(
            name, f"{shown(text)} is not a timestamp.", "Send e.g. 2026-11-23T15:24:33Z."
        )
    return moment


def _truth(name: str, text: str, _: Version) -> bool:
    if text not in ("true", "false"):
        raise bad_parameter(name, f"{shown(text)} is no boolean.", "Send true or false.")
    return text == "true"


def _count(name: str, text: str, _: Version) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= CURSOR_LIMIT_DIGITS):
        raise bad_parameter(name, f"{shown(text)} is no count.", "Send a non-negative integer.")
    return int(text)


def _format(name: str, text: str, _: Version) -> str:
    if text not in FORMATS:
        raise bad_parameter(name, f"{shown(text)} is no format.", f"Use {', '.join(FORMATS)}.")
    return text


Reader = Callable[[str, str, Version], Any]
READERS: dict[str, tuple[str, Reader]] = {  # parameter: field of Wanted, how its text is read
    "statementId": ("statement_id", _uuid),
    "voidedStatementId": ("voided_statement_id", _uuid),
    "agent": ("agent", _agent),
    "verb": ("verb", _iri),
    "activity": ("activity", _iri),
    "registration": ("registration", _uuid),
    "related_activities": ("related_activities", _truth),
    "related_agents": ("related_agents", _truth),
    "since": ("since", _moment),
    "until": ("until", _moment),
    "limit": ("limit", _count),
    "format": ("format", _format),
    "attachments": ("attachments", _truth),
    "ascending": ("ascending", _truth),
    CURSOR: (CURSOR, _count),
}
