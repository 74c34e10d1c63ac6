"""PUT, POST and GET of statements (xAPI 1.0.3 Communication 2.1; 2.0 4.1.6.1), one test a rule."""

import json

import pytest

from leadline.lrs.endpoint import answer
from leadline.lrs.message import Request

from .world import ANA, BEN, number, read, refusal, statement, voiding

BOTH = pytest.mark.parametrize("player", ["1.0.3", "2.0.0"], indirect=True)
pytestmark = BOTH


def test_put_stores_and_answers_204(player):
    """Communication 2.1.1"""
    reply = player.put(1, statement())
    assert (reply.status, reply.body) == (204, b"")
    assert read(player.get(statementId=number(1)))["actor"] == BEN


def test_put_needs_the_parameter(player):
    """Communication 2.1.1"""
    assert refusal(player.ask("PUT", body=statement(1))) == (400, "statementId")


def test_put_refuses_an_id_that_differs_from_the_parameter(player):
    """Communication 2.1.1"""
    assert refusal(player.put(2, statement(1))) == (400, "id")


def test_put_takes_one_statement_only(player):
    """Communication 2.1.1"""
    assert player.put(1, [statement(1)]).status == 400


def test_the_id_of_a_put_may_be_written_in_either_case(player):
    """Data 4.4: UUIDs are compared without regard to case."""
    reply = player.ask("PUT", body=statement(10), statementId=number(10).upper())
    assert reply.status == 204
    assert player.get(statementId=number(10).upper()).status == 200


def test_post_answers_the_ids_in_the_order_sent(player):
    """Communication 2.1.2"""
    reply = player.post([statement(3), statement(1), statement(2)])
    assert reply.status == 200
    assert read(reply) == [number(3), number(1), number(2)]


def test_post_gives_an_id_where_none_was_sent(player):
    """Data 2.4.1"""
    (given,) = read(player.post(statement()))
    assert read(player.get(statementId=given))["id"] == given


def test_a_batch_with_one_bad_statement_is_refused_whole_and_names_it(player):
    """Data 2.2, Communication 2.1.2"""
    reply = player.post([statement(1), statement(2) | {"actor": {"mbox": "ben"}}])
    assert refusal(reply) == (400, "[1].actor.mbox")
    assert player.get(statementId=number(1)).status == 404


def test_a_batch_may_not_hold_an_id_twice(player):
    """Communication 2.1.2; 2.0 4.1.6.1"""
    assert refusal(player.post([statement(1), statement(1)])) == (400, "[1].id")


def test_an_empty_batch_stores_nothing_and_is_no_error(player):
    assert (player.post([]).status, player.found()) == (200, [])


def test_the_same_statement_again_changes_nothing(player):
    """Communication 2.1.1, 2.1.2"""
    assert player.post(statement(1)).status == 200
    assert read(player.post(statement(1))) == [number(1)]
    assert player.put(1, statement()).status == 204
    assert player.found() == [1]


def test_another_statement_under_a_stored_id_is_a_conflict(player):
    """Communication 2.1.1, 2.1.2"""
    player.post(statement(1))
    assert refusal(player.post(statement(1, who=ANA))) == (409, "id")
    assert player.put(1, statement(who=ANA)).status == 409
    assert read(player.get(statementId=number(1)))["actor"] == BEN


def test_a_batch_with_a_conflict_stores_nothing(player):
    """Communication 2.1.2"""
    player.post(statement(1))
    assert player.post([statement(2), statement(1, who=ANA)]).status == 409
    assert player.found() == [1]


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"a": NaN}', b"\xff\xfe", b"[" * 5000, b"7", b"null"]
)
def test_a_body_that_is_no_statement_is_refused(player, body):
    """Data 2.2, Communication 1.4"""
    assert refusal(player.post(body))[0] == 400


def test_another_content_type_is_refused(player):
    """Communication 1.5"""
    reply = player.ask("POST", body=statement(1), headers={"content-type": "text/plain"})
    assert refusal(reply) == (400, "Content-Type")


def test_parameters_nobody_knows_are_refused(player):
    """Communication 2.1.3"""
    assert refusal(player.get(statementid=number(1))) == (400, "statementid")
    assert refusal(player.ask("POST", body=statement(1), statementId=number(1))) == (
        400,
        "statementId",
    )
    assert refusal(player.ask("PUT", body=statement(1), statementId=number(1), x="")) == (400, "x")


def test_authority_is_what_the_credential_stands_for(player):
    """Data 2.4.9"""
    player.post(statement(1, authority=ANA))
    authority = read(player.get(statementId=number(1)))["authority"]
    assert authority == {
        "objectType": "Agent",
        "account": {"homePage": "https://learn.example.org", "name": player.key},
    }


def test_a_single_statement_tells_when_it_was_stored_and_has_an_etag(player):
    """Communication 2.1.3; 2.0 4.1.6.1. The ETag is quoted SHA-1."""
    player.post(statement(1))
    reply = player.get(statementId=number(1))
    stored = read(reply)["stored"]
    assert stored[8:10] in reply.headers["last-modified"]
    assert stored[11:19] in reply.headers["last-modified"]
    assert reply.headers["last-modified"].endswith(" GMT")
    tag = reply.headers["etag"]
    assert len(tag) == 42
    assert tag[0] == tag[-1] == '"'
    assert player.get(statementId=number(1)).headers["etag"] == tag


def test_head_answers_the_headers_of_get_and_no_body(player):
    """Communication 1.1"""
    player.post(statement(1))
    get = player.get(statementId=number(1))
    head = player.ask("HEAD", statementId=number(1))
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(get.body))
    assert head.headers["etag"] == get.headers["etag"]
    assert player.ask("HEAD", statementId=number(2)).status == 404


def test_an_unknown_statement_is_404_with_a_reason(player):
    """Communication 2.1.3"""
    assert refusal(player.get(statementId=number(1))) == (404, "statementId")


def test_a_voided_statement_is_found_under_voided_statement_id_only(player):
    """Data 2.3.2, Communication 2.1.4"""
    player.post([statement(1), statement(2)])
    player.post(voiding(3, target=1))
    assert player.get(statementId=number(1)).status == 404
    assert read(player.get(voidedStatementId=number(1)))["id"] == number(1)
    assert player.get(voidedStatementId=number(2)).status == 404
    assert player.found() == [3, 2]


def test_a_voiding_statement_may_come_before_what_it_voids(player):
    """Data 2.3.2"""
    player.post(voiding(3, target=1))
    player.post(statement(1))
    assert player.found() == [3]
    assert player.get(voidedStatementId=number(1)).status == 200


def test_a_voiding_statement_cannot_be_voided(player):
    """Data 2.3.2"""
    player.post(statement(1))
    player.post(voiding(2, target=1))
    player.post(voiding(3, target=2))
    assert player.get(statementId=number(2)).status == 200
    assert player.get(statementId=number(1)).status == 404


@pytest.mark.parametrize(
    "other", ["agent", "verb", "limit", "since", "ascending", "related_agents"]
)
@pytest.mark.parametrize("name", ["statementId", "voidedStatementId"])
def test_a_single_statement_is_asked_for_alone(player, name, other):
    """Communication 2.1.3"""
    values = {
        "agent": json.dumps(BEN),
        "verb": "https://example.org/v",
        "limit": "1",
        "since": "2020-01-01T00:00:00Z",
        "ascending": "true",
        "related_agents": "true",
    }
    assert refusal(player.get(**{name: number(1), other: values[other]})) == (400, name)


def test_statement_id_and_voided_statement_id_exclude_each_other(player):
    """Communication 2.1.3"""
    reply = player.get(statementId=number(1), voidedStatementId=number(1))
    assert refusal(reply) == (400, "statementId")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("statementId", "seven"),
        ("voidedStatementId", "seven"),
        ("agent", "ben"),
        ("agent", '{"mbox": "ben@example.org"}'),
        ("agent", '{"name": "Ben"}'),
        ("agent", '{"objectType": "Group", "member": []}'),
        ("verb", "completed"),
        ("activity", "ladders"),
        ("registration", "seven"),
        ("related_activities", "yes"),
        ("related_agents", "1"),
        ("since", "yesterday"),
        ("until", "2020-13-01T00:00:00Z"),
        ("limit", "-1"),
        ("limit", "ten"),
        ("format", "pretty"),
        ("attachments", "True"),
        ("ascending", ""),
        ("cursor", "x"),
    ],
)
def test_a_parameter_of_the_wrong_form_is_refused_by_name(player, name, value):
    """Communication 2.1.3 (the official suite never sends most of these)"""
    status, field = refusal(player.get(**{name: value}))
    assert (status, field.partition(".")[0]) == (400, name)


def test_a_parameter_given_twice_is_refused(player):
    """Communication 2.1.3"""
    request = Request("GET", "/statements", "limit=1&limit=2", player.signed())
    assert refusal(answer(request, player.parts)) == (400, "limit")


def test_every_reply_of_the_resource_tells_how_far_it_is_consistent(player):
    """Communication 2.1.3"""
    for reply in (
        player.post(statement(1)),
        player.put(2, statement()),
        player.get(),
        player.get(statementId=number(9)),
        player.get(limit="-1"),
        player.ask("DELETE"),
    ):
        assert reply.headers["x-experience-api-consistent-through"].endswith("Z")


def test_what_was_acknowledged_is_within_what_is_consistent(player):
    """Communication 2.1.3"""
    player.post(statement(1))
    reply = player.get(statementId=number(1))
    assert read(reply)["stored"] <= reply.headers["x-experience-api-consistent-through"]


def test_refused_statements_are_counted_for_their_source(player):
    player.post(statement(1))
    player.post(statement(1, who=ANA))
    player.post([statement(2), {}])
    player.put(3, {})
    (source,) = player.parts.sources.all()
    assert (source.name, source.counts.accepted, source.counts.refused) == ("lms", 1, 4)
