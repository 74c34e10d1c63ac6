"""Agents and groups (Data 2.4.2): their rules, and the identifier that says who is meant."""

from functools import lru_cache
from typing import Any, Literal, NamedTuple

from leadline.statements.forms import (
    check_iri,
    check_list,
    check_object,
    check_string,
    is_mailto,
    is_sha1,
    shown,
)
from leadline.statements.problem import BadStatement
from leadline.statements.remembered import remembered

IdentifierKind = Literal["mbox", "mbox_sha1sum", "openid", "account"]

_IDENTIFYING = frozenset({"mbox", "mbox_sha1sum", "openid", "account"})
_AGENT = _IDENTIFYING | {"objectType", "name"}
_GROUP = _AGENT | {"member"}
_ACCOUNT = frozenset({"homePage", "name"})
_AGENT_SECTION = "Data 2.4.2.1"
_GROUP_SECTION = "Data 2.4.2.2"
_IDENTIFIER_SECTION = "Data 2.4.2.3"
_ACCOUNT_SECTION = "Data 2.4.2.4"
_CACHED_ADDRESSES = 32_768


class Identifier(NamedTuple):
    """An inverse functional identifier in canonical form: equal values mean the same agent.

    Canonical: of `mbox` the scheme and the domain are lower case and the local part is exact
    (Data 2.3.1, 2.4.2.3); `mbox_sha1sum` is lower-case hex; `openid` is exact; `account` is
    `homePage|name`, both exact. The bar cannot occur in a home page, since no IRI may hold one.
    An mbox and the sum of the same mbox are two identifiers here; the directory links them.
    """

    kind: IdentifierKind
    value: str


def identifier_of(agent: dict[str, Any]) -> Identifier | None:
    """Who a valid agent or group is; None for an anonymous group."""
    account = agent.get("account")
    if account is not None:
        return Identifier("account", f"{account['homePage']}|{account['name']}")
    mbox = agent.get("mbox")
    if mbox is not None:
        return Identifier("mbox", _canonical_address(mbox))
    digest = agent.get("mbox_sha1sum")
    if digest is not None:
        return Identifier("mbox_sha1sum", digest.lower())
    openid = agent.get("openid")
    return None if openid is None else Identifier("openid", openid)


@lru_cache(_CACHED_ADDRESSES)
def _canonical_address(mbox: str) -> str:
    local, _, domain = mbox[len("mailto:") :].rpartition("@")
    return f"mailto:{local}@{domain.lower()}"


def check_actor(value: Any, field: str) -> None:
    """An agent or a group, told apart by objectType; agent where there is none."""
    kind = value.get("objectType", "Agent") if type(value) is dict else "Agent"
    if kind == "Agent":
        check_agent(value, field)
    elif kind == "Group":
        check_group(value, field)
    else:
        raise BadStatement(
            f"{field}.objectType",
            f"must be Agent or Group, but is {shown(kind)}.",
            "Write Agent or Group, in this case of letters, or leave it out for an agent.",
            "Data 2.4.2",
        )


@remembered
def check_agent(value: Any, field: str) -> None:
    """An agent: exactly one identifier, perhaps a name (Data 2.4.2.1)."""
    check_object(value, _AGENT, field, _AGENT_SECTION)
    if value.get("objectType", "Agent") != "Agent":
        raise BadStatement(
            f"{field}.objectType",
            f"must be Agent, but is {shown(value['objectType'])}.",
            "Only an agent may stand here.",
            _AGENT_SECTION,
        )
    if "name" in value:
        check_string(value["name"], f"{field}.name", _AGENT_SECTION)
    _check_identifier(value, field, _AGENT_SECTION)


def check_group(value: Any, field: str) -> None:
    """A group: identified by exactly one identifier, or anonymous with its members (2.4.2.2)."""
    check_object(value, _GROUP, field, _GROUP_SECTION)
    if value.get("objectType") != "Group":
        raise BadStatement(
            f"{field}.objectType",
            "must be Group.",
            'Write "objectType": "Group"; only a group may stand here.',
            _GROUP_SECTION,
        )
    if "name" in value:
        check_string(value["name"], f"{field}.name", _GROUP_SECTION)
    if not _IDENTIFYING.isdisjoint(value):
        _check_identifier(value, field, _GROUP_SECTION)
    elif "member" not in value:
        raise BadStatement(
            f"{field}.member",
            'an Anonymous Group must include a "member" property listing constituent Agents.',
            "List the members, or identify the group by mbox, mbox_sha1sum, openid or account.",
            _GROUP_SECTION,
        )
    if "member" in value:
        members = value["member"]
        check_list(members, f"{field}.member", _GROUP_SECTION)
        for position, member in enumerate(members):
            check_agent(member, f"{field}.member[{position}]")


def check_authority(value: Any, field: str) -> None:
    """An authority: an agent, or an anonymous group of exactly two agents (Data 2.4.9)."""
    check_actor(value, field)
    if value.get("objectType") != "Group":
        return
    if not _IDENTIFYING.isdisjoint(value) or len(value["member"]) != 2:
        raise BadStatement(
            field,
            "as a Group must be anonymous and hold exactly two Agents (OAuth consumer and user).",
            "Send an Agent, or leave it out: the store sets it.",
            "Data 2.4.9",
        )


def _check_identifier(value: dict[str, Any], field: str, section: str) -> None:
    found = [key for key in value if key in _IDENTIFYING]
    if len(found) != 1:
        raise BadStatement(
            field,
            "must include exactly one Inverse Functional Identifier, "
            f"but has {' and '.join(sorted(found)) or 'none'}.",
            "Keep one of mbox, mbox_sha1sum, openid and account.",
            section,
        )
    kind = found[0]
    identity = value[kind]
    if kind == "account":
        _check_account(identity, f"{field}.account")
    elif kind == "openid":
        check_iri(identity, f"{field}.openid", _IDENTIFIER_SECTION)
    elif kind == "mbox":
        if type(identity) is not str or not is_mailto(identity):
            raise BadStatement(
                f"{field}.mbox",
                f"must be of the format mailto:email address, but is {shown(identity)}.",
                "Write e.g. mailto:ana@example.org.",
                _IDENTIFIER_SECTION,
            )
    elif type(identity) is not str or not is_sha1(identity):
        raise BadStatement(
            f"{field}.mbox_sha1sum",
            f"must be a hex-encoded SHA1 hash of a mailto IRI, but is {shown(identity)}.",
            "Send the 40 hex digits.",
            _IDENTIFIER_SECTION,
        )


def _check_account(value: Any, field: str) -> None:
    check_object(value, _ACCOUNT, field, _ACCOUNT_SECTION)
    for key in ("homePage", "name"):
        if key not in value:
            raise BadStatement(
                f"{field}.{key}", "is required.", f"Add {key} to the account.", _ACCOUNT_SECTION
            )
    check_iri(value["homePage"], f"{field}.homePage", _ACCOUNT_SECTION)
    check_string(value["name"], f"{field}.name", _ACCOUNT_SECTION)
