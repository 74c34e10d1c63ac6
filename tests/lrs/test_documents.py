"""State, Agent Profile and Activity Profile (Communication 2.2, 2.3, 2.6, 2.7)."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import product
from urllib.parse import urlencode

import pytest

from leadline.lrs.endpoint import answer
from leadline.lrs.message import Request
from leadline.store import Unavailable
from leadline.store import documents as stored

from .papers import ATTEMPT, DRAWERS, OTHERS, as_json, state
from .world import read, refusal

PHOTO = b"\x89PNG\x00\xff\r\n"
METHODS = ("GET", "PUT", "POST", "DELETE")
PLACE = {"page": 3, "answers": {"a": 1, "b": 2}}

BOTH_VERSIONS = pytest.mark.parametrize("player", ["1.0.3", "2.0.0"], indirect=True)
EACH = pytest.mark.parametrize("drawer", list(DRAWERS), indirect=True)


class Later(datetime):
    """A clock two seconds ahead."""

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + timedelta(seconds=2)


@EACH
@pytest.mark.usefixtures("both_databases")
def test_a_document_of_any_type_comes_back_octet_by_octet(drawer):
    """2.2, 2.3, 2.6, 2.7: contents are arbitrary binary data"""
    assert drawer.put("photo", PHOTO, content_type="image/png", if_none_match="*").status == 204
    reply = drawer.get("photo")
    assert (reply.status, reply.body) == (200, PHOTO)
    assert reply.headers["content-type"] == "image/png"
    assert reply.headers["etag"] == f'"{hashlib.sha1(PHOTO).hexdigest()}"'


@EACH
@BOTH_VERSIONS
def test_a_document_lives_and_dies_alone(drawer):
    """2.3, 2.6, 2.7: single document PUT, GET, DELETE"""
    drawer.keep("a", PLACE)
    drawer.keep("b", {"page": 9})
    assert drawer.delete("a").status == 204
    assert refusal(drawer.get("a")) == (404, drawer.naming)
    assert read(drawer.get("b")) == {"page": 9}
    assert drawer.ids() == ["b"]
    assert drawer.delete("a").status == 204


@EACH
@pytest.mark.usefixtures("both_databases")
def test_put_replaces_contents_and_type(drawer):
    """2.2"""
    tag = drawer.keep("a", PLACE)
    assert drawer.put("a", PHOTO, content_type="image/png", if_match=tag).status == 204
    reply = drawer.get("a")
    assert (reply.body, reply.headers["content-type"]) == (PHOTO, "image/png")


@EACH
def test_head_answers_the_headers_of_get_and_no_body(drawer):
    """1.1"""
    drawer.keep("a", PLACE)
    got, head = drawer.get("a"), drawer.ask("HEAD", "a")
    assert (head.status, head.body) == (200, b"")
    assert head.headers == dict(got.headers) | {"content-length": str(len(got.body))}
    assert drawer.ask("HEAD").status == 200
    assert drawer.ask("HEAD", "b").status == 404


@EACH
@BOTH_VERSIONS
def test_every_context_is_a_drawer_of_its_own(drawer):
    """2.3, 2.6, 2.7"""
    drawer.keep("a", PLACE)
    for name, (other, _) in OTHERS.items():
        if name in dict(drawer.context):
            beside = drawer.about(**{name: other})
            assert beside.get("a").status == 404
            assert beside.ids() == []
            assert beside.delete("a").status == 204
    assert read(drawer.get("a")) == PLACE


def test_the_three_resources_share_nothing(player):
    drawers = [made(player) for made in DRAWERS.values()]
    for number, drawer in enumerate(drawers):
        drawer.keep("a", {"number": number})
    assert [read(drawer.get("a"))["number"] for drawer in drawers] == [0, 1, 2]


@pytest.mark.usefixtures("both_databases")
def test_no_registration_is_a_registration_of_its_own(papers):
    """2.3; the specification's authors in adlnet/xAPI-Spec issue 1086"""
    attempt = papers.about(registration=ATTEMPT)
    papers.keep("a", {"page": 1})
    attempt.keep("a", {"page": 2})
    attempt.keep("b", {"page": 3})
    assert (read(papers.get("a")), papers.ids()) == ({"page": 1}, ["a"])
    assert (read(attempt.get("a")), attempt.ids()) == ({"page": 2}, ["a", "b"])
    assert papers.delete().status == 204
    assert (papers.ids(), attempt.ids()) == ([], ["a", "b"])
    assert attempt.delete().status == 204
    assert attempt.ids() == []


def test_a_registration_and_a_mailbox_may_be_written_in_either_case(papers):
    """Data 4.4, 2.4.2.3"""
    attempt = papers.about(registration=ATTEMPT)
    attempt.keep("a", PLACE)
    shouted = papers.about(
        registration=ATTEMPT.upper(), agent=as_json({"mbox": "mailto:ben@EXAMPLE.org"})
    )
    assert read(shouted.get("a")) == PLACE
    assert papers.about(agent=as_json({"mbox": "mailto:BEN@example.org"})).ids() == []


@EACH
@BOTH_VERSIONS
def test_what_names_the_context_is_required(drawer):
    """2.3, 2.6, 2.7: parameter tables"""
    for name, _ in drawer.context:
        for method in METHODS:
            reply = drawer.without(name).ask(method, "a", PLACE)
            assert refusal(reply) == (400, name)


@EACH
@BOTH_VERSIONS
def test_a_context_is_held_to_the_rules_of_statements(drawer):
    """Data 2.2, XAPI-00012"""
    drawer.keep("a", PLACE)
    names = [name for name, _ in drawer.context]
    if drawer.naming == "stateId":
        names.append("registration")
    for name in names:
        for wrong, method in product(OTHERS[name][1], METHODS):
            status, field = refusal(drawer.about(**{name: wrong}).ask(method, "a", PLACE))
            assert (status, field.partition(".")[0]) == (400, name), wrong
    assert read(drawer.get("a")) == PLACE


@EACH
def test_writing_needs_the_id(drawer):
    """2.3, 2.6, 2.7"""
    for method, name in product(("PUT", "POST"), (None, "")):
        assert refusal(drawer.ask(method, name, PLACE)) == (400, drawer.naming)


@pytest.mark.parametrize("drawer", ["agent profile", "activity profile"], indirect=True)
def test_profiles_are_deleted_one_by_one(drawer):
    """2.6, 2.7: profileId is required"""
    drawer.keep("a", PLACE)
    assert refusal(drawer.delete()) == (400, "profileId")
    assert drawer.ids() == ["a"]


@EACH
def test_parameters_nobody_knows_are_refused(drawer):
    """3.2, in all but case too"""
    for name in ("activityID", "StateId", "profileid", "limit", "Agent"):
        for method in METHODS:
            assert refusal(drawer.ask(method, "a", PLACE, **{name: "x"})) == (400, name)


@EACH
def test_since_is_a_question_only(drawer):
    """2.3, 2.6, 2.7; 3.2"""
    since = "2026-01-01T00:00:00Z"
    for method in ("PUT", "POST", "DELETE"):
        assert refusal(drawer.ask(method, "a", PLACE, since=since)) == (400, "since")
    assert refusal(drawer.get("a", since=since)) == (400, "since")


@EACH
@pytest.mark.usefixtures("both_databases")
def test_since_is_exclusive_and_moves_with_every_change(drawer):
    """2.3, 2.6, 2.7: stored or updated since (exclusive)"""
    assert drawer.ids(since="2000-01-01T00:00:00Z") == []
    for name in ("a", "b", "c"):
        drawer.keep(name, PLACE)
    changed = drawer.player.parts.documents
    context = stored.Context(**context_of(drawer))
    moment = changed.get(context, "b").updated.isoformat()
    assert drawer.ids() == ["a", "b", "c"]
    assert drawer.ids(since=moment) == ["c"]
    assert drawer.post("a", {"page": 4}).status == 204
    assert drawer.ids(since=moment) == ["a", "c"]
    later = datetime.now(UTC) + timedelta(hours=1)
    assert drawer.ids(since=later.isoformat()) == []


def context_of(drawer):
    given = dict(drawer.context)
    who = ("mbox", "mailto:ben@example.org")
    resource = next(name for name, made in DRAWERS.items() if made(drawer.player) == drawer)
    return {
        "resource": resource,
        "activity": given.get("activityId", ""),
        "agent": who if "agent" in given else None,
    }


@EACH
def test_a_since_that_is_no_timestamp_is_refused(drawer):
    """Data 4.5; 2.0 wants RFC 3339"""
    for wrong in ("yesterday", "true", "", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00-00:00"):
        assert refusal(drawer.get(since=wrong)) == (400, "since")


def test_a_basic_format_timestamp_is_known_to_1_0_3_only(join):
    """Data 4.5; 2.0 4.2.7"""
    basic = "20260101T000000Z"
    assert state(join(version="1.0.3")).ids(since=basic) == []
    assert refusal(state(join(version="2.0.0")).get(since=basic)) == (400, "since")


@EACH
@BOTH_VERSIONS
def test_last_modified_moves_with_the_document(drawer, monkeypatch):
    """2.2 Last Modified, for one document and for several"""
    before = datetime.now(UTC).replace(microsecond=0)
    drawer.keep("a", PLACE)
    first = drawer.get("a").headers["last-modified"]
    assert first.endswith(" GMT")
    assert before <= parsedate_to_datetime(first) <= datetime.now(UTC)
    monkeypatch.setattr(stored, "datetime", Later)
    drawer.post("a", {"page": 4})
    second = drawer.get("a").headers["last-modified"]
    assert parsedate_to_datetime(second) > parsedate_to_datetime(first)
    assert drawer.get().headers["last-modified"] == second
    drawer.delete("a")
    assert "last-modified" not in drawer.get().headers


@pytest.mark.usefixtures("both_databases")
def test_an_id_may_be_odd_but_not_without_measure(papers):
    for name in ("https://example.org/p?a=b&c", "ü\N{SNOWMAN}", " ", "' OR 1=1 --", "x" * 2_000):
        papers.keep(name, {"name": name})
        assert read(papers.get(name)) == {"name": name}
    assert len(papers.ids()) == 5
    for name in ("a\0b", "x" * 2_001, "\N{SNOWMAN}" * 700):
        assert refusal(papers.put(name, PLACE, if_none_match="*")) == (400, papers.naming)
        assert refusal(papers.get(name)) == (400, papers.naming)


@pytest.mark.usefixtures("both_databases")
def test_a_context_may_be_longer_than_a_key_of_the_database(papers):
    far = papers.about(
        activityId="https://example.org/" + "x" * 6_000,
        agent=as_json({"account": {"homePage": "https://example.org/", "name": "\0ü" * 2_000}}),
    )
    far.keep("a", PLACE)
    assert read(far.get("a")) == PLACE
    assert far.ids() == ["a"]


@EACH
def test_a_context_that_is_full_says_so_and_still_takes_changes(drawer, monkeypatch):
    monkeypatch.setattr(stored, "DOCUMENTS_PER_CONTEXT_MAX", 2)
    drawer.keep("a", PLACE)
    drawer.keep("b", PLACE)
    assert refusal(drawer.put("c", PLACE, if_none_match="*")) == (409, drawer.naming)
    assert drawer.post("a", {"page": 4}).status == 204
    drawer.delete("b")
    assert drawer.put("c", PLACE, if_none_match="*").status == 204


@EACH
def test_a_database_that_cannot_answer_is_503(drawer, monkeypatch):
    def lost(*_, **__):
        raise Unavailable("The disk is full.")

    for name in ("get", "list", "change", "clear"):
        monkeypatch.setattr(drawer.player.parts.documents, name, lost)
    for reply in (drawer.get("a"), drawer.get(), drawer.put("a", PLACE), drawer.delete("a")):
        assert refusal(reply) == (503, "")
        assert int(reply.headers["retry-after"]) > 0


@EACH
@BOTH_VERSIONS
def test_every_reply_names_its_version_and_lets_browsers_read_it(drawer):
    """3.3, 1.2"""
    drawer.keep("a", PLACE)
    for reply in (drawer.get("a"), drawer.get(), drawer.get("b"), drawer.put("a", b"{")):
        assert reply.headers["x-experience-api-version"] == drawer.player.version
        assert "etag" in reply.headers["access-control-expose-headers"].lower()
    preflight = answer(Request("OPTIONS", drawer.path), drawer.player.parts)
    assert (preflight.status, preflight.body) == (204, b"")


@EACH
def test_the_alternate_syntax_reaches_documents(drawer):
    """1.3: conditions and type as form fields, anything else as the query"""

    def form(method, **fields):
        signed = drawer.player.signed()
        fields |= dict(drawer.context) | {drawer.naming: "a"}
        fields |= {
            "Authorization": signed["authorization"],
            "X-Experience-API-Version": signed["x-experience-api-version"],
        }
        headers = {"content-type": "application/x-www-form-urlencoded"}
        body = urlencode({name.replace("_", "-"): text for name, text in fields.items()}).encode()
        request = Request("POST", drawer.path, f"method={method}", headers, body)
        return answer(request, drawer.player.parts)

    sent = {"content": "Grüße", "Content_Type": "text/plain"}
    assert form("PUT", **sent, If_None_Match="*").status == 204
    assert form("PUT", **sent, If_None_Match="*").status == 412
    got = form("GET")
    assert (got.body.decode(), got.headers["content-type"]) == ("Grüße", "text/plain")
    assert form("PUT", content="{}", If_Match=got.headers["etag"]).status == 204
    assert json.loads(form("GET").body) == {}
    assert form("DELETE", If_Match=got.headers["etag"]).status == 412
    assert form("DELETE").status == 204
    assert drawer.ids() == []


MAY = {  # scope: state read, state write, profile read, profile write
    "state": (True, True, False, False),
    "profile": (False, False, True, True),
    "all/read": (True, False, True, False),
    "all": (True, True, True, True),
    "define": (False, False, False, False),
    "statements/read": (False, False, False, False),
    "statements/write": (False, False, False, False),
}


@pytest.mark.parametrize(("scope", "may"), MAY.items())
def test_a_scope_opens_the_documents_it_names(join, scope, may):
    """4.2"""
    ben = join("lms", [scope])
    for number, made in enumerate(DRAWERS.values()):
        made(join("other")).keep("a", PLACE)
        reads, writes = may[:2] if number == 0 else may[2:]
        drawer = made(ben)
        assert drawer.get("a").status == drawer.get().status == (200 if reads else 403)
        assert drawer.post("a", {"page": 4}).status == (204 if writes else 403)
        assert drawer.put(f"{scope} b", {}, if_none_match="*").status == (204 if writes else 403)
        assert drawer.delete("a").status == (204 if writes else 403)
        if number == 0:
            assert drawer.delete().status == (204 if writes else 403)
