"""The facts as one viewer may see them: rows and columns are cut before anything is counted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache

import ibis
import ibis.expr.types as ir
from ibis.common.exceptions import IbisError

from leadline.facts import Sensitivity
from leadline.facts import catalogue as fact_catalogue
from leadline.metrics import Metric, obligation
from leadline.metrics import catalogue as metric_catalogue
from leadline.privacy.policy import POLICY, Described, Rules
from leadline.privacy.refusals import Forbidden
from leadline.privacy.viewer import Role
from leadline.refresh import schemas

COLLECTIVE = ("account", "measurement")  # about customers and whole units
# About content, systems and what is declared, not about people.
DIMENSIONS = (
    *("activity", "source", "linkage", "standard", "check", "critical"),
    *("requirement", "scope", "satisfier", "programme"),
)


@dataclass(frozen=True)
class CutFacts:
    """What `metric.rows` is given; see metrics.Facts.

    tables: opens a table of the lake by name. people: one column `person`, the keys that the
    viewer covers; None: everyone. named: cut to what may stand beside a name, instead of to what
    statistics may be made of. keep: see Whole."""

    tables: Callable[[str], ir.Table]
    rules: Rules
    people: ir.Table | None
    now: datetime
    reporting_zone: str
    named: bool = False
    keep: Callable[[ir.Table], ir.Table] = ir.Table.cache
    _made: dict[str, ir.Table] = field(default_factory=dict, init=False, compare=False)

    def __getattr__(self, name: str) -> ir.Table:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._made:
            self._made[name] = self._cut(name)
        return self._made[name]

    def _cut(self, name: str) -> ir.Table:
        if name in COLLECTIVE:
            return self._collective(name)
        if name in DIMENSIONS:
            return self.tables(name)
        if name in self.rules.closed:
            raise Forbidden(f"The fact {name} is closed to this role.")
        made = {
            "event": self._events,
            "position": self._positions,
            "obligation": self._obligations,
        }.get(name)
        table = made() if made else self._fact(name)
        return table if self.people is None else table.semi_join(self.people, "person")

    def _fact(self, name: str) -> ir.Table:
        if name not in fact_catalogue():
            raise AttributeError(f"There is no fact {name}.")
        columns = fact_catalogue()[name].columns
        return self.tables(name).select(
            [c for c, column in columns.items() if self._open(name, c, column.sensitivity)]
        )

    def _open(self, fact: str, column: str, sensitivity: Sensitivity) -> bool:
        rule = self.rules.names if self.named else self.rules.opens
        return rule(fact, column, sensitivity)

    @cached_property
    def _whole(self) -> "Whole":
        return Whole(self.tables, self.now, self.reporting_zone, self.keep)

    def _obligations(self) -> ir.Table:
        """How people stand follows from where they sit and when they were away, whether or not the
        role may see that: what it is told is the columns of the obligation."""
        return self._whole.obligation.select(
            [
                c
                for c, column in obligation.COLUMNS.items()
                if self._open("obligation", c, column.sensitivity)
            ]
        )

    def _positions(self) -> ir.Table:
        if not self._open("position", "role", Sensitivity.HR):
            raise Forbidden("Where people sit, and since when, is closed to this role.")
        return self.tables("position")

    def _collective(self, name: str) -> ir.Table:
        """It tells of whole groups and cannot be cut to some people of them."""
        outcomes = Sensitivity.OUTCOME in self.rules.columns and name == "measurement"
        if self.people is not None or not (self.rules.customers or outcomes):
            raise Forbidden("What is known of customers and whole units is closed to this role.")
        table = self.tables(name)
        return table if self.rules.customers else table.filter(table.kind == "unit")

    def _events(self) -> ir.Table:
        if not self._open("event", "timestamp", Sensitivity.ACTIVITY):
            raise Forbidden("Single events are closed to this role.")
        return with_person(live(self.tables("event")), self.tables("link"))


@dataclass(frozen=True)
class Whole:
    """The facts uncut, for what is derived from them; see metrics.Facts.

    keep: what is done with a table that others are derived from; person: of this one alone."""

    tables: Callable[[str], ir.Table]
    now: datetime
    reporting_zone: str
    keep: Callable[[ir.Table], ir.Table] = ir.Table.cache
    person: int | None = None
    _made: dict[str, ir.Table] = field(default_factory=dict, init=False, compare=False)

    def __getattr__(self, name: str) -> ir.Table:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._made:
            derived = obligation.steps(self, name)
            self._made[name] = self._own(name) if derived is None else self.keep(derived)
        return self._made[name]

    def _own(self, name: str) -> ir.Table:
        table = self.tables(name)
        if self.person is None or "person" not in table.columns:
            return table
        return table.filter(table.person == self.person)


def described() -> Mapping[str, Described]:
    """Every table about people whose columns the policy opens or closes, by name."""
    return {**fact_catalogue(), obligation.OBLIGATION.name: obligation.OBLIGATION}


def live(events: ir.Table) -> ir.Table:
    """Events that stand: neither voided nor voiding.

    Before anybody is cut away, since who voids is often somebody else than who is spoken of."""
    voided = events.filter(events.voids.notnull()).select(statement_id=events.voids)
    standing = events.filter(events.voids.isnull(), events.did != "voided")
    return standing.anti_join(voided, "statement_id")


def with_person(events: ir.Table, link: ir.Table) -> ir.Table:
    """Events with `person`; an actor whom nobody claims is its own person."""
    claimed = link.select(linked_actor=link.actor, person=link.person)
    joined = events.left_join(claimed, events.actor == claimed.linked_actor)
    return joined.mutate(person=ibis.coalesce(joined.person, joined.actor)).drop("linked_actor")


@lru_cache
def may_ask(role: Role, metric: str) -> bool:
    """Whether every column that the metric is made of is open to the role.

    Found by building the metric's expression on tables that lack what is closed."""
    return _builds(metric_catalogue()[metric], POLICY[role])


def _builds(metric: Metric, rules: Rules) -> bool:
    now = datetime(2000, 1, 1, tzinfo=UTC)
    facts = CutFacts(_unbound, rules, None, now, "UTC", keep=lambda table: table)
    try:
        metric.rows(facts)
    except (AttributeError, IbisError, Forbidden):
        return False
    return True


def _unbound(name: str) -> ir.Table:
    return ibis.table(ibis.schema(schemas()[name]), name=name)
