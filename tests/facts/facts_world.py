"""Worlds of a few rows: each event is one line, everything it leaves out has a quiet default."""

import datetime as dt
import functools
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from leadline.events.schema import EVENT
from leadline.facts import catalogue, moments

ANA, BEN, CLEO = 101, 102, 103
T0 = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
LINKS = pa.schema([("actor", pa.int64()), ("person", pa.int64())])
VOIDED = pa.schema([("statement_id", pa.string())])


def at(seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0):
    """So long after 2 March 2026, 09:00 UTC, a Monday."""
    return T0 + dt.timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days)


def event(when: dt.datetime | float, did: str, kind: str = "course", **fields: Any) -> dict:
    """One event of Ana about course C; `object` follows from the kind unless given."""
    instant = when if isinstance(when, dt.datetime) else at(when)
    own = {"course": "C", "module": "M1", "assessment": "Q", "video": "V"}.get(kind)
    row = dict.fromkeys(EVENT.names) | {
        "timestamp": instant,
        "stored": instant,
        "local_date": instant.date(),
        "source": "lms",
        "actor": ANA,
        "verb": f"http://verbs/{did}",
        "did": did,
        "kind": kind,
        "object": own,
        "course": "C",
        "assessment": "Q" if kind == "assessment" else None,
        "segments_state": "absent",
        "segments_open": 0,
        "segments_mended": 0,
        "clicks": 1,
    }
    if unknown := set(fields) - set(EVENT.names):
        raise ValueError(f"no such column: {unknown}")
    return row | fields


def watched(*pairs: tuple[float, float], open_parts: int = 0) -> dict[str, Any]:
    """The columns of a statement that reports these played segments."""
    return {
        "segments": [{"start_s": a, "end_s": b} for a, b in pairs],
        "segments_state": "read",
        "segments_open": open_parts,
    }


def numbered(events: Sequence[dict]) -> pa.Table:
    """Events as a table; seq and statement id follow the order in which they are given."""
    whole = [
        row | {"seq": row["seq"] or n, "statement_id": row["statement_id"] or f"s{n:04d}"}
        for n, row in enumerate(events, 1)
    ]
    return pa.Table.from_pylist(whole, schema=EVENT)


def unbound() -> tuple[ibis.Table, ibis.Table, ibis.Table]:
    """The tables that moments are made from, without any engine."""
    schemas = {"event": EVENT, "link": LINKS, "voided": VOIDED}
    event_, link, voided = (
        ibis.table(ibis.Schema.from_pyarrow(schema), name=name) for name, schema in schemas.items()
    )
    return event_, link, voided


def moment_table() -> ibis.Table:
    return ibis.table(moments(*unbound()).schema(), name="moment")


@functools.cache
def _duck() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1})
    return connection.execute("SET TimeZone = 'UTC'")


@functools.cache
def _compiled(fact: str | None) -> str:
    asked = catalogue()[fact].rows(moment_table()) if fact else moments(*unbound())
    return str(ibis.to_sql(asked, dialect="duckdb", pretty=False))


def _fetched(query: str) -> list[dict]:
    with (
        warnings.catch_warnings()
    ):  # `sql` would spare a copy of few rows and plan everything twice
        warnings.simplefilter("ignore", UserWarning)
        return _duck().execute(query).to_arrow_reader().read_all().to_pylist()


def live(
    events: Sequence[dict], links: Iterable[tuple[int, int]] = (), voided: Iterable[str] = ()
) -> list[dict]:
    """The moments of a world, each person's in order; further facts are asked of these."""
    claimed = [{"actor": a, "person": p} for a, p in links]
    void = [{"statement_id": s} for s in voided]
    _duck().register("event", numbered(events))
    _duck().register("link", pa.Table.from_pylist(claimed, schema=LINKS))
    _duck().register("voided", pa.Table.from_pylist(void, schema=VOIDED))
    _duck().execute(f"CREATE OR REPLACE TABLE moment AS {_compiled(None)}")
    return _fetched("FROM moment ORDER BY person, place")


def rows(fact: str, events: Sequence[dict], **world: Any) -> list[dict]:
    """The fact's rows in this world, ordered by their columns from the left, nulls first."""
    live(events, **world)
    return asked(fact)


def asked(fact: str) -> list[dict]:
    """The same for the world that is live."""
    found = _fetched(_compiled(fact))
    return sorted(found, key=lambda row: [(v is not None, v) for v in row.values()])


def row(fact: str, events: Sequence[dict], **world: Any) -> dict:
    """The only row of the fact."""
    (only,) = rows(fact, events, **world)
    return only


def told(found: Iterable[dict], *columns: str) -> list[tuple]:
    """These columns of the rows."""
    return [tuple(row[column] for column in columns) for row in found]
