"""The same lake, the same numbers: DuckDB, Spark, and ClickHouse in the process (chdb).

Every fact, metric and shape is asked of each engine over the tables of one world; what DuckDB, the
product's own, answers is what the others have to answer. A new metric or fact is asked by being
there."""

import shutil
from statistics import median

import pyarrow as pa
import pytest
from agreement import METRICS, SHAPES, answer, differences, facts_of, measured, moments_of
from busy_world import busy
from three_engines import clickhouse, spark

from leadline.facts import catalogue as facts_catalogue
from leadline.refresh import schemas

pytestmark = pytest.mark.xdist_group("spark")

OTHERS = ("spark", "clickhouse")
FACTS = facts_catalogue()
# (engine, what is asked) -> why it cannot answer as DuckDB does
GAPS = {
    ("clickhouse", "periods"): "ClickHouse has no day after 2149; what holds for good ends in 9999",
    (
        "clickhouse",
        "median of many",
    ): "for quantiles Ibis calls quantile(), which draws 8,192 of the rows",
    (
        "clickhouse",
        "people among many",
    ): "for distinct counts Ibis calls uniq(), which estimates many",
}


def asked(names):
    """Every name of every other engine, with what is known not to work expected not to."""
    return [
        pytest.param(
            engine,
            name,
            marks=[pytest.mark.xfail(strict=True, reason=GAPS[engine, name])]
            if (engine, name) in GAPS
            else [],
            id=f"{engine}-{name}",
        )
        for engine in OTHERS
        for name in names
    ]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = busy(tmp_path_factory.mktemp("busy"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def tables(world):
    lake = world.app.lake.connect()
    return {name: lake.table(name).to_pyarrow() for name in schemas()}


@pytest.fixture(scope="module", name="spark")
def in_spark(tables, tmp_path_factory):
    if shutil.which("java") is None:
        pytest.skip("no Java on this machine, which Spark runs in")
    with spark(tmp_path_factory.mktemp("spark")) as opened:
        for name, rows in tables.items():
            opened.bring(name, rows)
        yield opened


@pytest.fixture(scope="module", name="clickhouse")
def in_clickhouse(tables):
    with clickhouse() as opened:
        for name, rows in tables.items():
            opened.bring(name, rows)
        yield opened


@pytest.fixture(scope="module")
def duckdb(world):
    return world.app.lake.connect()


@pytest.fixture(scope="module")
def kept():
    """What several tests need, made once: an engine's facts, and what DuckDB answers."""
    return {}


def once(kept, key, make):
    if key not in kept:
        kept[key] = make()
    return kept[key]


@pytest.fixture(scope="module")
def facts(request, kept):
    """The facts of an engine by its name."""

    def opened(engine):
        return once(kept, f"facts {engine}", lambda: facts_of(request.getfixturevalue(engine)))

    return opened


def same(found, expected):
    differing = list(differences(found, expected))
    assert not differing, "\n".join(differing[:20])


@pytest.mark.parametrize(("engine", "name"), asked(METRICS))
def test_a_metric(facts, kept, engine, name):
    metric = METRICS[name]
    expected = once(kept, name, lambda: measured(facts("duckdb"), metric))
    assert expected["rows"], "the world has nothing of this metric; give busy_world some"
    same(measured(facts(engine), metric), expected)


@pytest.mark.parametrize(("engine", "name"), asked(SHAPES))
def test_a_shape(facts, kept, engine, name):
    expected = once(kept, f"shape {name}", lambda: SHAPES[name](facts("duckdb")))
    assert expected, "the world has nothing of this shape; give busy_world some"
    same(SHAPES[name](facts(engine)), expected)


@pytest.mark.parametrize(("engine", "name"), asked(["moments", *FACTS]))
def test_a_fact(request, duckdb, kept, engine, name):
    """Moments first, then each fact made of the engine's own; DuckDB's are those in the lake."""
    opened = request.getfixturevalue(engine)
    own = once(kept, f"moments {engine}", lambda: moments_of(opened).cache())
    if name == "moments":
        same(answer(own), answer(moments_of(duckdb)))
    else:
        expected = answer(duckdb.table(name))
        assert expected, "the world has nothing of this fact; give busy_world some"
        same(answer(FACTS[name].rows(own)), expected)


MANY = pa.table(
    {
        "person": pa.array(range(100_000), pa.int64()),
        "value": pa.array([(n * 7919) % 99_991 / 7 for n in range(100_000)], pa.float64()),
    }
)


@pytest.mark.parametrize(("engine", "name"), asked(["median of many", "people among many"]))
def test_of_many_rows(request, engine, name):
    """What an engine may estimate where there is much; of a small world it never would."""
    opened = request.getfixturevalue(engine)
    opened.bring("many", MANY)
    rows = opened.table("many")
    found, expected = {
        "median of many": (rows.value.quantile(0.5), median(MANY["value"].to_pylist())),
        "people among many": (rows.person.nunique(), MANY.num_rows),
    }[name]
    same([found.to_pyarrow().as_py()], [expected])
