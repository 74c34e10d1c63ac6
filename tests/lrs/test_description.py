"""Our own description of the endpoint says what is so: nothing that never happens, nothing less."""

import json
from collections import defaultdict
from dataclasses import replace

import pytest

from leadline.lrs import limits
from leadline.lrs.description import document, operations
from leadline.lrs.endpoint import PUBLIC, ROUTES, answer
from leadline.lrs.message import Request
from leadline.store import Unavailable, documents

from .world import BEN, Player, number, statement

DESCRIPTION = json.loads(document())
SCOPED = [(path, method, declared) for path, method, declared in operations()]
IDS = [f"{method} {path}" for path, method, _ in SCOPED]
VALUES = {
    "agent": json.dumps(BEN),
    "activityId": "https://example.org/ladders",
    "registration": number(7),
    "stateId": "a",
    "profileId": "a",
}
CONDITIONAL = {"if-match": "*"}
NEW = {"if-none-match": "*"}


def test_every_route_is_described_and_nothing_else():
    routes = {(path, method.lower()) for path in ROUTES for method in ROUTES[path]}
    public = {(path, method.lower()) for path in PUBLIC for method in PUBLIC[path]}
    described = {(path, m) for path, methods in DESCRIPTION["paths"].items() for m in methods}
    assert described == routes | public


def needed(declared, **more):
    return {name: VALUES[name] for name in declared.needs if name in VALUES} | more


def good(player, path, method, declared, n=1):
    """A request that is as it should be."""
    query, headers, body = needed(declared), {}, b""
    if declared.sends:
        body = json.dumps(statement(n) if path == "/statements" else {"a": 1}).encode()
    if path == "/statements" and method == "PUT":
        query = {"statementId": number(n)}
    if path != "/statements" and method == "PUT":
        headers = NEW
    return player.ask(method, path, body, headers, **query)


@pytest.fixture
def occurring(parts, player, monkeypatch):
    """Every status that each operation was made to answer."""
    seen = defaultdict(set)
    for path, method, declared in SCOPED:

        def note(reply, key=(path, method)):
            seen[key].add(reply.status)

        note(good(player, path, method, declared))
        note(player.ask(method, path, b"{", unknown="1"))
        note(Player(parts, "nobody", "x").ask(method, path))
        credential, secret = parts.credentials.create("n", ["cmi5"])
        note(good(Player(parts, credential.key, secret), path, method, declared))
        slow = replace(parts, limits=limits.Limits(1))
        note(good(replace(player, parts=slow), path, method, declared, 90))
        note(good(replace(player, parts=slow), path, method, declared, 91))
        broken = replace(parts, credentials=Broken())
        note(good(replace(player, parts=broken), path, method, declared))
        note_more(note, player, path, method, declared, monkeypatch)
    return seen


def note_more(note, player, path, method, declared, monkeypatch):
    """What only some operations answer: 404, 409, 412, 413."""
    if path == "/statements":
        named = {} if method == "POST" else {"statementId": number(1)}
        note(player.ask(method, path, statementId=number(999)))
        if declared.sends:
            note(player.ask(method, path, [{}] * 5001, **named))
            note(player.ask(method, path, statement(1, did="praised"), **named))
    naming = next(iter(declared.takes.keys() & {"stateId", "profileId"}), None)
    if naming is None:
        return
    query = needed(declared) | {naming: "gone"}
    note(player.ask(method, path, b"{}", CONDITIONAL, **query))
    note(player.ask(method, path, **query))
    if declared.sends:
        note(player.ask(method, path, b"1" * (16 * 2**20 + 1), NEW, **query))
        with monkeypatch.context() as patch:
            patch.setattr(documents, "DOCUMENTS_PER_CONTEXT_MAX", 0)
            note(player.ask(method, path, b"{}", NEW, **query | {naming: "more"}))


class Broken:
    """Credentials on a database that is away."""

    def verify(self, key, secret):
        raise Unavailable("The database does not answer.")


def test_each_status_that_is_described_occurs_and_no_other(occurring):
    for path, method, _ in SCOPED:
        described = {int(s) for s in DESCRIPTION["paths"][path][method.lower()]["responses"]}
        assert occurring[path, method] == described, (method, path)


@pytest.mark.parametrize(("path", "method", "declared"), SCOPED, ids=IDS)
def test_each_scope_that_is_described_opens_and_no_other(parts, path, method, declared):
    for scope in ("all", "all/read", "statements/write", "state", "profile", "define", "cmi5"):
        credential, secret = parts.credentials.create("lms", [scope])
        reply = good(Player(parts, credential.key, secret), path, method, declared)
        assert (reply.status == 403) is (scope not in declared.scopes), scope


@pytest.mark.parametrize(("path", "method", "declared"), SCOPED, ids=IDS)
def test_each_parameter_that_is_described_is_taken_and_each_needed_one_is_missed(
    player, path, method, declared
):
    for name in declared.takes:
        reply = player.ask(method, path, b"{}", NEW, **needed(declared) | {name: "\0"})
        assert b"is not a parameter" not in reply.body, name
    for name in declared.needs:
        query = {n: v for n, v in needed(declared).items() if n != name}
        headers = NEW if method == "PUT" else {}
        reply = player.ask(method, path, json.dumps(statement()).encode(), headers, **query)
        assert (reply.status, json.loads(reply.body)["field"]) == (400, name)
    assert player.ask(method, path, **needed(declared), foo="1").status == 400


def test_about_is_open_to_everybody(parts):
    assert answer(Request("GET", "/about"), parts).status == 200
    assert answer(Request("GET", "/about", "a=1"), parts).status == 400
    assert DESCRIPTION["paths"]["/about"]["get"]["security"] == []
