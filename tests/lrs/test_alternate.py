"""The alternate request syntax of 1.0.x (Communication 1.3)."""

from urllib.parse import urlencode

import pytest

from leadline.lrs.alternate import unwrapped
from leadline.lrs.endpoint import answer
from leadline.lrs.message import Request
from leadline.lrs.refusals import Refusal

FIRST = {"x-experience-api-version": "1.0.3"}


def form(method, fields, headers=FIRST, query="", verb="POST"):
    headers = {"content-type": "application/x-www-form-urlencoded", **headers}
    body = urlencode(fields).encode()
    return Request(verb, "/statements", f"method={method}{query}", headers, body)


def test_a_plain_request_is_itself():
    plain = Request("GET", "/statements", "limit=1", FIRST)
    assert unwrapped(plain) is plain


def test_fields_become_the_query():
    meant = unwrapped(form("GET", {"limit": "1", "verb": "https://example.org/ü&"}))
    assert (meant.method, meant.body) == ("GET", b"")
    assert meant.query == urlencode({"limit": "1", "verb": "https://example.org/ü&"})


def test_listed_fields_become_headers_and_content_the_body():
    fields = {
        "Authorization": "Basic abc",
        "X-Experience-API-Version": "1.0.1",
        "Content-Type": "text/plain",
        "statementId": "a",
        "content": '{"name": "Zoë"}',
    }
    meant = unwrapped(form("PUT", fields, headers={}))
    assert meant.headers["authorization"] == "Basic abc"
    assert meant.headers["x-experience-api-version"] == "1.0.1"
    assert meant.headers["content-type"] == "text/plain"
    assert (meant.query, meant.body) == ("statementId=a", '{"name": "Zoë"}'.encode())


def test_content_is_json_unless_the_form_says_otherwise():
    assert unwrapped(form("POST", {"content": "{}"})).media_type == "application/json"


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (form("GET", {}, query="&limit=1"), "only `method`"),
        (form("POST", {"content": "{}"}, verb="PUT"), "POST only"),
        (form("PUT", {"statementId": "a"}), "no field `content`"),
        (form("TRACE", {}), "is not a method"),
        (form("GET", {}, headers={"x-experience-api-version": "2.0.0"}), "no alternate"),
        (form("GET", {}, headers={}), "header is missing"),
        (form("GET", {"X-Experience-API-Version": "0.8"}), "not supported"),
        (Request("POST", "/statements", "method=PUT", FIRST, b'{"a": 1}'), "not a form"),
        (Request("POST", "/statements", "method=GET", FIRST, b"limit=%FF"), "not a form"),
    ],
)
def test_a_wrong_use_is_refused(request_, reason):
    with pytest.raises(Refusal, match=reason) as refusal:
        unwrapped(request_)
    assert refusal.value.status == 400


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
@pytest.mark.parametrize("headers", [{}, {"x-experience-api-version": "1.0.3"}])
def test_a_refusal_speaks_the_version_of_the_form(parts, version, headers):
    wrong = form("POST", {"X-Experience-API-Version": version}, headers, query="&limit=1")
    reply = answer(wrong, parts)
    assert (reply.status, reply.headers["x-experience-api-version"]) == (400, version)


def test_a_refusal_of_what_is_no_form_speaks_the_version_of_the_header(parts):
    reply = answer(Request("POST", "/statements", "method=PUT", FIRST, b'{"a": 1}'), parts)
    assert (reply.status, reply.headers["x-experience-api-version"]) == (400, "1.0.3")
