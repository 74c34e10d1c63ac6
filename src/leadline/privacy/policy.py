"""Who may see what: one table for all roles. Every door asks it; the documentation is made of it.

Sources: MISSION M (S117-S123), EXPERIENCE "what each person must not see". A grant's unit only
ever narrows a role that covers everyone to that subtree."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from leadline.facts.fact import Column, Sensitivity
from leadline.privacy.viewer import Purpose, Role, Viewer

S = Sensitivity


class Rows(StrEnum):
    """Whose rows a role covers, in the organisation as it is today."""

    EVERYONE = "everyone, or the unit granted"
    TEAM = "own direct and indirect reports, or the unit granted"
    SELF = "oneself"
    NOBODY = "nobody"


class Place(StrEnum):
    """The seven places of the pages."""

    HOME = "Home"
    COMPLIANCE = "Compliance"
    PROGRAMMES = "Programmes"
    PEOPLE = "People"
    IMPACT = "Impact"
    REVIEWS = "Reviews"
    DATA = "Data & trust"


class Register(StrEnum):
    """What is kept about the system and not about learners."""

    SOURCES = "sources and quarantine"
    UNMATCHED = "unmatched identifiers"
    LOOKS = "access log"
    CREDENTIALS = "credentials"


class Deed(StrEnum):
    """What a role may set going; where people are concerned, only with those whom it covers."""

    ADD_COURSES = "add course packages"
    ASSIGN = "assign courses"
    SCHEDULE_CHECKS = "schedule delayed checks"
    TAKE = "take courses assigned to oneself"
    GIVE_ACCESS = "give programs access to the record store"
    BRING_PEOPLE = "bring in files of people"
    BRING_RESULTS = "bring in files of customers and results"
    DECIDE = "judge findings, decide about content, log changes"
    DECLARE = "declare programmes, freeze their baselines"


class Described(Protocol):
    """A fact, or a table that is derived from facts: its name, and what its columns are."""

    @property
    def name(self) -> str: ...
    @property
    def columns(self) -> Mapping[str, Column]: ...


@dataclass(frozen=True)
class Rules:
    """One line of the table.

    columns: what statistics may be made of; named: what may stand beside a person's name (empty:
    no named rows at all); closed: facts that stay shut whatever their columns; purposes: why this
    role may look, the first is taken where none is given; deeds: what it may set going; customers:
    whether it may tell customers' accounts apart, by name, and what is measured of them."""

    rows: Rows
    columns: frozenset[Sensitivity]
    named: frozenset[Sensitivity]
    closed: frozenset[str]
    purposes: tuple[Purpose, ...]
    places: frozenset[Place]
    registers: frozenset[Register]
    deeds: frozenset[Deed] = frozenset()
    customers: bool = False

    def opens(self, fact: str, column: str, sensitivity: Sensitivity) -> bool:
        """Whether statistics may be made of this column of this fact."""
        return fact not in self.closed and _meant(fact, column, sensitivity) in self.columns

    def names(self, fact: str, column: str, sensitivity: Sensitivity) -> bool:
        """Whether this column of this fact may stand beside a person's name."""
        return fact not in self.closed and _meant(fact, column, sensitivity) in self.named

    def names_rows_of(self, fact: Described) -> bool:
        """Whether named rows of the fact may be shown at all: that somebody has a row tells as much
        as its columns do, so at least one column that is neither key nor content must be open."""
        return any(
            self.names(fact.name, name, column.sensitivity)
            for name, column in fact.columns.items()
            if column.sensitivity not in (Sensitivity.KEY, Sensitivity.CONTENT)
        )

    @property
    def activities(self) -> bool:
        """Whether single events (what somebody did, and when) may be listed."""
        return S.ACTIVITY in self.named


# Dates of the training record that every employer keeps are not a log of what somebody did: they
# are as sensitive as the certificate or the result that they date.
DATES_OF_RECORD: Mapping[str, Mapping[str, Sensitivity]] = {
    "cycle": dict.fromkeys(
        [
            *("assigned_at", "original_due_at", "due_at", "extensions"),
            *("started_at", "completed_at", "withdrawn_at", "waived_at"),
        ],
        S.CERTIFICATE,
    ),
    "attempt": dict.fromkeys(("started_at", "submitted_at", "graded_at"), S.ASSESSMENT),
}
# What is said (event.did) where such a date is made; everything else is activity.
WORDS_OF_RECORD = (
    *("assigned", "registered", "withdrawn", "waived", "completed"),
    *("scored", "passed", "failed", "satisfied", "mastered", "earned"),
)


def _meant(fact: str, column: str, sensitivity: Sensitivity) -> Sensitivity:
    return DATES_OF_RECORD.get(fact, {}).get(column, sensitivity)


_PLAIN = frozenset({S.KEY, S.CONTENT, S.CERTIFICATE})
_TRAINING = _PLAIN | {S.ACTIVITY, S.ASSESSMENT}
_ALL_BUT_NAMES = frozenset(Sensitivity) - {S.IDENTITY}
_NONE: frozenset[Sensitivity] = frozenset()
_OPEN: frozenset[str] = frozenset()
_SINGLE_ANSWERS = frozenset({"response"})
_ACTIVITY_LOG = frozenset({"event", "session", "reach", "watch", "segment"})

POLICY: Mapping[Role, Rules] = {
    Role.ADMINISTRATOR: Rules(
        rows=Rows.NOBODY,
        columns=_NONE,
        named=_NONE,
        closed=_OPEN,
        purposes=(Purpose.RUN_SYSTEM,),
        places=frozenset({Place.HOME, Place.DATA}),
        registers=frozenset({Register.SOURCES, Register.UNMATCHED, Register.CREDENTIALS}),
        deeds=frozenset({Deed.GIVE_ACCESS, Deed.BRING_PEOPLE, Deed.BRING_RESULTS}),
    ),
    Role.ANALYST: Rules(
        rows=Rows.EVERYONE,
        columns=_ALL_BUT_NAMES,
        named=_NONE,
        closed=_OPEN,
        purposes=(Purpose.IMPROVE_TRAINING, Purpose.PLAN_WORKFORCE, Purpose.RUN_SYSTEM),
        places=frozenset(Place) - {Place.PEOPLE},
        registers=frozenset({Register.SOURCES, Register.UNMATCHED}),
        customers=True,
    ),
    Role.TRAINING_LEAD: Rules(
        rows=Rows.EVERYONE,
        columns=_ALL_BUT_NAMES,
        named=_TRAINING | {S.PREDICTION, S.IDENTITY},
        closed=_OPEN,
        purposes=(Purpose.IMPROVE_TRAINING, Purpose.SUPPORT_LEARNERS),
        places=frozenset(Place),
        registers=frozenset({Register.SOURCES}),
        deeds=frozenset(
            {
                Deed.ADD_COURSES,
                Deed.ASSIGN,
                Deed.SCHEDULE_CHECKS,
                Deed.DECIDE,
                Deed.DECLARE,
                Deed.BRING_RESULTS,
            }
        ),
        customers=True,
    ),
    Role.COMPLIANCE_OFFICER: Rules(
        rows=Rows.EVERYONE,
        columns=_PLAIN | {S.ASSESSMENT, S.HR, S.OUTCOME, S.PREDICTION},
        named=_PLAIN | {S.ASSESSMENT, S.IDENTITY},
        closed=_ACTIVITY_LOG,
        purposes=(Purpose.PROVE_COMPLIANCE,),
        places=frozenset(Place) - {Place.IMPACT},
        registers=frozenset({Register.SOURCES}),
        deeds=frozenset({Deed.ASSIGN, Deed.DECIDE, Deed.DECLARE}),
    ),
    Role.HR_MANAGER: Rules(
        rows=Rows.EVERYONE,
        columns=_TRAINING | {S.HR, S.OUTCOME},
        named=_PLAIN | {S.HR, S.IDENTITY},
        closed=_SINGLE_ANSWERS,
        purposes=(Purpose.PLAN_WORKFORCE, Purpose.PROVE_COMPLIANCE),
        places=frozenset(Place),
        registers=frozenset({Register.SOURCES}),
        deeds=frozenset({Deed.DECIDE, Deed.DECLARE, Deed.BRING_PEOPLE, Deed.BRING_RESULTS}),
    ),
    Role.DEPARTMENT_MANAGER: Rules(
        rows=Rows.TEAM,
        columns=_TRAINING | {S.HR},
        named=_PLAIN | {S.ASSESSMENT, S.IDENTITY},
        closed=_SINGLE_ANSWERS,
        purposes=(Purpose.SUPPORT_LEARNERS, Purpose.PROVE_COMPLIANCE),
        places=frozenset({Place.HOME, Place.COMPLIANCE, Place.PROGRAMMES, Place.PEOPLE}),
        registers=frozenset(),
        deeds=frozenset({Deed.ASSIGN}),
    ),
    Role.LEARNER: Rules(
        rows=Rows.SELF,
        columns=_ALL_BUT_NAMES,
        named=frozenset(Sensitivity),
        closed=_OPEN,
        purposes=(Purpose.OWN_RECORD,),
        places=frozenset({Place.HOME, Place.PEOPLE}),
        registers=frozenset(),
        deeds=frozenset({Deed.TAKE}),
    ),
    Role.PRIVACY_OFFICER: Rules(
        rows=Rows.NOBODY,
        columns=_NONE,
        named=_NONE,
        closed=_OPEN,
        purposes=(Purpose.PROTECT_PRIVACY,),
        places=frozenset({Place.HOME, Place.DATA}),
        registers=frozenset(Register),
    ),
}


def registers_of(viewer: Viewer) -> frozenset[Register]:
    """The registers open to a viewer. They speak of the whole system and cannot be cut to some
    people, so whoever is granted one unit of it reads none."""
    rules = POLICY[viewer.role]
    bound = rules.rows is Rows.EVERYONE and viewer.unit is not None
    return frozenset() if bound else rules.registers


def audience(viewer: Viewer) -> Role | None:
    """Who is told exactly the same in numbers as this viewer: the first of the roles that cover
    everyone by the same rules. None: whom the viewer covers is nobody else's, or not everyone."""
    rules = POLICY[viewer.role]
    if rules.rows is not Rows.EVERYONE or viewer.unit is not None:
        return None
    return next(role for role, other in POLICY.items() if _alike(rules, other))


def sees_as_much(viewer: Viewer, role: Role) -> bool:
    """Whether nothing that somebody of that role, who covers everyone, writes down from what it was
    shown in numbers can be closed to this viewer."""
    mine, theirs = POLICY[viewer.role], POLICY[role]
    open_ = mine.columns >= theirs.columns and mine.closed <= theirs.closed
    return audience(viewer) is not None and open_


def _alike(one: Rules, other: Rules) -> bool:
    """By all that decides an answer: rows, columns, closed facts, and what may be named, which
    decides what is withheld."""
    return all(
        getattr(one, part) == getattr(other, part)
        for part in ("rows", "columns", "named", "closed")
    )
