"""Every filter of GET /statements against a world worked out in the head (Communication 2.1.3)."""

import json

import pytest

from .world import ANA, BEN, CLEO, DOV, EVE, VERBS, activity, number, read, reference, statement

NORTH = {"objectType": "Group", "mbox": "mailto:north@example.org", "member": [ANA, BEN]}
PAIR = {"objectType": "Group", "member": [BEN, CLEO]}
ENROLMENT = number(500)


def registered(**context):
    return {"context": {"registration": ENROLMENT, **context}}


INNER = {
    "objectType": "SubStatement",
    "actor": CLEO,
    "verb": {"id": VERBS + "attempted"},
    "object": activity("knots"),
    "context": {"instructor": DOV, "contextActivities": {"parent": [activity("boats")]}},
}
WORLD = [
    statement(1, BEN, "completed", "ladders"),
    statement(2, CLEO, "completed", "ladders", **registered()),
    statement(3, BEN, "attempted", "knots", **registered(instructor=ANA)),
    statement(4, ANA, "praised", BEN),
    statement(5, NORTH, "attempted", "ladders"),
    statement(6, PAIR, "attempted", "boats"),
    statement(
        7,
        DOV,
        "audited",
        "knots",
        context={"contextActivities": {"grouping": [activity("ladders")]}},
    ),
    statement(8, ANA, "planned", INNER),
    statement(9, DOV, "confirmed", reference(2)),
    statement(10, EVE, "doubted", reference(9)),
    statement(11, ANA, "commented", "boats", context={"team": NORTH, "statement": reference(1)}),
]

QUESTIONS = [
    ({}, range(1, 12)),
    ({"agent": BEN}, [1, 3, 4, 5, 6]),
    ({"agent": NORTH}, [5]),
    ({"agent": CLEO}, [2, 6, 9, 10]),
    ({"agent": DOV}, [7, 9, 10]),
    ({"agent": EVE}, [10]),
    ({"agent": {"mbox": "mailto:nobody@example.org"}}, []),
    ({"agent": BEN, "related_agents": True}, [1, 3, 4, 5, 6, 11]),
    ({"agent": ANA}, [4, 5, 8, 11]),
    ({"agent": ANA, "related_agents": True}, [3, 4, 5, 8, 11]),
    ({"agent": DOV, "related_agents": True}, [7, 8, 9, 10]),
    ({"agent": CLEO, "related_agents": True}, [2, 6, 8, 9, 10]),
    ({"verb": VERBS + "attempted"}, [3, 5, 6]),
    ({"activity": activity("ladders")["id"]}, [1, 2, 5, 9, 10]),
    ({"activity": activity("ladders")["id"], "related_activities": True}, [1, 2, 5, 7, 9, 10]),
    ({"activity": activity("knots")["id"]}, [3, 7]),
    ({"activity": activity("knots")["id"], "related_activities": True}, [3, 7, 8]),
    ({"activity": activity("boats")["id"], "related_activities": True}, [6, 8, 11]),
    ({"registration": ENROLMENT}, [2, 3, 9, 10]),
    ({"agent": BEN, "verb": VERBS + "attempted"}, [3, 5, 6]),
    ({"agent": BEN, "activity": activity("ladders")["id"]}, [1, 5]),
    ({"agent": CLEO, "registration": ENROLMENT}, [2, 9, 10]),
    ({"limit": 3}, [9, 10, 11]),
    ({"limit": 3, "ascending": True}, [1, 2, 3]),
    ({"limit": 0}, range(1, 12)),
    ({"agent": BEN, "limit": 2}, [5, 6]),
]


pytestmark = pytest.mark.usefixtures("both_databases")


@pytest.fixture
def world(player):
    for each in WORLD:  # one request each, so that each is stored at its own moment
        assert player.post(each).status == 200
    return player


def test_each_question_finds_exactly_its_statements_newest_first(world):
    for question, expected in QUESTIONS:
        newest_first = not question.get("ascending", False)
        assert world.found(**question) == sorted(expected, reverse=newest_first), question


def test_since_is_exclusive_and_until_inclusive_and_both_mean_stored(world):
    stored = read(world.get(statementId=number(5)))["stored"]
    assert world.found(since=stored) == [11, 10, 9, 8, 7, 6]
    assert world.found(until=stored) == [5, 4, 3, 2, 1]
    assert world.found(since=stored, until=stored) == []


def test_a_late_statement_is_found_by_when_it_was_stored_not_by_when_it_happened(world):
    stored = read(world.get(statementId=number(11)))["stored"]
    world.post(statement(12, timestamp="2001-01-01T00:00:00Z"))
    assert world.found(since=stored) == [12]
    assert world.found(until="2001-12-31T00:00:00Z") == []


def test_time_applies_to_the_statement_that_refers_not_to_the_one_referred_to(world):
    """Communication 2.1.3, Filter Conditions for StatementRefs"""
    stored = read(world.get(statementId=number(8)))["stored"]
    assert world.found(agent=CLEO, since=stored) == [10, 9]


def test_a_reference_to_a_voided_statement_is_still_found(world):
    """Communication 2.1.4"""
    world.post(statement(13, ANA, "voided", reference(2)))
    assert world.found(registration=ENROLMENT) == [13, 10, 9, 3]


def test_an_mbox_sha1sum_or_an_account_is_matched_as_itself(world):
    account = {"account": {"homePage": "https://hr.example.org", "name": "ben"}}
    world.post(statement(14, account))
    assert world.found(agent=account) == [14]
    other = {"account": {"homePage": "https://crm.example.org", "name": "ben"}}
    assert world.found(agent=other) == []


def test_pages_follow_more_to_the_end_each_statement_once(world):
    """Communication 2.1.3, Data 2.5"""
    for question, expected in (
        ({"limit": "4"}, range(11, 0, -1)),
        ({"limit": "4", "ascending": "true"}, range(1, 12)),
        ({"limit": "2", "agent": json.dumps(BEN)}, [6, 5, 4, 3, 1]),
        ({"limit": "1", "registration": ENROLMENT}, [10, 9, 3, 2]),
    ):
        seen = []
        page = read(world.get(**question))
        while True:
            seen += [int(each["id"][-4:], 16) for each in page["statements"]]
            assert len(page["statements"]) <= int(question["limit"])
            if not page["more"]:
                break
            page = read(world.follow(page["more"]))
        assert seen == list(expected)


def test_more_is_empty_where_the_page_holds_all(world):
    """Data 2.5"""
    assert read(world.get())["more"] == ""
    assert read(world.get(limit="11"))["more"] == ""


def test_more_keeps_the_format_and_stays_still_while_new_statements_arrive(world):
    page = read(world.get(limit="6", format="ids"))
    world.post(statement(20))
    rest = read(world.follow(page["more"]))
    assert [int(each["id"][-4:], 16) for each in rest["statements"]] == [5, 4, 3, 2, 1]
    assert set(rest["statements"][0]["verb"]) == {"id"}


def test_a_forged_cursor_shows_nothing_that_a_plain_question_would_not(world):
    everything = set(world.found())
    for cursor in (0, 1, 5, 10**17):
        reply = world.get(cursor=str(cursor))
        assert reply.status == 200
        assert {int(each["id"][-4:], 16) for each in read(reply)["statements"]} <= everything
