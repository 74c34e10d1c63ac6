"""Every filter of GET /statements against the plainest possible reading of the specification."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from logbook import VOIDED, activity, agent, append, identity, numbers, reference, sent, verb

from leadline.statements import Wanted, identifier_of
from leadline.store import Database, Log, postings

NAMES = ("ana", "ben", "cleo")
VERBS = ("read", "wrote", "voided")
ACTIVITIES = ("book", "shelf")
REGISTRATIONS = (identity(0xA), identity(0xB))
LARGEST_STORE_STATEMENTS = 14


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch):
    """Blocks of four statements, two a step: a handful of statements then crosses many."""
    monkeypatch.setattr(postings, "BLOCK_STATEMENTS", 4)
    monkeypatch.setattr(postings, "PIECE_STATEMENTS", 2)
    monkeypatch.setattr(postings, "BLOCKS_PER_STEP", 2)


def groups() -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda names, own: {
            "objectType": "Group",
            "member": [agent(name) for name in names],
            **({"mbox": agent(own)["mbox"]} if own else {}),
        },
        st.lists(st.sampled_from(NAMES), max_size=2),
        st.none() | st.sampled_from(NAMES),
    )


AGENTS = st.sampled_from(NAMES).map(agent)
PEOPLE = AGENTS | groups()
THINGS = st.sampled_from(ACTIVITIES).map(activity)
CONTEXTS = st.fixed_dictionaries(
    {},
    optional={
        "registration": st.sampled_from(REGISTRATIONS),
        "instructor": PEOPLE,
        "team": groups(),
        "contextActivities": st.fixed_dictionaries(
            {}, optional={"parent": st.lists(THINGS, max_size=2), "other": THINGS}
        ),
        "contextAgents": st.lists(
            AGENTS.map(lambda who: {"objectType": "contextAgent", "agent": who}), max_size=1
        ),
        "contextGroups": st.lists(
            groups().map(lambda who: {"objectType": "contextGroup", "group": who}), max_size=1
        ),
    },
)
INNER = st.builds(
    lambda who, did, what, context: {
        "objectType": "SubStatement",
        "actor": who,
        "verb": verb(did),
        "object": what,
        "context": context,
    },
    PEOPLE,
    st.sampled_from(["read", "wrote"]),
    THINGS | PEOPLE,
    CONTEXTS,
)


@st.composite
def stores(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Statements in the order in which they arrive; some point to each other, or to nothing."""
    values = []
    for number in range(1, draw(st.integers(1, LARGEST_STORE_STATEMENTS)) + 1):
        did = draw(st.sampled_from(VERBS))
        targets = st.integers(1, LARGEST_STORE_STATEMENTS + 1).map(reference)
        what = targets if did == "voided" else THINGS | PEOPLE | INNER | targets
        values.append(
            {
                "id": identity(number),
                "actor": draw(PEOPLE),
                "verb": verb(did),
                "object": draw(what),
                "context": draw(CONTEXTS),
            }
        )
    return values


QUESTIONS = st.fixed_dictionaries(
    {},
    optional={
        "agent": AGENTS.map(identifier_of),
        "verb": st.sampled_from([verb(name)["id"] for name in VERBS]),
        "activity": THINGS.map(lambda thing: thing["id"]),
        "registration": st.sampled_from(REGISTRATIONS),
        "related_agents": st.booleans(),
        "related_activities": st.booleans(),
        "ascending": st.booleans(),
        "limit": st.integers(1, 4),
        "source": st.sampled_from(["lms", "crm"]),
    },
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_every_filter_finds_what_the_specification_says(database: Database, data: st.DataObject):
    """Communication 2.1.3: filters, StatementRefs, voiding, since, until, limit, order, more."""
    for table in ("statement", "posting_list", "posting_recent", "reference"):
        database.execute(f"DELETE FROM {table}")
    log, values = Log(database), data.draw(stores())
    arrived = [(value, data.draw(st.sampled_from(["lms", "crm"]))) for value in values]
    for source, run in groupby(arrived, key=lambda entry: entry[1]):
        left = [value for value, _ in run]
        while left:  # batches of any size
            size = data.draw(st.integers(1, 4))
            append(log, *left[:size], source=source)
            left = left[size:]
    moments = [entry.stored for entry in log.since(0, 100)]
    for _ in range(6):
        asked = data.draw(QUESTIONS)
        for bound in ("since", "until"):
            if data.draw(st.booleans()):
                nudge = timedelta(microseconds=data.draw(st.sampled_from([-1, 0, 1])))
                asked[bound] = data.draw(st.sampled_from(moments)) + nudge
        wanted = Wanted(**asked)
        assert walk(log, wanted) == truth(arrived, moments, wanted)


def walk(log: Log, wanted: Wanted) -> list[int]:
    """All pages of a question, one after the other."""
    found, cursor = list[int](), None
    while True:
        page = log.find(Wanted(**{**_fields(wanted), "cursor": cursor}))
        assert len(page.payloads) == (wanted.limit if page.more else len(page.payloads))
        found += numbers(page.payloads)
        if page.more is None:
            return found
        cursor = page.more


def _fields(wanted: Wanted) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in Wanted.__dataclass_fields__}


def truth(
    arrived: list[tuple[dict[str, Any], str]], moments: list[Any], wanted: Wanted
) -> list[int]:
    """What should be found, by looking at every statement; for who asks for one source, what a
    statement of another says helps nothing."""
    by_id = {value["id"]: value for value, _ in arrived}
    read = {v["id"]: v for v, source in arrived if wanted.source in (None, source)}
    voiding = {value["id"] for value, _ in arrived if value["verb"]["id"] == VOIDED}
    gone = {by_id[one]["object"]["id"] for one in voiding} - voiding
    found = [
        number
        for number, ((value, source), stored) in enumerate(zip(arrived, moments, strict=True), 1)
        if value["id"] not in gone
        and (wanted.since is None or stored > wanted.since)
        and (wanted.until is None or stored <= wanted.until)
        and (wanted.source is None or source == wanted.source)
        and all(any(test(one) for one in _chain(value, read)) for test in _conditions(wanted))
    ]
    return found if wanted.ascending else found[::-1]


def _chain(
    value: dict[str, Any] | None, by_id: dict[str, dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """A statement, the one it points to, the one that one points to, and so on."""
    seen = set[str]()
    while value is not None and value["id"] not in seen:
        yield value
        seen.add(value["id"])
        target = value["object"]
        value = by_id.get(target["id"]) if target.get("objectType") == "StatementRef" else None


def _conditions(wanted: Wanted) -> Iterator[Any]:
    if wanted.agent:
        places = _people if wanted.related_agents else _doers
        yield lambda value: any(_is(who, wanted.agent.value) for who in places(value))
    if wanted.activity:
        places_ = _all_things if wanted.related_activities else _thing
        yield lambda value: wanted.activity in places_(value)
    if wanted.verb:
        yield lambda value: value["verb"]["id"] == wanted.verb
    if wanted.registration:
        yield lambda value: value.get("context", {}).get("registration") == wanted.registration


def _is(who: dict[str, Any], mbox: str) -> bool:
    return who.get("mbox") == mbox or any(one["mbox"] == mbox for one in who.get("member", ()))


def _doers(value: dict[str, Any]) -> list[dict[str, Any]]:
    person = value["object"].get("objectType") in ("Agent", "Group")
    return [value["actor"], *([value["object"]] if person else [])]


def _people(value: dict[str, Any]) -> list[dict[str, Any]]:
    context = value.get("context", {})
    found = _doers(value) + [context[key] for key in ("instructor", "team") if key in context]
    found += [entry["agent"] for entry in context.get("contextAgents", ())]
    found += [entry["group"] for entry in context.get("contextGroups", ())]
    inner = value["object"]
    return found + (_people(inner) if inner.get("objectType") == "SubStatement" else [])


def _thing(value: dict[str, Any]) -> list[str]:
    return [value["object"]["id"]] if value["object"].get("objectType") == "Activity" else []


def _all_things(value: dict[str, Any]) -> list[str]:
    found = _thing(value)
    for entries in value.get("context", {}).get("contextActivities", {}).values():
        found += [entry["id"] for entry in (entries if isinstance(entries, list) else [entries])]
    inner = value["object"]
    return found + (_all_things(inner) if inner.get("objectType") == "SubStatement" else [])


def test_the_authority_is_a_related_agent(database: Database):
    """Communication 2.1.3 related_agents."""
    log = Log(database)
    append(log, sent(1))
    key = msgspec.json.decode(log.since(0, 1)[0].payload)["authority"]
    asked = identifier_of(key)
    assert numbers(log.find(Wanted(agent=asked)).payloads) == []
    assert numbers(log.find(Wanted(agent=asked, related_agents=True)).payloads) == [1]


def test_a_voided_statement_is_found_as_voided_only(database: Database):
    """Data 2.3.2, Communication 2.1.4."""
    log = Log(database)
    append(log, sent(1), sent(2, did="voided", object=reference(1)))
    assert log.get(identity(1)) is None
    assert log.find(Wanted(statement_id=identity(1))).payloads == ()
    assert numbers(log.find(Wanted(voided_statement_id=identity(1))).payloads) == [1]
    assert numbers(log.find(Wanted()).payloads) == [2]
    assert log.find(Wanted(voided_statement_id=identity(2))).payloads == ()


def test_a_statement_that_was_voided_before_it_came_arrives_voided(database: Database):
    log = Log(database)
    append(log, sent(2, did="voided", object=reference(1)))
    append(log, sent(1))
    assert log.get(identity(1)) is None and log.get(identity(1), voided=True)


def test_a_voiding_statement_cannot_be_voided(database: Database):
    log = Log(database)
    append(log, sent(3, did="voided", object=reference(2)))
    append(log, sent(1), sent(2, did="voided", object=reference(1)))
    append(log, sent(4, did="voided", object=reference(2)))
    assert numbers(log.find(Wanted()).payloads) == [4, 2, 3]


def test_one_statement_of_another_source_is_not_mine(database: Database):
    log = Log(database)
    append(log, sent(1), source="lms")
    for source, found in (("lms", [1]), ("crm", [])):
        assert numbers(log.find(Wanted(statement_id=identity(1), source=source)).payloads) == found


def test_statements_that_point_at_each_other_end_nowhere(database: Database):
    log = Log(database)
    append(log, sent(1, who="ana", object=reference(2)), sent(2, who="ben", object=reference(1)))
    for name in ("ana", "ben"):
        assert numbers(log.find(Wanted(agent=identifier_of(agent(name)))).payloads) == [2, 1]


def test_a_page_is_never_larger_than_the_bound(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("leadline.store.question.LARGEST_PAGE_STATEMENTS", 2)
    log = Log(database)
    append(log, sent(1), sent(2), sent(3))
    for limit in (0, 3, 1000):
        page = log.find(Wanted(limit=limit))
        assert numbers(page.payloads) == [3, 2] and page.more == 2
