"""Three engines behind one interface: an Ibis connection in UTC to the tables of a lake.

Facts, metrics and shapes are Ibis expressions, so whose tables they are made of decides who
answers: DuckDB those of the lake itself, Spark and ClickHouse copies of them. Beside SQL an engine
has one function, `wall_clock(zone, instant)`, for which there is no common name."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ibis
import ibis.backends.sql.compilers as compilers
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from chdb.session import Session
from ibis.backends.pyspark import Backend as PySpark
from ibis.backends.sql import SQLBackend
from ibis.formats.pyarrow import PyArrowData
from pyspark import SparkContext
from pyspark.sql import SparkSession

SECONDS = pa.timestamp("s", tz="UTC")
# One core and a small world: here planning and compiling cost more than any row.
SPARK_SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "700m",
    "spark.log.level": "ERROR",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.shuffle.partitions": "1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
SPARK_WALL_CLOCK = (
    "CREATE TEMPORARY FUNCTION wall_clock(zone STRING, instant TIMESTAMP) RETURNS TIMESTAMP "
    "RETURN from_utc_timestamp(instant, zone)"
)
# Outer joins without a partner give nulls, as SQL says, and not empty values; a day that it has not
# (it has 1970 to 2149) is its first or last one.
CLICKHOUSE_SETTINGS = (
    "SET join_use_nulls = 1, session_timezone = 'UTC', date_time_overflow_behavior = 'saturate'"
)
CLICKHOUSE_WALL_CLOCK = (
    "CREATE FUNCTION wall_clock AS (zone, instant) -> "
    "toDateTime64(toString(toDateTime64(instant, 6, 'UTC'), zone), 6, 'UTC')"
)


class Copies:
    """What is common to engines that hold copies; `_keep` and `_answered` are each one's own."""

    def bring(self, name: str, rows: pa.Table) -> None:
        """Have a table by a name."""
        self._brought[name] = ibis.Schema.from_pyarrow(rows.schema)
        self._keep(name, rows)

    def table(self, name: str, /, *, database: Any = None) -> ir.Table:
        schema, nowhere = self._brought[name], ops.Namespace()
        return ops.DatabaseTable(name, schema=schema, source=self, namespace=nowhere).to_expr()

    def to_pyarrow(self, expr: ir.Expr, /, **_: Any) -> Any:
        self._run_pre_execute_hooks(expr)
        table = expr.as_table()
        found = self._answered(self.compile(table))
        return expr.__pyarrow_result__(PyArrowData.convert_table(found, table.schema()))

    def _register_in_memory_table(self, op: ops.InMemoryTable) -> None:
        self.bring(op.name, op.data.to_pyarrow(op.schema))

    def _create_cached_table(self, name: str, expr: ir.Table) -> ir.Table:
        self.bring(name, self.to_pyarrow(expr))
        return self.table(name)

    # What was made for a question goes with the engine.

    def _drop_cached_table(self, name: str) -> None:
        pass

    def _make_memtable_finalizer(self, name: str) -> None:
        pass


class Spark(Copies, PySpark):
    """Ibis's own backend, but for its answers: those go through pandas, which rounds large whole
    numbers where nulls stand beside them."""

    def do_connect(self, session: SparkSession) -> None:
        super().do_connect(session)
        self._brought: dict[str, ibis.Schema] = {}
        session.sql(SPARK_WALL_CLOCK)

    def _keep(self, name: str, rows: pa.Table) -> None:
        self._session.createDataFrame(rows).createOrReplaceTempView(name)

    def _answered(self, query: str) -> pa.Table:
        return self._session.sql(query).toArrow()


class ClickHouse(Copies, SQLBackend):
    """Ibis's compiler for ClickHouse; its own backend wants a server, chdb is one in the process."""

    name = "clickhouse"
    compiler = compilers.clickhouse.compiler
    version = "chdb"

    def do_connect(self, session: Session) -> None:
        self._session = session
        self._brought: dict[str, ibis.Schema] = {}
        for once in (CLICKHOUSE_SETTINGS, CLICKHOUSE_WALL_CLOCK):
            session.query(once)

    def disconnect(self) -> None:
        self._session.close()

    def _keep(self, name: str, rows: pa.Table) -> None:
        written = self.compiler.type_mapper.to_string
        columns = ", ".join(f'"{c}" {written(t)}' for c, t in self._brought[name].items())
        quoted = columns.replace("'", "\\'")
        with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
            pq.write_table(rows, file.name)
            self._session.query(f'CREATE OR REPLACE TABLE "{name}" ({columns}) ENGINE = Memory')
            source = f"file('{file.name}', Parquet, '{quoted}')"
            self._session.query(f'INSERT INTO "{name}" SELECT * FROM {source}')

    def _answered(self, query: str) -> pa.Table:
        answered = self._session.query(query, "ArrowStream").bytes()
        found = pa.ipc.open_stream(answered).read_all()
        # A DateTime, which is what Ibis makes of an instant without fractions, comes as a number.
        return pa.table(
            [c.cast("int64").cast(SECONDS) if c.type == "uint32" else c for c in found.columns],
            found.column_names,
        )

    # What Ibis asks of a backend and none of ours needs.

    def create_table(self, *_: Any, **__: Any) -> ir.Table:
        raise NotImplementedError

    def list_tables(self, **_: Any) -> list[str]:
        return sorted(self._brought)

    def _get_schema_using_query(self, query: str) -> ibis.Schema:
        raise NotImplementedError


@contextmanager
def spark(folder: Path) -> Iterator[Spark]:
    """Spark in a Java of its own, which ends with it; files go into the folder."""
    _ = ibis.pyspark  # Ibis learns the options of a backend by being asked for it
    settings = SPARK_SETTINGS | {
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder),
    }
    building = SparkSession.builder.master("local[1]").config(map=settings)
    session = building.getOrCreate()
    opened = Spark()
    opened.do_connect(session)
    try:
        yield opened
    finally:
        session.stop()
        gateway, SparkContext._gateway, SparkContext._jvm = SparkContext._gateway, None, None
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait()


@contextmanager
def clickhouse() -> Iterator[ClickHouse]:
    """ClickHouse in this process."""
    opened = ClickHouse()
    opened.do_connect(Session())
    try:
        yield opened
    finally:
        opened.disconnect()
