"""What lasted among the people of critical roles (METHODS C, MISSION S043)."""

from dataclasses import dataclass

import ibis.expr.types as ir

from leadline.metrics.metric import Facts
from leadline.metrics.population import local
from leadline.metrics.retention import Declared, Lasting, compared, pairs

ROLES_MAX = 100


@dataclass(frozen=True)
class CriticalRole:
    """A role in which a share `keeps` of what was known has to last."""

    role: str
    keeps: float


def critical_roles(facts: Facts) -> list[CriticalRole]:
    """The roles that are marked critical, in alphabetical order."""
    rows = facts.critical.order_by("role").limit(ROLES_MAX).to_pyarrow().to_pylist()
    return [CriticalRole(row["role"], row["keeps"]) for row in rows]


def lasting_in_roles(facts: Facts) -> dict[CriticalRole, dict[Declared, Lasting]]:
    """For each critical role, what those kept who held it when they learned; checks that nobody of
    them is due for are absent."""
    placed = _with_role(facts, pairs(facts))
    return {
        each: compared(placed.filter(placed.role == each.role).drop("role"), facts)
        for each in critical_roles(facts)
    }


def _with_role(facts: Facts, told: ir.Table) -> ir.Table:
    """The pairs with the role that the person held on the day of learning."""
    dated = told.mutate(on=local(told["at"], facts.reporting_zone).date())
    seat = facts.position.filter(facts.position.role.notnull()).select(
        seat_person="person",
        role="role",
        since=facts.position.valid_from.cast("date"),
        until=facts.position.valid_to.cast("date"),
    )
    joined = dated.inner_join(
        seat,
        [
            dated.person == seat.seat_person,
            dated.on >= seat.since,
            seat.until.isnull() | (dated.on < seat.until),
        ],
    )
    return joined.drop("seat_person", "since", "until", "on")
