"""Dimensions: what facts are about. Each is written whole, and only where it has changed."""

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends import BaseBackend

from leadline.directory import Position
from leadline.events.activities import Told
from leadline.events.vocabulary import KIND, OTHER
from leadline.refresh.definitions import ACTIVITY, POSITION, SOURCE

# Used as a course beats used as a module, and so on, where no type was ever sent.
USES = ("course", "module", "assessment")


def kinds(connection: BaseBackend) -> dict[str, str]:
    """Activity id -> kind, of the activities whose type was sent before the commit."""
    activity = connection.table("activity")
    typed = activity.filter(activity.type.notnull()).select("activity", "type").to_pyarrow()
    return {
        id: KIND.get(type, OTHER)
        for id, type in zip(typed["activity"].to_pylist(), typed["type"].to_pylist(), strict=True)
    }


def activities(connection: BaseBackend, after: int, told: Mapping[str, Told]) -> pa.Table | None:
    """The dimension `activity` with what statements and events after a seq add; None: unchanged.

    The newest word on each column wins; a course or module is by the newest event about it."""
    old = connection.table("activity")
    event = connection.table("event")
    new = event.filter(event.seq > after)
    about = (
        new.filter(new.object.notnull())
        .group_by(activity=new.object)
        .aggregate(
            course=new.course.argmax(new.seq, where=new.course.notnull()),
            module=new.module.argmax(new.seq, where=new.module.notnull()),
            length_s=new.length_s.argmax(new.seq, where=new.length_s.notnull()),
        )
    )
    rows = [{"activity": id, **said._asdict()} for id, said in told.items()]
    sent = connection.create_table("told", pa.Table.from_pylist(rows, _TOLD), temp=True)
    layers = [_layer(old, 0), _layer(sent, 1), _layer(about, 1)]
    layers += [_layer(_used(new, use), 1) for use in USES]
    words = pa.table({"type": list(KIND), "said": list(KIND.values())})
    vocabulary = connection.create_table("vocabulary", words, temp=True)
    merged = _merged(ibis.union(*layers), vocabulary)
    result = connection.create_table("merged_activity", merged, temp=True)
    if not result.difference(old).count().to_pyarrow().as_py():
        return None
    return result.order_by("activity").to_pyarrow().cast(ACTIVITY)


_TOLD = pa.schema([ACTIVITY.field(name) for name in ("activity", "name", "type", "position")])


def _used(new: ir.Table, use: str) -> ir.Table:
    ids = new.filter(new[use].notnull()).select(activity=new[use]).distinct()
    return ids.mutate(kind=ibis.literal(use))


def _layer(table: ir.Table, rank: int) -> ir.Table:
    """All columns of the dimension, null where the table has none, and who wins."""
    columns = {
        name: table[name].cast(type) if name in table.columns else ibis.null(type)
        for name, type in ibis.schema(ACTIVITY).items()
    }
    return table.select(**columns, rank=ibis.literal(rank, "int64"))


def _merged(layers: ir.Table, vocabulary: ir.Table) -> ir.Table:
    def newest(name: str) -> ir.Value:
        column = layers[name]
        return column.argmax(layers.rank, where=column.notnull())

    names = ("name", "type", "course", "module", "position", "length_s")
    merged = layers.group_by("activity").aggregate(
        **{name: newest(name) for name in names},
        **{f"as_{use}": (layers.kind == use).fill_null(False).any() for use in USES},
    )
    used = ibis.cases(*((merged[f"as_{use}"], use) for use in USES), else_=OTHER)
    typed = merged.left_join(vocabulary, "type")
    kind = ibis.ifelse(merged.type.notnull(), typed.said.fill_null(OTHER), used)
    return typed.mutate(kind=kind).select(*ACTIVITY.names)


def sources(connection: BaseBackend, after: int) -> pa.Table:
    """The dimension `source`: what was committed, and the events after a seq."""
    event, old = connection.table("event"), connection.table("source")
    new = (
        event.filter(event.seq > after)
        .group_by("source")
        .aggregate(statements=lambda t: t.count(), watermark=lambda t: t.stored.max())
    )
    both = old.union(new.select(*SOURCE.names))
    summed = both.group_by("source").aggregate(
        statements=both.statements.sum().cast("int64"), watermark=both.watermark.max()
    )
    return summed.order_by("source").to_pyarrow().cast(SOURCE)


def positions(connection: BaseBackend, rows: Sequence[Position]) -> pa.Table | None:
    """The dimension `position`; None: as it was."""
    columns = [[getattr(row, name) for row in rows] for name in POSITION.names]
    arrays = [pa.array(column, type) for column, type in zip(columns, POSITION.types, strict=True)]
    new = pa.Table.from_arrays(arrays, schema=POSITION)
    told = connection.create_table("told_position", new, temp=True)
    old = connection.table("position")
    differing = told.difference(old).union(old.difference(told))
    return new if differing.count().to_pyarrow().as_py() else None
