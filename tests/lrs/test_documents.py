"""State, Agent Profile and Activity Profile (Communication 2.2, 2.3, 2.6, 2.7)."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

import pytest

from leadline.lrs import documents
from leadline.lrs.endpoint import answer
from leadline.lrs.message import Request
from leadline.store import Unavailable
from leadline.store import documents as stored

from .papers import ATTEMPT, DRAWERS, OTHERS, as_json, state
from .world import read, refusal

PHOTO = b"\x89PNG\x00\xff\r\n"
PLACE = {"page": 3, "answers": {"a": 1, "b": 2}}

BOTH_VERSIONS = pytest.mark.parametrize("player", ["1.0.3", "2.0.0"], indirect=True)
EACH = pytest.mark.parametrize("drawer", list(DRAWERS), indirect=True)


class Later(datetime):
    """A clock two seconds ahead."""

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + timedelta(seconds=2)


@pytest.fixture
def drawer(request, player):
    """One of the three resources, in a context about Ben, ladders, or both."""
    return DRAWERS[request.param](player)


@pytest.fixture
def papers(player):
    """Ben's state in ladders."""
    return state(player)


@EACH
@BOTH_VERSIONS
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
@pytest.mark.usefixtures("both_databases")
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
@BOTH_VERSIONS
@pytest.mark.usefixtures("both_databases")
def test_put_replaces_contents_and_type(drawer):
    """2.2"""
    tag = drawer.keep("a", PLACE)
    assert drawer.put("a", PHOTO, content_type="image/png", if_match=tag).status == 204
    reply = drawer.get("a")
    assert (reply.body, reply.headers["content-type"]) == (PHOTO, "image/png")


@EACH
def test_a_document_without_a_type_is_octets(drawer):
    """RFC 9110 8.3"""
    plain = {name: text for name, text in drawer.player.signed().items() if name != "content-type"}
    query = urlencode([*drawer.context, (drawer.naming, "a")])
    parts = drawer.player.parts
    headers = plain | {"if-none-match": "*"}
    assert answer(Request("PUT", drawer.path, query, headers, b"abc"), parts).status == 204
    assert drawer.get("a").headers["content-type"] == "application/octet-stream"


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
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_what_names_the_context_is_required(drawer, method):
    """2.3, 2.6, 2.7: parameter tables"""
    for name, _ in drawer.context:
        reply = drawer.without(name).ask(method, "a", PLACE)
        assert refusal(reply) == (400, name)


@EACH
@BOTH_VERSIONS
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_a_context_is_held_to_the_rules_of_statements(drawer, method):
    """Data 2.2, XAPI-00012"""
    drawer.keep("a", PLACE)
    names = [name for name, _ in drawer.context]
    if drawer.naming == "stateId":
        names.append("registration")
    for name in names:
        for wrong in OTHERS[name][1]:
            status, field = refusal(drawer.about(**{name: wrong}).ask(method, "a", PLACE))
            assert (status, field.partition(".")[0]) == (400, name), wrong
    assert read(drawer.get("a")) == PLACE


@EACH
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_writing_needs_the_id(drawer, method):
    """2.3, 2.6, 2.7"""
    assert refusal(drawer.ask(method, None, PLACE)) == (400, drawer.naming)
    assert refusal(drawer.ask(method, "", PLACE)) == (400, drawer.naming)


@pytest.mark.parametrize("drawer", ["agent profile", "activity profile"], indirect=True)
def test_profiles_are_deleted_one_by_one(drawer):
    """2.6, 2.7: profileId is required"""
    drawer.keep("a", PLACE)
    assert refusal(drawer.delete()) == (400, "profileId")
    assert drawer.ids() == ["a"]


@EACH
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
@pytest.mark.parametrize("name", ["activityID", "StateId", "profileid", "limit", "Agent"])
def test_parameters_nobody_knows_are_refused(drawer, method, name):
    """3.2, in all but case too"""
    assert refusal(drawer.ask(method, "a", PLACE, **{name: "x"})) == (400, name)


@EACH
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_since_is_a_question_only(drawer, method):
    """2.3, 2.6, 2.7; 3.2"""
    since = "2026-01-01T00:00:00Z"
    assert refusal(drawer.ask(method, "a", PLACE, since=since)) == (400, "since")
    assert refusal(drawer.get("a", since=since)) == (400, "since")


@EACH
@BOTH_VERSIONS
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


@EACH
@BOTH_VERSIONS
@pytest.mark.usefixtures("both_databases")
def test_post_lays_a_json_object_over_the_one_that_is_there(drawer):
    """2.2: top-level properties only"""
    drawer.keep("a", PLACE)
    assert drawer.post("a", {"answers": {"c": 3}, "done": True}).status == 204
    assert read(drawer.get("a")) == {"page": 3, "answers": {"c": 3}, "done": True}
    assert drawer.get("a").headers["content-type"] == "application/json"


def test_what_a_merge_does_not_replace_stays_as_it_was_written(papers):
    """2.2: a document is its sender's, to the last digit"""
    papers.keep("a", b'{"n": 1.10, "m": 12345678901234567890123, "t": "\\u00fc", "page": 1}')
    papers.post("a", b'{"page": 2.50}')
    kept = papers.get("a").body
    for piece in (b"1.10", b"12345678901234567890123", b'"\\u00fc"', b"2.50"):
        assert piece in kept


@EACH
@BOTH_VERSIONS
def test_post_stores_what_is_not_there_yet_whatever_its_type(drawer):
    """2.2, XAPI-00233, 00280, 00310"""
    assert drawer.post("photo", PHOTO, content_type="image/png").status == 204
    assert drawer.get("photo").body == PHOTO
    assert drawer.post("list", [1, 2]).status == 204
    assert read(drawer.get("list")) == [1, 2]


@EACH
@BOTH_VERSIONS
@pytest.mark.parametrize(
    ("there", "there_type", "sent", "sent_type", "field"),
    [
        (b'{"a": 1}', "application/json", b"abc", "text/plain", "Content-Type"),
        (b'{"a": 1}', "application/json", b'{"b": 1}', "text/plain", "Content-Type"),
        (b"abc", "text/plain", b'{"b": 1}', "application/json", "Content-Type"),
        (b'{"a": 1}', "text/plain", b'{"b": 1}', "application/json", "Content-Type"),
        (b'{"a": 1}', "application/json", b'{"b": 1', "application/json", "body"),
        (b'{"a": 1}', "application/json", b"[1]", "application/json", "body"),
        (b'{"a": 1}', "application/json", b"", "application/json", "body"),
        (b'{"a": 1}', "application/json", b'{"b": "\xff"}', "application/json", "body"),
        (b"[1]", "application/json", b'{"b": 1}', "application/json", "document"),
        (b"abc", "text/plain", b"def", "text/plain", "Content-Type"),
    ],
)
def test_what_cannot_be_merged_changes_nothing(drawer, there, there_type, sent, sent_type, field):
    """2.2: both must be JSON objects of type application/json"""
    tag = drawer.keep("a", there, content_type=there_type)
    assert refusal(drawer.post("a", sent, content_type=sent_type)) == (400, field)
    assert (drawer.get("a").body, drawer.get("a").headers["etag"]) == (there, tag)
    assert drawer.get("a").headers["content-type"] == there_type


def test_a_parameter_on_the_type_is_still_json(papers):
    papers.keep("a", {"page": 1}, content_type="Application/JSON; charset=utf-8")
    assert papers.post("a", {"done": True}, content_type="application/json").status == 204
    assert read(papers.get("a")) == {"page": 1, "done": True}


@EACH
@pytest.mark.parametrize("body", [b"{", b"", b'{"a": "\xff"}', b"[" * 3000 + b"]" * 3000])
def test_json_that_is_none_is_refused_under_that_name(drawer, body):
    """3.2: content type and content must match"""
    assert refusal(drawer.put("a", body, if_none_match="*")) == (400, "body")
    assert drawer.put("a", body, if_none_match="*", content_type="text/plain").status == 204


@EACH
@pytest.mark.parametrize(
    "content_type",
    [
        "json",
        "text/plain\r\nset-cookie: a=b",
        "text/plain; a=\rb",
        "text/plain; a=ü",
        "text/ü",
        "a/" + "b" * 300,
    ],
)
def test_a_type_that_cannot_be_told_again_is_refused(drawer, content_type):
    """RFC 9110 8.3; a form of the alternate syntax may hold anything"""
    reply = drawer.put("a", b"abc", if_none_match="*", content_type=content_type)
    assert refusal(reply) == (400, "Content-Type")
    assert drawer.ids() == []


def test_a_document_runs_in_no_browser_as_one_of_our_pages(papers):
    papers.keep("a", b"<script>alert(1)</script>", content_type="text/html")
    headers = papers.get("a").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]


@EACH
@pytest.mark.usefixtures("both_databases")
def test_an_id_may_be_odd_but_not_without_measure(drawer):
    for name in ("https://example.org/p?a=b&c", "ü\N{SNOWMAN}", " ", "' OR 1=1 --", "x" * 2_000):
        drawer.keep(name, {"name": name})
        assert read(drawer.get(name)) == {"name": name}
    assert len(drawer.ids()) == 5
    for name in ("a\0b", "x" * 2_001, "\N{SNOWMAN}" * 700):
        assert refusal(drawer.put(name, PLACE, if_none_match="*")) == (400, drawer.naming)
        assert refusal(drawer.get(name)) == (400, drawer.naming)


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
def test_a_document_over_the_limit_is_413(drawer, monkeypatch):
    """3.2"""
    monkeypatch.setattr(documents, "DOCUMENT_LIMIT_BYTES", 30)
    drawer.keep("a", {"page": "0123456789"})
    assert refusal(drawer.put("b", {"page": "0123456789" * 3})) == (413, "body")
    assert refusal(drawer.post("a", {"other": "0123456789"})) == (413, "body")
    assert read(drawer.get("a")) == {"page": "0123456789"}


@EACH
@pytest.mark.usefixtures("both_databases")
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
