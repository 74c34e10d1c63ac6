"""Fact rows by hand: a table is a list of rows, and what a row leaves out is null."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import ibis

from leadline.engine.duck import WALL_CLOCK
from leadline.events.schema import EVENT
from leadline.facts.fact import INSTANT
from leadline.metrics import Context, catalogue, obligation, summarise
from leadline.refresh.definitions import DIMENSIONS

ibis.get_backend().con.execute(WALL_CLOCK)  # as the connections of a lake have it
NOW = datetime(2026, 6, 30, tzinfo=UTC)
ACTIVITY = {
    "activity": "string",
    "name": "string",
    "kind": "string",
    "course": "string",
    "module": "string",
    "position": "int64",
    "length_s": "float64",
}


def day(number, hour=0.0):
    """Day 1 is 1 January 2026; day 181 is NOW."""
    return datetime(2025, 12, 31, tzinfo=UTC) + timedelta(days=number, hours=hour)


@dataclass
class World:
    """The facts that a metric is given: `World(cycle=[{…}, …])`."""

    tables: dict = field(default_factory=dict)
    now: datetime = NOW
    reporting_zone: str = "UTC"

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        schema = schema_of(name)
        rows = [
            {column: row.get(column) for column in schema.names}
            for row in self.tables.get(name, [])
        ]
        return ibis.memtable(rows, schema=schema)


def world(now=NOW, **tables):
    return World(tables, now)


def schema_of(name):
    from leadline.facts import catalogue as facts

    if name == "activity":
        return ibis.schema(ACTIVITY)
    if name == "event":
        plain = dict(ibis.schema(EVENT).items())
        return ibis.schema({**plain, "timestamp": INSTANT, "stored": INSTANT, "person": "int64"})
    if name in DIMENSIONS:
        return ibis.schema(DIMENSIONS[name])
    if name == "obligation":
        return ibis.schema({column: c.type for column, c in obligation.COLUMNS.items()})
    return facts()[name].schema()


def measure(name, facts, by=(), suppress_below=1, **choices):
    """Results by group key (a value, or a tuple of them); the only result where `by` is empty."""
    metric = catalogue()[name]
    results = summarise(
        metric.rows(facts, **choices),
        metric,
        by,
        context=Context(facts.now, suppress_below=suppress_below),
    )
    if not by:
        (only,) = results
        return only
    keys = (tuple(result.group.values()) for result in results)
    return {
        key[0] if len(key) == 1 else key: result for key, result in zip(keys, results, strict=True)
    }


def copies(row, people):
    """The same row for several people."""
    return [{**row, "person": person} for person in people]
