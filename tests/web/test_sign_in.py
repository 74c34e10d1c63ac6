"""Passwords, locks, second factors and sessions, through the pages that people use."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from django.test.utils import override_settings

from leadline.accounts.models import Grant, User
from leadline.privacy.viewer import Role
from leadline.web.settings import LOCKED_SECONDS, WRONG_TRIES_MAX
from web.planted import PASSWORD

LOGIN = "fay-at-the-door"


@pytest.fixture
def fay(house):
    """A login of her own, so that locks and factors touch nobody else."""
    cache.clear()
    user = User.objects.add(LOGIN, "Fay", PASSWORD)
    Grant.objects.create(user=user, role=Role.ADMINISTRATOR)
    yield user
    user.delete()
    cache.clear()


def enter(client: Client, password: str = PASSWORD, login: str = LOGIN, **more):
    return client.post("/sign-in", {"login": login, "password": password, **more})


def signed_in(client: Client) -> bool:
    return client.get("/account").status_code == 200


def arrived() -> Client:
    client = Client(SERVER_NAME="localhost")
    assert enter(client).status_code == 302
    return client


def code(secret: str, at: float | None = None) -> str:
    step = int(time.time() if at is None else at) // 30
    return format_hotp_value(hotp_value(secret, step))


def with_codes(client: Client) -> str:
    """Adds an app for one-time codes; gives its secret."""
    asked = client.get("/account/codes/add")
    assert asked.url == "/account/confirm?next=%2Faccount%2Fcodes%2Fadd"
    assert client.post(asked.url, {"password": PASSWORD}).url == "/account/codes/add"
    page = client.get("/account/codes/add").content.decode()
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page)[1]
    assert client.post("/account/codes/add", {"code": code(secret)}).status_code == 302
    return secret


def last_lines(house, number: int) -> list[str]:
    return [
        f"{look.login} {look.what}: {look.outcome}" for look in house.app.audit.looks(limit=number)
    ]


def test_the_right_password_leads_where_one_wanted_to_go_and_nowhere_else(fay):
    client = Client(SERVER_NAME="localhost")
    assert enter(client, next="/programmes").url == "/programmes"
    for elsewhere in ("https://evil.example/", "//evil.example/"):
        assert enter(Client(SERVER_NAME="localhost"), next=elsewhere).url == "/"


def test_five_wrong_tries_lock_a_login_for_the_right_password_too(house, fay):
    client = Client(SERVER_NAME="localhost")
    for _ in range(WRONG_TRIES_MAX):
        answer = enter(client, "a-wrong-password")
        assert (answer.status_code, "do not belong together" in answer.content.decode()) == (
            200,
            True,
        )
    for elsewhere in (client, Client(SERVER_NAME="localhost", REMOTE_ADDR="192.0.2.7")):
        answer = enter(elsewhere)
        assert (answer.status_code, "five minutes" in answer.content.decode()) == (429, True)
    assert not signed_in(client)
    assert f"{LOGIN} sign in: refused: wrong password" in last_lines(house, WRONG_TRIES_MAX + 5)


def test_time_opens_the_lock(fay, monkeypatch):
    client = Client(SERVER_NAME="localhost")
    for _ in range(WRONG_TRIES_MAX):
        enter(client, "a-wrong-password")
    assert enter(client).status_code == 429
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + LOCKED_SECONDS + 1)
    assert enter(client).status_code == 302


def test_an_unknown_login_is_answered_like_a_wrong_password(fay):
    known = enter(Client(SERVER_NAME="localhost"), "a-wrong-password")
    unknown = enter(Client(SERVER_NAME="localhost"), "a-wrong-password", login="nobody-at-all")
    words = [
        re.findall(r'role="alert">([^<]+)', answer.content.decode()) for answer in (known, unknown)
    ]
    assert words[0] == words[1] != []


def test_the_second_factor_is_asked_after_the_password(house, fay):
    secret = with_codes(arrived())
    client = Client(SERVER_NAME="localhost")
    assert enter(client, next="/programmes").url.startswith("/sign-in/factor")
    assert not signed_in(client)
    assert client.get("/").status_code == 302
    wrong = client.post("/sign-in/factor", {"code": "000000"})
    assert wrong.status_code == 200
    assert not signed_in(client)
    # The code that was used to add the app is spent.
    later = client.post("/sign-in/factor", {"code": code(secret, time.time() + 30)})
    assert later.url == "/programmes"
    assert signed_in(client)
    lines = last_lines(house, 8)
    assert f"{LOGIN} sign in: refused: wrong second factor" in lines
    assert any(
        line.startswith(f"{LOGIN} second factor") and line.endswith("added") for line in lines
    )


def test_a_recovery_code_opens_once(fay):
    first = arrived()
    with_codes(first)
    page = first.get("/account/recovery-codes").content.decode()
    spare = re.findall(r"<code>(\d+)</code>", page)[0]
    for opens in (True, False):
        client = Client(SERVER_NAME="localhost")
        enter(client)
        client.post("/sign-in/factor", {"code": spare})
        assert signed_in(client) is opens


def test_the_secret_of_one_time_codes_is_not_in_the_database(fay):
    secret = with_codes(arrived())
    kept = Authenticator.objects.get(user=fay, type=Authenticator.Type.TOTP)
    assert secret not in str(kept.data)


def test_a_change_of_factors_asks_again_after_a_while(fay, monkeypatch):
    client = arrived()
    with_codes(client)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 16 * 60)
    answer = client.get("/account/codes/remove")
    assert answer.status_code == 302
    assert answer.url.startswith("/account/confirm")


def test_a_role_that_wants_a_factor_is_closed_until_there_is_one(fay):
    with override_settings(SECOND_FACTOR_ROLES=frozenset({Role.ADMINISTRATOR})):
        client = arrived()
        assert client.get("/trust").url == "/account"
        assert "needs a second factor" in client.get("/account").content.decode()
        with_codes(client)
        assert client.get("/trust").status_code == 200


def test_signing_out_everywhere_else_ends_the_other_sessions(fay):
    here, there = arrived(), arrived()
    assert here.get("/account").content.decode().count("127.0.0.1") == 2
    assert here.post("/account/sessions").status_code == 302
    assert (signed_in(here), signed_in(there)) == (True, False)


def test_a_new_password_ends_every_other_session_and_wants_the_old_one(fay):
    here, there = arrived(), arrived()
    fresh = {"password1": "a-quite-new-one-7", "password2": "a-quite-new-one-7"}
    assert (
        here.post("/account/password", {"oldpassword": "not-the-old", **fresh}).status_code == 200
    )
    assert here.post("/account/password", {"oldpassword": PASSWORD, **fresh}).status_code == 302
    assert (signed_in(here), signed_in(there)) == (True, False)


def test_nobody_lets_themselves_in(house):
    client = Client(SERVER_NAME="localhost")
    for address in ("/account/signup", "/signup", "/sso/unknown", "/sign-in/passkey"):
        answer = client.post(address, {"username": "mallory", "password1": "a-long-password-1"})
        assert answer.status_code in (302, 403, 404, 405), address
    assert not User.objects.filter(login="mallory").exists()


def test_a_form_without_its_token_changes_nothing(fay):
    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    assert enter(client).status_code == 403
    for address in ("/account/sessions", "/account/password", "/sign-out", "/sign-in/factor"):
        assert client.post(address).status_code == 403, address
