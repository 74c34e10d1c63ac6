"""The xAPI endpoint, attacked by browsers, by credentials with too little, and by each other's."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client, override_settings

from leadline.accounts.models import Grant, User
from leadline.lrs.call import Parts
from leadline.lrs.endpoint import ROUTES, answer
from leadline.lrs.message import Request
from leadline.privacy.viewer import Role
from leadline.store import Scope
from leadline.store.documents import Documents
from leadline.web.xapi import XapiEndpoint
from lrs.world import BEN, CLEO, HOME, Player, activity, number, reference, statement
from story.world import World

pytestmark = pytest.mark.xdist_group("attack xapi")
PASSWORD = "a-long-password-1"
NORTHS, SOUTHS = range(1, 9), range(101, 109)
STATE = {
    "activityId": activity("ladders")["id"],
    "agent": json.dumps(CLEO),
    "stateId": "where",
}
PROFILE = {"activityId": STATE["activityId"], "profileId": "whose"}
AGENT_PROFILE = {"agent": STATE["agent"], "profileId": "whose"}
QUESTIONS = {  # resource: what is asked of it that South has an answer to
    "/statements": {},
    "/activities": {"activityId": STATE["activityId"]},
    "/activities/state": STATE,
    "/activities/profile": PROFILE,
    "/agents": {"agent": STATE["agent"]},
    "/agents/profile": AGENT_PROFILE,
}
TELLS = {  # scope: the resources that answer it with something of another system
    Scope.WRITE: set(),
    Scope.READ_MINE: set(),
    Scope.READ: {"/statements", "/activities", "/agents"},
    Scope.STATE: {"/activities/state", "/activities", "/agents"},
    Scope.DEFINE: {"/activities", "/agents"},
    Scope.PROFILE: {"/activities/profile", "/agents/profile", "/activities", "/agents"},
    Scope.ALL_READ: set(QUESTIONS),
    Scope.ALL: set(QUESTIONS),
    Scope.CMI5: set(),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """North and South each sent eight statements; South keeps documents about Cleo."""
    world = World(tmp_path_factory.mktemp("xapi"))
    north, south = player(world, "north", "all"), player(world, "south", "all")
    registration = number(7000)
    for n in NORTHS:
        assert north.post(statement(n, BEN)).status == 200
    for n in SOUTHS:
        about = {"contextActivities": {"parent": [activity("tower")]}, "registration": registration}
        scored = {"score": {"scaled": 0.37}, "response": "south's secret"}
        assert (
            south.post(statement(n, CLEO, what="tower", context=about, result=scored)).status == 200
        )
    assert south.post(statement(201, CLEO, "voided", reference(108))).status == 200
    for path, query in QUESTIONS.items():
        if path.endswith(("state", "profile")):
            reply = south.ask("PUT", path, b'{"south": "secret"}', {"if-none-match": "*"}, **query)
            assert reply.status == 204, reply.body
    yield world
    world.close()


def player(world: World, source: str, *scopes: str) -> Player:
    app = world.app
    parts = Parts(app.log, Documents(app.database), app.sources, app.credentials, HOME)
    credential, secret = app.credentials.create(source, scopes)
    return Player(parts, credential.key, secret)


def test_a_browser_session_opens_nothing_of_the_endpoint(house):
    """Signed in as whoever, by cookie, with a token of a form, and with forged ways of saying so."""
    endpoint = XapiEndpoint(house.app)
    with override_settings(LEADLINE=house.app):
        user = User.objects.add("lead", "", PASSWORD)
        Grant.objects.create(user=user, role=Role.TRAINING_LEAD.value)
        client = Client(SERVER_NAME="localhost")
        assert client.login(username="lead", password=PASSWORD)
        session = client.cookies["sessionid"].value
        assert client.get("/xapi/statements").status_code == 404
        user.delete()
    for path in QUESTIONS:
        for method in ("GET", "HEAD", "PUT", "POST", "DELETE"):
            for name, value in (
                ("cookie", f"sessionid={session}"),
                ("authorization", f"Bearer {session}"),
                ("authorization", f"Session {session}"),
                ("remote-user", "lead"),
            ):
                status, body = asyncio.run(sent(endpoint, method, path, (name, value)))
                assert status in (401, 405), (method, path, name)
                assert b"tower" not in body
    endpoint.close()


async def sent(
    endpoint: XapiEndpoint, method: str, path: str, header: tuple[str, str]
) -> tuple[int, bytes]:
    replies: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: Any) -> None:
        replies.append(message)

    headers = [("x-experience-api-version", "1.0.3"), ("content-type", "application/json"), header]
    scope = {
        "type": "http",
        "method": method,
        "path": f"/xapi{path}",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    await endpoint(scope, receive, send)
    return replies[0]["status"], replies[1]["body"]


@pytest.mark.parametrize("scope", Scope)
def test_a_scope_opens_no_resource_but_its_own(house, scope):
    """By the plain method, by HEAD, and by the alternate syntax."""
    assert set(QUESTIONS) == set(ROUTES)
    asker = player(house, "north", scope)
    for path, query in QUESTIONS.items():
        allowed = path in TELLS[scope] or (path == "/statements" and scope is Scope.READ_MINE)
        for method in ("GET", "HEAD"):
            reply = asker.ask(method, path, **query)
            assert reply.status == (200 if allowed else 403), (path, method, reply.body)
        form = urlencode({**asker.signed(), **query}).encode()
        kind = {"content-type": "application/x-www-form-urlencoded"}
        around = answer(Request("POST", path, "method=GET", kind, form), asker.parts)
        assert around.status == (200 if allowed else 403), (path, around.body)
        for reply in (asker.ask("GET", path, **query), around):
            told = b"secret" in reply.body or b"tower" in reply.body
            assert not told or path in TELLS[scope], path


def test_without_a_scope_to_write_nothing_is_changed(house):
    head, secret = house.app.log.head(), player(house, "south", "all")
    for scope in set(Scope) - {Scope.WRITE, Scope.ALL, Scope.STATE, Scope.PROFILE}:
        asker = player(house, "north", scope)
        assert asker.post(statement(900)).status == 403
        assert asker.put(901, statement()).status == 403
        for path in ("/activities/state", "/activities/profile", "/agents/profile"):
            for method in ("PUT", "POST", "DELETE"):
                done = asker.ask(method, path, b"{}", {"if-match": "*"}, **QUESTIONS[path])
                assert done.status == 403, (scope, method, path)
    assert house.app.log.head() == head
    for path in ("/activities/state", "/activities/profile", "/agents/profile"):
        assert secret.ask("GET", path, **QUESTIONS[path]).body == b'{"south": "secret"}'


WHERE: list[dict[str, Any]] = [
    {},
    {"agent": CLEO},
    {"agent": CLEO, "related_agents": True},
    {"verb": "http://adlnet.gov/expapi/verbs/completed"},
    {"verb": "http://adlnet.gov/expapi/verbs/voided"},
    {"activity": activity("tower")["id"]},
    {"activity": activity("tower")["id"], "related_activities": True},
    {"registration": number(7000)},
    {"since": "2020-01-01T00:00:00Z"},
    {"until": "2100-01-01T00:00:00Z", "ascending": True},
]


@pytest.mark.parametrize("format", ["exact", "ids", "canonical"])
@pytest.mark.parametrize("attachments", [False, True])
def test_who_reads_its_own_finds_nothing_of_another_by_any_question(house, format, attachments):
    asker = player(house, "north", Scope.READ_MINE)
    for where in WHERE:
        for cursor in ({}, *({"cursor": str(n)} for n in (0, 1, 9, 12, 17, 10**9))):
            asked = {**where, **cursor, "format": format, "attachments": attachments, "limit": "3"}
            texts = {
                k: json.dumps(v) if isinstance(v, dict | bool) else v for k, v in asked.items()
            }
            reply = asker.get(**texts)
            assert reply.status == 200, reply.body
            for sign in (b"secret", b"tower", b"cleo", *(number(n).encode() for n in SOUTHS)):
                assert sign not in reply.body, (asked, sign)


def test_who_reads_its_own_gets_the_same_404_for_what_is_anothers_and_what_is_not(house):
    asker = player(house, "north", Scope.READ_MINE)
    for name in ("statementId", "voidedStatementId"):
        replies = {
            (reply.status, reply.body)
            for n in (101, 108, 201, 999)
            for reply in [asker.get(**{name: number(n)})]
        }
        assert len(replies) == 1
        assert replies.pop()[0] == 404


CHAIN = range(301, 304)


def test_a_reference_to_anothers_statement_does_not_tell_what_it_says(house):
    """Who reads only its own finds its references by what they say themselves. Who reads all finds
    them by what the target says (Communication 2.1.3), and so do own references to own ones."""
    asker, lead = player(house, "north", Scope.WRITE, Scope.READ_MINE), player(house, "x", "all")
    for n, target in zip(CHAIN, (101, 301, 1), strict=True):
        assert asker.post(statement(n, BEN, "commented", reference(target))).status == 200

    def found(who: Player, **asked: Any) -> set[int]:
        texts = {k: json.dumps(v) if isinstance(v, dict | bool) else v for k, v in asked.items()}
        seen, reply = set(), who.get(limit="1", **texts)
        while True:
            page = json.loads(reply.body)
            seen |= {int(each["id"][-4:], 16) for each in page["statements"]}
            if not page["more"]:
                return seen & set(CHAIN)
            reply = who.follow(page["more"])

    told = {"agent": CLEO}, {"activity": activity("tower")["id"]}, {"registration": number(7000)}
    for asked in (*told, {**told[0], "related_agents": True}, {**told[1], **told[2]}):
        assert found(asker, **asked) == set(), asked
        assert found(lead, **asked) == {301, 302}, asked
    assert found(asker, agent=BEN) == set(CHAIN)
    assert found(asker, activity=activity("ladders")["id"]) == {303}
    assert found(asker) == set(CHAIN)


def test_a_link_to_more_shows_each_follower_its_own_only(house):
    north = player(house, "north", Scope.READ_MINE)
    for owner in (player(house, "south", Scope.READ_MINE), player(house, "south", Scope.ALL)):
        page = json.loads(owner.get(limit="2").body)
        while page["more"]:
            followed = north.follow(page["more"])
            assert followed.status == 200
            assert b"tower" not in followed.body
            page = json.loads(owner.follow(page["more"]).body)
    writer = player(house, "north", Scope.WRITE)
    more = json.loads(north.get(limit="2").body)["more"]
    assert writer.follow(more).status == 403


def test_a_revoked_credential_is_shut_out_of_every_resource(house):
    gone = player(house, "south", "all")
    house.app.credentials.revoke(gone.key)
    for path, query in QUESTIONS.items():
        assert gone.ask("GET", path, **query).status == 401
