"""The cmi5 API: who may ask, what each address does, and how each refusal reads."""

import asyncio
import base64
import io
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from leadline.cmi5 import api, description
from leadline.cmi5.api import ROUTES, Admitted, Parts, admitted, answered
from leadline.cmi5.lms import Launch
from leadline.cmi5.resources import Filed
from leadline.lrs.limits import Limits
from leadline.lrs.message import Request
from leadline.store import Scope
from leadline.web.cmi5 import Cmi5Api

from .campus import ANA, BEN, HOME, Player
from .packages import Packages, au, block

XML = Packages.xml(block(1, au(1, moveOn="Completed")), au(2, moveOn="Passed", masteryScore="0.8"))


class Desk:
    """A system with credentials that asks the API without a socket."""

    def __init__(self, campus, *scopes, **terms):
        self.campus = campus
        limits = Limits()
        self.parts = Parts(campus.library, campus.lms, campus.credentials, limits)
        made, secret = campus.credentials.create("hr", scopes or [Scope.CMI5], **terms)
        self.key = made.key
        self.signed = "Basic " + base64.b64encode(f"{made.key}:{secret}".encode()).decode()

    def ask(self, method, path, body=b"", media_type="application/json", **headers):
        """Status and decoded body; the last reply stays at hand."""
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"authorization": self.signed, "content-type": media_type} | headers
        given = {name: value for name, value in given.items() if value is not None}
        asked = admitted(Request(method, path, "", given, base="/api/cmi5"), self.parts)
        self.reply = answered(asked, io.BytesIO(body)) if isinstance(asked, Admitted) else asked
        if isinstance(self.reply, Filed):
            return self.reply.response.status, self.reply.path.read_bytes()
        return self.reply.status, json.loads(self.reply.body) if self.reply.body else None

    def course(self, xml=XML):
        status, made = self.ask("POST", "/courses", xml, "text/xml")
        assert status == 200, made
        return made

    def launched(self, course, **more):
        asked = {"au": 0, "actor": ANA} | more
        status, made = self.ask("POST", f"/courses/{course['id']}/launch", asked)
        assert status == 200, made
        return made


@pytest.fixture
def desk(one_campus):
    return Desk(one_campus)


def test_a_course_comes_in_is_listed_told_and_given_back(desk):
    made = desk.course()
    assert desk.ask("GET", "/courses") == (200, {"courses": [made]})
    assert desk.ask("GET", f"/courses/{made['id']}") == (200, made)
    assert desk.ask("GET", f"/courses/{made['id']}/package") == (200, XML)
    assert made["addedBy"] == desk.key
    one, two = made["aus"]
    assert (one["moveOn"], one["masteryScore"]) == ("Completed", None)
    assert (two["moveOn"], two["masteryScore"]) == ("Passed", 0.8)
    assert one["blocks"] == [made["blocks"][0]["activityId"]]


@pytest.mark.cmi5(29)
@pytest.mark.parametrize("media_type", ["text/xml", "application/xml", "text/xml; charset=utf-8"])
def test_bare_xml_comes_in_under_each_of_its_names(desk, media_type):
    assert desk.ask("POST", "/courses", XML, media_type)[0] == 200


@pytest.mark.cmi5(30)
@pytest.mark.parametrize("media_type", ["text/markdown; charset=UTF-8", "", None])
def test_what_is_no_package_is_refused_with_field_reason_and_remedy(desk, media_type):
    status, refusal = desk.ask("POST", "/courses", XML, media_type)
    assert status == 400
    assert refusal["field"] == "content-type"
    assert refusal["reason"]
    assert "application/zip" in refusal["remedy"]


def test_a_retired_course_is_listed_no_more_and_still_told(desk):
    made = desk.course()
    assert desk.ask("DELETE", f"/courses/{made['id']}") == (204, None)
    assert desk.ask("GET", "/courses") == (200, {"courses": []})
    assert desk.ask("GET", f"/courses/{made['id']}")[1]["retiredAt"] is not None
    status, refusal = desk.ask("POST", f"/courses/{made['id']}/launch", {"au": 0, "actor": ANA})
    assert status == 400
    assert "retired" in refusal["reason"]


@pytest.mark.cmi5(36)
def test_a_launch_enrols_and_the_same_registration_goes_on(desk):
    course = desk.course()
    first = desk.launched(course)
    again = desk.launched(course, au=1, registration=first["registration"])
    assert again["registration"] == first["registration"]
    assert again["session"] != first["session"]
    status, told = desk.ask("GET", f"/registrations/{first['registration']}")
    assert (status, told["openSessions"]) == (200, [again["session"]])
    status, refusal = desk.ask(
        "POST",
        f"/courses/{course['id']}/launch",
        {"au": 0, "actor": BEN, "registration": first["registration"]},
    )
    assert (status, refusal["field"]) == (400, "body")


@pytest.mark.cmi5(77, 133, 176)
def test_mode_parameters_and_return_url_are_those_asked_for(desk):
    asked = {"launchMode": "Review", "launchParameters": "x=1", "returnURL": f"{HOME}/back"}
    made = desk.launched(desk.course(), **asked)
    unit = Player(desk.campus, Launch(made["url"], made["session"], "AnyWindow"))
    unit.fetch()
    data = unit.read_launch_data()
    assert (data["launchMode"], data["launchParameters"]) == ("Review", "x=1")
    assert data["returnURL"] == f"{HOME}/back"


@pytest.mark.cmi5(38)
def test_enrolling_without_a_launch_evaluates_move_on(desk):
    course = desk.course(Packages.xml(au(1, moveOn="NotApplicable")))
    status, told = desk.ask("POST", f"/courses/{course['id']}/registrations", {"actor": ANA})
    assert status == 200
    assert told["satisfiedAt"] is not None
    assert told["aus"][0]["moveOnMet"] is True


def test_waiving_is_told_in_the_progress_and_twice_is_once(desk):
    made = desk.launched(desk.course())
    path = f"/registrations/{made['registration']}/waive"
    first = desk.ask("POST", path, {"au": 0, "reason": "Administrative"})
    assert first[0] == 200
    assert first[1]["aus"][0]["waivedAt"] is not None
    assert desk.ask("POST", path, {"au": 0, "reason": "Other"}) == first
    assert desk.ask("POST", path, {"au": 7, "reason": "x"})[0] == 404
    assert desk.ask("POST", path, {"au": 1, "reason": " "})[0] == 400


def test_a_session_is_abandoned_once(desk):
    made = desk.launched(desk.course())
    path = f"/sessions/{made['session']}/abandon"
    assert desk.ask("POST", path) == (200, {"abandoned": True})
    assert desk.ask("POST", path) == (200, {"abandoned": False})


@pytest.mark.cmi5(55, 56, 57, 58, 59, 61, 173)
def test_the_fetch_url_wants_post_and_no_credentials_and_answers_200(desk):
    made = desk.launched(desk.course())
    token = parse_qs(urlsplit(made["url"]).query)["fetch"][0].rpartition("/")[2]
    path = f"/fetch/{token}"
    for method in ("GET", "PUT", "DELETE", "HEAD"):
        assert desk.ask(method, path, authorization=None)[0] == 405
    status, told = desk.ask("POST", path, authorization=None, origin="https://content.example")
    assert status == 200
    assert list(told) == ["auth-token"]
    assert desk.reply.headers["content-type"] == "application/json"
    assert desk.reply.headers["cache-control"] == "no-store"
    assert desk.reply.headers["access-control-allow-origin"] == "*"
    status, told = desk.ask("POST", path, authorization=None)
    assert (status, told["error-code"]) == (200, "1")
    status, told = desk.ask("POST", "/fetch/nothing", authorization=None)
    assert (status, told["error-code"]) == (200, "2")


def test_a_browser_may_ask_whether_it_may_fetch(desk):
    assert desk.ask("OPTIONS", "/fetch/x", authorization=None)[0] == 204
    assert "POST" in desk.reply.headers["access-control-allow-methods"]


PRIVATE = [
    (method, route.path.replace("{", "").replace("}", ""))
    for route in ROUTES
    if not route.public
    for method in route.methods
]


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_nothing_is_told_without_credentials_of_the_scope(one_campus, method, path):
    desk = Desk(one_campus, Scope.ALL)  # all of xAPI is not this
    status, refusal = desk.ask(method, path)
    assert (status, refusal["field"]) == (403, "Authorization")
    assert "cmi5" in refusal["remedy"]
    status, refusal = desk.ask(method, path, authorization=None)
    assert status == 401
    assert "www-authenticate" in desk.reply.headers
    assert desk.ask(method, path, authorization="Basic eDp5")[0] == 401


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_what_is_not_there_is_said(desk, method, path):
    status, refusal = desk.ask(method, path, {"au": 0, "actor": ANA, "reason": "x"})
    if path == "/courses":
        assert status == (200 if method == "GET" else 400)
    else:
        assert status in (400, 404)
        assert refusal["reason"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"),
        (b"[]", "body"),
        (b"\xff", "body"),
        (b"[" * 5_000, "body"),
        ({"actor": ANA}, "body"),
        ({"au": "0", "actor": ANA}, "au"),
        ({"au": 0, "actor": ANA, "launchMode": "Fast"}, "launchMode"),
        ({"au": 0, "actor": ANA, "mode": "Normal"}, "body"),
        ({"au": 0, "actor": {"mbox": "mailto:ana@story.example"}}, "body"),
        ({"au": 0, "actor": {"account": {"name": "x"}}}, "body"),
        ({"au": 0, "actor": ANA, "registration": "x"}, "body"),
    ],
)
def test_a_launch_that_is_asked_wrongly_says_where(desk, body, field):
    course = desk.course()
    status, refusal = desk.ask("POST", f"/courses/{course['id']}/launch", body)
    assert (status, refusal["field"]) == (400, field)
    assert refusal["reason"]
    assert refusal["remedy"]


def test_a_path_or_method_that_is_none_is_refused(desk):
    assert desk.ask("GET", "/nothing")[0] == 404
    assert desk.ask("GET", "/courses/a/b/c")[0] == 404
    assert desk.ask("PUT", "/courses")[0] == 405
    assert desk.reply.headers["allow"] == "GET, POST"


def test_a_credential_of_one_origin_is_not_used_from_another(desk):
    made, secret = desk.campus.credentials.create(
        "portal", [Scope.CMI5], origins=["https://portal.example"]
    )
    signed = "Basic " + base64.b64encode(f"{made.key}:{secret}".encode()).decode()
    asked = {"authorization": signed, "origin": "https://evil.example"}
    assert desk.ask("GET", "/courses", **asked)[0] == 403
    assert desk.ask("GET", "/courses", **(asked | {"origin": "https://portal.example"}))[0] == 200
    assert desk.reply.headers["access-control-allow-origin"] == "https://portal.example"


class Wire:
    """The ASGI application with a client that sends its body in pieces."""

    def __init__(self, campus, desk):
        app = type("App", (), {})()
        app.library, app.lms, app.credentials = campus.library, campus.lms, campus.credentials
        app.settings = type("S", (), {"requests_per_minute": 9, "statements_per_minute": 9})()
        self.api, self.signed = Cmi5Api(app), desk.signed

    def ask(self, method, path, pieces=(b"",), media_type="text/xml", gone=False):
        scope = {
            "type": "http",
            "method": method,
            "path": f"/api/cmi5{path}",
            "query_string": b"",
            "headers": [
                (b"authorization", self.signed.encode()),
                (b"content-type", media_type.encode()),
            ],
        }
        waiting = [
            {"type": "http.request", "body": piece, "more_body": gone or at < len(pieces) - 1}
            for at, piece in enumerate(pieces)
        ]
        sent = []

        async def receive():
            return waiting.pop(0) if waiting else {"type": "http.disconnect"}

        async def send(message):
            sent.append(message)

        asyncio.run(self.api(scope, receive, send))
        status = sent[0]["status"] if sent else None
        return status, b"".join(message.get("body", b"") for message in sent[1:])


@pytest.fixture
def wire(one_campus, desk):
    made = Wire(one_campus, desk)
    yield made
    made.api.close()


def test_a_package_comes_in_pieces_and_goes_out_whole(wire):
    packed = Packages.zip(au(1, url="index.html"), files={"index.html": b"<p>Hello"})
    pieces = [packed[at : at + 7] for at in range(0, len(packed), 7)]
    status, body = wire.ask("POST", "/courses", pieces, "application/zip")
    assert status == 200
    course = json.loads(body)["id"]
    assert wire.ask("GET", f"/courses/{course}/package") == (200, packed)
    assert wire.ask("HEAD", f"/courses/{course}/package") == (200, b"")


def test_who_goes_away_while_sending_leaves_nothing(wire, one_campus):
    assert wire.ask("POST", "/courses", [XML[:50]], gone=True) == (None, b"")
    assert one_campus.library.courses() == []


def test_a_body_that_is_too_long_is_refused_before_it_is_whole(wire):
    asked = [b"x" * (api.ASKED_BYTES_MAX // 2)] * 3
    status, body = wire.ask("POST", "/courses/x/launch", asked)
    assert status == 413
    assert json.loads(body)["field"] == "body"


def test_a_credential_that_asks_too_often_waits(wire):
    found = [wire.ask("GET", "/courses")[0] for _ in range(12)]
    assert found.count(429) > 0
    assert found[0] == 200


def test_the_description_has_every_address_and_every_reference_leads_somewhere():
    described = json.loads(description.document())
    assert set(described["paths"]) == {route.path for route in ROUTES}
    for route in ROUTES:
        assert set(described["paths"][route.path]) == {name.lower() for name in route.methods}
    references = set(re.findall(r'"#/components/schemas/(\w+)"', description.document()))
    assert references == set(described["components"]["schemas"])


def test_what_is_told_is_what_the_description_says(desk):
    schemas = json.loads(description.document())["components"]["schemas"]
    course = desk.course()
    made = desk.launched(course)
    progress = desk.ask("GET", f"/registrations/{made['registration']}")[1]
    for name, told in (
        ("CourseTold", course),
        ("UnitTold", course["aus"][0]),
        ("BlockTold", course["blocks"][0]),
        ("LaunchTold", made),
        ("ProgressTold", progress),
        ("StandingTold", progress["aus"][0]),
    ):
        assert set(told) == set(schemas[name]["properties"]) == set(schemas[name]["required"])
