"""What the log does with a batch: new, duplicate, conflict; all of it or nothing."""

import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from logbook import SOURCE, activity, agent, append, identity, sent, taken

from leadline.statements import Identifier
from leadline.store import (
    Conflict,
    Counts,
    Database,
    Held,
    Log,
    Quarantine,
    Seen,
    Sources,
    Unavailable,
)
from leadline.store import (
    log as log_module,
)

BOTH = {"objectType": "Group", "member": [agent("ana"), agent("ben")]}


def test_statements_come_back_in_the_order_of_the_batch(database: Database):
    log = Log(database)
    append(log, sent(3), sent(1))
    append(log, sent(2))
    logged = log.since(0, 10)
    assert [entry.id for entry in logged] == [identity(3), identity(1), identity(2)]
    assert [entry.seq for entry in logged] == [1, 2, 3] and log.head() == 3
    assert [entry.seq for entry in log.since(1, 1)] == [2]
    assert {entry.source for entry in logged} == {SOURCE}


def test_the_payload_holds_the_moment_of_storing(database: Database):
    log = Log(database)
    before = datetime.now(UTC)
    append(log, sent(1))
    after = datetime.now(UTC)
    (logged,) = log.since(0, 10)
    value = msgspec.json.decode(logged.payload)
    assert before <= logged.stored <= after
    assert datetime.fromisoformat(value["stored"]) == logged.stored
    assert value["timestamp"] == value["stored"]
    assert log.get(identity(1)) == logged.payload


def test_the_same_statement_again_is_a_duplicate_and_changes_nothing(database: Database):
    log = Log(database)
    append(log, sent(1))
    before = log.since(0, 10)
    again = log.append([taken(sent(1))], source=SOURCE)
    assert again.duplicate == (identity(1),) and again.accepted == ()
    assert log.since(0, 10) == before


def test_other_content_under_a_known_id_stops_the_whole_batch(database: Database):
    """Data 2.3.1: statements are immutable."""
    log = Log(database)
    append(log, sent(1))
    with pytest.raises(Conflict) as conflict:
        append(log, sent(2), sent(1, did="wrote"), sent(3))
    assert conflict.value.ids == {identity(1)}
    assert log.head() == 1 and log.get(identity(2)) is None
    assert Sources(database).all()[0].counts.received == 1


def test_an_import_holds_what_conflicts_and_goes_on(database: Database):
    log = Log(database)
    append(log, sent(1))
    batch = [taken(sent(2)), taken(sent(1, did="wrote"))]
    for _ in range(2):  # an import is safe to repeat: what is held is held once
        outcome = log.append(batch, source="file", on_conflict="report")
    assert outcome.conflicts == (identity(1),) and outcome.duplicate == (identity(2),)
    (record,) = Quarantine(database).list()
    assert record.source == "file" and record.field == "id"
    assert msgspec.json.decode(record.raw)["verb"]["id"].endswith("wrote")


@pytest.mark.parametrize(("second", "verdict"), [("read", "duplicate"), ("wrote", "conflicts")])
def test_an_id_twice_in_one_batch(database: Database, second: str, verdict: str):
    log = Log(database)
    batch = [taken(sent(1)), taken(sent(1, did=second))]
    outcome = log.append(batch, source=SOURCE, on_conflict="report")
    assert outcome.accepted == (identity(1),) and getattr(outcome, verdict) == (identity(1),)
    assert log.head() == 1


def test_everything_of_a_batch_is_counted_on_its_day(database: Database):
    log, sources = Log(database), Sources(database)
    append(log, sent(1))
    bad = Held("file.jsonl:9", b"{", "", "is not JSON.", "Correct line 9.")
    batch = [taken(sent(1)), taken(sent(2)), taken(sent(2, did="wrote"))]
    log.append(batch, source=SOURCE, held=[bad], on_conflict="report")
    sources.refused(SOURCE, 3, "too large")
    (source,) = sources.all()
    assert source.counts == Counts(received=8, accepted=2, duplicate=1, quarantined=2, refused=3)
    assert source.last_error == "too large"
    assert source.last_success is not None and source.last_failure is not None
    assert list(sources.days(SOURCE)) == [(datetime.now(UTC).date(), source.counts)]


def test_a_source_that_only_fails_has_no_success(database: Database):
    sources = Sources(database)
    sources.declare("crm", "csv")
    sources.declare("crm", "crm")
    sources.failed("crm", "no such file")
    (source,) = sources.all()
    assert (source.kind, source.last_success, source.last_error) == ("crm", None, "no such file")
    assert source.counts == Counts()


def test_stored_never_goes_back_even_if_the_clock_does(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    clock = [datetime(2026, 11, 23, 12, tzinfo=UTC)]

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return clock[0]

    monkeypatch.setattr(log_module, "datetime", Clock)
    log = Log(database)
    for number, hours in enumerate((0, -5, 0, 1), start=1):
        clock[0] += timedelta(hours=hours)
        append(log, sent(number))
    stored = [entry.stored for entry in log.since(0, 10)]
    assert stored == sorted(set(stored))
    assert stored[1] - stored[0] == timedelta(microseconds=1)


def test_writers_side_by_side_keep_the_log_in_the_order_of_commits(database: Database):
    """Nobody who reads on from where he was ever misses a statement, and none is stored twice."""
    log, seen, stop = Log(database), list[int](), threading.Event()

    def write(writer: int) -> None:
        for batch in range(8):
            first = 1000 * writer + 10 * batch
            # Each batch shares a statement and an activity with those of the other writers.
            shared = sent(batch + 1, object={**activity("shared"), "definition": {}})
            append(log, shared, *(sent(first + position) for position in range(10)))

    def follow() -> None:
        while not stop.is_set() or log.head() > len(seen):
            seen.extend(entry.seq for entry in log.since(seen[-1] if seen else 0, 7))

    reader = threading.Thread(target=follow)
    writers = [threading.Thread(target=write, args=(number,)) for number in (1, 2, 3, 4)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    reader.join()
    logged = log.since(0, 1000)
    assert len(logged) == 4 * 8 * 10 + 8 == len({entry.id for entry in logged})
    assert seen == [entry.seq for entry in logged] == list(range(1, len(logged) + 1))
    stored = [entry.stored for entry in logged]
    assert stored == sorted(stored)


def test_a_full_disk_keeps_nothing_of_the_batch_and_all_from_before(tmp_path):
    database = Database.open(f"sqlite:///{tmp_path / 'full.db'}")
    log = Log(database)
    append(log, sent(1))
    (pages,) = database.execute("PRAGMA page_count")[0]
    database.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(Unavailable, match="full"):
        append(log, *(sent(number) for number in range(2, 200)))
    assert log.head() == 1
    database.execute("PRAGMA max_page_count = 1000000")
    append(log, sent(2))
    assert log.head() == 2
    database.close()


def test_attachments_are_kept_once_by_their_sum(database: Database):
    log = Log(database)
    for number in (1, 2):
        log.append([taken(sent(number))], source=SOURCE, attachments={"AB12": b"\0content"})
    assert log.attachment("ab12") == b"\0content"
    assert log.attachment("cd") is None


def test_definitions_are_merged_and_a_change_has_a_revision(database: Database):
    log, book = Log(database), activity("book")["id"]

    def defined(number: int, **definition: object) -> None:
        append(log, sent(number, object={"id": book, "definition": definition}))

    defined(1, name={"en": "Book"}, type="urn:book")
    defined(2, name={"de": "Buch"})
    defined(3, name={"en": "Book"}, type="urn:book")
    (kept,) = log.activities(0)
    assert kept.definition == {"name": {"en": "Book", "de": "Buch"}, "type": "urn:book"}
    assert kept.revision == 2  # the third told nothing new
    assert log.activities(2) == []
    defined(4, name={"en": "The book"}, extensions={"urn:x": 1})
    assert log.definitions([book, "urn:unknown"]) == {
        book: {
            "name": {"en": "The book", "de": "Buch"},
            "type": "urn:book",
            "extensions": {"urn:x": 1},
        }
    }
    assert [changed.revision for changed in log.activities(2)] == [4]


def test_activities_that_changed_together_come_together(database: Database):
    """Whoever reads on from the last revision seen misses none, however small his pages."""
    log = Log(database)
    for batch in ((1, 2), (3, 4, 5)):
        names = {number: {**activity(f"a{number}"), "definition": {}} for number in batch}
        append(log, *(sent(number, object=names[number]) for number in batch))
    first = log.activities(0, limit=1)
    assert [kept.id[-2:] for kept in first] == ["a1", "a2"]
    assert [kept.id[-2:] for kept in log.activities(first[-1].revision, limit=2)] == [
        "a3",
        "a4",
        "a5",
    ]
    assert log.activities(5) == []


def test_what_was_rolled_back_is_not_remembered_as_merged(database: Database):
    log, defined = Log(database), {**activity("book"), "definition": {"name": {"en": "Book"}}}
    append(log, sent(1))
    with pytest.raises(Conflict):
        append(log, sent(2, object=defined), sent(1, did="wrote"))
    append(log, sent(2, object=defined))
    assert [kept.id for kept in log.activities(0)] == [defined["id"]]


def test_consistent_through_is_now_unless_somebody_writes(database: Database):
    """Communication 2.1.3."""
    log = Log(database)
    append(log, sent(1))
    (last,) = log.since(0, 1)
    before = datetime.now(UTC)
    assert log.consistent_through() >= before
    answers = []
    with database.transaction() as tx:
        tx.take_turn("log")
        reader = threading.Thread(target=lambda: answers.append(log.consistent_through()))
        reader.start()
        reader.join()
    assert answers == [last.stored]


def test_consistent_through_minds_writers_of_the_log_only(database: Database):
    """A person who is imported meanwhile is no reason to answer with an old moment."""
    log = Log(database)
    append(log, sent(1))
    before, answers = datetime.now(UTC), []
    with database.transaction() as tx:
        tx.execute("UPDATE source SET kind = 'file'")
        reader = threading.Thread(target=lambda: answers.append(log.consistent_through()))
        reader.start()
        reader.join()
    assert answers[0] >= before


def test_a_writer_that_fails_or_is_killed_lets_go_of_its_turn(
    database: Database, database_url: str
):
    log = Log(database)
    append(log, sent(1))
    with pytest.raises(Conflict):
        append(log, sent(1, did="wrote"))
    before = datetime.now(UTC)
    assert log.consistent_through() >= before
    program = (
        "import sys; from leadline.store import Database\n"
        "with Database.open(sys.argv[1]).transaction() as tx:\n"
        "    tx.take_turn('log'); print('writing', flush=True); sys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program, database_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdout.readline() == b"writing\n"
    assert log.consistent_through() == log.since(0, 1)[0].stored
    other.kill()
    other.communicate()
    for _ in range(100):  # a server takes a moment to notice that its client is gone
        if log.consistent_through() >= before:
            return
        time.sleep(0.05)
    pytest.fail("the turn of the killed writer was never given back")


def test_two_batches_in_one_transaction_take_one_turn(database: Database):
    log = Log(database)
    with database.transaction():
        append(log, sent(1))
        append(log, sent(2))
    assert log.head() == 2


def test_a_statement_that_comes_again_is_a_duplicate_however_it_is_written(database: Database):
    """To the byte, with its parts in another order, and with what the store gave it left out."""
    log, timed = Log(database), {"timestamp": "2026-06-01T10:00:00Z"}
    append(log, sent(1), sent(2, **timed))
    batch = [taken(sent(1)), taken(dict(reversed(sent(2, **timed).items())))]
    again = log.append([*batch, taken(sent(2, **timed))], source=SOURCE)
    assert again.duplicate == (identity(1), identity(2), identity(2)) and not again.accepted
    with pytest.raises(Conflict):
        append(log, sent(2, timestamp="2026-06-01T10:00:01Z"))


def test_the_log_says_how_often_and_when_somebody_came_up(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("leadline.store.postings.BLOCK_STATEMENTS", 2)
    monkeypatch.setattr("leadline.store.postings.PIECE_STATEMENTS", 1)
    log = Log(database)
    append(log, sent(1), sent(2, who="ben"), sent(3))
    append(log, sent(4, object=agent("ana"), who="ben"), sent(5, context={"team": BOTH}))
    first, *_, last = (entry.stored for entry in log.since(0, 10))
    ana, ben, eve = (Identifier("mbox", agent(name)["mbox"]) for name in ("ana", "ben", "eve"))
    assert log.seen([ana, ben, eve]) == {ana: Seen(4, first, last), ben: Seen(2, first, last)}
