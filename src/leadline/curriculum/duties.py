"""What people owe by their role, unit or place, and who is let off (METHODS A, compliance).

Every list is dated, and days are days of the person's own zone. `valid_to` is the first day on
which a row holds no more; None: until further notice."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise, product
from typing import Literal, Protocol, TypeVar

import msgspec

LEAD_DAYS = 42
DUE_DAYS = 30


class Requirement(msgspec.Struct, frozen=True):
    """What some people must hold, in the version that holds from a day on.

    things: activity ids of the certificates and courses that satisfy it, any one of them. units
    (with all below), roles, locations: whom it binds; an empty list binds all. valid_months: how
    long a certificate without an end of its own holds; None: for good. due_days: time to the first
    certificate after hire, transfer or the requirement's beginning. grace_days: written grace
    after a due day. lead_days: how long before it somebody is told. leave: whether time on leave
    puts due days off. rehire: whether what was held before leaving counts after coming back."""

    requirement: str
    name: str
    valid_from: date
    things: tuple[str, ...]
    valid_to: date | None = None
    units: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    valid_months: int | None = None
    grace_days: int = 0
    lead_days: int = LEAD_DAYS
    due_days: int = DUE_DAYS
    regulated: bool = False
    leave: Literal["suspends", "runs"] = "suspends"
    rehire: Literal["counts", "anew"] = "counts"


class Exemption(msgspec.Struct, frozen=True):
    """A person is let off a requirement for some days. person: key of the directory."""

    requirement: str
    person: int
    valid_from: date
    reason: str
    valid_to: date | None = None


class Leave(msgspec.Struct, frozen=True):
    """A person is away for some days. person: key of the directory."""

    person: int
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True)
class Version:
    """A requirement as it holds on the days [valid_from, valid_to).

    [rules_from, rules_to): the days of issue for which its rules count; the first version's count
    for all that was issued before. Of these days every one belongs to one version."""

    requirement: str
    name: str
    valid_from: date
    valid_to: date | None
    rules_from: date
    rules_to: date | None
    valid_months: int | None
    grace_days: int
    lead_days: int
    due_days: int
    regulated: bool
    leave: str
    rehire: str


@dataclass(frozen=True)
class Scope:
    """Whom a version binds: all who fit one of its rows. None fits everybody."""

    requirement: str
    valid_from: date
    unit: str | None
    role: str | None
    location: str | None


@dataclass(frozen=True)
class Satisfier:
    """What satisfies a version."""

    requirement: str
    valid_from: date
    thing: str


def versions(requirements: Iterable[Requirement]) -> list[Version]:
    """Every version with the days on which it holds: to its end, or to the next version."""
    found = []
    by_name = sorted(requirements, key=lambda each: (each.requirement, each.valid_from))
    for _, group in groupby(by_name, key=lambda each: each.requirement):
        rows = list(group)
        for number, (row, following) in enumerate(pairwise([*rows, None])):
            assert row is not None
            found.append(_version(row, following, first=number == 0))
    return found


def _version(row: Requirement, following: Requirement | None, *, first: bool) -> Version:
    until = following.valid_from if following else None
    ends = [day for day in (row.valid_to, until) if day is not None]
    return Version(
        requirement=row.requirement,
        name=row.name,
        valid_from=row.valid_from,
        valid_to=min(ends, default=None),
        rules_from=date.min if first else row.valid_from,
        rules_to=until,
        valid_months=row.valid_months,
        grace_days=row.grace_days,
        lead_days=row.lead_days,
        due_days=row.due_days,
        regulated=row.regulated,
        leave=row.leave,
        rehire=row.rehire,
    )


def scopes(requirements: Iterable[Requirement]) -> list[Scope]:
    """Whom each version binds, a row for each unit, role and location together."""
    found = []
    for row in requirements:
        lists: list[Sequence[str | None]] = [row.units, row.roles, row.locations]
        fitting = product(*(values or [None] for values in lists))
        found += [Scope(row.requirement, row.valid_from, *parts) for parts in fitting]
    return found


def satisfiers(requirements: Iterable[Requirement]) -> list[Satisfier]:
    """What satisfies each version, a row for each thing."""
    return [
        Satisfier(row.requirement, row.valid_from, thing)
        for row in requirements
        for thing in row.things
    ]


D = TypeVar("D", Requirement, Exemption, Leave)


class Rows(Protocol):
    """Gives a declared list; see Curriculum.rows."""

    def __call__(self, of: type[D], /) -> list[D]: ...


def tables(rows: Rows) -> Iterator[tuple[str, Sequence[object]]]:
    """The tables that the lists make in the lake, with their rows."""
    requirements = rows(Requirement)
    yield "requirement", versions(requirements)
    yield "scope", scopes(requirements)
    yield "satisfier", satisfiers(requirements)
    yield "exemption", rows(Exemption)
    yield "leave", rows(Leave)
