"""The SQL of a question is translated once; the answers must be those of a fresh translation."""

import gc
import weakref
from datetime import UTC, datetime, timedelta

import duckdb
import ibis
import pyarrow as pa
import pytest

from leadline.engine import connection
from leadline.engine.connection import Connection

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
ROWS = pa.table(
    {
        "person": [1, 2, 3, 4],
        "course": ["forklift", "O'Hara's", "forklift", "fire"],
        "module": ["forklift", "a", "b", "fire"],
        "at": [NOON + timedelta(hours=hours) for hours in range(4)],
    }
)


@pytest.fixture
def translated(monkeypatch):
    """The expressions that were translated, rather than answered from memory."""
    monkeypatch.setattr(connection, "_templates", connection._Templates())
    seen = []
    plain = connection.Backend.compile

    def compile(self, expr, **how):
        seen.append(expr)
        return plain(self, expr, **how)

    monkeypatch.setattr(connection.Backend, "compile", compile)
    return seen


def opened():
    inner = duckdb.connect()
    inner.register("rows", ROWS)
    inner.execute("CREATE TABLE visit AS FROM rows")
    return Connection.over(inner, {})


def of_course(visit, course):
    return visit.filter(visit.course == course).person


def people(column):
    return sorted(column.to_pyarrow().to_pylist())


def test_another_value_in_another_snapshot_needs_no_second_translation(translated):
    assert people(of_course(opened().table("visit"), "forklift")) == [1, 3]
    assert people(of_course(opened().table("visit"), "O'Hara's")) == [2]
    assert people(of_course(opened().table("visit"), "no' OR '1'='1")) == []
    assert len(translated) == 1


def test_instants_are_filled_in_to_the_second_and_below(translated):
    visit = opened().table("visit")
    for late, expected in ((0, [1]), (3_600, [1, 2]), (3_599.999_999, [1]), (10_800, [1, 2, 3, 4])):
        until = ibis.literal(NOON + timedelta(seconds=late))
        assert people(visit.filter(visit.at <= until).person) == expected
    assert len(translated) == 1


def test_equal_values_are_another_shape_than_different_ones(translated):
    visit = opened().table("visit")

    def both(course, module):
        return people(visit.filter(visit.course == course, visit.module == module).person)

    assert both("forklift", "b") == [3]
    assert both("forklift", "forklift") == [1]
    assert both("fire", "fire") == [4]
    assert both("O'Hara's", "a") == [2]
    assert len(translated) == 2


def test_a_value_that_is_translated_itself_stays_in_the_shape(translated):
    visit = opened().table("visit")
    assert set(visit.at.strftime("%Y-%m").to_pyarrow().to_pylist()) == {"2026-03"}
    assert set(visit.at.strftime("%d").to_pyarrow().to_pylist()) == {"09"}
    assert visit.course.replace("fork", "spoon").max().to_pyarrow().as_py() == "spoonlift"
    assert visit.course.replace("lift", "flip").max().to_pyarrow().as_py() == "forkflip"


def test_a_kept_table_is_asked_by_its_own_name(translated):
    visit = opened().table("visit")
    for course, expected in (("forklift", [1, 3]), ("fire", [4])):
        kept = visit.filter(visit.course == course).cache()
        assert people(kept.person) == expected
        assert kept.at.max().name("last").to_pyarrow() is not None
        kept.release()
    assert len(translated) == 3  # the rows, the people, the last visit


def test_rows_from_memory_are_those_of_this_question(translated):
    visit = opened().table("visit")
    for wanted in ([1, 2], [4], []):
        keys = ibis.memtable(pa.table({"person": pa.array(wanted, pa.int64())}))
        assert people(visit.semi_join(keys, "person").person) == wanted
    assert len(translated) == 1


def test_a_connection_that_met_a_table_in_memory_is_let_go():
    """With it goes the DuckDB instance of its snapshot; every refresh makes a new one."""
    conn = opened()
    few = ibis.memtable(pa.table({"person": [1, 2]}))
    assert conn.table("visit").semi_join(few, "person").count().to_pyarrow().as_py() == 2
    gone = weakref.ref(conn.con)
    del conn, few
    gc.collect()
    assert gone() is None
