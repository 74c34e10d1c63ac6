"""Programmes: training with an aim. What belongs to it, whom it is for, what it is to change in the
business by when, what it costs, and which questions people ask of it.

Every list is dated. `valid_from` is the first day of a version; the versions before stay, so that
what was promised then can be told from what is promised now."""

from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple

import msgspec

Audience = Literal["employees", "compliance", "customers"]
Goal = Literal["metric", "competency", "outcome", "contracts"]
Per = Literal["whole", "learner", "hour"]


class Programme(msgspec.Struct, frozen=True):
    """A programme, in the version that holds from a day on.

    programme: its name, always written the same; courses: their activity ids; unit (with all
    below), role: the people it is for, where these are only some; owner: who answers for it.
    goal, thing: what it is to change: a metric by name, the days that a role takes to be competent,
    an outcome by its activity id, or the share of customers' accounts that stay after one of its
    courses, by that course's; target: where that is to be by the day `due`.
    worth: what one unit of an outcome is worth per person and month, in the currency of the costs,
    with limits where it is not known exactly, and `worth_source`: who says so."""

    programme: str
    valid_from: date
    audience: Audience
    courses: tuple[str, ...]
    owner: str
    goal: Goal
    thing: str
    target: float
    due: date
    unit: str | None = None
    role: str | None = None
    worth: float | None = None
    worth_low: float | None = None
    worth_high: float | None = None
    worth_source: str = ""


class Cost(msgspec.Struct, frozen=True):
    """A line of what a programme costs on the days [since, until).

    kind: what for, in words, such as `design` or `learners' time`; amount: in `currency` (ISO 4217)
    for the whole, for each learner, or for each hour that learners are active in it (`per`)."""

    programme: str
    kind: str
    amount: float
    currency: str
    since: date
    until: date
    per: Per = "whole"


class Question(msgspec.Struct, frozen=True):
    """What somebody wants to know of a programme, and the metrics by name that answer it."""

    programme: str
    question: str
    metrics: tuple[str, ...]


class Taught(NamedTuple):
    """A course of a version of a programme: a row of the lake's table `programme`."""

    programme: str
    valid_from: date
    course: str


def in_force(rows: Iterable[Programme], on: date) -> list[Programme]:
    """Of every programme the newest version not after the day, by name."""
    newest: dict[str, Programme] = {}
    for row in sorted(rows, key=lambda each: each.valid_from):
        if row.valid_from <= on:
            newest[row.programme] = row
    return [newest[name] for name in sorted(newest)]


def taught(rows: Iterable[Programme]) -> list[Taught]:
    """Every version's courses, in order."""
    return sorted(
        Taught(row.programme, row.valid_from, course) for row in rows for course in row.courses
    )
