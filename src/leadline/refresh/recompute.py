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
from leadline.refresh.definitions import LINK

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
        affected = self._connection.table("affected")
        linked = self._connection.table("linked")
        event = self._connection.table("event")
        claimed = linked.semi_join(affected, "person")
        own = affected.select(actor=affected.person, person=affected.person)
        unclaimed = own.anti_join(linked, "actor")
        self._connection.create_table(CLAIM, claimed.union(unclaimed), temp=True)
        gone = event.filter(event.voids.notnull()).select(statement_id=event.voids).distinct()
        self._connection.create_table(GONE, gone, temp=True)
        events = event.semi_join(self._connection.table(CLAIM), "actor").count().to_pyarrow()
        return 1 + int(events.as_py()) // PART_EVENTS

    def _compute(self, part: int, parts: int) -> None:
        event, claim = self._connection.table("event"), self._connection.table(CLAIM)
        actors = claim.filter(claim.person % parts == part) if parts > 1 else claim
        living = event.semi_join(actors, "actor").select(*EVENT.names)
        self._connection.create_table(LIVING, living, temp=True)
        self._sql(f"CREATE TEMP TABLE {MOMENT} AS {compiled_moments()}")
        for name, fact in self._facts.items():
            # Into declared columns: Ibis takes a sum to be int64, DuckDB makes it wider.
            rows = f"SELECT *, {self._version} AS version FROM ({compiled(fact)})"
            self._sql(f"INSERT INTO {_spooled(name)} {rows}")
        self._sql(f"DROP TABLE {MOMENT}")
        self._sql(f"DROP TABLE {LIVING}")

    def _sql(self, sentence: str) -> None:
        self._connection.raw_sql(sentence)


def _spooled(fact: str) -> str:
    return f"spool_{fact}"


@functools.cache
def compiled_moments() -> str:
    """The query for moments; compiled once a program, since that takes longer than running it."""
    return str(ibis.to_sql(_moments(), dialect="duckdb"))


def compiled(fact: Fact) -> str:
    """The query for a fact's rows, with exactly its declared columns and types."""
    return _compiled(fact.rows, tuple(fact.schema().items()))


@functools.lru_cache(maxsize=COMPILED_FACTS)
def _compiled(rows: Rows, schema: tuple[tuple[str, Any], ...]) -> str:
    moment = ibis.table(_moments().schema(), name=MOMENT)
    wanted = rows(moment).select(*(name for name, _ in schema)).cast(dict(schema))
    return str(ibis.to_sql(wanted, dialect="duckdb"))


def _moments() -> ir.Table:
    tables = {LIVING: EVENT, CLAIM: LINK, GONE: VOIDED}
    return moments(*(ibis.table(ibis.schema(schema), name=name) for name, schema in tables.items()))
