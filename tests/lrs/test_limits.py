"""Where requests may come from, and how many: origins (CORS) and limits of a credential."""

import json
from dataclasses import replace

import pytest

from leadline.lrs.endpoint import answer
from leadline.lrs.limits import Limits
from leadline.lrs.message import Request

from .world import Player, number, read, refusal, statement

PLAY = "https://play.example.org"
EVIL = "https://evil.example.org"


@pytest.fixture
def confined(parts):
    """A player whose credential names one origin."""
    credential, secret = parts.credentials.create("lms", ["all"], origins=[PLAY])
    return Player(parts, credential.key, secret)


def test_a_credential_without_origins_answers_pages_of_any(player):
    reply = player.ask("GET", headers={"origin": EVIL})
    assert reply.status == 200
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "vary" not in reply.headers


def test_a_named_origin_is_answered_by_name_and_caches_are_told(confined):
    for reply in (
        confined.ask("POST", body=statement(1), headers={"origin": PLAY}),
        confined.ask("GET", headers={"origin": PLAY}),
        confined.ask("GET", "/statements", headers={"origin": PLAY}, limit="wrong"),
        confined.ask("GET"),
    ):
        assert reply.headers["access-control-allow-origin"] == PLAY
        assert reply.headers["vary"] == "Origin"


@pytest.mark.parametrize("sent_from", [EVIL, "null", "", "https://play.example.org.evil.org"])
def test_another_origin_is_refused_and_nothing_is_done(confined, sent_from):
    headers = {"origin": sent_from}
    for method in ("POST", "PUT"):
        query = {"statementId": number(1)} if method == "PUT" else {}
        reply = confined.ask(method, body=statement(1), headers=headers, **query)
        assert refusal(reply) == (403, "Origin")
        assert reply.headers["access-control-allow-origin"] == PLAY
    assert confined.get(statementId=number(1)).status == 404
    context = {"activityId": "https://example.org/a", "profileId": "p"}
    reply = confined.ask("POST", "/activities/profile", b"{}", headers, **context)
    assert reply.status == 403
    assert confined.ask("GET", "/activities/profile", **context).status == 404


def test_the_alternate_syntax_is_no_way_around_the_origin(confined):
    """Communication 1.3: headers may come in the form, the origin is the browser's to say"""
    form = f"Authorization={confined.signed()['authorization']}&X-Experience-API-Version=1.0.3"
    headers = {"origin": EVIL, "content-type": "application/x-www-form-urlencoded"}
    for body in (form, f"{form}&origin={PLAY}"):
        request = Request("POST", "/statements", "method=GET", headers, body.encode())
        assert answer(request, confined.parts).status in (400, 403)


def test_a_preflight_is_answered_alike_whoever_will_ask(confined):
    headers = {"origin": EVIL, "access-control-request-method": "POST"}
    reply = answer(Request("OPTIONS", "/statements", headers=headers), confined.parts)
    assert reply.status == 204
    assert reply.headers["access-control-allow-origin"] == "*"


def test_a_program_that_is_no_browser_is_not_asked_for_an_origin(confined):
    assert confined.post(statement(1)).status == 200


class Watch:
    """A clock that is set by hand."""

    seconds = 0.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def braked(parts, watch):
    """Six requests and twelve statements a minute."""
    parts = replace(parts, limits=Limits(6, 12, watch))
    credential, secret = parts.credentials.create("lms", ["all"])
    return Player(parts, credential.key, secret)


def test_too_many_requests_are_told_when_to_come_again(braked, watch):
    assert [braked.get().status for _ in range(7)] == [200] * 6 + [429]
    reply = braked.get()
    assert refusal(reply) == (429, "Authorization")
    assert reply.headers["retry-after"] == "10"
    watch.seconds += 9.5
    assert braked.get().headers["retry-after"] == "1"
    watch.seconds += 0.5
    assert [braked.get().status for _ in range(2)] == [200, 429]
    watch.seconds += 3600
    assert [braked.get().status for _ in range(7)] == [200] * 6 + [429]


def test_too_many_statements_are_refused_and_none_of_them_is_stored(braked, watch):
    assert braked.post([statement(n) for n in range(1, 9)]).status == 200
    reply = braked.post([statement(n) for n in range(9, 15)])
    assert refusal(reply) == (429, "Authorization")
    assert reply.headers["retry-after"] == "10"
    assert "statements" in read(reply)["reason"]
    assert len(braked.found()) == 8
    watch.seconds += 10
    assert braked.post([statement(n) for n in range(9, 15)]).status == 200


def test_a_batch_that_no_minute_would_hold_is_too_large_however_long_one_waits(braked):
    reply = braked.post([statement(n) for n in range(1, 14)])
    assert refusal(reply) == (413, "body")
    assert "12 at most" in read(reply)["remedy"]
    assert braked.found() == []


def test_a_refusal_costs_its_sender_and_nobody_else(braked):
    for _ in range(7):
        braked.post({"actor": 1})
    credential, secret = braked.parts.credentials.create("other", ["all"])
    other = Player(braked.parts, credential.key, secret)
    assert (braked.get().status, other.get().status) == (429, 200)


def test_a_credential_has_its_own_limit_where_one_was_set(braked):
    braked.parts.credentials.limit(braked.key, requests=2, statements=None)
    assert [braked.get().status for _ in range(3)] == [200, 200, 429]


def test_a_limited_reply_can_be_read_by_the_page_that_asked(braked):
    braked.parts.credentials.allow_origins(braked.key, [PLAY])
    replies = [braked.ask("GET", headers={"origin": PLAY}) for _ in range(7)]
    assert replies[-1].status == 429
    assert replies[-1].headers["access-control-allow-origin"] == PLAY
    assert "Retry-After" in replies[-1].headers["access-control-expose-headers"]


def test_size_is_refused_by_413_with_what_would_do(player):
    too_many = json.dumps([{}] * 5001).encode()
    assert refusal(player.ask("POST", body=too_many)) == (413, "body")
    parts = b"".join(b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" for _ in range(1000))
    mixed = {"content-type": "multipart/mixed; boundary=b"}
    assert refusal(player.ask("POST", body=parts + b"--b--", headers=mixed)) == (413, "body")
    document = b"x" * (16 * 2**20 + 1)
    about = {"activityId": "https://example.org/a", "profileId": "p"}
    reply = player.ask("POST", "/activities/profile", document, **about)
    assert refusal(reply) == (413, "body")
