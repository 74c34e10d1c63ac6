"""Facts of some people, computed anew from all their events; in parts, to bound the memory."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends import BaseBackend

from leadline.events import EVENT
from leadline.facts import Fact, moments
from leadline.refresh.affected import PERSON
from leadline.refresh.definitions import LINK
from leadline.refresh.query import count, query, run

PART_EVENTS = 500_000  # events whose windows are computed at once
COMPILED_FACTS = 256
Rows = Callable[[ir.Table], ir.Table]
VOIDED = pa.schema([("statement_id", pa.string())])
# Tables of the connection that the compiled queries read: events of the part, claims of actors.
LIVING, CLAIM, GONE, MOMENT = "living", "claim", "gone", "moment"


class Recompute:
    """`connection` holds the tables `event` and `linked` (actor, person), whole, and `affected`

    (person): those whose facts are wanted."""

    def __init__(self, connection: BaseBackend, facts: Mapping[str, Fact], version: int) -> None:
        self._connection = connection
        self._facts = facts
        self._version = version

    def run(self, progress: Callable[[int, int], None]) -> Mapping[str, str]:
        """Compute; gives for each fact the table of the connection that holds its rows.

        The rows have the column `version` besides. progress: parts done, parts in all."""
        parts = self._prepare()
        for name, fact in self._facts.items():
            columns = ibis.schema({**fact.schema(), "version": "int64"})
            self._connection.create_table(_spooled(name), schema=columns, temp=True)
        for part in range(parts):
            progress(part, parts)
            self._compute(part, parts)
        progress(parts, parts)
        return {name: _spooled(name) for name in self._facts}

    def _prepare(self) -> int:
        """Find the actors behind the people and how many parts their events make."""
        claims.into(self._connection, CLAIM)
        gone.into(self._connection, GONE)
        events = count(self._connection, f"event SEMI JOIN {CLAIM} USING (actor)")
        return 1 + events // PART_EVENTS

    def _compute(self, part: int, parts: int) -> None:
        names = ", ".join(f'"{name}"' for name in EVENT.names)
        self._sql(
            f"CREATE TEMP TABLE {LIVING} AS SELECT {names} FROM event WHERE actor IN "
            f"(SELECT actor FROM {CLAIM} WHERE person % {parts} = {part})"
        )
        self._sql(f"CREATE TEMP TABLE {MOMENT} AS {living_moments.sql}")
        for name, fact in self._facts.items():
            # Into declared columns: Ibis takes a sum to be int64, DuckDB makes it wider.
            rows = f"SELECT *, {self._version} AS version FROM ({compiled(fact)})"
            self._sql(f"INSERT INTO {_spooled(name)} {rows}")
        self._sql(f"DROP TABLE {MOMENT}")
        self._sql(f"DROP TABLE {LIVING}")

    def _sql(self, sentence: str) -> None:
        run(self._connection, sentence)


def _spooled(fact: str) -> str:
    return f"spool_{fact}"


@query(affected=PERSON, linked=LINK)
def claims(affected: ir.Table, linked: ir.Table) -> ir.Table:
    """Every actor of the affected people; those that nobody claims are their own person."""
    own = affected.select(actor=affected.person, person=affected.person)
    return linked.semi_join(affected, "person").union(own.anti_join(linked, "actor"))


@query(event=EVENT)
def gone(event: ir.Table) -> ir.Table:
    return event.filter(event.voids.notnull()).select(statement_id=event.voids).distinct()


@query(living=EVENT, claim=LINK, gone=VOIDED)
def living_moments(living: ir.Table, claim: ir.Table, gone: ir.Table) -> ir.Table:
    return moments(living, claim, gone)


def compiled(fact: Fact) -> str:
    """The query for a fact's rows, with exactly its declared columns and types."""
    return _compiled(fact.rows, tuple(fact.schema().items()))


@functools.lru_cache(maxsize=COMPILED_FACTS)
def _compiled(rows: Rows, schema: tuple[tuple[str, Any], ...]) -> str:
    wanted = rows(_moment()).select(*(name for name, _ in schema)).cast(dict(schema))
    return str(ibis.to_sql(wanted, dialect="duckdb"))


@functools.cache
def _moment() -> ir.Table:
    """The table of moments, unbound."""
    tables = [ibis.table(ibis.schema(schema)) for schema in (EVENT, LINK, VOIDED)]
    return ibis.table(moments(*tables).schema(), name=MOMENT)
