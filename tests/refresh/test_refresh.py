"""Refreshes of a small world: what becomes visible, for whom, and that repeating changes nothing."""

from dataclasses import replace

from small_world import COURSE, killed_at

from leadline.engine import compaction
from leadline.refresh import refresh

PAGE = {"id": "https://lms.example.org/p/1"}
INSIDE = {"context": {"contextActivities": {"parent": [{"id": COURSE["id"]}]}}}


def tally(world):
    return {(row["person"], row["object"]): row["events"] for row in world.rows()}


def test_an_empty_log_gives_an_empty_lake(small):
    done = small.refresh()
    assert (done.mark, done.statements, done.people) == (0, 0, 0)
    assert small.rows() == []


def test_statements_become_events_and_facts(small):
    small.say("ana")
    small.say("ana")
    small.say("ben")
    done = small.refresh()
    assert (done.mark, done.statements, done.people) == (3, 3, 2)
    assert tally(small) == {
        (small.key("ana"), COURSE["id"]): 2,
        (small.key("ben"), COURSE["id"]): 1,
    }


def test_a_second_refresh_with_nothing_new_writes_nothing(small):
    small.say("ana")
    small.refresh()
    version = small.lake.snapshot().version
    with killed_at(None) as writes:
        done = small.refresh()
    assert (done.statements, done.people) == (0, 0)
    assert writes == [] and small.lake.snapshot().version == version


def test_only_people_with_something_new_are_computed_anew(small):
    small.say("ana")
    small.say("ben")
    small.refresh()
    small.say("ana")
    assert small.refresh().people == 1
    assert tally(small)[small.key("ana"), COURSE["id"]] == 2
    assert tally(small)[small.key("ben"), COURSE["id"]] == 1


def test_the_same_statement_again_counts_once(small):
    first = small.say("ana", minute=1)
    small.refresh()
    small.say("ana", minute=1, id=first)
    assert small.refresh().statements == 0
    assert tally(small) == {(small.key("ana"), COURSE["id"]): 1}


def test_a_late_statement_takes_its_place_by_when_it_happened(small):
    newest = small.say("ana", minute=50)
    small.refresh()
    small.say("ana", minute=10)
    small.refresh()
    assert small.rows()[0]["last"] == newest


def test_voiding_takes_a_statement_out_of_its_persons_facts(small):
    small.say("ana")
    wrong = small.say("ana")
    small.refresh()
    small.void(wrong)
    assert small.refresh().people == 2  # Ana, and Dov who voided
    assert tally(small) == {(small.key("ana"), COURSE["id"]): 1}


def test_a_statement_voided_before_it_arrives_never_counts(small):
    small.void("00000000-0000-4000-8000-00000000000a")
    small.refresh()
    small.say("ana", id="00000000-0000-4000-8000-00000000000a")
    small.refresh()
    assert tally(small) == {}
    assert len(small.rows("event")) == 2


def test_an_identity_learnt_later_joins_the_histories(small):
    small.say("ana")
    small.say("ana.private")
    small.refresh()
    small.claim("E1", "ana", "ana.private")
    done = small.refresh()
    person = small.directory.key_of("E1")
    assert (done.statements, done.people) == (0, 1)  # the keys she had before are nobody's now
    assert tally(small) == {(person, COURSE["id"]): 2}


def test_positions_sources_and_activities_are_there(small):
    small.claim("E1", "ana")
    small.say("ana", about=PAGE, **INSIDE)
    small.say("ana")
    small.refresh()
    activities = {row["activity"]: row for row in small.rows("activity")}
    assert activities[COURSE["id"]]["name"] == "Safety"
    assert activities[COURSE["id"]]["kind"] == "course"
    assert activities[PAGE["id"]]["kind"] == "module"  # the course holds it directly
    assert activities[PAGE["id"]]["course"] == COURSE["id"]
    assert [(row["source"], row["statements"]) for row in small.rows("source")] == [("lms", 2)]
    commit = small.lake.snapshot().commit
    assert commit.watermark == max(event["stored"] for event in small.rows("event"))


def test_a_rebuild_gives_what_the_refreshes_gave(small):
    small.say("ana", about=PAGE, **INSIDE)  # before anybody said that the parent is a course
    small.refresh()
    wrong = small.say("ben")
    small.say("ana", about=PAGE, **INSIDE)
    small.refresh()
    small.void(wrong)
    small.claim("E1", "ana")
    small.refresh()
    before = small.visible()
    done = small.rebuild()
    assert done.rebuilt and done.statements == 4
    assert small.visible() == before


def test_other_definitions_are_rebuilt_by_the_next_refresh(small):
    small.say("ana")
    small.refresh()
    elsewhere = replace(small.parts(), zone="Asia/Tokyo")
    assert refresh(elsewhere).rebuilt
    assert not refresh(elsewhere).rebuilt


def test_killed_before_any_write_the_next_refresh_makes_it_good(small, monkeypatch):
    monkeypatch.setattr(compaction, "BLOCK_FILES_MOST", 1)
    monkeypatch.setattr(compaction, "FACT_FILES_MOST", 1)
    small.say("ana")
    small.refresh()
    every = set()
    for step in range(100):
        small.void(small.say("ana"))  # every refresh has another mark, and something of everything
        small.say(f"guest{step}")
        small.claim(f"E{step}", f"guest{step - 1}")
        with killed_at(step) as writes:
            small.refresh()
        every |= {*writes}
        assert small.coherent(), (step, writes)
        if len(writes) <= step:
            break
    assert {"restore", "append", "overwrite", "write", "merge_small_files"} <= every
    assert len(small.rows("event")) == small.log.head()
    before = small.visible()
    small.rebuild()
    assert small.visible() == before


def test_a_first_refresh_that_was_killed_goes_on_where_it_was(small, monkeypatch):
    monkeypatch.setattr("leadline.refresh.run.BATCH_STATEMENTS", 2)
    for name in ("ana", "ben", "cleo", "ana", "ben"):
        small.say(name)
    with killed_at(2) as writes:
        small.refresh()
    assert writes == ["append", "append", "append"]
    assert small.rows("event") == []
    with killed_at(None) as writes:
        assert small.refresh().statements == 5
    assert writes[:2] == ["append", "append"]  # one batch of events, then facts
    assert small.lake.reached() == 5
    assert small.coherent() and len(small.rows("event")) == 5


def test_a_killed_rebuild_leaves_the_old_lake_and_no_rubbish(small):
    small.say("ana")
    small.refresh()
    before = small.visible()
    with killed_at(2):
        small.rebuild()
    assert small.visible() == before
    small.say("ana")
    small.refresh()
    assert small.coherent()
    assert [folder.name[:4] for folder in small.lake.folder.glob("0*")] == ["0001"]
