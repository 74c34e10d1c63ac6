"""What a fact is: a grain, described columns with their sensitivity, and one Ibis expression."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import ibis
import ibis.expr.types as ir

INSTANT = "timestamp('UTC', 6)"


class Sensitivity(StrEnum):
    """How much a column can hurt; privacy/policy.py says which role may see which."""

    KEY = "key"
    CONTENT = "content"
    ACTIVITY = "activity detail"
    ASSESSMENT = "assessment detail"
    CERTIFICATE = "certificate"
    HR = "HR-sensitive"
    OUTCOME = "outcome"
    PREDICTION = "prediction"
    IDENTITY = "identity"


@dataclass(frozen=True)
class Column:
    """One column: its Ibis type, who it can hurt, and what it means, with its unit."""

    type: str
    sensitivity: Sensitivity
    meaning: str


@dataclass(frozen=True)
class Fact:
    """What events mean, one row per grain. `rows` sees only the people being recomputed.

    Every fact has `person` (random key) and every expression works person by person, so that
    recomputing one person's rows never needs another's. `derive(moments)` is the expression;
    `rows(moments)` is the same, held to exactly the declared columns and types."""

    name: str
    grain: str
    columns: Mapping[str, Column]
    derive: Callable[[ir.Table], ir.Table]

    def schema(self) -> ibis.Schema:
        return ibis.schema({name: column.type for name, column in self.columns.items()})

    def rows(self, moments: ir.Table) -> ir.Table:
        derived = self.derive(moments)
        return derived.select(*self.columns).cast(self.schema())
