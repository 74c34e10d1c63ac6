"""What every fact promises: its columns and types, one row per grain, and SQL for each engine."""

import ibis
import pytest
from facts_world import at, event, moment_table, rows, unbound, watched

from leadline.facts import Sensitivity, catalogue, moments

FACTS = sorted(catalogue())
KEYS = {
    "attempt": ("person", "course", "cycle_no", "assessment", "attempt_no"),
    "certificate": ("person", "certificate", "issued_at"),
    "cycle": ("person", "course", "cycle_no"),
    "draw": ("person", "trial"),
    "invitation": ("person", "course", "cycle_no", "assessment"),
    "outcome": ("person", "outcome", "at"),
    "reach": ("person", "course", "cycle_no", "module"),
    "response": ("person", "course", "cycle_no", "assessment", "attempt_no", "question"),
    "session": ("person", "session_no", "course", "module", "local_date"),
    "watch": ("person", "course", "cycle_no", "video"),
}


class Spark(ibis.config.Config):
    """What loading PySpark would register; Ibis's compiler for it asks."""

    treat_nan_as_null: bool = False


@pytest.fixture(params=["duckdb", "pyspark", "clickhouse"])
def dialect(request, monkeypatch):
    monkeypatch.setattr(ibis.options, "pyspark", Spark())
    return request.param


def test_the_catalogue_is_what_lies_in_the_folder():
    assert set(FACTS) == {*KEYS, "segment"}


@pytest.mark.parametrize("name", FACTS)
def test_every_engine_gets_its_sql(name, dialect):
    asked = catalogue()[name].rows(moment_table())
    assert "moment" in ibis.to_sql(asked, dialect=dialect, pretty=False)


def test_every_engine_gets_its_moments(dialect):
    assert "event" in ibis.to_sql(moments(*unbound()), dialect=dialect, pretty=False)


@pytest.mark.parametrize("name", FACTS)
def test_columns_are_as_declared(name):
    fact = catalogue()[name]
    assert fact.rows(moment_table()).schema() == fact.schema()
    assert fact.columns["person"].sensitivity is Sensitivity.KEY
    assert all(column.meaning for column in fact.columns.values())


def busy():
    """Some of everything, twice over."""
    first = [
        event(0, "assigned", due_at=at(days=9)),
        event(10, "played", "video", module="M1", time_s=0.0),
        event(20, "paused", "video", module="M1", time_s=9.0),
        event(30, "paused", "video", module="M1", session_id="s", **watched((0, 9), (0, 9))),
        event(40, "initialized", "assessment", module="M2"),
        event(50, "answered", "question", object="q", assessment="Q", module="M2", success=True),
        event(60, "passed", "assessment", module="M2", success=True),
        event(70, "experienced", "page", object="P", module="M3"),
        event(80, "completed"),
        event(85, "assigned", "assessment"),
        event(90, "earned", "certificate", object="first-aid"),
        event(95, "measured", "outcome", object="csat", score_raw=4.5),
        event(97, "drawn", "trial", object="coaching", success=True),
    ]
    return [*first, *(e | {"timestamp": at(5000 + n)} for n, e in enumerate(first))]


@pytest.mark.parametrize("name", sorted(KEYS))
def test_one_row_per_grain(name):
    found = [tuple(r[k] for k in KEYS[name]) for r in rows(name, busy())]
    assert found
    assert len(set(found)) == len(found)
