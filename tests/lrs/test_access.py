"""Who may do what (Communication 4.0, 4.2)."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from leadline.lrs.endpoint import answer
from leadline.lrs.message import Request

from .world import Player, number, read, refusal, statement


def signed_with(parts, authorization):
    headers = {"x-experience-api-version": "1.0.3"}
    if authorization is not None:
        headers["authorization"] = authorization
    return answer(Request("GET", "/statements", headers=headers), parts)


def basic(text):
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Basic",
        "Basic !",
        "Basic /w==",
        "Bearer abc",
        basic("nobody:nothing"),
        basic("nocolon"),
    ],
)
def test_without_good_credentials_the_answer_is_401_and_says_how(parts, authorization):
    reply = signed_with(parts, authorization)
    assert refusal(reply) == (401, "Authorization")
    assert reply.headers["www-authenticate"].startswith("Basic ")


def test_a_wrong_secret_is_refused_and_the_right_one_is_not(player, parts):
    assert player.get().status == 200
    eve = Player(parts, player.key, player.secret[:-1] + "?")
    assert eve.get().status == 401


def test_a_revoked_or_expired_credential_is_refused(join, parts):
    player = join()
    assert player.get().status == 200
    parts.credentials.revoke(player.key)
    assert player.get().status == 401
    past = datetime.now(UTC) - timedelta(seconds=1)
    credential, secret = parts.credentials.create("lms", ["all"], expires_at=past)
    assert Player(parts, credential.key, secret).get().status == 401


MAY = {  # scope: may write, may read its own, may read all
    "statements/write": (True, False, False),
    "statements/read/mine": (False, True, False),
    "statements/read": (False, True, True),
    "all/read": (False, True, True),
    "all": (True, True, True),
    "state": (False, False, False),
    "profile": (False, False, False),
    "cmi5": (False, False, False),
}


@pytest.mark.parametrize(("scope", "may"), MAY.items())
def test_a_scope_allows_what_its_name_says_and_no_more(join, scope, may):
    """Communication 4.2"""
    join("other").post(statement(1))
    player = join("lms", [scope])
    join("lms").post(statement(2))
    write, own, everything = may
    assert player.post(statement(3)).status == (200 if write else 403)
    assert player.put(4, statement()).status == (204 if write else 403)
    assert player.get().status == (200 if own else 403)
    assert player.get(statementId=number(2)).status == (200 if own else 403)
    if own:
        assert player.get(statementId=number(1)).status == (200 if everything else 404)
        assert (1 in player.found()) is everything
        assert 2 in player.found()


def test_a_refusal_for_scope_names_the_scope_that_is_needed(join):
    reply = join("lms", ["statements/read"]).post(statement(1))
    assert refusal(reply) == (403, "Authorization")
    assert "statements/write" in read(reply)["remedy"]


def test_whoever_reads_own_statements_only_stays_with_them_on_every_page(join):
    """The link `more` carries a place, not a right."""
    ben, cleo = join("north", ["statements/write", "statements/read/mine"]), join("south")
    for n in range(1, 7):
        (ben if n % 2 else cleo).post(statement(n))
    page = read(ben.get(limit="2"))
    assert [each["id"] for each in page["statements"]] == [number(5), number(3)]
    rest = read(ben.follow(page["more"]))
    assert [each["id"] for each in rest["statements"]] == [number(1)]
    stolen = read(cleo.get(limit="1"))["more"]
    assert all(int(each["id"][-1]) % 2 for each in read(ben.follow(stolen))["statements"])


def test_a_403_or_401_tells_nothing_of_what_is_stored(join):
    join("other").post(statement(1))
    writer = join("lms", ["statements/write"])
    known, unknown = (writer.get(statementId=number(n)) for n in (1, 2))
    assert known.body == unknown.body
    assert json.loads(known.body)["section"] == "Comm 4.2"
