"""Worlds of a few rows: each event is one line, everything it leaves out has a quiet default."""

import datetime as dt
import functools
from collections.abc import Iterable, Sequence
from typing import Any

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


@functools.cache
def engine() -> ibis.BaseBackend:
    return ibis.duckdb.connect(threads=1)


@functools.cache
def _compiled(fact: str | None) -> str:
    con = engine()
    if fact:
        return con.compile(catalogue()[fact].rows(con.table("moment")))
    return con.compile(moments(con.table("event"), con.table("link"), con.table("voided")))


def live(
    events: Sequence[dict], links: Iterable[tuple[int, int]] = (), voided: Iterable[str] = ()
) -> list[dict]:
    """The moments of a world, each person's in order; further facts are asked of these."""
    con = engine()
    claimed = [{"actor": a, "person": p} for a, p in links]
    con.create_table("event", numbered(events), overwrite=True)
    con.create_table("link", pa.Table.from_pylist(claimed, schema=LINKS), overwrite=True)
    void = pa.Table.from_pylist([{"statement_id": s} for s in voided], schema=VOIDED)
    con.create_table("voided", void, overwrite=True)
    con.raw_sql(f"CREATE OR REPLACE TABLE moment AS {_compiled(None)}")
    return con.con.sql("FROM moment ORDER BY person, place").to_arrow_table().to_pylist()


def rows(fact: str, events: Sequence[dict], **world: Any) -> list[dict]:
    """The fact's rows in this world, ordered by their columns from the left, nulls first."""
    live(events, **world)
    found = engine().con.sql(_compiled(fact)).to_arrow_table().to_pylist()
    return sorted(found, key=lambda row: [(v is not None, v) for v in row.values()])


def row(fact: str, events: Sequence[dict], **world: Any) -> dict:
    """The only row of the fact."""
    (only,) = rows(fact, events, **world)
    return only


def told(found: Iterable[dict], *columns: str) -> list[tuple]:
    """These columns of the rows."""
    return [tuple(row[column] for column in columns) for row in found]
