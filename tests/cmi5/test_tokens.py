"""The fetch URL, and what a session's token opens (cmi5 8.1, 8.2, 10.2.1, 11, 12)."""

import base64
import json
from hashlib import sha256
from uuid import uuid4

import pytest

from leadline.cmi5 import terms
from leadline.cmi5.records import digest
from leadline.store import Unavailable

from .campus import ANA, BEN, HOME, WELL, basic, refused
from .packages import au, au_id

EVE = {"mbox": "mailto:eve@example.org"}


@pytest.fixture
def registration(one_campus):
    return one_campus.enrolled(au(1), au(2))


@pytest.fixture
def player(one_campus, registration):
    made = one_campus.launch(registration)
    made.prepare()
    return made


# the fetch URL


@pytest.mark.cmi5(57, 59, 60, 61)
def test_the_token_is_given_once(campus):
    """8.2.1, 8.2.3"""
    player = campus.launch(campus.enrolled(au(1)))
    first, second = player.fetch(), player.fetch()
    assert list(first) == ["auth-token"]
    assert second["error-code"] == "1"
    assert second["error-text"]
    assert "auth-token" not in second
    assert player.read_launch_data(), "the second call took nothing away"


@pytest.mark.cmi5(61)
def test_what_is_no_fetch_url_is_a_security_error(campus):
    """8.2.3.2"""
    assert campus.lms.fetch("guessed")["error-code"] == "2"
    assert campus.lms.fetch("\0é")["error-code"] == "2"


@pytest.mark.cmi5(61)
def test_a_database_that_does_not_answer_is_an_application_error(campus, monkeypatch):
    """8.2.3.2: status 200 all the same, and the token can still be fetched"""
    player = campus.launch(campus.enrolled(au(1)))

    def gone(*_):
        raise Unavailable("gone")

    with monkeypatch.context() as broken:
        broken.setattr(campus.lms._records, "claim", gone)
        assert player.fetch()["error-code"] == "3"
    assert "auth-token" in player.fetch()


@pytest.mark.cmi5(61, 62)
@pytest.mark.parametrize("end", ["terminated", "abandoned", "expired"])
def test_an_ended_session_gives_no_token(one_campus, registration, end):
    """8.2.3.2: expired"""
    player = one_campus.launch(registration)
    if end == "abandoned":
        one_campus.lms.abandon(player.launch.session)
    elif end == "terminated":
        player.start()
        assert player.say("terminated").status == 200
    else:
        one_campus.clock.now = one_campus.clock.now.replace(year=2027)
    assert player.fetch()["error-code"] == "1"


def test_only_hashes_are_kept(one_campus, registration):
    """256 random bits need no salt, and nothing in the database opens anything"""
    player = one_campus.launch(registration)
    player.fetch()
    _, secret = base64.b64decode(player.token).decode().split(":")
    assert len(base64.urlsafe_b64decode(secret + "=")) == 32
    rows = one_campus.database.execute("SELECT fetch_digest, token_digest FROM cmi5_session")
    assert [*map(bytes, rows[0])] == [digest(player.fetch_token), digest(secret)]
    everything = repr(one_campus.database.execute("SELECT * FROM cmi5_session"))
    assert secret not in everything
    assert player.fetch_token not in everything


# the endpoint


@pytest.mark.cmi5(1)
def test_the_endpoint_of_a_launch_is_the_record_store(one_campus, player):
    """4.2, 6.0: the same routes, versions and formats; only what a token opens is narrower"""
    assert player.parameters["endpoint"] == f"{HOME}/xapi"
    assert player.ask("GET", "/about").status == 200
    for version in ("1.0.3", "2.0.0"):
        player.version = version
        assert player.say("initialized" if version == "1.0.3" else "experienced").status == 200
        for path in ("/statements", "/activities/state", "/agents/profile", "/agents"):
            assert player.ask("OPTIONS", path).status == 204
        found = player.ask("GET", "/statements", format="canonical", ascending="true")
        assert found.status == 200
        assert found.headers["x-experience-api-version"] == version
    head = player.ask("HEAD", "/statements")
    assert (head.status, head.body) == (200, b"")
    assert player.ask("GET", "/statements", limit="many").status == 400
    player.version = "3.0"
    assert player.ask("GET", "/statements").status == 400


@pytest.mark.cmi5(1)
def test_a_unit_sends_attachments(one_campus, player):
    """xAPI 1.5.2: parts of multipart/mixed, read back by the same token"""
    assert player.say("initialized").status == 200
    sent, data = player.good("experienced"), b"a drawing"
    digest_of = sha256(data).hexdigest()
    sent["attachments"] = [
        {
            "usageType": "https://example.org/drawing",
            "display": {"en": "Drawing"},
            "contentType": "text/plain",
            "length": len(data),
            "sha2": digest_of,
        }
    ]
    parts = (
        b"--b\r\nContent-Type: application/json\r\n\r\n"
        + json.dumps(sent).encode()
        + b"\r\n--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\n"
        + f"X-Experience-API-Hash: {digest_of}\r\n\r\n".encode()
        + data
        + b"\r\n--b--\r\n"
    )
    kind = {"content-type": "multipart/mixed; boundary=b"}
    assert player.ask("POST", "/statements", parts, kind).status == 200
    found = player.ask("GET", "/statements", statementId=sent["id"], attachments="true")
    assert data in found.body


# who is let in


@pytest.mark.cmi5(63, 64)
def test_without_the_fetched_token_nothing_is_open(one_campus, registration):
    """8.2.1: not with none, not before the fetch, not with the fetch URL's own secret"""
    player = one_campus.launch(registration)
    session = player.launch.session
    for token in ("", basic(session, ""), basic(session, player.fetch_token), basic(session, "x")):
        player.token = token
        for reply in (
            player.state("GET", terms.LAUNCH_DATA),
            player.ask("GET", "/statements"),
            player.profile("GET"),
            player.post({}),
        ):
            assert reply.status == 401


@pytest.mark.cmi5(64)
def test_a_token_is_no_other_sessions(one_campus, registration):
    one, other = one_campus.launch(registration), one_campus.launch(registration, 1)
    other.fetch()
    secret = base64.b64decode(other.token).decode().partition(":")[2]
    one.token = basic(one.launch.session, secret)
    assert one.state("GET", terms.LAUNCH_DATA).status == 401


@pytest.mark.cmi5(3)
def test_a_credential_of_the_house_reads_everything(one_campus, player):
    """4.2: statements, extensions and documents of any learner and session"""
    assert player.say("initialized").status == 200
    assert player.state("PUT", body={"page": 7}).status == 204
    credential, secret = one_campus.credentials.create("audit", ["all/read"])
    player.token = basic(credential.key, secret)
    found = json.loads(player.ask("GET", "/statements").body)["statements"]
    assert [s["context"]["extensions"][terms.SESSION] for s in found[:2]] == [
        player.launch.session
    ] * 2
    assert json.loads(player.state("GET").body) == {"page": 7}
    assert player.post({}).status == 403


# statements


@pytest.mark.cmi5(66)
def test_a_token_reads_the_statements_of_its_registration(one_campus, registration, player):
    """8.1.4: all sessions of it, the LMS's own words too; nothing else"""
    foreign = one_campus.started(one_campus.register_again(registration, BEN))
    experienced = foreign.good("experienced")
    assert foreign.post(experienced).status == 200
    assert player.say("initialized").status == 200
    mine = one_campus.log_of(registration)

    def found(**query):
        reply = player.ask("GET", "/statements", **query)
        assert reply.status == 200
        return {s["id"] for s in json.loads(reply.body)["statements"]}

    assert found() == {s["id"] for s in mine}
    assert found(registration=registration.id) == found()
    assert found(agent=BEN) == set()
    assert found(activity=player.activity) <= found()
    assert player.ask("GET", "/statements", registration=foreign.registration).status == 403
    assert player.ask("GET", "/statements", statementId=experienced["id"]).status == 404
    assert player.ask("GET", "/statements", statementId=mine[0]["id"]).status == 200


@pytest.mark.cmi5(66)
def test_a_page_goes_on_in_the_same_registration(one_campus, registration, player):
    """xAPI 2.1.3: the link of the next page shows nothing more"""
    one_campus.started(one_campus.register_again(registration, BEN))
    assert player.say("initialized").status == 200
    first = json.loads(player.ask("GET", "/statements", limit=1).body)
    cursor = first["more"].rpartition("cursor=")[2]
    second = json.loads(player.ask("GET", "/statements", limit=500, cursor=cursor).body)
    shown = [*first["statements"], *second["statements"]]
    assert {s["context"]["registration"] for s in shown} == {registration.id}


# state


@pytest.mark.cmi5(4, 65, 66)
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_state_is_of_the_launch(one_campus, registration, player, method):
    """8.1.3 to 8.1.5, 10.1: own activity, actor and registration"""
    other = one_campus.launch(one_campus.register_again(registration, BEN), 1)
    for wrong in (
        {"agent": BEN},
        {"agent": EVE},
        {"registration": other.registration},
        {"registration": None},
        {"activityId": other.activity},
        {"activityId": f"{player.activity}/part"},
        {"activityId": au_id(1)},
    ):
        assert player.state(method, body={}, **wrong).status == 403, wrong
    for missing in ({"agent": None}, {"activityId": None}, {"agent": {"mbox": "ana"}}):
        assert player.state(method, body={}, **missing).status == 400, missing


@pytest.mark.cmi5(4)
def test_a_unit_keeps_documents(player):
    """10: the State API is the unit's for all other documents"""
    assert player.state("PUT", body={"page": 1}).status == 204
    assert player.state("POST", body={"done": True}).status == 204
    assert json.loads(player.state("GET").body) == {"page": 1, "done": True}
    assert set(json.loads(player.state("GET", None).body)) == {"bookmark", terms.LAUNCH_DATA}
    assert player.state("DELETE").status == 204
    assert player.state("GET").status == 404
    upper = player.registration.upper()
    assert player.state("PUT", body={}, registration=upper).status == 204


@pytest.mark.cmi5(75)
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_launch_data_is_only_read(player, method):
    """10.2.1: nor is it deleted with all the others"""
    assert refused(player.state(method, terms.LAUNCH_DATA, {"x": 1}))[0] == 403
    if method == "DELETE":
        assert refused(player.state("DELETE", None))[0] == 403
    assert player.read_launch_data() == player.data


@pytest.mark.cmi5(66, 75)
def test_the_alternate_syntax_is_no_way_around(player):
    """xAPI 1.3: the request that is meant is asked"""
    form = (
        f"stateId={terms.LAUNCH_DATA}&activityId={player.activity}&registration="
        f"{player.registration}&agent={json.dumps(player.actor)}&content={{}}"
        f"&Authorization=Basic {player.token.replace('+', '%2B')}"
        "&X-Experience-API-Version=1.0.3&Content-Type=application/json"
    )
    kind = {"content-type": "application/x-www-form-urlencoded"}
    reply = player.ask("POST", "/activities/state", form.encode(), kind, method="PUT")
    assert reply.status == 403


# learner preferences


@pytest.mark.cmi5(83, 84)
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_preferences_are_of_the_learner(player, method):
    """11: 403 for somebody else; nobody at all is xAPI's to refuse"""
    for other in (BEN, EVE, {"account": {**ANA["account"], "homePage": "https://else.example"}}):
        assert player.profile(method, WELL, agent=other).status == 403
    assert player.profile(method, WELL, agent=None).status == 400


@pytest.mark.cmi5(87)
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_the_document_has_one_name(player, method):
    """11"""
    for name in ("cmi5learnerpreferences", "another"):
        assert player.profile(method, WELL, profileId=name).status == 403


@pytest.mark.cmi5(87, 90)
def test_a_unit_may_change_preferences(one_campus, registration, player):
    """11: and the next launch finds them, in the learner's order"""
    assert player.profile("PUT", WELL, {"if-none-match": "*"}).status == 204
    found = player.profile("GET")
    assert json.loads(found.body) == WELL
    tag = {"if-match": found.headers["etag"]}
    assert player.profile("PUT", WELL | {"languagePreference": "de"}, tag).status == 204
    again = one_campus.launch(registration)
    again.fetch()
    assert json.loads(again.profile("GET").body)["languagePreference"] == "de"


@pytest.mark.cmi5(88, 89)
@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (WELL, "text/plain"),
        (b"just some text", "text/plain"),
        (b"just some text", "application/json"),
        (b"[1]", "application/json"),
        ({"languagePreference": "en"}, "application/json"),
        ({"audioPreference": "on"}, "application/json"),
        (WELL | {"languagePreference": ""}, "application/json"),
        (WELL | {"languagePreference": "not comma separated"}, "application/json"),
        (WELL | {"languagePreference": "en,,fr"}, "application/json"),
        (WELL | {"languagePreference": ["en"]}, "application/json"),
        (WELL | {"audioPreference": "loud"}, "application/json"),
    ],
)
def test_other_preferences_are_refused(player, method, body, kind):
    """11, 11.1, 11.2: 403, which is no error to a unit"""
    headers = {"content-type": kind, "if-none-match": "*"}
    assert refused(player.profile(method, body, headers))[0] == 403
    assert player.profile("GET").status == 404


@pytest.mark.cmi5(7, 88)
def test_preferences_are_not_deleted(player):
    """11: they are both there or not yet told"""
    assert player.profile("PUT", WELL, {"if-none-match": "*"}).status == 204
    for body in (b"", WELL):
        assert player.profile("DELETE", body).status == 403
    assert player.profile("GET").status == 200


# what else xAPI has


def test_activity_profiles_are_those_of_the_unit(one_campus, registration, player):
    """12: as xAPI has it"""
    other = one_campus.launch(one_campus.register_again(registration, BEN), 1).activity

    def profile(method, activity, body=b"{}"):
        headers = {"if-none-match": "*"}
        query = {"activityId": activity, "profileId": "board"}
        return player.ask(method, "/activities/profile", body, headers, **query).status

    assert profile("PUT", player.activity) == 204
    assert profile("PUT", f"{player.activity}/part") == 204
    for method in ("GET", "PUT", "POST", "DELETE"):
        assert profile(method, other) == 403
        assert profile(method, f"{player.activity}0") == 403


def test_agents_and_activities_are_those_of_the_launch(one_campus, registration, player):
    other = one_campus.launch(one_campus.register_again(registration, BEN), 1).activity
    assert player.ask("GET", "/agents", agent=player.actor).status == 200
    assert player.ask("GET", "/agents", agent=BEN).status == 403
    assert player.ask("GET", "/agents").status == 400
    for own in (player.activity, au_id(1)):
        assert player.ask("GET", "/activities", activityId=own).status == 200
    assert player.ask("GET", "/activities", activityId=other).status == 403
    assert player.ask("GET", "/activities").status == 400


def test_a_unit_names_its_own_parts_and_nothing_of_ours(one_campus, registration, player):
    """What a unit says of the course is kept in its statement, but not believed"""
    course = one_campus.library.course(registration.course_id)
    assert player.say("initialized").status == 200
    sent = player.good("experienced")
    mine = f"{player.activity}/page"
    named = {"name": {"en": "Free sweets"}}
    sent["context"]["contextActivities"]["other"] = [
        {"id": activity, "definition": named} for activity in (mine, course.lms_id)
    ]
    assert player.post(sent).status == 200
    known = one_campus.log.definitions([mine, course.lms_id])
    assert known[mine] == named
    assert known[course.lms_id]["name"] == {"en": "Course"}


def test_no_token_is_everybodys(one_campus, player):
    """A key that is no session's, and a session that never was"""
    for key in ("cmi5", str(uuid4())):
        player.token = basic(key, "x")
        assert player.ask("GET", "/statements").status == 401
