"""What goes into the directory and what comes out of it: plain values, no database."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime

import msgspec
from msgspec import UNSET, UnsetType

from leadline.statements.agents import Identifier, identifier_of

PERSON_HOME = "urn:leadline:person"  # account home under which a person_id names its person

Text = str | None | UnsetType
Day = date | None | UnsetType


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One row of a people import: who somebody is, and where they sit from `valid_from` on.

    UNSET means "the file does not say" and changes nothing; None means "none" and clears.
    unit: path from the top, `Harbour Group/North/Depot 3`. manager: the `person_id` of the
    person's manager. valid_from: first day of this position (None or UNSET: the day of the
    import). left_on: first day on which the person no longer belongs (half-open).
    account: the customer's account whose contact they are. identifiers: besides the two that
    follow from `email`. origin: `file:line` for the report."""

    person_id: str
    name: Text = UNSET
    email: Text = UNSET
    identifiers: tuple[Identifier, ...] = ()
    unit: Text = UNSET
    role: Text = UNSET
    manager: Text = UNSET
    location: Text = UNSET
    account: Text = UNSET
    hire_date: Day = UNSET
    valid_from: Day = UNSET
    left_on: Day = UNSET
    zone: Text = UNSET
    origin: str = ""

    def claims(self) -> tuple[Identifier, ...]:
        """Every identifier that this row says is the person's, each once.

        The `person_id` is one, as an account of ours, for sources that know people by it alone.
        An e-mail address gives `mbox` and `mbox_sha1sum` (xAPI Data 2.4.2.3), as written and in
        lower case: HR and the systems that record learning rarely agree on capitals."""
        found: dict[Identifier | None, None] = dict.fromkeys(self.identifiers)
        account = {"homePage": PERSON_HOME, "name": self.person_id}
        found[identifier_of({"account": account})] = None
        if isinstance(self.email, str):
            for address in dict.fromkeys((self.email, self.email.lower())):
                mbox = f"mailto:{address}"
                digest = hashlib.sha1(mbox.encode(), usedforsecurity=False).hexdigest()
                for agent in ({"mbox": mbox}, {"mbox_sha1sum": digest}):
                    found[identifier_of(agent)] = None
        return tuple(identifier for identifier in found if identifier)


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody sits. manager: person key; account: the customer that they belong to."""

    unit_path: str | None = None
    role: str | None = None
    location: str | None = None
    manager: int | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """A place of a person on the half-open days [valid_from, valid_to); None: still.

    Keys, never names: this is what the lake may know. unit: last part of unit_path."""

    person: int
    unit: str | None
    unit_path: str | None
    role: str | None
    location: str | None
    manager: int | None
    valid_from: date
    valid_to: date | None
    hire_date: date | None
    left_on: date | None
    zone: str | None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Name:
    """Identity of one key; leaves the directory through `Directory.names` only.

    A key that no person claims has no employee_id; its display is the identifier as sent."""

    display: str
    employee_id: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An identifier that no person claims; first and last statement by when they were stored."""

    identifier: Identifier
    actor: int
    statements: int
    first_seen: datetime | None
    last_seen: datetime | None


class Change(msgspec.Struct, frozen=True):
    """One thing that an import changes: which person, which field, from what to what."""

    person_id: str
    field: str
    before: str | None
    after: str | None
    origin: str


class Refused(msgspec.Struct, frozen=True):
    """A row that was not taken in: where it stands, what is wrong and what would do."""

    origin: str
    person_id: str
    field: str
    reason: str
    remedy: str


@dataclass
class Changes:
    """What an import did, or with `dry_run` would do. Empty but for `unchanged` when repeated.

    added: persons new; changed: name, e-mail, hire date or zone; moved: positions opened or
    corrected; linked: identifiers that a person now claims; left: left_on set or cleared."""

    added: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    moved: list[Change] = field(default_factory=list)
    linked: list[Change] = field(default_factory=list)
    left: list[Change] = field(default_factory=list)
    errors: list[Refused] = field(default_factory=list)
    unchanged: int = 0
    dry_run: bool = False

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.moved or self.linked or self.left)
