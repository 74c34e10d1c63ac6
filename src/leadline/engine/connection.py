"""An Ibis connection that translates each kind of question to SQL once.

Translating an expression costs more than answering it. Two questions of the same shape differ in
the values they compare with (a course, an instant) and in the names of the tables made for them;
their SQL differs in the same places, and is otherwise found here, over all connections."""

from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any

import duckdb
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend
from ibis.common.graph import Node
from ibis.expr.schema import Schema

SHAPES_MAX = 1_024
MADE_FOR_ONE = "ibis_"  # how Ibis begins the names of tables that live as long as a question
# Where a value stands for itself and nothing in the SQL hangs on which one it is.
COMPARISONS = (
    ops.Equals,
    ops.NotEquals,
    ops.Less,
    ops.LessEqual,
    ops.Greater,
    ops.GreaterEqual,
    ops.StartsWith,
    ops.ExtractEpochSeconds,
)
NOWHEN = datetime(9000, 1, 1, tzinfo=UTC)
Template = tuple[str | int, ...]  # SQL in parts; the numbers are those of slots


class Connection(Backend):  # type: ignore[misc]  # Ibis is not annotated for mypy
    """Over a DuckDB connection of its own; `schemas` of the snapshot's tables are learnt once."""

    @classmethod
    def over(
        cls, connection: duckdb.DuckDBPyConnection, schemas: dict[str, Schema]
    ) -> "Connection":
        made: Connection = cls.from_connection(connection)
        made._schemas = schemas
        return made

    def table(self, name: str, /, *, database: Any = None) -> ir.Table:
        """A table or view by name."""
        if database is not None:
            return super().table(name, database=database)
        if name not in self._schemas:
            self._schemas[name] = self.get_schema(name)
        return ops.DatabaseTable(name, schema=self._schemas[name], source=self).to_expr()

    def compile(
        self,
        expr: ir.Expr,
        /,
        *,
        limit: Any = None,
        params: Mapping[ir.Expr, Any] | None = None,
        pretty: bool = False,
    ) -> str:
        """The SQL of an expression; from memory where only values and passing names differ."""
        if limit is not None or params or pretty:
            return str(super().compile(expr, limit=limit, params=params, pretty=pretty))
        op = expr.as_table().op()
        shape = _shape(op)
        template = _templates.get(shape.key)
        if template is None:
            template = self._template(op, shape.slots)
            _templates.put(shape.key, template)
        written = [self._written(slot) for slot in shape.slots]
        return "".join(part if isinstance(part, str) else written[part] for part in template)

    def _run_pre_execute_hooks(self, expr: ir.Expr) -> None:
        """Register tables that are in memory; questions hold nothing else that has to be.

        Ibis walks through the expression once for each of five things, and keeps every connection
        that ever registered a table, and with it the files of its snapshot, to the end."""
        for table in expr.op().find(ops.InMemoryTable):
            self._register_in_memory_table(table)

    def _create_cached_table(self, name: str, expr: ir.Table) -> ir.Table:
        self._run_pre_execute_hooks(expr)
        columns = _columns(expr.schema())
        self.con.execute(f'CREATE TEMPORARY TABLE "{name}" ({columns})')
        self.con.execute(f'INSERT INTO "{name}" {self.compile(expr)}').fetchall()
        namespace = ops.Namespace(catalog="temp", database="main")
        table = ops.DatabaseTable(name, schema=expr.schema(), source=self, namespace=namespace)
        return table.to_expr()

    def _template(self, op: ops.Node, slots: tuple[Node, ...]) -> Template:
        """The SQL in parts, the numbers of slots between them."""
        stand_ins = {
            slot: _stand_in(number, slot)
            for number, slot in enumerate(slots)
            if isinstance(slot, ops.Literal)
        }
        parts: list[str | int] = [super().compile(op.replace(stand_ins).to_expr())]
        for number, slot in enumerate(slots):
            text = self._written(stand_ins.get(slot, slot))
            parts = [found for part in parts for found in _split(part, text, number)]
        return tuple(parts)

    def _written(self, slot: Node) -> str:
        if isinstance(slot, ops.PhysicalTable):
            return f'"{slot.name}"'
        sql = self.compiler.visit_Literal(slot, value=slot.value, dtype=slot.dtype)
        return str(sql.sql(dialect=self.dialect))


@dataclass(frozen=True)
class _Shape:
    """What an expression is but for its slots, and what stands in them."""

    key: Hashable
    slots: tuple[Node, ...]


def _shape(op: ops.Node) -> _Shape:
    numbers: dict[Node, int] = {}
    elsewhere: set[int] = set()  # literals that the SQL may hang on
    parts: list[Any] = []
    _number(op, numbers, parts, elsewhere)
    slots = []
    for node, number in numbers.items():
        if _is_slot(node) and number not in elsewhere:
            slots.append(node)
            held = node.dtype if isinstance(node, ops.Literal) else node.schema
            parts[number] = (type(node), held)
    return _Shape(tuple(parts), tuple(slots))


def _number(node: Node, numbers: dict[Node, int], parts: list[Any], elsewhere: set[int]) -> int:
    """Number the node after all that it is made of; one part each says how it is made of them."""
    if (known := numbers.get(node)) is not None:
        return known

    def part(arg: Any) -> Any:
        if isinstance(arg, Node):
            number = _number(arg, numbers, parts, elsewhere)
            if isinstance(arg, ops.Literal) and not isinstance(node, COMPARISONS):
                elsewhere.add(number)
            return (number,)
        if isinstance(arg, Mapping):
            return tuple((key, part(value)) for key, value in arg.items())
        if isinstance(arg, tuple):
            return tuple(map(part, arg))
        return arg

    if isinstance(node, ops.Literal):
        made: Any = (ops.Literal, node.dtype, node.value)
    elif isinstance(node, ops.DatabaseTable):
        made = (ops.DatabaseTable, node.name, node.schema, node.namespace)  # over any snapshot
    else:
        made = (type(node), *map(part, node.__args__))
    numbers[node] = len(parts)
    parts.append(made)
    return numbers[node]


def _is_slot(node: Node) -> bool:
    if isinstance(node, ops.Literal):
        return node.value is not None and isinstance(node.dtype, dt.String | dt.Timestamp)
    return isinstance(node, ops.PhysicalTable) and node.name.startswith(MADE_FOR_ONE)


def _stand_in(number: int, slot: ops.Literal) -> ops.Literal:
    """A value that occurs nowhere else."""
    if isinstance(slot.dtype, dt.String):
        return ops.Literal(
            f"\N{REPLACEMENT CHARACTER}{number}\N{REPLACEMENT CHARACTER}", slot.dtype
        )
    return ops.Literal(NOWHEN + timedelta(days=number), slot.dtype)


def _split(part: str | int, text: str, number: int) -> Iterator[str | int]:
    if isinstance(part, int):
        yield part
        return
    first, *others = part.split(text)
    yield first
    for other in others:
        yield from (number, other)


@lru_cache(SHAPES_MAX)
def _columns(schema: Schema) -> str:
    defined = schema.to_sqlglot_column_defs("duckdb")
    return ", ".join(column.sql("duckdb") for column in defined)


class _Templates:
    """A bounded memory of SQL by shape; it holds no value of any question."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, Template] = OrderedDict()

    def get(self, key: Hashable) -> Template | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Hashable, template: Template) -> None:
        with self._lock:
            self._kept[key] = template
            while len(self._kept) > SHAPES_MAX:
                self._kept.popitem(last=False)


_templates = _Templates()
