"""The one path into the log: what is taken, what is held back, what happens when it is repeated."""

import json

import pytest

from leadline.sources.ids import derived_id
from leadline.sources.intake import BATCH_RECORDS, Taken
from leadline.sources.records import Record
from leadline.sources.replay import Replay, Replayed

from .world import as_lines, statement, zipped


def test_good_records_become_statements(world):
    path = world.file("s.jsonl", as_lines(statement(n) for n in range(3)))

    taken = world.take(path)

    assert taken == Taken(received=3, accepted=3)
    stored = world.values()
    assert [value["object"]["id"][-1] for value in stored] == ["0", "1", "2"]
    assert stored[0]["authority"]["account"]["name"] == "lms"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("{broken", "statement"),
        ('{"a": NaN}', "statement"),
        ("[1]", "statement"),
        ('"text"', "statement"),
        ("\x00", "statement"),
        ("[" * 100_000, "statement"),
        (json.dumps(statement(8, actor={"mbox": "ben"})), "actor.mbox"),
        (json.dumps(statement(8, verb={})), "verb.id"),
        (json.dumps(statement(8, timestamp="yesterday")), "timestamp"),
    ],
)
def test_a_bad_record_is_held_with_its_reason_and_stops_nothing(world, line, field):
    path = world.file("s.jsonl", as_lines([statement(1)]) + line + "\n" + as_lines([statement(2)]))

    taken = world.take(path)

    assert taken == Taken(received=3, accepted=2, quarantined=1)
    (held,) = world.quarantine.list()
    assert (held.source, held.origin, held.field) == ("lms", "s.jsonl:2", field)
    assert held.raw.decode() == line
    assert held.reason
    assert held.remedy


def test_bytes_that_are_no_text(world):
    path = world.file("s.jsonl", b'{"a": "\xff\xfe"}\n')

    assert world.take(path) == Taken(received=1, quarantined=1)


def test_the_same_file_again_is_all_duplicates(world):
    path = world.file("s.jsonl.gz", zipped(as_lines(statement(n) for n in range(5)) + "{\n"))

    world.take(path)
    again = world.take(path)

    assert again == Taken(received=6, duplicate=5, quarantined=1)
    assert len(world.values()) == 5
    assert len(world.held()) == 1


def test_the_ledger_of_the_source_agrees(world):
    path = world.file("s.jsonl", as_lines([statement(1), statement(1), {}, statement(2)]))

    taken = world.take(path)

    assert taken == Taken(received=4, accepted=2, duplicate=1, quarantined=1)
    (source,) = world.sources.all()
    counts = source.counts
    assert (counts.received, counts.accepted) == (4, 2)
    assert (counts.duplicate, counts.quarantined) == (1, 1)


def test_another_statement_under_a_known_id_is_held(world):
    other = statement(1, verb={"id": "http://adlnet.gov/expapi/verbs/passed"})
    path = world.file("s.jsonl", as_lines([statement(1), other]))

    assert world.take(path) == Taken(received=2, accepted=1, quarantined=1)
    assert world.quarantine.list()[0].field == "id"


def test_records_without_an_id_may_be_repeated_too(world):
    nameless = {key: value for key, value in statement(1).items() if key != "id"}
    turned = dict(reversed(nameless.items()))
    path = world.file("s.jsonl", as_lines([nameless, {"id": None, **turned}]))

    first = world.take(path)
    again = world.take(path)
    elsewhere = world.take(path, source="other")

    assert (first.accepted, first.duplicate) == (1, 1)
    assert (again.accepted, again.duplicate) == (0, 2)
    assert elsewhere.accepted == 1


def test_derived_ids_are_version_5_uuids():
    import uuid

    made = uuid.UUID(derived_id("lms", b"{}"))

    assert (made.version, made.variant) == (5, uuid.RFC_4122)
    namespace = uuid.uuid5(uuid.NAMESPACE_URL, "urn:leadline:statement")
    assert made == uuid.uuid5(namespace, "lms|{}")


def test_statements_of_version_2_are_read_by_its_rules(world):
    modern = statement(1, version="2.0.0", timestamp="2026-06-01T12:00:00+02:00")

    world.take(world.file("s.jsonl", as_lines([modern])))

    assert world.values()[0]["timestamp"].startswith("2026-06-01T10:00:00")


def test_everything_is_streamed_in_batches(world):
    given = 0

    def endless():
        nonlocal given
        for given in range(1, 10 * BATCH_RECORDS):
            yield Record("x:1", json.dumps(statement(given)).encode())

    from leadline.sources.intake import Intake

    steps = Intake(world.log).take(endless(), "lms")
    assert given == 0
    assert next(steps).received == BATCH_RECORDS
    assert given == BATCH_RECORDS
    assert next(steps).received == 2 * BATCH_RECORDS
    steps.close()
    assert world.log.head() == 2 * BATCH_RECORDS


@pytest.fixture
def replay(world):
    return Replay(world.database, world.log, world.quarantine)


def test_replay_takes_in_what_passes_by_now(world, replay, monkeypatch):
    from leadline.statements import BadStatement

    path = world.file("s.jsonl", as_lines([statement(1), statement(2), {"id": 3}]))
    with monkeypatch.context() as rules:
        from leadline.sources import reading

        def refuse(value, **_):
            raise BadStatement("verb", "was refused by a rule too strict.", "Wait.", "")

        rules.setattr(reading, "read", refuse)
        assert world.take(path).quarantined == 3

    *_, total = replay.again()

    assert total == Replayed(replayed=2, still_held=1)
    assert len(world.values()) == 2
    assert world.held() == [("s.jsonl:3", "verb")]
    assert len(world.quarantine.list(state="replayed")) == 2
    assert list(replay.again())[-1] == Replayed(still_held=1)


def test_a_record_whose_id_is_taken_by_now_stays_and_holds_back_no_other(world, replay):
    """Both 1s were held, then mended: the first comes in, the second claims its id, 2 is its own;
    3 has come in by another way, and says something else."""
    world.take(world.file("s.jsonl", as_lines([{"n": n} for n in range(4)])))
    world.take(world.file("t.jsonl", as_lines([statement(3)])))
    first, *_, other = records = world.quarantine.list()
    mended = (statement(1), statement(1, timestamp="2026-06-02T10:00:00Z"), statement(2))
    taken_over = statement(3, timestamp="2026-06-02T10:00:00Z")
    for record, value in zip(records, (*mended, taken_over), strict=True):
        world.database.execute(
            "UPDATE quarantine SET raw = ? WHERE key = ?", (json.dumps(value).encode(), record.key)
        )

    assert list(replay.again()) == [Replayed(replayed=2, still_held=2)]

    stored = {(value["id"][-1], value["timestamp"][:10]) for value in world.values()}
    assert stored == {("1", "2026-06-01"), ("2", "2026-06-01"), ("3", "2026-06-01")}
    assert [one.key for one in world.quarantine.list()] == [first.key + 1, other.key]


def test_replay_of_chosen_records_and_sources_only(world, replay):
    world.take(world.file("a.jsonl", "{\n[]\n"), source="a")
    world.take(world.file("b.jsonl", "{\n"), source="b")
    first = world.quarantine.list()[0]

    assert [one.source for one in replay.held(source="b")] == ["b"]
    assert [one.key for one in replay.held(keys=[first.key])] == [first.key]
    assert len(list(replay.held())) == 3


def test_a_crash_between_statement_and_mark_leaves_neither(world, replay, monkeypatch):
    world.take(world.file("s.jsonl", as_lines([statement(1)])[:-2] + "\n"))
    record = world.quarantine.list()[0]
    world.database.execute(
        "UPDATE quarantine SET raw = ? WHERE key = ?",
        (json.dumps(statement(1)).encode(), record.key),
    )

    def crash(*_):
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(world.quarantine, "mark", crash)
        with pytest.raises(MemoryError):
            list(replay.again())

    assert world.values() == []
    assert list(replay.again())[-1] == Replayed(replayed=1)
