"""Where xAPI 2.0 (IEEE 9274.1.1) differs from 1.0.3."""

from typing import Any

import pytest
from rulebook import ANA, BEN, FULL, TEAM, as_substatement, changed, taken

from leadline.statements import BadStatement, identifier_of

AGENTS = [{"objectType": "contextAgent", "agent": ANA, "relevantTypes": ["https://e.org/coach"]}]
GROUPS = [{"objectType": "contextGroup", "group": TEAM}]


@pytest.mark.parametrize(("key", "value"), [("contextAgents", AGENTS), ("contextGroups", GROUPS)])
def test_the_people_around_a_statement_are_known_to_2_0_only(key: str, value: Any):
    statement = changed(f"context.{key}", value)
    assert taken(statement, "2.0.0")
    assert taken(as_substatement(statement), "2.0.0")
    with pytest.raises(BadStatement):
        taken(statement, "1.0.3")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("contextAgents", {}),
        ("contextAgents", [ANA]),
        ("contextAgents", [{**AGENTS[0], "objectType": "Agent"}]),
        ("contextAgents", [{"objectType": "contextAgent"}]),
        ("contextAgents", [{**AGENTS[0], "agent": {"name": "nobody"}}]),
        ("contextAgents", [{**AGENTS[0], "agent": TEAM}]),
        ("contextAgents", [{**AGENTS[0], "relevantTypes": []}]),
        ("contextAgents", [{**AGENTS[0], "relevantTypes": ["coach"]}]),
        ("contextAgents", [{**AGENTS[0], "group": TEAM}]),
        ("contextGroups", [{**GROUPS[0], "objectType": "Group"}]),
        ("contextGroups", [{"objectType": "contextGroup", "group": ANA}]),
        ("contextGroups", [{**GROUPS[0], "relevantTypes": []}]),
        ("contextGroups", [{**GROUPS[0], "relevantTypes": [7]}]),
    ],
)
def test_the_people_around_a_statement_are_checked(key: str, value: Any):
    """9274.1.1 4.2.2.5."""
    statement = changed(f"context.{key}", value)
    for one in (statement, as_substatement(statement)):
        with pytest.raises(BadStatement) as refusal:
            taken(one, "2.0.0")
        assert f"context.{key}" in refusal.value.field


def test_the_people_around_a_statement_are_related_agents():
    statement = changed("context", {"contextAgents": AGENTS, "contextGroups": GROUPS})
    found = taken({**statement, "actor": BEN}, "2.0.0").mentions.related_agents
    assert identifier_of(ANA) in found


def test_an_offset_is_turned_into_utc_in_2_0_and_kept_in_1_0_3():
    statement = changed("timestamp", "2008-09-15T15:53:00.601+02:00")
    assert taken(statement, "1.0.3").value["timestamp"] == "2008-09-15T15:53:00.601+02:00"
    assert taken(statement, "2.0.0").value["timestamp"] == "2008-09-15T13:53:00.601000Z"
    inner = taken(as_substatement(statement), "2.0.0").value["object"]
    assert inner["timestamp"] == "2008-09-15T13:53:00.601000Z"


@pytest.mark.parametrize(
    "text",
    ["20080915T155300Z", "2008-09-15T15:53Z", "2008-09-15T15:53:00", "2008-09-15T15:53:00+02"],
)
def test_2_0_wants_rfc_3339_where_1_0_3_takes_iso_8601(text: str):
    statement = changed("timestamp", text)
    assert taken(statement, "1.0.3")
    with pytest.raises(BadStatement):
        taken(statement, "2.0.0")


def test_a_statement_of_2_0_is_no_statement_of_1_0_3():
    statement = changed("version", "2.0.0")
    assert taken(statement, "2.0.0").value["version"] == "2.0.0"
    with pytest.raises(BadStatement):
        taken(statement, "1.0.3")


def test_a_missing_version_is_filled_in():
    """Data 2.4.10: 1.0.0; in 2.0, 2.0.0."""
    assert taken(FULL, "1.0.3").value["version"] == "1.0.0"
    assert taken(FULL, "2.0.0").value["version"] == "2.0.0"
