"""An attacker's afternoon: every role tries every question, look and page with other people's ids."""

import random
import re
from collections.abc import Callable, Iterator
from datetime import date
from urllib.parse import urlencode

import pytest
from django.test import Client, override_settings
from django.urls import URLPattern, get_resolver

from leadline.accounts.models import Grant, User
from leadline.metrics import catalogue
from leadline.privacy.cut import may_ask
from leadline.privacy.lens import Lens
from leadline.privacy.policy import POLICY, Rows
from leadline.privacy.refusals import Forbidden, NotThere, TooFine
from leadline.privacy.slices import POSITION, TIME
from leadline.privacy.viewer import Role, Viewer
from leadline.web.page import Page
from story.world import World, iri

PASSWORD = "a-long-password-1"
TEAM = [f"ben{n}" for n in range(1, 13)]
OTHERS = [f"cleo{n}" for n in range(1, 13)]
GONE = ["noa", "lea"]  # noa moved from North to South, lea has left
LOGINS = {  # login: role, person in the directory, unit granted
    "carl": (Role.ADMINISTRATOR, None, ""),
    "dora": (Role.ANALYST, None, ""),
    "tara": (Role.TRAINING_LEAD, None, ""),
    "dov": (Role.COMPLIANCE_OFFICER, None, ""),
    "hugo": (Role.HR_MANAGER, None, ""),
    "ana": (Role.DEPARTMENT_MANAGER, "ana", ""),
    "uma": (Role.HR_MANAGER, None, "Org/North"),
    "ben1": (Role.LEARNER, "ben1", ""),
    "paul": (Role.PRIVACY_OFFICER, None, ""),
}
SCOPES = {  # written out by hand: whom each of these covers today
    "ana": {*TEAM, "mia"},
    "uma": {*TEAM, "mia", "ana"},
    "ben1": {"ben1"},
}
NAMES = [*TEAM, *OTHERS, *GONE, "mia", "ana", "cora"]


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Ana leads North, Cora leads South. Mia came from South to North, Noa went the other way,
    Lea has left. South alone takes `course/south`. The system takes statements of both back, and
    somebody unmatched learns as well."""
    world = World(tmp_path_factory.mktemp("attack"))
    world.person("cora", unit="Org/South")
    world.person("ana", unit="Org/North")
    world.people("ben", 12, unit="Org/North", manager="ana", role="driver")
    world.people("cleo", 12, unit="Org/South", manager="cora", role="driver")
    world.person("mia", unit="Org/South", manager="cora")
    world.person("mia", unit="Org/North", manager="ana", since="2026-04-01")
    world.person("noa", unit="Org/North", manager="ana")
    world.person("noa", unit="Org/South", manager="cora", since="2026-04-01")
    world.person("lea", unit="Org/North", manager="ana", left_on=date(2026, 4, 1))
    for login in [*TEAM, *OTHERS, *GONE, "mia", "stranger"]:
        both = ["course/fire"] if login in TEAM else ["course/fire", "course/south"]
        for course in both:
            _learns(world, login, course)
    for login in ("ben1", "cleo1"):
        world.voids(world.says(login, "completed", "course/other", at="2026-03-06"))
    world.refresh()
    for login, (role, person, unit) in {**LOGINS, "eve": (None, None, "")}.items():
        user = User.objects.add(login, "", PASSWORD)
        if role is not None:
            key = world.key(person) if person else None
            Grant.objects.create(user=user, role=role.value, person=key, unit=unit)
    with override_settings(LEADLINE=world.app):
        yield world
    User.objects.all().delete()
    world.close()


def _learns(world: World, login: str, course: str) -> None:
    name = course.partition("/")[2]
    world.completes(login, course, assigned="2026-03-01", done="2026-03-05")
    world.says(login, "experienced", f"module/{name}", at="2026-03-02", course=course)
    world.attempts(
        login, f"assessment/{name}", passed=True, score=0.9, at="2026-03-04", course=course
    )
    world.says(login, "played", f"video/{name}", at="2026-03-03", course=course)


@pytest.fixture
def lens_of(org: World) -> Callable[[str], Lens]:
    def made(login: str) -> Lens:
        role, person, unit = LOGINS[login]
        return org.lens(Viewer(login, role, org.key(person) if person else None, unit or None))

    return made


def looks(org: World) -> int:
    return org.app.audit.head()[0]


# questions


@pytest.mark.mission("S121")
@pytest.mark.parametrize("login", SCOPES)
def test_no_question_counts_anybody_from_outside(org, lens_of, login):
    chance = random.Random(login)
    lens, most = lens_of(login), len(SCOPES[login])
    values = {
        "unit": ["Org", "Org/South", "Org/North"],
        "role": ["driver"],
        "manager": [str(org.key("cora")), str(org.key("ana"))],
        "course": [iri("course/south"), iri("course/fire")],
        "source": ["lms"],
    }
    for name, metric in catalogue().items():
        columns = [*metric.by, *POSITION, *TIME[2:]]
        by = tuple(chance.sample(columns, chance.randint(0, 2)))
        filtered = chance.choice([c for c in columns if c in values])
        where = {filtered: chance.choice(values[filtered])}
        before = looks(org)
        try:
            results = lens.measure(name, by=by, where=where).results
        except (Forbidden, TooFine):
            results = ()
        assert looks(org) == before + 1
        for result in results:
            asked = (name, by, where, result)
            assert (result.n or 0) <= most, asked
            if iri("course/south") in {*result.group.values(), *where.values()}:
                assert not result.n or "mia" in SCOPES[login], asked
                assert result.n in (None, 0, 1), asked


@pytest.mark.parametrize("login", LOGINS)
def test_a_closed_metric_is_forbidden_and_the_refusal_is_written_down(org, lens_of, login):
    lens, role = lens_of(login), LOGINS[login][0]
    for name in catalogue():
        if POLICY[role].rows is not Rows.NOBODY and may_ask(role, name):
            continue
        before = looks(org)
        with pytest.raises(Forbidden):
            lens.measure(name)
        assert looks(org) == before + 1
        assert org.app.audit.looks(limit=1)[0].outcome.startswith("refused")


@pytest.mark.parametrize("login", SCOPES)
def test_no_look_with_the_key_of_somebody_outside_finds_them(org, lens_of, login):
    lens = lens_of(login)
    mine = {org.key(name) for name in SCOPES[login]}
    outside = {org.key(name) for name in NAMES} - mine
    for key in sorted(outside):
        for look in (lens.person, lens.events):
            before = looks(org)
            with pytest.raises((NotThere, Forbidden)):
                look(key)
            assert looks(org) == before + 1
    assert set(lens.names([*outside, *mine])) == mine
    pages = (lens.completions(), lens.roster(), lens.completions(iri("course/south")))
    for page in pages:
        assert {row["person"] for row in page.rows} <= mine
        assert set(page.names) <= mine
    assert lens.funnel(iri("course/south")) is None or login == "ben1"
    curve = lens.curve(iri("video/south"))
    assert curve is None or curve.starters <= 1
    assert iri("course/south") not in lens.funnels()


# pages


def addresses(org: World) -> list[tuple[str, str]]:
    """(page, address) of every page with the ids of both teams, whatever parameters it takes."""
    things = [
        urlencode({"course": iri("course/fire"), "video": iri("video/fire")}),
        urlencode({"course": iri("course/south"), "video": iri("video/south"), "by": "unit"}),
        urlencode(
            {"course": iri("course/south"), "by": "manager", "as": "csv", "q": "cleo", "page": 2}
        ),
    ]
    found = []
    for pattern in get_resolver().url_patterns:
        if not isinstance(pattern, URLPattern) or not isinstance(pattern.callback, Page):
            continue
        route = "/" + str(pattern.pattern)
        if "<int:key>" in route:
            keys = [org.key(name) for name in ("ben2", "cleo1", "noa", "lea", "mia")]
            found += [(pattern.name, f"{route.split('<')[0]}{key}") for key in [*keys, 7]]
        elif "<slug:name>" in route:
            found.append((pattern.name, f"{route.split('<')[0]}completion_rate"))
        else:
            route = re.sub("<slug:.*>", "nowhere", route)
            tried = things if route.startswith("/programmes") else things[-1:]
            found += [(pattern.name, f"{route}?{thing}") for thing in tried]
    return found


def views() -> dict[str, Page]:
    return {p.name: p.callback for p in get_resolver().url_patterns if isinstance(p, URLPattern)}


def client_of(login: str) -> Client:
    client = Client(SERVER_NAME="localhost")
    assert client.login(username=login, password=PASSWORD)
    return client


# Pages of definitions, which look at no records and so leave no look behind.
NOTHING_OF_ANYBODY = {"definitions", "definition", "who-sees-what", "packages", "package"}
NOTHING_OF_ANYBODY |= {"competency"}  # no standard is declared in this world
NOTHING_OF_ANYBODY |= {"files"}  # the files that one brings in oneself
NOTHING_OF_ANYBODY |= {"customers", "customers-kept"}  # there are none in this world


@pytest.mark.mission("S121")
@pytest.mark.parametrize("login", LOGINS)
def test_no_page_shows_anybody_from_outside(org, login):
    client, role = client_of(login), LOGINS[login][0]
    named = bool(POLICY[role].named)
    mine = SCOPES.get(login, set(NAMES) if named else set())
    everybody = [*NAMES, "stranger"]  # who covers everybody covers whom nobody claims as well
    hidden = [] if mine == set(NAMES) else [n for n in everybody if n not in {*mine, *LOGINS}]
    pattern = re.compile(rf"\b({'|'.join(hidden) or '$^'})\b", re.IGNORECASE)
    for name, address in addresses(org):
        before = looks(org)
        response = client.get(address)
        said = (login, address, response.status_code)
        open_ = role in views()[name].sees
        if not open_:
            assert response.status_code == 403, said
        elif name == "person":
            inside = {str(org.key(each)) for each in mine}
            assert response.status_code == (200 if address.split("/")[-1] in inside else 404), said
        else:
            closed = {403} if LOGINS[login][2] else set()  # what speaks of more than one unit
            assert response.status_code in {200, 404} | closed, said
        if not (open_ and (name in NOTHING_OF_ANYBODY or response.status_code == 404)):
            assert looks(org) > before, said
        text = response.content.decode().replace(address, "").replace("q=cleo", "")
        if name != "unmatched":
            assert not pattern.search(text), (*said, pattern.search(text))


def test_a_login_without_a_role_gets_nothing_and_is_written_down(org):
    client = client_of("eve")
    for _, address in addresses(org):
        before = looks(org)
        response = client.get(address)
        assert response.status_code == 403
        assert not re.search("cleo|ben1|south<|fire<", response.content.decode().casefold())
        assert looks(org) == before + 1
    assert org.app.audit.looks(limit=1)[0].login == "eve"
