"""The part of the lens that answers for whole customers and units, not for people."""

from abc import abstractmethod
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from leadline.facts import Sensitivity
from leadline.metrics.collective import LISTED_MIN_GROUPS, Arm, Collective, Line, collectives
from leadline.metrics.contracts import Kept, contracts
from leadline.metrics.quarters import KINDS, Kind, Shared, shared, taught
from leadline.privacy.cut import CutFacts
from leadline.privacy.policy import Rows
from leadline.privacy.refusals import Forbidden
from leadline.privacy.registers import Registers

COLLECTIVE = frozenset({Sensitivity.HR, Sensitivity.CERTIFICATE, Sensitivity.OUTCOME})
UNTOLD = Arm(0, None)
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class ShownCollective(Collective):
    """Both sides are large enough; quarters and ages with too few accounts or units are left out,
    and counts of too few are None."""


@dataclass(frozen=True, kw_only=True)
class ShownKept(Kept):
    """Both sides are large enough; segments with too few accounts on a side are left out."""


class Collectives(Registers):
    """Forbidden where the role may not tell customers apart, or covers some of the people alone."""

    @property
    @abstractmethod
    def smallest(self) -> int:
        """Groups with fewer people, and figures of fewer accounts or units, are hidden."""

    @abstractmethod
    def _kept(self, what: Hashable, make: Callable[[], T], *, timeless: bool = False) -> T: ...

    @abstractmethod
    def _facts(self, *, named: bool = False) -> CutFacts: ...

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Of what whole groups the viewer may be told."""
        return tuple(kind for kind in KINDS if not self._closed(kind))

    def shared(self, kind: Kind) -> Sequence[Shared]:
        """What is measured of enough whole accounts, or units."""
        with self._looking("shared outcomes", kind=kind) as look:
            self._whole(kind)
            found = self._kept(("shared",), lambda: shared(self._facts()))
            own = [each for each in found if each.kind == kind]
            shown = [each for each in own if each.groups >= self.smallest]
            look.shown, look.withheld = len(shown), len(own) - len(shown)
        return shown

    def collectives(self, outcome: Shared) -> Mapping[str, ShownCollective]:
        """What every course changed in an outcome of whole accounts or units (METHODS D, E), by
        course; one with too few of them on a side is absent."""
        with self._looking("collectives", kind=outcome.kind, outcome=outcome.outcome) as look:
            self._whole(outcome.kind)
            found = self._kept(
                ("collectives", outcome), lambda: collectives(self._facts(), outcome)
            )
            safe = {each.course: safe_collective(each, self.smallest) for each in found}
            shown = {course: each for course, each in safe.items() if each is not None}
            look.shown, look.withheld = len(shown), len(safe) - len(shown)
        return shown

    def contracts(self) -> Mapping[str, ShownKept]:
        """Whether customers stay whose people completed a course, by course; one with too few
        accounts on a side is absent."""
        with self._looking("contracts") as look:
            self._whole("account")
            found = self._kept(("contracts",), self._contracts)
            safe = {each.course: safe_kept(each, self.smallest) for each in found}
            shown = {course: each for course, each in safe.items() if each is not None}
            look.shown, look.withheld = len(shown), len(safe) - len(shown)
        return shown

    def _contracts(self) -> list[Kept]:
        facts = self._facts()
        courses = taught(facts, "account", LISTED_MIN_GROUPS)
        return [found for course in courses if (found := contracts(facts, course))]

    def account_names(self, accounts: Collection[str]) -> Mapping[str, str]:
        """What accounts are called. Forbidden where the role may not tell them apart."""
        with self._looking("names of accounts") as look:
            if not self.rules.customers:
                raise Forbidden(f"To tell customers apart is no business of {self.viewer.role}.")
            found = self._books.customers.names(accounts)
            look.shown = len(found)
        return found

    def _whole(self, kind: Kind) -> None:
        if closed := self._closed(kind):
            raise Forbidden(closed)

    def _closed(self, kind: Kind) -> str:
        if not self.rules.columns >= COLLECTIVE or self.rules.rows is not Rows.EVERYONE:
            return f"It is made of records that are closed to {self.viewer.role}."
        if kind == "account" and not self.rules.customers:
            return f"To tell customers apart is no business of {self.viewer.role}."
        return f"It tells of more than {self.viewer.unit}." if self.viewer.unit else ""


def safe_collective(found: Collective, smallest: int) -> ShownCollective | None:
    """None where too few accounts or units were trained, or too few were not."""
    if min(found.trained.groups, found.others.groups) < smallest:
        return None
    lines = (
        Line(line.quarter, _safe(line.trained, smallest), _safe(line.others, smallest))
        for line in found.lines
    )
    return ShownCollective(
        **_parts(found)
        | {
            "lines": tuple(lines),
            "left_out": {
                why: None if groups and groups < smallest else groups
                for why, groups in found.left_out.items()
            },
            "by_age": {age: told for age, told in found.by_age.items() if told[1] >= smallest},
        }
    )


def safe_kept(found: Kept, smallest: int) -> ShownKept | None:
    """None where too few accounts were trained, or too few were not."""
    if min(found.trained.accounts, found.others.accounts) < smallest:
        return None
    segments = tuple(
        each for each in found.segments if min(each[1].accounts, each[2].accounts) >= smallest
    )
    return replace(ShownKept(**_parts(found)), segments=segments)


def _safe(arm: Arm, smallest: int) -> Arm:
    return arm if arm.groups >= smallest else UNTOLD


def _parts(found: Collective | Kept) -> dict[str, Any]:
    return {field.name: getattr(found, field.name) for field in fields(found)}
