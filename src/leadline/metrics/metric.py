"""What a metric is: one question, one population, one value of a row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import ibis.expr.types as ir


class Area(StrEnum):
    """The four areas of MISSION S003; every metric belongs to exactly one."""

    LEARNER_BEHAVIOUR = "learner behaviour"
    PERFORMANCE_OUTCOMES = "performance outcomes"
    CONTENT_EFFECTIVENESS = "content effectiveness"
    PROGRAMME_TRENDS = "programme trends"


class Summary(StrEnum):
    """How the values of the rows become one number, and so which interval it gets."""

    SHARE = "share"  # mean of 0/1: Wilson, or cluster-robust where a person has several rows
    MEAN = "mean"  # BCa bootstrap over people; cluster-robust above a stated size
    MEDIAN = "median"  # bootstrap over people
    TOTAL = "total"  # a census count: no interval
    PEOPLE = "people"  # distinct people: no interval
    RATE = "rate"  # sum(value) / sum(exposure): cluster-robust


@dataclass(frozen=True)
class Metric:
    """A question asked of facts. `rows` gives the population: one row per unit counted, with

    `person`, `at` (the instant that periods, and the unit, role and place of that time, go by),
    `value` (float64), `excluded` (string: why the row does not count, null where it counts),
    `exposure` (only for RATE) and any dimension columns of its fact that may be sliced by."""

    name: str
    question: str
    definition: str
    area: Area
    unit: str
    good: str | None  # up, down, or None where neither is better
    summary: Summary
    version: int
    fact: str
    by: tuple[str, ...]  # columns of `rows` that may be sliced by, besides the position columns
    rows: Callable[..., ir.Table]
    choices: Mapping[str, tuple[str, ...]]  # e.g. {"attempt": ("first", "best", "last")}; first = default
    activity: bool  # an activity metric, not a learning metric (S035)
    companions: tuple[str, ...]  # metrics always shown beside it (S013)
