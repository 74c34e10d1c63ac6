"""Statement comparison (Data 2.3.1) and the formats of GET /statements (Communication 2.1.3)."""

from typing import Any

import pytest
from rulebook import ABSENT, ANA, BEN, COURSE, FULL, TEAM, as_substatement, changed, taken

from leadline.statements import same
from leadline.statements.formats import canonical, ids

IGNORED: list[tuple[str, Any]] = [
    ("id", FULL["id"].upper()),
    ("stored", "2001-01-01T00:00:00Z"),
    ("authority", BEN),
    ("version", "1.0.1"),
    ("timestamp", "2026-11-20T11:00:00.123+01:00"),
    ("timestamp", ABSENT),
    ("object.definition", {"name": {"en": "Another name"}}),
    ("object.definition", ABSENT),
    ("object.objectType", ABSENT),
    ("actor.objectType", ABSENT),
    ("actor.mbox", "mailto:ana@EXAMPLE.org"),
    ("verb.display", {"de": "bestanden"}),
    ("context.team.member", [BEN, ANA]),
    ("context.registration", FULL["context"]["registration"].upper()),
    ("context.contextActivities.parent", {"id": "https://example.org/programme"}),
    ("result.duration", "PT4H35M59.149S"),
    ("attachments.0.sha2", "A" * 64),
]
COUNTED: list[tuple[str, Any]] = [
    ("actor.name", "Anna"),
    ("actor.mbox", "mailto:Ana@example.org"),
    ("verb.id", "http://adlnet.gov/expapi/verbs/failed"),
    ("object.id", "https://example.org/Course"),
    ("object", BEN),
    ("timestamp", "2026-11-20T10:00:00.124Z"),
    ("result.duration", "PT4H35M59.15S"),
    ("result.score.raw", 94),
    ("result.response", "Because"),
    ("result", ABSENT),
    ("context.team.member", [ANA]),
    ("context.team.member", [ANA, ANA, BEN]),
    ("context.contextActivities.parent", []),
    ("context.extensions", {"https://example.org/ext": "X"}),
    ("context.language", ABSENT),
    ("attachments", ABSENT),
]


@pytest.mark.parametrize(("path", "value"), IGNORED)
def test_what_the_specification_ignores_makes_no_other_statement(path: str, value: Any):
    assert same(FULL, changed(path, value)) and same(changed(path, value), FULL)
    if path.split(".", maxsplit=1)[0] not in ("id", "stored", "authority", "version"):
        assert same(as_substatement(FULL), as_substatement(changed(path, value))) or value is ABSENT


@pytest.mark.parametrize(("path", "value"), COUNTED)
def test_any_other_difference_makes_another_statement(path: str, value: Any):
    assert not same(FULL, changed(path, value))
    assert not same(as_substatement(FULL), as_substatement(changed(path, value)))


def test_a_stored_statement_is_the_one_that_was_sent():
    assert same(taken(FULL).value, FULL)


def test_ids_keeps_only_what_identifies():
    cut = ids(taken(FULL).value)
    assert cut["actor"] == {"objectType": "Agent", "mbox": ANA["mbox"]}
    assert cut["verb"] == {"id": FULL["verb"]["id"]}
    assert cut["object"] == {"id": COURSE["id"]}
    assert cut["context"]["instructor"] == BEN
    assert cut["context"]["team"] == {
        "objectType": "Group",
        "member": [{"objectType": "Agent", "mbox": ANA["mbox"]}, BEN],
    }
    assert cut["result"] == FULL["result"] and cut["timestamp"] == FULL["timestamp"]


def test_ids_of_an_identified_group_leaves_its_members_out():
    north = {**TEAM, "mbox": "mailto:north@example.org"}
    cut = ids(as_substatement(changed("actor", north)))
    assert cut["object"]["actor"] == {"objectType": "Group", "mbox": "mailto:north@example.org"}


@pytest.mark.parametrize(
    ("languages", "chosen"),
    [
        (["de-AT", "en"], {"de": "Kurs"}),
        (["fr", "en-GB"], {"en-US": "Course"}),
        (["EN-us"], {"en-US": "Course"}),
        (["fr"], {"en-US": "Course"}),
        ([], {"en-US": "Course"}),
    ],
)
def test_canonical_shows_the_stores_definition_in_the_best_language(
    languages: list[str], chosen: dict[str, str]
):
    merged = {COURSE["id"]: {"name": {"en-US": "Course", "de": "Kurs"}, "type": "urn:type"}}
    shown = canonical(taken(FULL).value, merged, languages)
    assert shown["object"]["definition"] == {"name": chosen, "type": "urn:type"}
    assert shown["verb"]["display"] == {"en-US": "passed"}
    assert shown["actor"] == ANA


def test_canonical_cuts_the_parts_of_an_interaction_too():
    question = {
        "interactionType": "choice",
        "choices": [{"id": "a", "description": {"en": "One", "de": "Eins"}}, {"id": "b"}],
    }
    shown = canonical(taken(FULL).value, {COURSE["id"]: question}, ["de"])
    assert shown["object"]["definition"]["choices"] == [
        {"id": "a", "description": {"de": "Eins"}},
        {"id": "b"},
    ]
