"""The one result type (METHODS 0.3): a number one can defend, or why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Gate(StrEnum):
    """Whether the number may be shown, and if not, why."""

    OK = "ok"
    LOW_N = "low_n"
    SUPPRESSED = "suppressed"
    IMMATURE = "immature"
    NOT_IDENTIFIED = "not_identified"


class Design(StrEnum):
    """What the number was made from; it caps what may be claimed."""

    DESCRIPTIVE = "descriptive"
    ASSOCIATIONAL = "associational"
    QUASI_EXPERIMENTAL = "quasi-exp"
    RANDOMISED = "randomised"


class Verdict(StrEnum):
    """What a comparison found. "No effect" is never among them."""

    IMPROVED = "improved"
    WORSENED = "worsened"
    NO_MEANINGFUL_CHANGE = "no meaningful change"
    INCONCLUSIVE = "inconclusive"
    NOT_ATTRIBUTABLE = "not attributable"
    INSUFFICIENT_DATA = "insufficient data"


@dataclass(frozen=True)
class Result:
    """One estimate for one group. `estimate`, `ci_low` and `ci_high` are in `unit`; a share is 0
    to 1.

    An empty population gives estimate None and gate low_n, never 0 or 1. A suppressed result
    carries no number at all: estimate, interval, n and n_events are None."""

    metric_id: str
    definition_version: int
    estimand: str  # what the number would be with endless data, as a sentence
    unit: str  # share, score, seconds, days, count, attempts, per week
    group: Mapping[str, str | None] = field(default_factory=dict)  # the value of each --by column
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    ci_method: str | None = None
    # Further figures of the same rows, in `unit`: p25, p75, p90 beside a median, and medians under
    # other readings of the value that the metric names (idle_10_min, idle_60_min).
    beside: Mapping[str, float] = field(default_factory=dict)
    n: int | None = None  # people
    n_events: int | None = None  # rows of the population
    n_excluded: Mapping[str, int] = field(default_factory=dict)  # reason: rows
    population_filter: Mapping[str, str] = field(default_factory=dict)
    as_of: datetime | None = None
    watermark: datetime | None = None  # earliest of the sources' newest `stored`
    tz: str = "UTC"
    design: Design = Design.DESCRIPTIVE
    assumptions: tuple[str, ...] = ()
    checks: Mapping[str, str] = field(default_factory=dict)  # name: pass, fail or na
    gate: Gate = Gate.OK
    note: str | None = None  # what a reader must know: why withheld, what it would need
    family_id: str | None = None
    q_value: float | None = None
    verdict: Verdict | None = None
