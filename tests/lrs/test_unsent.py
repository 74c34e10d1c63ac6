"""Requests that the official suite describes but never sends (XAPI-00011, XAPI-00012)."""

import json

import pytest

from .world import BEN, activity, number, refusal, statement

pytestmark = pytest.mark.parametrize("player", ["1.0.3", "2.0.0"], indirect=True)

BARE = "example.org/thing"
ATTACHED = {
    "usageType": "https://example.org/photo",
    "display": {"en": "Photo"},
    "contentType": "image/png",
    "length": 3,
    "sha2": "a" * 64,
    "fileUrl": "https://example.org/photo.png",
}


def defined(**definition):
    return {"object": activity("ladders") | {"definition": definition}}


@pytest.mark.parametrize(
    ("field", "bare"),
    [
        ("verb.id", {"verb": {"id": BARE}}),
        ("actor.openid", {"actor": {"openid": BARE}}),
        ("actor.account.homePage", {"actor": {"account": {"homePage": BARE, "name": "1"}}}),
        ("object.id", {"object": {"id": BARE}}),
        ("object.definition.type", defined(type=BARE)),
        ("object.definition.moreInfo", defined(moreInfo=BARE)),
        ("attachments[0].usageType", {"attachments": [ATTACHED | {"usageType": BARE}]}),
        ("attachments[0].fileUrl", {"attachments": [ATTACHED | {"fileUrl": BARE}]}),
        (f"object.definition.extensions.{BARE}", defined(extensions={BARE: 1})),
        (f"context.extensions.{BARE}", {"context": {"extensions": {BARE: 1}}}),
        (f"result.extensions.{BARE}", {"result": {"extensions": {BARE: 1}}}),
    ],
)
def test_an_iri_without_a_scheme_is_refused_wherever_it_stands(player, field, bare):
    """Data 2.2.s4.b1.b8, XAPI-00011, in its eleven places"""
    sent = statement(1) | bare
    assert refusal(player.put(1, sent)) == (400, field)
    assert refusal(player.post(sent)) == (400, field)
    assert player.get(statementId=number(1)).status == 404
    mended = json.loads(json.dumps(sent).replace(BARE, f"https://{BARE}"))
    assert player.put(1, mended).status == 204


@pytest.mark.parametrize(
    ("name", "good", "wrong"),
    [
        ("statementId", None, ("wrong", "", number(1)[:-1], f"{{{number(1)}}}")),
        ("voidedStatementId", None, ("wrong", "", number(1)[:-1])),
        (
            "agent",
            json.dumps(BEN),
            (
                "wrong",
                "{}",
                '{"mbox": "ben@example.org"}',
                '{"objectType": "agent", "mbox": "mailto:ben@example.org"}',
                '{"account": {"homePage": "hr.example.org", "name": "1"}}',
                '{"openid": "ben.example.org"}',
                '{"mbox_sha1sum": "1"}',
            ),
        ),
        ("verb", "https://example.org/did", ("wrong", "", BARE)),
        ("activity", "https://example.org/a", ("wrong", "", BARE)),
        ("registration", number(7), ("wrong", "", number(7)[:-1])),
    ],
)
def test_a_parameter_is_held_to_the_rules_of_statements(player, name, good, wrong):
    """Data 2.2.s4.b4, XAPI-00012, for its six parameters"""
    for value in wrong:
        status, field = refusal(player.get(**{name: value}))
        assert (status, field.partition(".")[0]) == (400, name), value
    if good is not None:
        assert player.get(**{name: good}).status == 200


def test_a_null_is_refused_also_where_a_property_may_be_left_out(player):
    """Data 2.2.s4.b1.b1; the suite's test of `timestamp: null` swallows the error that it meets"""
    for name in ("timestamp", "id", "version", "result", "context", "authority", "stored"):
        assert refusal(player.post(statement() | {name: None})) == (400, name)
    assert player.found() == []


def test_a_profile_of_nobody_and_a_state_of_nothing_are_refused(player):
    """Communication 2.6, 2.3: in the suite these stand as a test inside a test, and never run"""
    nobody = {"agent": "not an agent", "profileId": "p"}
    assert refusal(player.ask("POST", "/agents/profile", b"{}", **nobody)) == (400, "agent")
    nothing = {"activityId": "7", "agent": json.dumps(BEN), "stateId": "s"}
    assert refusal(player.ask("POST", "/activities/state", b"{}", **nothing)) == (400, "activityId")
