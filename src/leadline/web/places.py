"""The rail: the places that a role has, by the policy, and the page that each one opens."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leadline.facts.fact import Sensitivity
from leadline.privacy.policy import POLICY, Deed, Place, Register, Rows, registers_of
from leadline.privacy.viewer import Role, Viewer

EVERYBODY = frozenset(Role)


@dataclass(frozen=True)
class Entry:
    """One line of the rail: the place, its name, and the page (URL name) that it opens."""

    place: Place
    name: str | Promise
    opens: str


_HOME = Entry(Place.HOME, _("Home"), "home")
_COMPLIANCE = Entry(Place.COMPLIANCE, _("Compliance"), "compliance")
_PROGRAMMES = Entry(Place.PROGRAMMES, _("Programmes"), "programmes")
_PEOPLE = Entry(Place.PEOPLE, _("People"), "people")
_MY_TEAM = Entry(Place.PEOPLE, _("My team"), "my-team")
_MY_LEARNING = Entry(Place.PEOPLE, _("My learning"), "my-learning")
_IMPACT = Entry(Place.IMPACT, _("Impact"), "competency")
_REVIEWS = Entry(Place.REVIEWS, _("Reviews"), "decisions")
_DATA = Entry(Place.DATA, _("Data & trust"), "trust")


def rail(viewer: Viewer) -> list[Entry]:
    """The entries for a viewer; one's own team or record stands where others have People."""
    rules = POLICY[viewer.role]
    people = {Rows.TEAM: _MY_TEAM, Rows.SELF: _MY_LEARNING}.get(rules.rows, _PEOPLE)
    data = (_DATA,) if registers_of(viewer) else ()  # what it opens is made of registers
    entries = (_HOME, _COMPLIANCE, _PROGRAMMES, people, _IMPACT, _REVIEWS, *data)
    return [entry for entry in entries if entry.place in rules.places]


def having(place: Place) -> frozenset[Role]:
    """The roles that the policy lets into a place."""
    return frozenset(role for role, rules in POLICY.items() if place in rules.places)


def covering(rows: Rows) -> frozenset[Role]:
    """The roles that cover these rows."""
    return frozenset(role for role, rules in POLICY.items() if rules.rows is rows)


def holding(register: Register) -> frozenset[Role]:
    """The roles that may read a register of the system."""
    return frozenset(role for role, rules in POLICY.items() if register in rules.registers)


def doing(deed: Deed) -> frozenset[Role]:
    """The roles that may set this going."""
    return frozenset(role for role, rules in POLICY.items() if deed in rules.deeds)


def counting(sensitivity: Sensitivity) -> frozenset[Role]:
    """The roles that may see numbers made of columns this sensitive."""
    return frozenset(role for role, rules in POLICY.items() if sensitivity in rules.columns)


def naming() -> frozenset[Role]:
    """The roles that may see records beside the names of others."""
    return frozenset(
        role
        for role, rules in POLICY.items()
        if Sensitivity.IDENTITY in rules.named and rules.rows is not Rows.SELF
    )
