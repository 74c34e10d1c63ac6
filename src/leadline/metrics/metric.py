"""What a metric is: one question, one population, one value of a row."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Protocol, TypedDict, Unpack

import ibis.expr.types as ir

IMMATURE = "immature"  # the reason in `excluded` of rows that are too young to count


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
    MEDIAN = "median"  # BCa bootstrap over people; Woodruff above a stated size
    TOTAL = "total"  # sum of the values, a census count: no interval
    PEOPLE = "people"  # distinct people: no interval
    RATE = "rate"  # sum(value) / sum(exposure): as MEAN


class Facts(Protocol):
    """What a metric may ask: the facts by name, already cut to what the viewer may see.

    Attributes are Ibis tables: every fact of facts/catalogue, `event` (the standing ones, neither
    voided nor voiding), the dimensions `activity` (activity, name, kind, course, module, position,
    length_s) and `position` (where people sat, with dates), and the curriculum's lists `linkage`,
    `standard`, `check` and `critical`."""

    @property
    def now(self) -> datetime:
        """The instant the question is asked as of; aware."""

    @property
    def reporting_zone(self) -> str:
        """IANA name of the zone that days and weeks go by."""

    def __getattr__(self, name: str, /) -> ir.Table: ...


@dataclass(frozen=True)
class Metric:
    """A question asked of facts. `rows` gives the population: one row per unit counted, with

    `person`, `at` (the instant that periods, and the unit, role and place of that time, go by),
    `value` (float64), `excluded` (string: why the row does not count, null where it counts),
    `exposure` (only for RATE), `beside_NAME` (only for MEDIAN: other readings of `value`, whose
    medians are printed beside it as NAME), `mature_at` (instant, only where rows may be excluded
    as immature: when they will count) and the dimension columns of `by`."""

    name: str
    question: str
    definition: str
    area: Area
    unit: str  # share, score, seconds, days, count, attempts, people, per week
    good: str | None  # up, down, or None where neither is better
    summary: Summary
    version: int
    fact: str
    by: tuple[str, ...]  # columns of `rows` that may be sliced by, besides the position columns
    rows: Callable[..., ir.Table]
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # first = default
    activity: bool = False  # an activity metric, not a learning metric (S035)
    companions: tuple[str, ...] = ()  # metrics always shown beside it (S013)
    assumptions: tuple[str, ...] = ()  # what a reader must grant, printed with every result

    @property
    def estimand(self) -> str:
        """What the number would be with endless data: the first sentence of the definition."""
        return self.definition.split(". ")[0].rstrip(".") + "."


class Described(TypedDict, total=False):
    """What `@metric` is told; the question and the definition are the docstring."""

    area: Area
    unit: str
    good: str | None
    summary: Summary
    version: int
    fact: str
    by: tuple[str, ...]
    choices: Mapping[str, tuple[str, ...]]
    activity: bool
    companions: tuple[str, ...]
    assumptions: tuple[str, ...]


def metric(**described: Unpack[Described]) -> Callable[[Callable[..., ir.Table]], Metric]:
    """Turn `rows(facts, **choices)` into the Metric named after the function.

    The docstring's first paragraph is the question a person asks, the rest the definition.
    ValueError where the docstring or a choice's argument is missing."""

    def define(rows: Callable[..., ir.Table]) -> Metric:
        name = rows.__name__
        question, _, definition = inspect.cleandoc(rows.__doc__ or "").partition("\n\n")
        if not question.endswith("?") or not definition:
            raise ValueError(f"{name}: the docstring must be a question, then a definition.")
        choices = described.get("choices", {})
        arguments = inspect.signature(rows).parameters
        for choice, allowed in choices.items():
            if choice not in arguments or arguments[choice].default != allowed[0]:
                raise ValueError(f"{name}: {choice} must be an argument, default {allowed[0]}.")
        return Metric(
            name=name,
            question=" ".join(question.split()),
            definition=" ".join(definition.split()),
            rows=rows,
            **described,
        )

    return define


@cache
def catalogue() -> Mapping[str, Metric]:
    """Every metric of metrics/catalogue/ by name, in alphabetical order. One file, one metric."""
    folder = importlib.import_module("leadline.metrics.catalogue")
    names = sorted(module.name for module in pkgutil.iter_modules(folder.__path__))
    return {
        name: getattr(importlib.import_module(f"{folder.__name__}.{name}"), name) for name in names
    }
