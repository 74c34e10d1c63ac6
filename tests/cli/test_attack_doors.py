"""Every address of the house by every method, with ids of others, forged roles and old sessions."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client, override_settings
from django.urls import URLPattern, get_resolver

from leadline.accounts.models import Grant, User
from leadline.privacy.viewer import Role
from leadline.sources.intake import Intake
from leadline.sources.records import Record
from leadline.web.page import Page
from leadline.web.pages.account.urls import ACCOUNT
from leadline.web.pages.sign_in.sso import SSO
from story.world import World

pytestmark = pytest.mark.xdist_group("attack doors")
PASSWORD = "a-long-password-1"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
ELSEWHERE = {pattern.name for pattern in SSO}  # to the organisation's sign-in and back
# They show nothing of anybody's records: the door, and one's own keys to it.
DOORS = {"account_login", "account_logout", "mfa_authenticate", "choose-role"} | {
    pattern.name for pattern in [*SSO, *ACCOUNT]
}
DESCRIPTIONS = {"openapi", "openapi-cmi5"}  # how to ask the record store: the same for everyone
LINKS = {"check"}  # whoever knows the link of an invitation may answer it; no name is shown
PATTERNS = {p.name: p for p in get_resolver().url_patterns if isinstance(p, URLPattern)}
PAGES = {name: p.callback for name, p in PATTERNS.items() if isinstance(p.callback, Page)}
ACTIONS = {
    n: p.callback for n, p in PATTERNS.items() if n not in {*PAGES, *DOORS, *DESCRIPTIONS, *LINKS}
}
NOTHING_OF_ANYBODY = {"definitions", "definition", "who-sees-what", "packages", "package", "files"}
OF_THE_WHOLE = {"customers", "customers-kept"}  # shut without a look to who covers a unit, as here
ROLES = {role.value.replace(" ", "-"): role for role in Role}
SECRETS = re.compile(r"cleo|noteworthy|held-secret", re.IGNORECASE)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Ana leads North with twelve people, Cora leads Cleo in South. One login for each role that
    covers North or nobody, `two` with two roles, `eve` with none."""
    world = World(tmp_path_factory.mktemp("doors"))
    world.person("ana", unit="Org/North")
    world.person("cora", unit="Org/South")
    world.people("ben", 12, unit="Org/North", manager="ana")
    world.people("cleo", 12, unit="Org/South", manager="cora")
    for n in range(1, 13):
        for login in (f"ben{n}", f"cleo{n}"):
            world.completes(login, "course/fire", assigned="2026-03-01", done="2026-03-05")
    world.flush()
    for _ in Intake(world.app.log).take(
        [Record("x:1", b'{"actor": {"name": "held-secret"}}')], "lms"
    ):
        pass
    world.app.credentials.create("noteworthy", ["all"])
    world.refresh()
    people = {Role.DEPARTMENT_MANAGER: "ana", Role.LEARNER: "ben1"}
    for login, role in ROLES.items():
        key = world.key(people[role]) if role in people else None
        unit = "" if role in people else "Org/North"
        grant(User.objects.add(login, "", PASSWORD), role, key, unit)
    two = User.objects.add("two", "", PASSWORD)
    grant(two, Role.DEPARTMENT_MANAGER, world.key("ana"))
    grant(two, Role.LEARNER, world.key("ben1"))
    User.objects.add("eve", "", PASSWORD)
    with override_settings(LEADLINE=world.app):
        yield world
    User.objects.all().delete()
    world.close()


def grant(user: User, role: Role, person: int | None = None, unit: str = "") -> Grant:
    made: Grant = Grant.objects.create(user=user, role=role.value, person=person, unit=unit)
    return made


def client_of(login: str, **more: Any) -> Client:
    client = Client(SERVER_NAME="localhost", raise_request_exception=True, **more)
    assert client.login(username=login, password=PASSWORD)
    return client


def address(world: World, name: str, person: str = "cleo1") -> str:
    """An address with the id of somebody, or of something, that is not the viewer's."""
    (credential,) = world.app.credentials.list()
    route = "/" + str(PATTERNS[name].pattern)
    route = route.replace("<int:key>", str(world.key(person)))
    route = (
        route.replace("<int:pk>", "1")
        .replace("<slug:key>", credential.key)
        .replace("<slug:name>", "completion_rate")
    )
    return re.sub(r"<\w+:\w+>", "nothing-here", route)


def state(world: World) -> object:
    """Everything that an action could have changed."""
    grants = list(Grant.objects.order_by("pk").values_list("user", "role", "person", "unit"))
    credentials = [(c.key, c.scopes, c.revoked_at) for c in world.app.credentials.list()]
    users = list(User.objects.order_by("pk").values_list("login", "password", "is_active"))
    return grants, credentials, users, world.app.quarantine.count(), world.app.log.head()


def looks(world: World) -> int:
    return int(world.app.audit.head()[0])


def text(response: Any) -> str:
    """What is told; the random token of a form may spell any name."""
    return re.sub(r'"csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


@pytest.mark.parametrize("method", METHODS)
def test_who_is_not_signed_in_gets_nothing_by_any_method(house, method):
    before = state(house)
    for name in PATTERNS:
        response = Client(SERVER_NAME="localhost").generic(method, address(house, name))
        said = (name, response.status_code)
        if name in DOORS | DESCRIPTIONS:
            assert response.status_code in (200, 302, 403, 404, 405), said
        elif name in LINKS:
            assert response.status_code in (404, 405), said  # this one leads to nothing
        else:
            assert response.status_code in (302, 405), said
            assert "sign-in" in response.headers.get("Location", "sign-in"), said
        assert not SECRETS.search(text(response)), said
    assert state(house) == before


@pytest.mark.parametrize("login", [*ROLES, "eve"])
def test_an_address_takes_only_the_methods_it_declares(house, login):
    client, before = client_of(login), state(house)
    for name in {**PAGES, **ACTIONS}:
        for method in METHODS:
            if method in (("GET", "HEAD") if name in PAGES else ("POST",)):
                continue
            response = client.generic(method, address(house, name))
            assert response.status_code == 405, (login, method, name)
            assert not SECRETS.search(text(response))
    assert state(house) == before


@pytest.mark.parametrize("login", [*ROLES, "eve"])
def test_an_action_is_refused_to_roles_that_it_does_not_name_and_written_down(house, login):
    client, before, tried = client_of(login), state(house), 0
    for name, act in ACTIONS.items():
        if ROLES.get(login) in act.sees:
            continue
        last = looks(house)
        sent = {"source": "noteworthy", "scope": "all", "scopes": "all", "grant": "1"}
        response = client.post(address(house, name), sent)
        assert response.status_code == 403, (login, name)
        assert not SECRETS.search(text(response)), (login, name)
        assert looks(house) == last + 1
        assert house.app.audit.looks(limit=1)[0].outcome.startswith("refused")
        tried += 1
    assert tried >= 3
    assert state(house) == before


def test_who_covers_a_unit_lets_nothing_of_the_whole_system_in(house):
    client, before = client_of("analyst"), state(house)
    assert client.post("/trust/quarantine/replay").status_code == 403
    assert [
        client.get(f"/trust{page}").status_code for page in ("", "/quarantine", "/unmatched")
    ] == [403] * 3
    assert "/trust" not in re.findall(r'<li><a href="([^"]+)"', text(client.get("/")))
    assert state(house) == before


@pytest.mark.parametrize("login", ROLES)
def test_no_action_happens_without_the_token_of_a_form(house, login):
    client, before = client_of(login, enforce_csrf_checks=True), state(house)
    for name in {**ACTIONS, **dict.fromkeys(DOORS - ELSEWHERE)}:
        for forged in ({}, {"csrfmiddlewaretoken": "x" * 64}):
            response = client.post(address(house, name), forged)
            assert response.status_code == 403, (login, name)
            assert not SECRETS.search(text(response))
    assert state(house) == before
    assert client.get("/").status_code == 200  # still signed in


@pytest.mark.parametrize("login", [*ROLES, "eve"])
def test_head_and_downloads_go_the_way_of_the_page(house, login):
    """Same status, no body for HEAD, no table in a refusal, and a look each time."""
    client = client_of(login)
    for name in PAGES:
        where = address(house, name)
        statuses = {}
        for what, response in (
            ("page", client.get(where)),
            ("head", client.head(where)),
            (
                "csv",
                client.get(where, {"as": "csv", "course": "https://story.example/course/fire"}),
            ),
        ):
            statuses[what] = response.status_code
            if response.status_code >= 400:
                assert not response.headers["Content-Type"].startswith("text/csv")
                assert not SECRETS.search(text(response)), (login, where)
            if what == "head":
                assert not response.content
        assert statuses["page"] == statuses["head"], (login, where)
        assert (statuses["page"] == 403) == (statuses["csv"] == 403), (login, where)
        last = looks(house)
        asked = client.head(where).status_code not in (400, 404)
        if asked and name not in NOTHING_OF_ANYBODY | OF_THE_WHOLE:
            assert looks(house) > last, (login, where)


@pytest.mark.mission("S119")
@pytest.mark.parametrize("login", ROLES)
def test_who_covers_north_meets_nobody_of_south_on_any_page(house, login):
    client = client_of(login)
    for name in PAGES:
        response = client.get(address(house, name), {"q": "c", "course": "", "sort": "name"})
        assert not re.search(r"cleo\d|cora", text(response), re.IGNORECASE), (login, name)
        if name == "person":
            assert response.status_code in (403, 404)


@pytest.mark.parametrize("login", ["department-manager", "two", "eve"])
def test_a_role_that_one_does_not_have_cannot_be_chosen(house, login):
    client = client_of(login)
    mine = set(Grant.objects.filter(user__login=login).values_list("pk", flat=True))
    others = set(Grant.objects.values_list("pk", flat=True)) - mine
    before = client.get("/people").status_code, client.get("/people/my-team").status_code
    for chosen in [*others, 0, -1, 10**30, "", "x", "1e3", "٣", "1 OR 1=1", "\0"]:
        response = client.post("/role", {"grant": chosen})
        assert response.status_code == 302
        assert (
            client.get("/people").status_code,
            client.get("/people/my-team").status_code,
        ) == before
    assert before == ((403, 403) if login == "eve" else (403, 200))


def test_no_header_cookie_or_parameter_makes_a_role(house):
    client = client_of("learner")
    everybody = Grant.objects.get(user__login="training-lead")
    forged = {"role": "training lead", "grant": everybody.pk, "as": "training-lead", "login": "two"}
    headers = {f"HTTP_{name}": "training-lead" for name in ("X_ROLE", "REMOTE_USER", "X_USER")}
    client.cookies["grant"] = str(everybody.pk)
    response = client.get("/people", forged, REMOTE_USER="training-lead", **headers)
    assert response.status_code == 403
    assert house.app.audit.looks(limit=1)[0].role == Role.LEARNER
    thief = Client(SERVER_NAME="localhost")
    for session in ("", "x" * 32, "../../etc", str(Session.objects.count())):
        thief.cookies["sessionid"] = session
        assert thief.get("/people").status_code == 302


def test_a_grant_that_is_taken_away_ends_in_the_session_that_uses_it(house):
    user = User.objects.add("tom", "", PASSWORD)
    team, lead = grant(user, Role.DEPARTMENT_MANAGER), grant(user, Role.TRAINING_LEAD)
    client = client_of("tom")
    client.post("/role", {"grant": lead.pk})
    assert client.get("/people").status_code == 200
    lead.delete()
    assert client.get("/people").status_code == 403
    team.delete()
    last = looks(house)
    refused = client.get("/")
    assert refused.status_code == 403
    assert looks(house) == last + 1
    again = grant(user, Role.LEARNER)
    client.post("/role", {"grant": lead.pk or 0})
    assert client.get("/people").status_code == 403
    again.delete()
    user.delete()
    assert client.get("/").status_code == 302  # whoever is gone has to sign in, and cannot


def test_who_is_shut_out_is_out_at_once(house):
    for shut in ("deactivated", "new password", "deleted"):
        user = User.objects.add("tess", "", PASSWORD)
        grant(user, Role.TRAINING_LEAD)
        client = client_of("tess")
        assert client.get("/people").status_code == 200
        if shut == "deactivated":
            User.objects.filter(pk=user.pk).update(is_active=False)
        elif shut == "new password":
            user.set_password("another-password-2")
            user.save()
        if shut == "deleted":
            user.delete()
        response = client.get("/people")
        assert (response.status_code, "sign-in" in response["Location"]) == (302, True), shut
        entered = Client(SERVER_NAME="localhost").login(username="tess", password=PASSWORD)
        assert not entered, shut
        User.objects.filter(login="tess").delete()


def test_who_changes_teams_is_out_of_the_old_managers_sight(house):
    client, where = client_of("department-manager"), address(house, "person", "ben12")
    assert client.get(where).status_code == 200
    today = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    house.person("ben12", unit="Org/South", manager="cora", since=today)
    assert client.get(where).status_code == 404
    assert "Ben12" not in text(client.get("/people/my-team"))
    house.person(
        "ben12", unit="Org/North", manager="ana", since=datetime.now(UTC).date().isoformat()
    )
    assert client.get(where).status_code == 200


def test_signing_out_ends_the_session(house):
    client = client_of("training-lead")
    stolen = client.cookies["sessionid"].value
    assert client.post("/sign-out").status_code == 302
    thief = Client(SERVER_NAME="localhost")
    thief.cookies["sessionid"] = stolen
    assert thief.get("/people").status_code == 302


def test_the_door_does_not_say_which_logins_there_are(house):
    said = set()
    for login in ("eve", "nobody-at-all"):
        client = Client(SERVER_NAME="localhost")
        response = client.post("/sign-in", {"login": login, "password": "wrong-password-9"})
        words = re.sub(r'value="[^"]*"', "", text(response)).replace(login, "")
        said.add((response.status_code, words))
    assert len(said) == 1


def test_the_audit_holds_after_all_this(house):
    assert looks(house) > 0
    assert house.app.audit.verify() is None
