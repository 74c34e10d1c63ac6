"""Courses that can be launched, attacked: by managers of other teams, learners and programs."""

import inspect
import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, override_settings

from leadline.accounts.models import Grant, User
from leadline.cmi5.api import ROUTES, Admitted, Parts, admitted, answered
from leadline.cmi5.course import Course
from leadline.cmi5.launches import Manner
from leadline.cmi5.package import read
from leadline.lrs.limits import Limits
from leadline.lrs.message import Request
from leadline.privacy.coursework import Coursework, Whom
from leadline.privacy.policy import POLICY, Deed
from leadline.privacy.refusals import Forbidden, NotThere
from leadline.privacy.viewer import Role
from leadline.store import Scope
from lrs.world import Player
from story.world import World

pytestmark = pytest.mark.xdist_group("attack cmi5")
PASSWORD = "a-long-password-1"
NORTH, SOUTH = [f"ben{n}" for n in range(1, 4)], [f"cleo{n}" for n in range(1, 4)]
XML = """<courseStructure xmlns="https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd">
<course id="https://story.example/{0}"><title><langstring lang="en">{0}</langstring></title>
<description><langstring lang="en">Words</langstring></description></course>
<au id="https://story.example/{0}/au" moveOn="Completed"><title><langstring lang="en">Unit
</langstring></title><description><langstring lang="en">Words</langstring></description>
<url>https://story.example/{0}.html</url></au></courseStructure>"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Ana leads North, Cora leads South; all of both take `rope`. One login a role; the department
    manager is Ana, the learner Ben."""
    world = World(tmp_path_factory.mktemp("cmi5"))
    world.person("ana", unit="Org/North")
    world.person("cora", unit="Org/South")
    world.people("ben", 3, unit="Org/North", manager="ana")
    world.people("cleo", 3, unit="Org/South", manager="cora")
    rope = added(world, "rope")
    world.app.enrolment.send(rope, {world.key(name) for name in (*NORTH, *SOUTH)})
    world.refresh()
    for role in Role:
        person = {Role.DEPARTMENT_MANAGER: "ana", Role.LEARNER: "ben1"}.get(role)
        user = User.objects.add(login_of(role), "", PASSWORD)
        key = world.key(person) if person else None
        Grant.objects.create(user=user, role=role.value, person=key)
    with override_settings(LEADLINE=world.app):
        yield world
    User.objects.all().delete()
    world.close()


def added(world: World, name: str, **more: Any) -> Course:
    package = read(io.BytesIO(XML.format(name).encode()), "text/xml")
    return world.app.library.add(package, by="lead", **more)


def login_of(role: Role) -> str:
    return role.value.replace(" ", "-")


def door(world: World, role: Role, person: str | None = None) -> Coursework:
    return Coursework(world.app, world.lens(world.viewer(login_of(role), role, person=person)))


def client_of(role: Role) -> Client:
    client = Client(SERVER_NAME="localhost")
    assert client.login(username=login_of(role), password=PASSWORD)
    return client


def registration(world: World, login: str, course: Course) -> str:
    (mine,) = [
        each.registration.id
        for each in world.app.enrolment.of(world.key(login), course.tenant)
        if each.course.course_id == course.course_id
    ]
    return mine


def takers(world: World, course: Course) -> set[int | None]:
    return {taker.person for taker in world.app.enrolment.roll(course)}


def keys(world: World, *logins: str) -> set[int]:
    return {world.key(login) for login in logins}


def looks(world: World) -> int:
    return int(world.app.audit.head()[0])


def test_every_way_through_the_door_is_tried_here():
    found = inspect.getmembers(Coursework, inspect.isfunction)
    assert {name for name, _ in found if not name.startswith("_")} == {
        *("roll", "rolls", "names", "units", "assign"),  # people: cut to whom one covers
        *("own", "launch"),  # oneself
        *("offered", "course", "add", "retire"),  # content
        "may",
    }


@pytest.mark.mission("S121")
def test_a_manager_sees_the_own_team_on_a_roll_and_nobody_else(house):
    rope = added(house, "rope")
    ana = door(house, Role.DEPARTMENT_MANAGER, "ana")
    for roll in (ana.roll(rope), *ana.rolls([rope])):
        assert {taker.person for taker in roll.takers} == keys(house, *NORTH)
        assert (roll.elsewhere, roll.satisfied) == (0, 0)
    assert set(ana.names(keys(house, *NORTH, *SOUTH, "cora"))) == keys(house, *NORTH)
    assert ana.units() == ["Org/North"]
    page = client_of(Role.DEPARTMENT_MANAGER).get(f"/programmes/packages/{rope.course_id}")
    said = page.content.decode()
    assert "Ben3" in said
    assert "Cleo" not in said and "South" not in said


@pytest.mark.mission("S121")
def test_a_manager_sends_nobody_of_another_team_and_does_not_learn_who_there_is(house):
    knot = added(house, "knot")
    house.app.enrolment.send(knot, keys(house, "cleo1"))
    ana, before = door(house, Role.DEPARTMENT_MANAGER, "ana"), looks(house)
    words = ("cleo1", "cleo2@story.example", "cora", "nobody", "ana")
    for unit in ("", "Org/South", "Org/Nowhere"):
        done = ana.assign(knot, Whom(words, unit), None)
        assert (done.new, done.known, done.unknown) == (0, 0, words)
    assert ana.assign(knot, Whom(("ben1",), "Org"), None).new == len(NORTH)
    assert takers(house, knot) == keys(house, *NORTH, "cleo1")
    assert looks(house) == before + 4
    named = set(house.app.audit.looks(limit=1)[0].people)
    assert named == keys(house, *NORTH)


def test_a_learner_launches_nothing_of_somebody_else(house):
    rope, ben = added(house, "rope"), door(house, Role.LEARNER, "ben1")
    assert {each.registration.id for each in ben.own()} >= {registration(house, "ben1", rope)}
    others = [registration(house, login, rope) for login in ("ben2", "cleo1")]
    refused, client = set(), client_of(Role.LEARNER)
    for tried in (*others, others[0].upper(), "0" * 36, ""):
        before = looks(house)
        with pytest.raises(NotThere) as refusal:
            ben.launch(tried, 0, Manner())
        refused.add(str(refusal.value))
        response = client.post("/people/my-learning/launch", {"registration": tried, "unit": "0"})
        assert (response.status_code, looks(house)) == (404, before + 2)
    assert len(refused) == 1  # what is another's is as unknown as what is not
    for login in ("ben2", "cleo1"):
        (progress,) = [
            each
            for each in house.app.enrolment.of(house.key(login), rope.tenant)
            if each.course.course_id == rope.course_id
        ]
        assert progress.open_sessions == ()
    mine = client.get("/people/my-learning").content.decode()
    assert registration(house, "ben1", rope) in mine
    assert not any(each in mine for each in others)


@pytest.mark.parametrize("role", Role, ids=login_of)
def test_a_role_does_and_sees_what_the_policy_says_and_a_refusal_is_written_down(house, role):
    rope, deeds = added(house, "rope"), POLICY[role].deeds
    person = {Role.DEPARTMENT_MANAGER: "ana", Role.LEARNER: "ben1"}.get(role)
    tried = door(house, role, person)
    package = read(io.BytesIO(XML.format("rope").encode()), "text/xml")
    for deed, act in (
        (Deed.ASSIGN, lambda: tried.assign(rope, Whom(("nobody",)), None)),
        (Deed.ASSIGN, tried.units),
        (Deed.ADD_COURSES, lambda: tried.add(package)),
        (Deed.ADD_COURSES, lambda: tried.retire(added(house, "gone"))),
        (Deed.TAKE, tried.own),
        (Deed.TAKE, lambda: tried.launch(registration(house, "ben1", rope), 0, Manner())),
    ):
        if deed in deeds:
            act()
        else:
            with pytest.raises(Forbidden):
                act()
    if not tried.names_takers:
        before = looks(house)
        for see in (lambda: tried.roll(rope), lambda: tried.rolls([rope])):
            with pytest.raises(Forbidden):
                see()
        assert looks(house) == before + 2
        assert tried.names(keys(house, *NORTH, *SOUTH)) == {}


# programs


def program(world: World, scope: Scope) -> Player:
    credential, secret = world.app.credentials.create("hr", [scope])
    return Player(None, credential.key, secret)  # type: ignore[arg-type]


def ask(world: World, who: Player | None, method: str, path: str, body: bytes = b"{}") -> int:
    app = world.app
    parts = Parts(app.library, app.lms, app.credentials, Limits())
    signed = who.signed() if who else {}
    headers = {name.lower(): value for name, value in signed.items()}
    given = {**headers, "content-type": "application/json"}
    asked = admitted(Request(method, path, "", given, base="/api/cmi5"), parts)
    reply = answered(asked, io.BytesIO(body)) if isinstance(asked, Admitted) else asked
    return reply.status if hasattr(reply, "status") else reply.response.status


def paths(names: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(method, path) of every address of the API that is not its own secret."""
    for route in ROUTES:
        for method in route.methods:
            if not route.public:
                yield method, route.path.format(**names)


def test_without_the_scope_every_address_of_the_api_is_shut(house):
    rope = added(house, "rope")
    names = {"course": rope.course_id, "session": "s", "token": "t"}
    names["registration"] = registration(house, "cleo1", rope)
    before = takers(house, rope)
    for method, path in paths(names):
        assert ask(house, None, method, path) == 401, (method, path)
    for scope in set(Scope) - {Scope.CMI5}:
        who = program(house, scope)
        for method, path in paths(names):
            assert ask(house, who, method, path) == 403, (scope, method, path)
    assert takers(house, rope) == before
    assert house.app.library.course(rope.course_id).retired_at is None


def test_with_the_scope_what_is_another_tenants_is_not_there(house):
    other = added(house, "rope", tenant="other")
    actor = house.app.lms.learner(house.key("cleo1"), "other")
    theirs = house.app.lms.register(other.course_id, actor, tenant="other")
    session = house.app.lms.launch(theirs.id, 0, Manner()).session
    names = {"course": other.course_id, "registration": theirs.id, "session": session, "token": ""}
    who = program(house, Scope.CMI5)
    bodies = {
        "registrations": b'{"actor": {"account": {"homePage": "https://x.example", "name": "1"}}}',
        "launch": b'{"au": 0, "actor": {"account": {"homePage": "https://x.example", "name": "1"}}}',
        "waive": b'{"au": 0, "reason": "Tested Out"}',
    }
    for method, path in paths(names):
        if path == "/courses":
            continue
        body = bodies.get(path.rpartition("/")[2], b"{}")
        assert ask(house, who, method, path, body) == 404, (method, path)
    assert house.app.lms.progress(theirs.id).open_sessions == (session,)
    assert house.app.library.course(other.course_id).retired_at is None
    assert other.course_id not in {each.course_id for each in house.app.library.courses()}
    client = client_of(Role.TRAINING_LEAD)
    assert client.get(f"/programmes/packages/{other.course_id}").status_code == 404
    assert client.post(f"/programmes/packages/{other.course_id}/retire").status_code == 404
