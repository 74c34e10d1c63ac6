"""The lake with two tables of a few rows: what is visible, and when."""

import pyarrow as pa
import pytest

from leadline.engine import Lake, UnreadableTable
from leadline.engine.compaction import EVENT

SCHEMA = pa.schema([("seq", pa.int64()), ("actor", pa.int64()), ("timestamp", pa.int64())])
FACT = pa.schema([("person", pa.int64()), ("value", pa.string()), ("version", pa.int64())])
ANA, BEN = 1, 2


def events(*seqs):
    return pa.table({"seq": seqs, "actor": [ANA] * len(seqs), "timestamp": seqs}, schema=SCHEMA)


def fact(version, **values):
    people = {"ana": ANA, "ben": BEN}
    rows = [{"person": people[n], "value": v, "version": version} for n, v in values.items()]
    return pa.Table.from_pylist(rows, schema=FACT)


@pytest.fixture
def lake(tmp_path):
    empty = {EVENT: SCHEMA, "visit": pa.schema(list(FACT)[:2])}
    return Lake.open(str(tmp_path / "lake"), memory_mb=256, threads=1, schemas=empty)


def seen(lake, table="visit", snapshot=None):
    rows = lake.connect(snapshot).table(table).to_pyarrow().to_pylist()
    if table == EVENT:
        return sorted(row["seq"] for row in rows)
    return sorted((row["person"], row["value"]) for row in rows)


def test_an_empty_lake_answers_with_typed_empty_tables(lake):
    visit = lake.connect().table("visit")
    assert visit.count().to_pyarrow().as_py() == 0
    assert visit.schema()["person"].is_int64()


def test_nothing_is_visible_before_the_commit_and_all_after_it(lake):
    lake.begin()
    assert lake.append(EVENT, events(1, 2), mark=2)
    assert lake.append("visit", fact(1, ana="first"), mark=1)
    assert seen(lake, EVENT) == [] and seen(lake) == []
    lake.commit(2)
    assert seen(lake, EVENT) == [1, 2] and seen(lake) == [(ANA, "first")]


def test_an_append_happens_once_per_mark(lake):
    lake.begin()
    assert lake.append(EVENT, events(1, 2), mark=2)
    assert not lake.append(EVENT, events(1, 2), mark=2)
    lake.commit(2)
    assert seen(lake, EVENT) == [1, 2]


def test_rows_of_an_older_version_are_dead_once_the_person_is_recomputed(lake):
    lake.begin()
    lake.append("visit", fact(1, ana="old", ben="old"), mark=1)
    lake.commit(1)
    lake.append("visit", fact(2, ana="new"), mark=2)
    lake.commit(2, people=pa.array([ANA]))
    assert seen(lake) == [(ANA, "new"), (BEN, "old")]


def test_a_recomputed_person_without_new_rows_has_none(lake):
    lake.begin()
    lake.append("visit", fact(1, ana="old"), mark=1)
    lake.commit(1)
    lake.commit(1, people=pa.array([ANA]))
    assert seen(lake) == []


def test_a_snapshot_stays_as_it_was(lake):
    lake.begin()
    lake.append("visit", fact(1, ana="old"), mark=1)
    lake.commit(1)
    before = lake.snapshot()
    lake.append("visit", fact(2, ana="new"), mark=2)
    lake.commit(2, people=pa.array([ANA]))
    lake.compact(force=True)
    assert seen(lake, snapshot=before) == [(ANA, "old")]
    assert seen(lake) == [(ANA, "new")]


def test_facts_of_a_killed_refresh_are_replaced_though_the_mark_is_the_same(lake):
    lake.begin()
    lake.commit(0)
    lake.append("visit", fact(2, ana="killed"), mark=2)
    again = Lake.open(str(lake.folder))
    again.begin()
    assert again.append("visit", fact(2, ben="repeated"), mark=2)
    again.commit(1, people=pa.array([BEN]))
    assert seen(again) == [(BEN, "repeated")]


def test_events_of_a_killed_refresh_are_gone_on_from_with_other_batches(lake):
    lake.begin()
    lake.append(EVENT, events(1, 2, 3), mark=3)
    again = Lake.open(str(lake.folder))
    again.begin()
    assert again.reached() == 3
    again.append(EVENT, events(4, 5, 6, 7), mark=7)
    again.commit(7)
    assert seen(again, EVENT) == [1, 2, 3, 4, 5, 6, 7]


def test_compaction_keeps_the_rows_and_sorts_the_events(lake):
    lake.begin()
    for seq in (3, 5, 9):
        lake.append(EVENT, events(seq), mark=seq)
    lake.append("visit", fact(1, ana="old", ben="old"), mark=1)
    lake.commit(9)
    lake.append("visit", fact(2, ana="new"), mark=2)
    lake.commit(9, people=pa.array([ANA]))
    assert lake.compact(force=True)
    snapshot = lake.snapshot()
    assert len(snapshot.tables[EVENT].paths) == 1 and len(snapshot.tables["visit"].paths) == 1
    assert seen(lake, EVENT) == [3, 5, 9]
    assert seen(lake) == [(ANA, "new"), (BEN, "old")]
    lake.append("visit", fact(4, ben="later"), mark=4)
    lake.commit(9, people=pa.array([BEN]))
    assert seen(lake) == [(ANA, "new"), (BEN, "later")]


def test_a_compaction_killed_before_its_commit_changes_nothing(lake, monkeypatch):
    lake.begin()
    lake.append("visit", fact(1, ana="old"), mark=1)
    lake.commit(1)
    lake.append("visit", fact(2, ana="new"), mark=2)
    lake.commit(1, people=pa.array([ANA]))
    monkeypatch.setattr(
        lake, "_put_in_force", lambda old, new: (_ for _ in ()).throw(KeyboardInterrupt)
    )
    with pytest.raises(KeyboardInterrupt):
        lake.compact(force=True)
    again = Lake.open(str(lake.folder))
    assert seen(again) == [(ANA, "new")]
    again.begin()
    again.append("visit", fact(3, ben="next"), mark=3)
    again.commit(1, people=pa.array([BEN]))
    assert seen(again) == [(ANA, "new"), (BEN, "next")]


def test_a_rebuild_is_invisible_until_its_commit_and_a_killed_one_leaves_nothing(lake):
    lake.begin()
    lake.append(EVENT, events(1), mark=1)
    lake.append("visit", fact(1, ana="old"), mark=1)
    lake.commit(1)
    lake.begin(fresh=True)
    lake.append(EVENT, events(1), mark=1)
    lake.append("visit", fact(2, ana="killed"), mark=2)
    again = Lake.open(str(lake.folder))
    again.begin(fresh=True)
    assert seen(again) == [(ANA, "old")]
    again.append(EVENT, events(1), mark=1)
    again.append("visit", fact(2, ana="rebuilt"), mark=2)
    again.commit(1)
    assert seen(again, EVENT) == [1] and seen(again) == [(ANA, "rebuilt")]


def test_a_table_with_column_mapping_is_refused_with_a_remedy(lake):
    lake.begin()
    lake.append("visit", fact(1, ana="old"), mark=1)
    log = next(lake.folder.glob("*/visit/_delta_log/*0.json"))
    text = log.read_text()
    assert '"configuration":{' in text
    log.write_text(
        text.replace('"configuration":{', '"configuration":{"delta.columnMapping.mode":"name",')
    )
    with pytest.raises(UnreadableTable, match=r"visit uses columnMapping.*facts rebuild"):
        lake.append("visit", fact(2, ana="new"), mark=2)


def test_a_lake_elsewhere_than_in_a_folder_is_refused():
    with pytest.raises(ValueError, match="Name a folder"):
        Lake.open("s3://bucket/lake")
