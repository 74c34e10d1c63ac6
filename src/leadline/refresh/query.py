"""Queries of the refresh: Ibis expressions over named tables, compiled once a program.

Compiling takes longer than running them over what one refresh brings."""

import functools
from collections.abc import Callable

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends import BaseBackend


class Query:
    """An expression over tables that the connection will hold under the names of its parameters."""

    def __init__(self, build: Callable[..., ir.Table], tables: dict[str, pa.Schema]) -> None:
        self._build = build
        self._tables = tables

    @functools.cached_property
    def sql(self) -> str:
        tables = {
            name: ibis.table(ibis.schema(schema), name=name)
            for name, schema in self._tables.items()
        }
        return str(ibis.to_sql(self._build(**tables), dialect="duckdb"))

    def into(self, connection: BaseBackend, table: str) -> None:
        """Keep the rows in a table of the connection, for as long as that lives."""
        run(connection, f'CREATE TEMP TABLE "{table}" AS {self.sql}')

    def rows(self, connection: BaseBackend) -> pa.Table:
        return arrow(connection, self.sql)


def arrow(connection: BaseBackend, sql: str) -> pa.Table:
    """All rows of a sentence; for small answers."""
    return connection.con.sql(sql).to_arrow_table()


def run(connection: BaseBackend, sentence: str) -> None:
    # An answer that is not fetched to its end would block the connection.
    connection.raw_sql(sentence).fetchall()


def count(connection: BaseBackend, rows: str) -> int:
    """How many rows a table or a bracketed query has."""
    return int(arrow(connection, f"SELECT count(*) AS n FROM {rows}")["n"][0].as_py())


def query(**tables: pa.Schema) -> Callable[[Callable[..., ir.Table]], Query]:
    """Make a function of Ibis tables a Query; the keywords give the tables' schemas."""
    return lambda build: Query(build, tables)
