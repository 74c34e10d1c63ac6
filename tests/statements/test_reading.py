"""What a statement looks like once it is taken in, and what is known of it."""

import copy
import uuid
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from rulebook import (
    ABSENT,
    ANA,
    AUTHORITY,
    BEN,
    COURSE,
    FULL,
    NOW,
    TEAM,
    as_substatement,
    changed,
    taken,
)

from leadline.statements import Identifier, identifier_of
from leadline.statements.forms import instant, stamp

SENT = {"actor": ANA, "verb": {"id": "http://example.org/did"}, "object": {"id": "urn:thing"}}


def test_what_is_missing_is_added_and_nothing_else():
    """Data 2.4: id, stored, timestamp, authority, version."""
    statement = taken(SENT)
    added = {key: part for key, part in statement.value.items() if key not in SENT}
    assert uuid.UUID(added.pop("id")).hex == statement.id.replace("-", "")
    assert added == {
        "stored": "2026-11-23T12:00:00.123456Z",
        "timestamp": "2026-11-23T12:00:00.123456Z",
        "authority": AUTHORITY,
        "version": "1.0.0",
    }
    assert {key: statement.value[key] for key in SENT} == SENT
    assert statement.timestamp == NOW and not statement.timestamp_given


def test_what_was_sent_comes_back_as_it_was_sent():
    before = copy.deepcopy(FULL)
    statement = taken(FULL)
    assert before == FULL
    returned = msgspec.json.decode(statement.payload)
    assert returned == statement.value
    assert {key: returned[key] for key in FULL} == FULL


def test_the_store_speaks_for_stored_and_authority():
    """Data 2.4.8, 2.4.9: what a sender says of them does not count."""
    sent = {**SENT, "stored": "2001-01-01T00:00:00Z", "authority": BEN}
    value = taken(sent).value
    assert value["stored"] == "2026-11-23T12:00:00.123456Z"
    assert value["authority"] == AUTHORITY


def test_a_lone_context_activity_becomes_an_array():
    """Data 2.4.6.2."""
    lone = {"id": "https://example.org/alone"}
    sent = changed("context.contextActivities.parent", lone)
    assert taken(sent).value["context"]["contextActivities"]["parent"] == [lone]
    inner = taken(as_substatement(sent)).value["object"]
    assert inner["context"]["contextActivities"]["parent"] == [lone]
    assert sent["context"]["contextActivities"]["parent"] == lone


def test_the_moment_of_storing_can_be_set_without_encoding_again():
    later = stamp(NOW + timedelta(days=400, microseconds=1)).encode()
    given, assigned = taken(FULL), taken(SENT)
    assert msgspec.json.decode(given.payload_stored_at(later)) == {
        **given.value,
        "stored": later.decode(),
    }
    assert msgspec.json.decode(assigned.payload_stored_at(later)) == {
        **assigned.value,
        "stored": later.decode(),
        "timestamp": later.decode(),
    }


def test_a_statement_sent_again_is_the_same_without_what_the_store_decides():
    once, again = taken(FULL), taken({**FULL, "authority": BEN})
    assert once.sent == again.sent
    assert "timestamp" in once.sent and "timestamp" not in taken(SENT).sent


@pytest.mark.parametrize(
    ("agent", "kind", "value"),
    [
        ({"mbox": "MAILTO:Ana@Example.ORG"}, "mbox", "mailto:Ana@example.org"),
        ({"mbox_sha1sum": "AB" * 20}, "mbox_sha1sum", "ab" * 20),
        ({"openid": "https://Ana.example/"}, "openid", "https://Ana.example/"),
        (
            {"account": {"homePage": "https://HR.example", "name": "Ana"}},
            "account",
            "https://HR.example|Ana",
        ),
    ],
)
def test_one_agent_has_one_identifier(agent: dict[str, object], kind: str, value: str):
    """Data 2.4.2.3, 2.4.2.4."""
    assert identifier_of(agent) == Identifier(kind, value)


def test_an_anonymous_group_is_nobody():
    assert identifier_of(TEAM) is None


def test_all_that_can_be_asked_by_is_extracted():
    """Communication 2.1.3: agent, verb, activity, registration, and their related forms."""
    found = taken(FULL).mentions
    ana, ben, key = (identifier_of(agent) for agent in (ANA, BEN, AUTHORITY))
    assert found.agents == {ana}
    assert found.related_agents == {ben, key}
    assert found.verb == FULL["verb"]["id"]
    assert found.activity == COURSE["id"]
    assert found.related_activities == {
        f"https://example.org/{name}" for name in ("programme", "grouping", "profile", "other")
    }
    assert found.registration == FULL["context"]["registration"]
    assert found.target is None and found.voids is None


def test_members_of_a_group_count_as_the_group():
    """Communication 2.1.3: a group whose members match is a match."""
    found = taken({**SENT, "actor": TEAM}).mentions
    assert found.agents == {identifier_of(ANA), identifier_of(BEN)}


def test_a_person_as_object_counts_as_agent():
    found = taken({**SENT, "object": BEN}).mentions
    assert found.agents == {identifier_of(ANA), identifier_of(BEN)}
    assert found.activity is None


def test_what_a_substatement_mentions_is_related_only():
    found = taken(as_substatement({**FULL, "context": {**FULL["context"], "team": TEAM}})).mentions
    assert found.agents == {identifier_of(BEN)}
    assert identifier_of(ANA) in found.related_agents
    assert found.activity is None
    assert COURSE["id"] in found.related_activities
    assert found.registration is None


def test_a_voiding_statement_says_whom_it_voids():
    """Data 2.3.2."""
    reference = {"objectType": "StatementRef", "id": FULL["id"].upper()}
    commented = taken({**SENT, "object": reference})
    assert commented.mentions.target == FULL["id"] and commented.voids is None
    voided = {"id": "http://adlnet.gov/expapi/verbs/voided"}
    assert taken({**SENT, "verb": voided, "object": reference}).voids == FULL["id"]


def test_definitions_and_attachments_are_found_wherever_they_stand():
    statement = taken(as_substatement(FULL))
    assert [iri for iri, _ in statement.definitions] == [COURSE["id"]]
    assert statement.attachments == ("a" * 64,)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2008-09-15T15:53:00.601Z", datetime(2008, 9, 15, 15, 53, 0, 601000, UTC)),
        ("2008-09-15T15:53:00.6010009Z", datetime(2008, 9, 15, 15, 53, 0, 601000, UTC)),
        ("2008-09-15t15:53:00z", datetime(2008, 9, 15, 15, 53, tzinfo=UTC)),
        ("2008-09-15 15:53:00-05:30", datetime(2008, 9, 15, 21, 23, tzinfo=UTC)),
        ("2008-09-15T15:53:00,5+02", datetime(2008, 9, 15, 13, 53, 0, 500000, UTC)),
        ("20080915T1553Z", datetime(2008, 9, 15, 15, 53, tzinfo=UTC)),
        ("2008-09-15T15:53:00", datetime(2008, 9, 15, 15, 53, tzinfo=UTC)),
        ("20080915T155300-00", None),
        ("0001-01-01T00:00:00+01:00", None),
    ],
)
def test_a_timestamp_names_one_instant(text: str, moment: datetime | None):
    """Data 4.5."""
    found = instant(text, strict=False)
    assert found == moment
    assert found is None or found.tzinfo is UTC


def test_a_timestamp_is_written_at_full_width():
    assert stamp(datetime(2008, 9, 15, tzinfo=UTC)) == "2008-09-15T00:00:00.000000Z"


def test_the_id_is_compared_in_lower_case_and_returned_as_sent():
    statement = taken(changed("id", FULL["id"].upper()))
    assert statement.id == FULL["id"] and statement.value["id"] == FULL["id"].upper()


def test_a_statement_without_id_gets_another_one_each_time():
    sent = changed("id", ABSENT)
    assert taken(sent).id != taken(sent).id
