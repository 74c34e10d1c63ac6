"""Contents of documents: their type, their size, and how JSON objects merge (Communication 2.2)."""

from urllib.parse import urlencode

import pytest

from leadline.lrs import documents
from leadline.lrs.endpoint import answer
from leadline.lrs.message import Request

from .papers import DRAWERS
from .world import read, refusal

PHOTO = b"\x89PNG\x00\xff\r\n"
PLACE = {"page": 3, "answers": {"a": 1, "b": 2}}
TEXT, OBJECT = "text/plain", "application/json"
UNMERGEABLE = [  # there, its type, sent, its type, field at fault
    (b'{"a": 1}', OBJECT, b"abc", TEXT, "Content-Type"),
    (b'{"a": 1}', OBJECT, b'{"b": 1}', TEXT, "Content-Type"),
    (b"abc", TEXT, b'{"b": 1}', OBJECT, "Content-Type"),
    (b'{"a": 1}', TEXT, b'{"b": 1}', OBJECT, "Content-Type"),
    (b'{"a": 1}', OBJECT, b'{"b": 1', OBJECT, "body"),
    (b'{"a": 1}', OBJECT, b"[1]", OBJECT, "body"),
    (b'{"a": 1}', OBJECT, b"", OBJECT, "body"),
    (b'{"a": 1}', OBJECT, b'{"b": "\xff"}', OBJECT, "body"),
    (b"[1]", OBJECT, b'{"b": 1}', OBJECT, "document"),
    (b"abc", TEXT, b"def", TEXT, "Content-Type"),
]

BOTH_VERSIONS = pytest.mark.parametrize("player", ["1.0.3", "2.0.0"], indirect=True)
EACH = pytest.mark.parametrize("drawer", list(DRAWERS), indirect=True)


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
@BOTH_VERSIONS
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
def test_what_cannot_be_merged_changes_nothing(drawer):
    """2.2: both must be JSON objects of type application/json"""
    for there, there_type, sent, sent_type, field in UNMERGEABLE:
        tag = drawer.keep("a", there, content_type=there_type)
        assert refusal(drawer.post("a", sent, content_type=sent_type)) == (400, field), sent
        kept = drawer.get("a")
        assert (kept.body, kept.headers["etag"]) == (there, tag)
        assert kept.headers["content-type"] == there_type


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
def test_a_document_over_the_limit_is_413(drawer, monkeypatch):
    """3.2"""
    monkeypatch.setattr(documents, "DOCUMENT_LIMIT_BYTES", 30)
    drawer.keep("a", {"page": "0123456789"})
    assert refusal(drawer.put("b", {"page": "0123456789" * 3})) == (413, "body")
    assert refusal(drawer.post("a", {"other": "0123456789"})) == (413, "body")
    assert read(drawer.get("a")) == {"page": "0123456789"}
