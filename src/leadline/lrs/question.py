"""The parameters of GET /statements, read into a Wanted (Communication 2.1.3)."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from leadline.lrs.message import Request
from leadline.lrs.parameters import Reader, actor, iri, moment, parameters, uuid
from leadline.lrs.refusals import bad_parameter
from leadline.lrs.versions import Version
from leadline.statements import Wanted
from leadline.statements.forms import shown

CURSOR = "cursor"
CURSOR_LIMIT_DIGITS = 18
SINGLE = frozenset({"statementId", "voidedStatementId"})
BESIDE_SINGLE = frozenset({"attachments", "format"})
FORMATS = ("exact", "ids", "canonical")


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


def truth(name: str, text: str, _: Version) -> bool:
    """true or false."""
    if text not in ("true", "false"):
        raise bad_parameter(name, f"{shown(text)} is no boolean.", "Send true or false.")
    return text == "true"


def count(name: str, text: str, _: Version) -> int:
    """A whole number, zero or more."""
    if not (text.isascii() and text.isdigit() and len(text) <= CURSOR_LIMIT_DIGITS):
        raise bad_parameter(name, f"{shown(text)} is no count.", "Send a non-negative integer.")
    return int(text)


def result_format(name: str, text: str, _: Version) -> str:
    """One of FORMATS."""
    if text not in FORMATS:
        raise bad_parameter(name, f"{shown(text)} is no format.", f"Use {', '.join(FORMATS)}.")
    return text


READERS: dict[str, tuple[str, Reader]] = {  # parameter: field of Wanted, how its text is read
    "statementId": ("statement_id", uuid),
    "voidedStatementId": ("voided_statement_id", uuid),
    "agent": ("agent", actor),
    "verb": ("verb", iri),
    "activity": ("activity", iri),
    "registration": ("registration", uuid),
    "related_activities": ("related_activities", truth),
    "related_agents": ("related_agents", truth),
    "since": ("since", moment),
    "until": ("until", moment),
    "limit": ("limit", count),
    "format": ("format", result_format),
    "attachments": ("attachments", truth),
    "ascending": ("ascending", truth),
    CURSOR: (CURSOR, count),
}
