"""Text that databases and encoders trip over is stored or refused, and never an error of ours."""

import json

import pytest

from .world import Player, number, read, refusal, statement

pytestmark = pytest.mark.usefixtures("both_databases")

NUL = "a\0b"
LONE = '"\\ud800"'


def test_nul_and_lone_surrogates_are_kept_or_refused(player):
    assert player.post(statement(1, result={"response": NUL})).status == 200
    assert read(player.get(statementId=number(1)))["result"]["response"] == NUL
    named = {"account": {"homePage": "https://hr.example.org", "name": NUL}}
    assert player.post(statement(2, who=named)).status == 200
    assert player.found(agent=named) == [2]
    body = json.dumps(statement(3, result={"response": "?"})).replace('"?"', LONE).encode()
    assert player.post(body).status in (200, 400)
    assert player.get().status == 200


def test_nul_where_no_text_may_hold_it_is_refused(player):
    assert refusal(player.post(statement(1, who={"mbox": NUL}))) == (400, "actor.mbox")
    assert refusal(player.post(statement(1, did=NUL))) == (400, "verb.id")
    assert refusal(player.post({NUL: 1})) == (400, NUL)
    assert refusal(player.get(verb=f"https://example.org/{NUL}")) == (400, "verb")
    assert refusal(player.get(statementId=NUL)) == (400, "statementId")


def test_nul_in_a_definition_is_kept(player):
    what = {"id": "https://example.org/odd", "definition": {"name": {"en": NUL}}}
    player.post(statement(1, what=what))
    kept = read(player.get(statementId=number(1), format="canonical"))
    assert kept["object"]["definition"]["name"] == {"en": NUL}


@pytest.mark.parametrize("key", [NUL, "\N{SNOWMAN}", "", "x" * 10_000, "' OR 1=1 --"])
def test_a_key_that_is_none_is_401(parts, key):
    assert Player(parts, key, "secret").get().status == 401


@pytest.mark.parametrize("number_", ["1e999", "-1e999", "1" * 400, "0.1e-400"])
def test_numbers_beyond_measure_are_refused_or_kept(player, number_):
    body = json.dumps(statement(1, result={"score": {"raw": 0.5}})).replace("0.5", number_)
    assert player.post(body.encode()).status in (200, 400)
    assert player.get().status == 200


def test_a_statement_as_deep_as_no_sender_means_it_is_refused(player):
    deep = "[" * 3000 + "]" * 3000
    extensions = {"context": {"extensions": {"https://example.org/deep": "?"}}}
    body = json.dumps(statement(1, **extensions)).replace('"?"', deep)
    assert refusal(player.post(body.encode()))[0] == 400
