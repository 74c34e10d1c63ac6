"""Giving programs access in the browser: what is made opens, is shown once, and is written down."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from leadline.store import Credentials

WHERE = "/trust/credentials"


@pytest.fixture
def admin(house, sign_in):
    return sign_in("admin")


@pytest.fixture
def ours(house):
    """The house's credentials, read past every cache."""
    return Credentials(house.app.database)


def give(client, **form):
    fields = {"source": "tests", "scope": ["statements/write"], **form}
    return client.post(f"{WHERE}/give", fields)


def shown_once(response):
    """Key and secret of the reply that shows them."""
    assert response.status_code == 200, response.content.decode()
    found = re.findall(r"<dd><code>([^<]+)</code>", response.content.decode())
    endpoint, key, secret = found
    assert endpoint.endswith("/xapi/")
    return key, secret


def test_what_is_made_opens_and_its_secret_is_shown_on_that_reply_only(house, admin, ours):
    reply = give(admin, scope=["statements/write", "cmi5"], days="30", origins="https://a.example")
    key, secret = shown_once(reply)
    assert reply["Cache-Control"] == "no-store"
    credential = ours.verify(key, secret)
    assert credential.scopes == {"statements/write", "cmi5"}
    assert credential.origins == ("https://a.example",)
    assert credential.expires_at - datetime.now(UTC) > timedelta(days=29)
    for where in (WHERE, f"{WHERE}/{key}", f"{WHERE}?as=csv"):
        html = admin.get(where).content.decode()
        assert secret not in html
        assert "tests" in html


def test_a_new_secret_is_shown_once_and_the_old_one_goes_on_as_long_as_said(house, admin, ours):
    key, first = shown_once(give(admin))
    again, second = shown_once(admin.post(f"{WHERE}/{key}/rotate", {"hours": "1"}))
    assert again == key
    assert ours.verify(key, first) and ours.verify(key, second)
    assert "Its old secret opens too until" in admin.get(f"{WHERE}/{key}").content.decode()
    _, third = shown_once(admin.post(f"{WHERE}/{key}/rotate", {"hours": "0"}))
    assert ours.verify(key, third)
    assert ours.verify(key, second) is None


def test_whose_courses_a_credential_of_another_tenant_sees_is_said(house, admin, ours):
    north, _ = ours.create("tests", ["cmi5"], tenant="north")
    own, _ = ours.create("tests", ["cmi5"])
    for where in (WHERE, f"{WHERE}/{north.key}"):
        assert "courses of north only" in admin.get(where).content.decode()
    assert "courses of" not in admin.get(f"{WHERE}/{own.key}").content.decode()
    for made in (north, own):
        ours.revoke(made.key)


def test_bounds_are_set_and_taken_away(house, admin, ours):
    key, secret = shown_once(give(admin))
    form = {
        "origins": "https://a.example\r\nhttps://b.example/",
        "requests": "10",
        "statements": "",
    }
    assert admin.post(f"{WHERE}/{key}/bounds", form).status_code == 302
    bound = ours.verify(key, secret)
    assert bound.origins == ("https://a.example", "https://b.example")
    assert (bound.requests_a_minute, bound.statements_a_minute) == (10, None)
    assert "Requests a minute, at most" in admin.get(f"{WHERE}/{key}").content.decode()
    admin.post(f"{WHERE}/{key}/bounds", {})
    assert Credentials(house.app.database).verify(key, secret).origins == ()


def test_a_credential_ends_once_it_is_meant_and_can_then_not_be_changed(house, admin, ours):
    key, secret = shown_once(give(admin))
    assert admin.post(f"{WHERE}/{key}/revoke").status_code == 400
    assert ours.verify(key, secret)
    assert admin.post(f"{WHERE}/{key}/revoke", {"meant": "yes"}).status_code == 302
    assert Credentials(house.app.database).verify(key, secret) is None
    html = admin.get(f"{WHERE}/{key}").content.decode()
    assert "has ended" in html
    assert "<form" not in html.partition("<main>")[2]
    for deed in ("rotate", "bounds", "revoke"):
        assert admin.post(f"{WHERE}/{key}/{deed}", {"meant": "yes"}).status_code == 404
    assert admin.get(f"{WHERE}/nobody").status_code == 404


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"source": "  "}, "Source"),
        ({"source": "a\x00b"}, "Source"),
        ({"scope": []}, "Scopes"),
        ({"scope": ["everything"]}, "everything"),
        ({"origins": "play.example.org"}, "no web origin"),
        ({"days": "soon"}, "Days: write a whole number"),
        ({"days": "9" * 30}, "Days: write a whole number"),
    ],
)
def test_what_cannot_be_given_is_said_and_nothing_is_made(house, admin, ours, form, said):
    before = len(ours.list())
    reply = give(admin, **form)
    assert reply.status_code == 400
    assert said in reply.content.decode()
    assert len(ours.list()) == before


def test_bounds_that_are_none_change_nothing_at_all(house, admin, ours):
    key, secret = shown_once(give(admin))
    for form in ({"origins": "https://a.example", "requests": "0"}, {"origins": "*"}):
        assert admin.post(f"{WHERE}/{key}/bounds", form).status_code == 400
    assert ours.verify(key, secret).origins == ()
    assert admin.post(f"{WHERE}/{key}/rotate", {"hours": "721"}).status_code == 400


def test_every_change_is_in_the_access_log_under_its_login(house, admin):
    key, _ = shown_once(give(admin))
    admin.post(f"{WHERE}/{key}/rotate", {"hours": "2"})
    admin.post(f"{WHERE}/{key}/bounds", {"origins": "https://a.example", "requests": "5"})
    admin.post(f"{WHERE}/{key}/revoke", {"meant": "yes"})
    looks = [look for look in house.app.audit.looks(limit=30) if look.outcome == "changed"][:5]
    assert [look.what for look in reversed(looks)] == [
        "credential made for tests",
        f"credential {key} rotated, overlap 2 h",
        f"credential {key}: origins https://a.example",
        f"credential {key}: limit 5 requests, default statements a minute",
        f"credential {key} revoked",
    ]
    assert {(look.login, look.role) for look in looks} == {("admin", "administrator")}


@pytest.mark.parametrize("login", ["privacy", "analyst", "lead", "ben"])
def test_only_the_administrator_gives_access(house, sign_in, ours, login):
    client, before = sign_in(login), ours.list()
    assert give(client).status_code == 403
    for deed in ("rotate", "bounds", "revoke"):
        reply = client.post(f"{WHERE}/{before[0].key}/{deed}", {"meant": "yes"})
        assert reply.status_code == 403
    assert ours.list() == before


def test_the_privacy_officer_sees_who_has_access_without_any_button(house, sign_in):
    client = sign_in("privacy")
    key = house.app.credentials.list()[0].key
    for where in (WHERE, f"{WHERE}/{key}"):
        html = client.get(where).content.decode()
        assert "lms" in html
        assert "<form" not in html.partition("<main>")[2]
