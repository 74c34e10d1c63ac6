"""GET /agents and GET /activities (Communication 2.4, 2.5)."""

import json

import pytest

from .world import BEN, activity, read, refusal, statement

LADDERS = activity("ladders")["id"]
BOTH_VERSIONS = pytest.mark.parametrize("player", ["1.0.3", "2.0.0"], indirect=True)


def ask_person(player, agent):
    text = agent if isinstance(agent, str) else json.dumps(agent)
    return player.ask("GET", "/agents", agent=text)


def ask_activity(player, iri=LADDERS):
    return player.ask("GET", "/activities", activityId=iri)


@BOTH_VERSIONS
@pytest.mark.parametrize(
    "identifier",
    [
        {"mbox": "mailto:ben@example.org"},
        {"mbox_sha1sum": "a" * 40},
        {"openid": "https://ben.example.org/"},
        {"account": {"homePage": "https://hr.example.org", "name": "4711"}},
    ],
)
def test_an_agent_is_shown_as_a_person_whose_parts_are_arrays(player, identifier):
    """2.4, XAPI-00236 to 00248; known or not"""
    reply = ask_person(player, {"objectType": "Agent", "name": "Ben", **identifier})
    assert reply.status == 200
    arrays = {name: [value] for name, value in identifier.items()}
    assert read(reply) == {"objectType": "Person", "name": ["Ben"], **arrays}
    assert "name" not in read(ask_person(player, identifier))
    assert reply.headers["etag"] != ask_person(player, identifier).headers["etag"]


@BOTH_VERSIONS
@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "ben",
        "true",
        "[]",
        {},
        {"name": "Ben"},
        {"mbox": "ben@example.org"},
        {"mbox": "mailto:ben@example.org", "openid": "https://ben.example.org/"},
        {"account": {"homePage": "https://hr.example.org"}},
        {"mbox": "mailto:ben@example.org", "age": 41},
        {"objectType": "Group", "mbox": "mailto:north@example.org"},
        {"objectType": "Person", "mbox": ["mailto:ben@example.org"]},
    ],
)
def test_what_is_no_agent_is_refused(player, wrong):
    """2.4, XAPI-00249"""
    status, field = refusal(ask_person(player, wrong))
    assert (status, field.partition(".")[0]) == (400, "agent")


@BOTH_VERSIONS
@pytest.mark.parametrize(("path", "name"), [("/agents", "agent"), ("/activities", "activityId")])
def test_the_parameter_is_required_and_the_only_one(player, path, name):
    """2.4, 2.5, 3.2"""
    assert refusal(player.ask("GET", path)) == (400, name)
    good = json.dumps(BEN) if name == "agent" else LADDERS
    assert player.ask("GET", path, **{name: good}).status == 200
    assert player.ask("HEAD", path, **{name: good}).body == b""
    for other in (name.upper(), "since", "profileId"):
        assert refusal(player.ask("GET", path, **{name: good, other: "x"})) == (400, other)
    assert refusal(player.ask("PUT", path, **{name: good})) == (405, "method")


@BOTH_VERSIONS
@pytest.mark.usefixtures("both_databases")
def test_an_activity_is_shown_with_all_that_was_said_of_it(player):
    """2.5, XAPI-00251, 00254"""
    first = {"name": {"en": "Ladders"}, "type": "https://example.org/course"}
    second = {"name": {"de": "Leitern"}, "moreInfo": "https://example.org/more"}
    for definition in (first, second):
        player.post(statement(what=activity("ladders") | {"definition": definition}))
    assert read(ask_activity(player)) == {
        "objectType": "Activity",
        "id": LADDERS,
        "definition": {
            "name": {"en": "Ladders", "de": "Leitern"},
            "type": "https://example.org/course",
            "moreInfo": "https://example.org/more",
        },
    }


@BOTH_VERSIONS
def test_an_activity_that_nobody_defined_is_still_one(player):
    """2.5; 2.0 4.1.6.4: shall"""
    assert read(ask_activity(player)) == {"objectType": "Activity", "id": LADDERS}
    player.post(statement())
    assert read(ask_activity(player)) == {"objectType": "Activity", "id": LADDERS}


@BOTH_VERSIONS
@pytest.mark.parametrize("wrong", ["", "ladders", "true", "https://example.org/a b"])
def test_an_activity_id_that_is_no_iri_is_refused(player, wrong):
    """2.5; Data 2.2, XAPI-00012"""
    assert refusal(ask_activity(player, wrong)) == (400, "activityId")


@pytest.mark.parametrize(
    ("scope", "status"),
    [
        ("all", 200),
        ("all/read", 200),
        ("statements/read", 200),
        ("define", 200),
        ("state", 200),
        ("profile", 200),
        ("statements/write", 403),
        ("statements/read/mine", 403),
    ],
)
def test_who_may_look_up(join, scope, status):
    """4.2"""
    player = join("lms", [scope])
    assert ask_person(player, BEN).status == status
    assert ask_activity(player).status == status


@pytest.mark.parametrize(
    ("scopes", "known"),
    [
        (("statements/write",), False),
        (("statements/write", "define"), True),
        (("all",), True),
    ],
)
def test_only_who_may_define_changes_what_is_known_of_an_activity(join, scopes, known):
    """4.2: the statement is stored as sent all the same"""
    named = activity("ladders") | {"definition": {"name": {"en": "Ladders"}}}
    assert join("lms", scopes).post(statement(1, what=named)).status == 200
    reader = join("reader", ["all/read"])
    assert ("definition" in read(ask_activity(reader))) is known
    assert read(reader.get())["statements"][0]["object"] == named
