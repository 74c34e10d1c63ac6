"""Dimensions: what facts are about. Each is written whole, and only where it has changed.

The connection holds the dimensions as committed and `fresh`, the events since the commit."""

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends import BaseBackend

from leadline.events import EVENT
from leadline.events.activities import Told
from leadline.events.vocabulary import KIND, OTHER
from leadline.refresh.definitions import ACTIVITY, DIMENSIONS, MEASUREMENT, SOURCE
from leadline.refresh.query import arrow, count, query

# Used as a course beats used as a module, and so on, where no type was ever sent.
USES = ("course", "module", "assessment")
TOLD = pa.schema([ACTIVITY.field(name) for name in ("activity", "name", "type", "position")])
VOCABULARY = pa.schema([("type", pa.string()), ("meaning", pa.string())])


def kinds(connection: BaseBackend) -> dict[str, str]:
    """Activity id -> kind, of the activities whose type was sent before the commit."""
    typed = arrow(connection, "SELECT activity, type FROM activity WHERE type IS NOT NULL")
    pairs = zip(typed["activity"].to_pylist(), typed["type"].to_pylist(), strict=True)
    return {activity: KIND.get(type, OTHER) for activity, type in pairs}


@query(fresh=EVENT, activity=ACTIVITY, told=TOLD, vocabulary=VOCABULARY)
def activities_now(
    fresh: ir.Table, activity: ir.Table, told: ir.Table, vocabulary: ir.Table
) -> ir.Table:
    """Each column by the newest word on it; course and module by the newest event about it."""
    about = fresh.filter(fresh.object.notnull()).group_by(activity=fresh.object)
    related = about.aggregate(
        **{
            name: fresh[name].argmax(fresh.seq, where=fresh[name].notnull())
            for name in ("course", "module", "length_s")
        }
    )
    layers = [_layer(activity, 0), _layer(told, 1), _layer(related, 1)]
    for use in USES:
        ids = fresh.filter(fresh[use].notnull()).select(activity=fresh[use]).distinct()
        layers.append(_layer(ids.mutate(kind=ibis.literal(use)), 1))
    merged = _merged(ibis.union(*layers))
    used = ibis.cases(*((merged[f"as_{use}"], use) for use in USES), else_=OTHER)
    typed = merged.mutate(used=used).left_join(vocabulary, "type")
    kind = ibis.ifelse(typed.type.notnull(), typed.meaning.fill_null(OTHER), typed.used)
    return typed.mutate(kind=kind).select(*ACTIVITY.names)


def _layer(table: ir.Table, rank: int) -> ir.Table:
    """All columns of the dimension, null where the table has none, and who wins."""
    columns = {
        name: table[name] if name in table.columns else ibis.null(type)
        for name, type in ibis.schema(ACTIVITY).items()
    }
    return table.select(**columns, rank=ibis.literal(rank, "int64"))


def _merged(layers: ir.Table) -> ir.Table:
    names = ("name", "type", "course", "module", "position", "length_s")
    return layers.group_by("activity").aggregate(
        **{name: layers[name].argmax(layers.rank, where=layers[name].notnull()) for name in names},
        **{f"as_{use}": (layers.kind == use).fill_null(False).any() for use in USES},
    )


@query(fresh=EVENT, source=SOURCE)
def sources_now(fresh: ir.Table, source: ir.Table) -> ir.Table:
    new = fresh.group_by("source").aggregate(statements=fresh.count(), watermark=fresh.stored.max())
    both = source.union(new.select(*SOURCE.names))
    summed = both.group_by("source").aggregate(
        statements=both.statements.sum(), watermark=both.watermark.max()
    )
    return summed.order_by("source")


@query(event=EVENT)
def measurements_now(event: ir.Table) -> ir.Table:
    """One row per (unit or account, outcome, at); of two of one instant the later sent counts."""
    voided = event.filter(event.voids.notnull()).select(statement_id=event.voids).distinct()
    told = event.filter(
        (event.did == "measured")
        & (event.kind == "outcome")
        & (event.of_unit.notnull() | event.of_account.notnull())
        & event.object.notnull()
        & event.score_raw.notnull()
    ).anti_join(voided, "statement_id")
    each = told.group_by(
        kind=ibis.ifelse(told.of_unit.notnull(), "unit", "account"),
        of=ibis.coalesce(told.of_unit, told.of_account),
        outcome=told.object,
        at=told.timestamp,
    )
    found = each.aggregate(
        value=told.score_raw.argmax(told.seq),
        exposure=told.exposure.argmax(told.seq, where=told.exposure.notnull()),
        measure=told.measure.argmax(told.seq, where=told.measure.notnull()),
        better=told.better.argmax(told.seq, where=told.better.notnull()),
        source=told.source.argmax(told.seq),
    )
    return found.select(*MEASUREMENT.names)


def measurements(connection: BaseBackend) -> pa.Table | None:
    """The dimension `measurement`, from all events where fresh ones add to it or take from it.
    None: unchanged."""
    touching = "of_unit IS NOT NULL OR of_account IS NOT NULL OR voids IS NOT NULL"
    if not count(connection, f"(FROM fresh WHERE {touching})"):
        return None
    measurements_now.into(connection, "measurement_now")
    return _changed(connection, "measurement", MEASUREMENT)


def activities(connection: BaseBackend, told: Mapping[str, Told]) -> pa.Table | None:
    """The dimension `activity` with what statements and fresh events add; None: unchanged."""
    rows = [{"activity": activity, **said._asdict()} for activity, said in told.items()]
    connection.create_table("told", pa.Table.from_pylist(rows, TOLD), temp=True)
    words = pa.table([list(KIND), list(KIND.values())], schema=VOCABULARY)
    connection.create_table("vocabulary", words, temp=True)
    activities_now.into(connection, "activity_now")
    return _changed(connection, "activity", ACTIVITY)


def listed(connection: BaseBackend, name: str, rows: Sequence[object]) -> pa.Table | None:
    """The dimension of a list kept in SQL, such as `position`: a row has an attribute a column.
    None: unchanged."""
    schema = DIMENSIONS[name]
    columns = [[getattr(row, column) for row in rows] for column in schema.names]
    arrays = [pa.array(column, type) for column, type in zip(columns, schema.types, strict=True)]
    now = pa.Table.from_arrays(arrays, schema=schema)
    connection.create_table(f"{name}_now", now, temp=True)
    return _changed(connection, name, schema)


def sources(connection: BaseBackend) -> pa.Table:
    """The dimension `source`: what was committed and the fresh events."""
    return sources_now.rows(connection).cast(SOURCE)


def _changed(connection: BaseBackend, table: str, schema: pa.Schema) -> pa.Table | None:
    """The rows of `…_now`, unless the committed table holds the same."""
    now = f'"{table}_now"'
    differing = f'((FROM {now} EXCEPT FROM "{table}") UNION ALL (FROM "{table}" EXCEPT FROM {now}))'
    if not count(connection, differing):
        return None
    return arrow(connection, f"FROM {now} ORDER BY 1").cast(schema)
