"""The dump of a PostgreSQL database: the tables as the catalogue describes them, and their rows.

No program of PostgreSQL's is needed beside the driver. Rows are in COPY's binary format, whose
types (numbers, text, bytes, times, truth) have been the same for all versions in use."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import msgspec
import psycopg
from psycopg import IsolationLevel, sql

from leadline.store.dump import NotEmpty, Progress, Rows, check
from leadline.store.postgresql import CONNECT_TIMEOUT_S
from leadline.store.problem import Unavailable

SCHEMA = "schema.json"
PIECE_BYTES = 1 << 20

_TABLES = """
    SELECT oid, relname::text FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' ORDER BY relname"""
_COLUMNS = """
    SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
        a.attidentity::text, pg_get_expr(d.adbin, d.adrelid)
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"""
_CONSTRAINTS = """
    SELECT conname::text, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = %s AND contype IN ('p', 'u', 'c', 'f', 'x')
    ORDER BY position(contype::text IN 'pucxf'), conname"""
_INDEXES = """
    SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i
    WHERE i.indrelid = %s AND NOT EXISTS
        (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.conrelid = i.indrelid)
    ORDER BY i.indexrelid"""
_NUMBERING = {"a": "ALWAYS", "d": "BY DEFAULT"}


class Column(msgspec.Struct, frozen=True):
    """numbering: "a" or "d" where the database numbers it, always or by default. next_number: what
    its sequence gives next."""

    name: str
    type: str
    required: bool
    numbering: str
    default: str | None
    next_number: int | None


class Table(msgspec.Struct, frozen=True):
    """constraints: name and definition, foreign keys last."""

    name: str
    columns: tuple[Column, ...]
    constraints: tuple[tuple[str, str], ...]
    indexes: tuple[str, ...]
    rows: int


def dump(url: str, folder: Path, progress: Progress) -> Rows:
    """See `dump.dump`. All is read in one snapshot."""
    with _connected(url) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        listed = connection.execute(_TABLES).fetchall()
        tables = [_described(connection, oid, name) for oid, name in listed]
        total, done = sum(table.rows for table in tables), 0
        for table in tables:
            with (folder / f"{table.name}.copy").open("wb") as file:
                copying = _sentence("COPY {} ({}) TO STDOUT (FORMAT BINARY)", table)
                with connection.cursor() as cursor, cursor.copy(copying) as rows:
                    for piece in rows:
                        file.write(piece)
            done += table.rows
            progress(done / max(total, 1))
        (folder / SCHEMA).write_bytes(msgspec.json.encode(tables))
    return {table.name: table.rows for table in tables}


def load(url: str, folder: Path, rows: Rows, progress: Progress) -> None:
    """See `dump.load`. One transaction."""
    tables = msgspec.json.decode((folder / SCHEMA).read_bytes(), type=list[Table])
    total, done = sum(table.rows for table in tables), 0
    with _connected(url) as connection:
        if there := connection.execute(_TABLES).fetchall():
            raise NotEmpty(f"The database has tables already, among them {there[0][1]}.")
        for table in tables:
            _create(connection, table)
            with (folder / f"{table.name}.copy").open("rb") as file:
                copying = _sentence("COPY {} ({}) FROM STDIN (FORMAT BINARY)", table)
                with connection.cursor() as cursor, cursor.copy(copying) as copied:
                    while piece := file.read(PIECE_BYTES):
                        copied.write(piece)
            done += table.rows
            progress(done / max(total, 1))
        _tie(connection, tables)
        check({table.name: _count(connection, table.name) for table in tables}, rows)


@contextmanager
def _connected(url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_S) as connection:
            yield connection
    except psycopg.OperationalError as error:
        raise Unavailable(f"The database answers: {error}") from error


def _described(connection: psycopg.Connection[tuple[Any, ...]], oid: int, name: str) -> Table:
    columns = []
    for column, kind, required, numbering, default in connection.execute(_COLUMNS, (oid,)):
        next_number = _next_number(connection, name, column) if numbering else None
        columns.append(Column(column, kind, required, numbering, default, next_number))
    return Table(
        name,
        tuple(columns),
        tuple((key, rule) for key, rule in connection.execute(_CONSTRAINTS, (oid,))),
        tuple(definition for (definition,) in connection.execute(_INDEXES, (oid,))),
        _count(connection, name),
    )


def _next_number(connection: psycopg.Connection[Any], table: str, column: str) -> int:
    asked = "SELECT pg_get_serial_sequence(quote_ident(%s), %s)"
    sequence = _one(connection.execute(asked, (table, column)))
    # The name comes quoted. A sequence is of no snapshot: it may be ahead, and never behind.
    asked = f"SELECT last_value + CASE WHEN is_called THEN 1 ELSE 0 END FROM {sequence}"
    return int(_one(connection.execute(asked)))


def _create(connection: psycopg.Connection[Any], table: Table) -> None:
    columns = ", ".join(
        f"{_quoted(column.name)} {column.type}"
        + (f" GENERATED {_NUMBERING[column.numbering]} AS IDENTITY" if column.numbering else "")
        + (f" DEFAULT {column.default}" if column.default is not None else "")
        + (" NOT NULL" if column.required else "")
        for column in table.columns
    )
    connection.execute(f"CREATE TABLE {_quoted(table.name)} ({columns})")
    for column in table.columns:
        if column.next_number is not None:
            connection.execute(
                "SELECT setval(pg_get_serial_sequence(quote_ident(%s), %s), %s, false)",
                (table.name, column.name, column.next_number),
            )


def _tie(connection: psycopg.Connection[Any], tables: list[Table]) -> None:
    """Keys, rules and indexes, when all rows are there: those that point to others last."""
    rules = [(table.name, name, rule) for table in tables for name, rule in table.constraints]
    for owner, name, rule in sorted(rules, key=lambda each: each[2].startswith("FOREIGN KEY")):
        adding = f"ALTER TABLE {_quoted(owner)} ADD CONSTRAINT {_quoted(name)} {rule}"
        connection.execute(adding)
    for table in tables:
        for index in table.indexes:
            connection.execute(index)


def _count(connection: psycopg.Connection[Any], table: str) -> int:
    counting = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
    return int(_one(connection.execute(counting)))


def _one(cursor: psycopg.Cursor[tuple[Any, ...]]) -> Any:
    row = cursor.fetchone()
    assert row is not None
    return row[0]


def _sentence(text: LiteralString, table: Table) -> sql.Composed:
    columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    return sql.SQL(text).format(sql.Identifier(table.name), columns)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
