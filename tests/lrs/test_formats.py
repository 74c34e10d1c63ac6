"""format and Accept-Language (Communication 2.1.3): exact, ids, canonical."""

import json

import pytest

from leadline.lrs.languages import accepted_languages

from .world import BEN, number, read, statement

LADDERS = {
    "objectType": "Activity",
    "id": "https://example.org/ladders",
    "definition": {"name": {"en": "Ladders", "de": "Leitern"}},
}
COMPLETED = {
    "id": "https://example.org/completed",
    "display": {"en": "completed", "de": "schloss ab"},
}
NAMED_BEN = BEN | {"name": "Ben"}
SENT = {
    "id": number(1),
    "actor": NAMED_BEN,
    "verb": COMPLETED,
    "object": LADDERS,
    "result": {"score": {"scaled": 0.50, "raw": 12345678901234567890}},
    "context": {"team": {"objectType": "Group", "name": "Two", "member": [NAMED_BEN]}},
    "timestamp": "2026-01-02T03:04:05.6789+01:00",
}


def one(player, headers=(), **query):
    return read(player.ask("GET", headers=headers, statementId=number(1), **query))


def test_exact_is_what_was_sent_with_only_what_the_store_adds(player):
    """Data 2.4, Communication 2.1.3"""
    player.post(SENT)
    kept = one(player, format="exact")
    assert set(kept) - set(SENT) == {"stored", "authority", "version"}
    assert {key: kept[key] for key in SENT} == SENT


def test_ids_keeps_what_identifies(player):
    player.post(SENT)
    lean = one(player, format="ids")
    assert lean["actor"] == BEN
    assert lean["verb"] == {"id": COMPLETED["id"]}
    assert lean["object"] == {"id": LADDERS["id"]}
    assert lean["context"]["team"] == {"objectType": "Group", "member": [BEN]}
    assert lean["result"] == SENT["result"]


def test_canonical_merges_what_all_statements_said_of_the_activity(player):
    player.post(SENT)
    later = LADDERS | {"definition": {"description": {"en": "How to climb"}}}
    player.post(statement(2, what=later))
    definition = one(player, format="canonical")["object"]["definition"]
    assert definition == {"name": {"en": "Ladders"}, "description": {"en": "How to climb"}}
    assert one(player, format="exact")["object"] == LADDERS


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("de", "Leitern"),
        ("de-AT", "Leitern"),
        ("en;q=0.2, de;q=0.9", "Leitern"),
        ("fr, en", "Ladders"),
        ("fr", "Ladders"),
        ("*", "Ladders"),
    ],
)
def test_canonical_gives_each_language_map_one_language(player, header, name):
    player.post(SENT)
    kept = one(player, {"accept-language": header}, format="canonical")
    assert list(kept["object"]["definition"]["name"].values()) == [name]
    assert len(kept["verb"]["display"]) == 1


def test_a_page_is_in_the_format_asked_for(player):
    player.post(SENT)
    for shape, names in (("exact", 2), ("canonical", 1)):
        (kept,) = read(player.get(format=shape))["statements"]
        assert len(kept["object"]["definition"]["name"]) == names
    (lean,) = read(player.get(format="ids"))["statements"]
    assert "definition" not in lean["object"]


def test_languages_are_ranked_by_quality_and_the_refused_left_out():
    """RFC 9110 12.5.4"""
    header = "da, en-GB;q=0.8, en;q=0.7, fr;q=0, de;q=x"
    assert accepted_languages(header) == ("da", "en-GB", "en")
    assert accepted_languages("") == ()


def test_text_beyond_ascii_comes_back_as_it_was_sent(player):
    """Communication 1.4"""
    player.post(
        json.dumps(SENT | {"actor": BEN | {"name": "Żaneta 木"}}, ensure_ascii=False).encode()
    )
    assert one(player)["actor"]["name"] == "Żaneta 木"
