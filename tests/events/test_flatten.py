"""One statement, one row: who, what, where in the course, with what result; names nobody."""

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from leadline.events import EVENT, Activities, flatten
from leadline.events.activities import Told, name_in
from leadline.events.vocabulary import DID, DID_WORDS, KIND, KIND_WORDS
from leadline.store import Logged

STORED = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADL = "http://adlnet.gov/expapi/"
VIDEO = "https://w3id.org/xapi/video/extensions/"
OWN = "urn:leadline:extension:"
COURSE = {"id": "urn:c:safety", "definition": {"type": ADL + "activities/course"}}
MODULE = {"id": "urn:m:fire", "definition": {"type": ADL + "activities/module"}}
QUIZ = {"id": "urn:a:quiz", "definition": {"type": ADL + "activities/assessment"}}
QUESTION = {
    "id": "urn:q:1",
    "definition": {"type": ADL + "activities/cmi.interaction", "interactionType": "choice"},
}
PAGE = {"id": "urn:p:1"}


def statement(about=PAGE, verb=ADL + "verbs/experienced", **more):
    return {
        "actor": {"mbox": "mailto:ana@example.org", "name": "Ana"},
        "verb": {"id": verb},
        "object": about,
        "timestamp": "2026-03-01T23:30:00Z",
        **more,
    }


def rows(*statements, zone="UTC", activities=None, target=lambda _: None):
    keys = {}
    logged = [
        Logged(n, f"s{n}", STORED, "lms", json.dumps(value).encode())
        for n, value in enumerate(statements, 1)
    ]

    def actors(identifiers):
        return {i: keys.setdefault(i, 100 + len(keys)) for i in sorted(identifiers)}

    table = flatten(logged, actors, ZoneInfo(zone), activities, target)
    assert table.schema == EVENT
    return table.to_pylist()


def row(value, **more):
    return rows(value, **more)[0]


def within(parent=(), grouping=(), category=()):
    lists = {"parent": parent, "grouping": grouping, "category": category}
    activities = {name: list(found) for name, found in lists.items() if found}
    return {"context": {"contextActivities": activities}}


def places(value, **more):
    found = row(value, **more)
    return found["course"], found["module"], found["assessment"]


def test_no_row_holds_a_name_or_address():
    text = repr(row(statement(context={"instructor": {"mbox": "mailto:ben@example.org"}})))
    assert "ana" not in text.lower() and "example.org" not in text
    assert row(statement())["actor"] == 100


def test_an_anonymous_group_is_nobody():
    group = {"objectType": "Group", "member": [{"mbox": "mailto:ana@example.org"}]}
    assert row({**statement(), "actor": group})["actor"] is None


def test_the_two_clocks_and_the_day_in_the_reporting_zone():
    found = row(statement(), zone="Asia/Tokyo")
    assert found["stored"] == STORED
    assert found["timestamp"] == datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert found["local_date"] == date(2026, 3, 2)
    assert row(statement())["local_date"] == date(2026, 3, 1)


def test_the_night_the_clocks_change_keeps_its_day():
    before = statement(timestamp="2026-10-24T21:59:59Z")
    after = statement(timestamp="2026-10-24T22:00:00Z")
    days = [found["local_date"] for found in rows(before, after, zone="Europe/Berlin")]
    assert days == [date(2026, 10, 24), date(2026, 10, 25)]


@pytest.mark.parametrize(
    ("verb", "did"),
    [
        ("http://adlnet.gov/expapi/verbs/registered", "registered"),
        ("http://id.tincanapi.com/verb/unregistered", "withdrawn"),
        ("http://activitystrea.ms/schema/1.0/assign", "assigned"),
        ("http://id.tincanapi.com/verb/viewed", "experienced"),
        ("https://w3id.org/xapi/adl/verbs/waived", "waived"),
        ("https://w3id.org/xapi/adl/verbs/satisfied", "satisfied"),
        ("https://w3id.org/xapi/adl/verbs/logged-in", "logged_in"),
        ("https://w3id.org/xapi/video/verbs/seeked", "seeked"),
        ("http://id.tincanapi.com/verb/earned", "earned"),
        ("https://example.org/verbs/pondered", "other"),
    ],
)
def test_verbs_become_words(verb, did):
    assert row(statement(verb=verb))["did"] == did


def test_every_iri_has_a_word_of_the_vocabulary():
    assert set(DID.values()) < set(DID_WORDS)
    assert set(KIND.values()) < set(KIND_WORDS)


def test_where_things_are():
    assert places(statement(COURSE)) == ("urn:c:safety", None, None)
    assert places(statement(PAGE, **within([COURSE]))) == ("urn:c:safety", "urn:p:1", None)
    in_module = within([MODULE], [COURSE])
    assert places(statement(PAGE, **in_module)) == ("urn:c:safety", "urn:m:fire", None)
    assert places(statement(QUIZ, **in_module)) == ("urn:c:safety", "urn:m:fire", "urn:a:quiz")
    asked = statement(QUESTION, **within([QUIZ], [COURSE]))
    assert places(asked) == ("urn:c:safety", "urn:a:quiz", "urn:a:quiz")
    asked = statement(QUESTION, **within([QUIZ], [MODULE, COURSE]))
    assert places(asked) == ("urn:c:safety", "urn:m:fire", "urn:a:quiz")
    assert places(statement(PAGE)) == (None, None, None)


def test_a_course_in_category_counts_and_a_profile_there_does_not():
    assert places(statement(PAGE, **within(category=[COURSE])))[0] == "urn:c:safety"
    assert places(statement(PAGE, **within(category=[{"id": "urn:profile"}])))[0] is None


def test_context_without_definitions():
    bare = {"id": "urn:c:safety"}
    other = {"id": "urn:x:1"}
    assert places(statement(PAGE, **within([other], [bare]))) == ("urn:c:safety", "urn:x:1", None)
    assert places(statement(PAGE, **within([bare])))[:2] == ("urn:c:safety", "urn:p:1")
    assert places(statement(QUESTION, **within([other]))) == (None, None, "urn:x:1")


def test_what_was_said_before_is_known_and_what_is_said_later_is_not():
    bare = {"id": "urn:c:safety"}
    first = statement(PAGE, **within([{"id": "urn:x:1"}, bare]))
    found = rows(first, statement(COURSE), first)
    assert [event["course"] for event in found] == ["urn:x:1", "urn:c:safety", "urn:c:safety"]


def test_batches_make_no_difference():
    bare = {"id": "urn:c:safety"}
    story = [statement(COURSE), statement(PAGE, **within([{"id": "urn:x:1"}, bare]))]
    learnt = Activities()
    rows(story[0], activities=learnt)
    [second] = rows(story[1], activities=learnt)
    assert second["course"] == rows(*story)[1]["course"] == "urn:c:safety"


def test_activities_keep_the_last_word():
    learnt = Activities()
    named = {**COURSE["definition"], "name": {"de": "Schutz", "en-GB": "Safety"}}
    named["extensions"] = {OWN + "position": 3}
    rows(statement({**COURSE, "definition": named}), statement(COURSE), activities=learnt)
    assert learnt.told == {
        "urn:c:safety": Told("Safety", ADL + "activities/course", 3.0),
    }
    assert name_in({"fr": "Feu", "de": "Feuer"}) == "Feuer"
    assert name_in({}) is None


def test_results_are_kept_as_sent():
    result = {
        "score": {"raw": 8, "max": 10},
        "success": True,
        "completion": False,
        "duration": "PT1H2M3.5S",
        "response": "b",
    }
    found = row(statement(QUESTION, result=result))
    assert (found["score_raw"], found["score_max"], found["score_scaled"]) == (8, 10, None)
    assert (found["success"], found["completion"]) == (True, False)
    assert found["duration_s"] == 3723.5
    assert found["response"] == "b"


def test_free_text_stays_in_the_log():
    essay = {"id": "urn:q:2", "definition": {"interactionType": "long-fill-in"}}
    for about in (essay, PAGE):
        assert row(statement(about, result={"response": "I, Ana, think"}))["response"] is None


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [("P1DT1S", 86_401), ("P2W", 1_209_600), ("P0Y0M0DT30S", 30), ("P1M", None), ("x", None)],
)
def test_durations(duration, seconds):
    assert row(statement(result={"duration": duration}))["duration_s"] == seconds


def test_video_extensions_of_result_and_context():
    extensions = {
        VIDEO + "time": 12.5,
        VIDEO + "played-segments": "0[.]12.5[,]20",
        VIDEO + "progress": "0.1",
    }
    context = {VIDEO + "session-id": "v1", VIDEO + "length": 100, VIDEO + "speed": "1.5x"}
    found = row(statement(result={"extensions": extensions}, context={"extensions": context}))
    assert (found["session_id"], found["length_s"], found["speed"]) == ("v1", 100, 1.5)
    assert (found["time_s"], found["progress"]) == (12.5, 0.1)
    assert found["segments"] == [{"start_s": 0, "end_s": 12.5}]
    assert (found["segments_state"], found["segments_open"]) == ("read", 1)


def test_own_extensions():
    extensions = {
        OWN + "due-at": "2026-06-30",
        OWN + "expires-at": "2027-01-01T00:00:00Z",
        OWN + "transferred": True,
        OWN + "clicks": 17,
    }
    found = row(statement(context={"extensions": extensions}), zone="Asia/Tokyo")
    assert found["due_at"] == datetime(2026, 6, 30, 15, tzinfo=UTC)  # METHODS 0.2
    assert found["expires_at"] == datetime(2027, 1, 1, tzinfo=UTC)
    assert (found["transferred"], found["clicks"]) == (True, 17)
    assert row(statement())["clicks"] == 1


def test_a_voiding_names_its_target_and_whose_it_was():
    void = statement({"objectType": "StatementRef", "id": "ABCD"}, ADL + "verbs/voided")
    void["actor"] = {"mbox": "mailto:dov@example.org"}
    ana = json.dumps(statement()).encode()
    found = row(void, target={"abcd": ana}.get)
    assert (found["did"], found["voids"], found["object"]) == ("voided", "abcd", None)
    assert found["voids_actor"] not in (None, found["actor"])
    assert row(void)["voids_actor"] is None


def test_the_real_video_file():
    path = Path(__file__).resolve().parents[2] / "../shared/data/xapi/funmooc_video_11000.jsonl.gz"
    if not path.exists():
        pytest.skip("the real data is not beside the repository")
    with gzip.open(path) as lines:
        found = rows(*map(json.loads, lines))
    assert len(found) == 11_000
    assert {event["kind"] for event in found} == {"video"}
    assert all(event["course"] and event["module"] == event["object"] for event in found)
    # Counted in the raw text: lists of played segments, and those that end in a part without end.
    assert sum(event["segments_state"] == "read" for event in found) == 5238
    assert sum(event["segments_open"] for event in found) == 1486
