"""Versions, paths, methods, HEAD, CORS and about: what holds for every request."""

from urllib.parse import urlencode

import msgspec
import pytest

from leadline.lrs.endpoint import answer
from leadline.lrs.message import Request
from leadline.lrs.refusals import Refusal, refusal_of
from leadline.store import Unavailable

from .world import number, read, refusal, statement

VERSION = "x-experience-api-version"


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("1.0", "1.0.3"),
        ("1.0.0", "1.0.3"),
        ("1.0.3", "1.0.3"),
        ("1.0.9", "1.0.3"),
        ("2.0", "2.0.0"),
        ("2.0.0", "2.0.0"),
        ("2.0.1", "2.0.0"),
    ],
)
def test_a_version_is_answered_in_its_family(join, asked, answered):
    """Communication 3.3; 2.0 4.1.6"""
    reply = join(version=asked).get()
    assert (reply.status, reply.headers[VERSION]) == (200, answered)


@pytest.mark.parametrize(
    "asked", [None, "", "0.95", "1.1.0", "2.1.0", "3.0.0", "1.0.x", "1.0.3,2.0"]
)
def test_a_version_that_is_missing_or_unknown_is_refused(join, asked):
    """Communication 3.3"""
    player = join(version=asked)
    for reply in (player.get(), player.post(statement(1)), player.put(1, statement())):
        assert refusal(reply) == (400, "X-Experience-API-Version")
    assert join().found() == []


@pytest.mark.parametrize(("version", "written"), [("1.0.3", "1.0.0"), ("2.0.0", "2.0.0")])
def test_a_statement_without_version_gets_the_one_of_its_request(join, version, written):
    """Data 2.4.10; 2.0 4.2.4.3"""
    player = join(version=version)
    player.post(statement(1))
    assert read(player.get(statementId=number(1)))["version"] == written


def test_context_agents_are_known_to_2_0_only(join):
    """2.0 4.2.2.5"""
    people = [{"objectType": "contextAgent", "agent": {"mbox": "mailto:dov@example.org"}}]
    sent = statement(1, context={"contextAgents": people})
    assert refusal(join(version="1.0.3").post(sent)) == (400, "context.contextAgents")
    player = join(version="2.0.0")
    assert player.post(sent).status == 200
    assert player.found(agent=people[0]["agent"]) == []
    assert player.found(agent=people[0]["agent"], related_agents=True) == [1]


@pytest.mark.parametrize(
    ("path", "status"), [("/", 404), ("/statement", 404), ("/Statements", 404)]
)
def test_a_path_that_is_no_resource_is_404(player, path, status):
    assert refusal(player.ask("GET", path)) == (status, "path")


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "/statements"), ("PATCH", "/statements"), ("POST", "/about")]
)
def test_a_method_that_a_resource_lacks_is_405(player, method, path):
    reply = player.ask(method, path)
    assert refusal(reply) == (405, "method")
    assert "GET" in reply.headers["allow"]


def test_every_reply_names_its_version_and_lets_browsers_read_it(player):
    """Communication 3.3 and 1.2"""
    for reply in (
        player.get(),
        player.get(limit="x"),
        player.post(statement(1)),
        player.put(2, statement()),
        player.ask("GET", "/nowhere"),
        player.ask("GET", "/about"),
        player.ask("OPTIONS"),
        answer(Request("GET", "/statements"), player.parts),
    ):
        assert reply.headers[VERSION] in ("1.0.3", "2.0.0")
        assert reply.headers["access-control-allow-origin"] == "*"
        assert VERSION in reply.headers["access-control-expose-headers"].lower()


def test_a_preflight_needs_no_credentials_and_allows_what_players_send(parts):
    asked = Request("OPTIONS", "/statements", headers={"origin": "https://content.example.org"})
    reply = answer(asked, parts)
    assert (reply.status, reply.body) == (204, b"")
    allowed = reply.headers["access-control-allow-headers"].lower()
    for name in ("authorization", "content-type", VERSION, "if-match", "if-none-match"):
        assert name in allowed
    for method in ("GET", "PUT", "POST", "DELETE", "HEAD"):
        assert method in reply.headers["access-control-allow-methods"]


def test_about_is_open_to_all_and_lists_both_versions(parts):
    """Communication 2.8; 2.0 4.1.6.7"""
    reply = answer(Request("GET", "/about"), parts)
    assert reply.status == 200
    assert {"1.0.3", "2.0.0"} <= set(read(reply)["version"])
    assert answer(Request("HEAD", "/about"), parts).body == b""
    assert refusal(answer(Request("GET", "/about", "x=1"), parts)) == (400, "x")


def form(player, method, **fields):
    """An alternate-syntax request that has nothing of its own in the HTTP headers."""
    signed = player.signed()
    fields["Authorization"] = signed["authorization"]
    fields["X-Experience-API-Version"] = signed[VERSION]
    headers = {"content-type": "application/x-www-form-urlencoded"}
    body = urlencode(fields).encode()
    return answer(Request("POST", "/statements", f"method={method}", headers, body), player.parts)


def test_the_alternate_syntax_reaches_every_method_with_headers_in_the_form(player):
    """Communication 1.3"""
    content = msgspec.json.encode(statement()).decode()
    assert form(player, "PUT", statementId=number(1), content=content).status == 204
    assert len(read(form(player, "POST", content=content))) == 1
    got = form(player, "GET", statementId=number(1))
    assert (read(got)["id"], got.headers[VERSION]) == (number(1), "1.0.3")
    assert form(player, "HEAD", statementId=number(1)).body == b""
    assert refusal(form(player, "GET", limti="1")) == (400, "limti")


def test_more_of_a_form_question_can_be_followed_plainly(player):
    """Communication 1.3, Data 2.5"""
    player.post([statement(1), statement(2)])
    page = read(form(player, "GET", limit="1"))
    assert [each["id"] for each in page["statements"]] == [number(2)]
    rest = read(player.follow(page["more"]))
    assert [each["id"] for each in rest["statements"]] == [number(1)]


def test_a_database_that_cannot_answer_is_503_with_a_time_to_come_back(player, monkeypatch):
    def lost(*_, **__):
        raise Unavailable("The disk is full.")

    for name in ("append", "find"):
        monkeypatch.setattr(player.parts.log, name, lost)
    for reply in (player.get(), player.post(statement(1)), player.put(2, statement())):
        assert refusal(reply) == (503, "")
        assert int(reply.headers["retry-after"]) > 0
        assert "disk is full" in read(reply)["reason"]


def test_a_refusal_that_cannot_be_counted_is_still_the_answer(player, monkeypatch):
    def lost(*_, **__):
        raise Unavailable("The disk is full.")

    monkeypatch.setattr(player.parts.sources, "refused", lost)
    assert refusal(player.post({})) == (400, "actor")


def test_a_batch_over_the_limit_is_413(player, monkeypatch):
    monkeypatch.setattr("leadline.lrs.writes.BATCH_LIMIT_STATEMENTS", 2)
    assert refusal(player.post([statement(), statement(), statement()])) == (413, "body")
    assert player.post([statement(), statement()]).status == 200


def test_a_refusal_passes_through_unchanged():
    said = Refusal(418, "pot", "it is short.", "Fill it.")
    assert refusal_of(said) is said
