"""What is asked of every engine, and when two answers are the same."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
from busy_world import AUDIT, FIRE, HEIGHT, ROPES

from leadline.facts import moments
from leadline.metrics import Context, Facts, Metric, Summary, catalogue, summarise
from leadline.metrics import sums as sufficient
from leadline.metrics.collective import collective
from leadline.metrics.competency import competency, roles
from leadline.metrics.contracts import contracts
from leadline.metrics.drawn import trials, tried
from leadline.metrics.funnel import funnels
from leadline.metrics.impact import impact, outcomes
from leadline.metrics.items import first_marks, items
from leadline.metrics.linkage import taught
from leadline.metrics.obligation import periods
from leadline.metrics.quarters import shared
from leadline.metrics.retention import lasting
from leadline.metrics.video import cliffs, curve
from leadline.privacy.cut import CutFacts, Whole
from leadline.privacy.policy import POLICY
from leadline.privacy.slices import PLACES, TIME, matches, unit_level, with_levels, with_place
from leadline.privacy.slices import with_time as dated
from leadline.privacy.viewer import Role
from story.world import NOW, iri

ZONE = "Europe/Berlin"  # its clocks change within the world
UNIT_LEVELS = 3
RELATIVE = 1e-9
CONTEXT = Context(as_of=NOW, tz=ZONE, suppress_below=1)

Rows = list[dict[str, Any]]


def facts_of(engine: Any) -> Facts:
    """What a metric is given, of an engine's tables; everything that an analyst may see."""
    return CutFacts(engine.table, POLICY[Role.ANALYST], None, NOW, ZONE)


def moments_of(engine: Any) -> ir.Table:
    """Of people: what is said of a whole unit or customer is nobody's moment."""
    event = engine.table("event")
    voided = event.filter(event.voids.notnull()).select(statement_id=event.voids)
    return moments(event.filter(event.actor.notnull()), engine.table("link"), voided)


def _whole(facts: Any) -> Any:
    return Whole(facts.tables, facts.now, facts.reporting_zone)


def answer(expression: ir.Table) -> Rows:
    """The rows of an expression, in an order that does not hang on the engine."""
    found = expression.to_pyarrow()
    plain = [field for field in found.schema if not pa.types.is_nested(field.type)]
    exact_first = sorted(plain, key=lambda field: pa.types.is_floating(field.type))
    ordered = found.sort_by([(field.name, "ascending") for field in exact_first])
    return ordered.to_pylist()


def measured(facts: Facts, metric: Metric) -> dict[str, Any]:
    """A metric whole, by each of its slices and for some rows only; its rows under each choice."""
    rows = _sliceable(facts, metric.rows(facts)).cache()
    found = {"rows": answer(rows), "whole": summarise(rows, metric, context=CONTEXT)}
    found |= _sliced(rows, metric)
    for name, allowed in metric.choices.items():
        for value in allowed[1:]:
            found[f"{name} {value}"] = answer(metric.rows(facts, **{name: value}))
    return found


def _sliceable(facts: Facts, rows: ir.Table) -> ir.Table:
    placed = with_levels(with_place(rows, facts.position, ZONE), UNIT_LEVELS)
    return dated(placed, TIME, ZONE)


def _sliced(rows: ir.Table, metric: Metric) -> dict[str, Any]:
    """By every slice, several at a time, and of some rows only."""
    first, others = metric.by[:1], metric.by[1:]
    slices = [first, others, (*PLACES, unit_level(2)), TIME]
    found: dict[str, Any] = {
        f"by {columns}": summarise(rows, metric, columns, context=CONTEXT)
        for columns in slices
        if columns
    }
    some = rows.filter(
        matches(rows, metric.by[0], iri("course/fire")), matches(rows, "unit", "Org/South")
    )
    found["where"] = summarise(some, metric, context=CONTEXT)
    if metric.summary is Summary.MEDIAN:
        found["below the median"] = sufficient.below_median(rows, ("course",))
    return found


def _impact(facts: Facts, *, joined: bool) -> Any:
    (audit,) = (each for each in outcomes(facts) if each.outcome == AUDIT)
    return impact(facts, iri(ROPES), audit, joined=joined)


SHAPES: Mapping[str, Callable[[Facts], Any]] = {
    "funnels": funnels,
    "curve": lambda facts: curve(facts, iri("video/fire")),
    "cliffs": cliffs,
    "items": items,
    "taught": lambda facts: taught(facts, iri(HEIGHT)),
    "taught elsewhere": lambda facts: taught(facts, iri(FIRE)),
    "lasting": lasting,
    "roles": roles,
    "competency": lambda facts: competency(facts, "driver", date(2026, 2, 1)),
    "outcomes": outcomes,
    "obligations": lambda facts: answer(facts.obligation),
    "periods": lambda facts: answer(periods(_whole(facts))),
    "marks": lambda facts: answer(first_marks(facts, None)),
    "shared": shared,
    "collective": lambda facts: [
        collective(facts, iri("course/fire"), outcome) for outcome in shared(facts)
    ],
    "contracts": lambda facts: contracts(facts, iri("course/fire")),
    "tried": lambda facts: [
        tried(facts, lots.trial, outcome) for lots in trials(facts) for outcome in outcomes(facts)
    ],
    "impact": lambda facts: _impact(facts, joined=False),
    "impact on new hires": lambda facts: _impact(facts, joined=True),
}
METRICS = catalogue()


def differences(found: Any, expected: Any, where: str = "") -> Iterator[str]:
    """Where two answers differ: whole numbers and words to the letter, fractions by 1e-9."""
    if found == expected:
        return
    if is_dataclass(expected):
        yield from differences(_parts(found), _parts(expected), where)
    elif isinstance(expected, Mapping):
        if not isinstance(found, Mapping) or found.keys() != expected.keys():
            yield f"{where}: {_short(found)} instead of {_short(expected)}"
            return
        for key in expected:
            yield from differences(found[key], expected[key], f"{where} {key}".strip())
    elif isinstance(expected, Sequence) and not isinstance(expected, str):
        if not isinstance(found, Sequence) or len(found) != len(expected):
            yield f"{where}: {_short(found)} instead of {_short(expected)}"
            return
        for number, (one, other) in enumerate(zip(found, expected, strict=True)):
            yield from differences(one, other, f"{where}[{number}]")
    elif not _equal(found, expected):
        yield f"{where}: {found!r} instead of {expected!r}"


def _parts(value: Any) -> Any:
    if not is_dataclass(value):
        return value
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _equal(found: Any, expected: Any) -> bool:
    if isinstance(found, float) and isinstance(expected, float):
        return math.isclose(found, expected, rel_tol=RELATIVE, abs_tol=1e-12)
    return type(found) is type(expected) and found == expected


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:300]} …"
