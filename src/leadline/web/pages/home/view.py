"""Home by role: what needs this person now, why, and the one step that helps.

Nothing here counts activity (MISSION S035): findings, dates and broken things only."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place, Register, Rows
from leadline.privacy.viewer import Role
from leadline.store import Connected, System
from leadline.web import words
from leadline.web.anatomy import Body, Foot, NextStep
from leadline.web.checking import checking, checks
from leadline.web.found import waiting
from leadline.web.page import page
from leadline.web.pages.home import matters
from leadline.web.pages.home.matters import Matter
from leadline.web.pages.my_learning.checks import to_answer
from leadline.web.places import EVERYBODY

RISK = "critical_role"


@dataclass(frozen=True, kw_only=True)
class HomePage(Body):
    """The matters in the order in which they matter, and what is connected (MISSION S028)."""

    matters: tuple[Matter, ...]
    urgent: int
    systems: tuple[tuple[str, tuple[Connected, ...]], ...]


@page(place=Place.HOME, sees=EVERYBODY)
def home(request: HttpRequest, lens: Lens) -> HomePage:
    """What needs me now, and why?"""
    found = tuple(_matters(lens))
    return HomePage(
        matters=found,
        urgent=sum(matter.state == "action" for matter in found),
        next_step=_own_record(lens),
        systems=tuple(_systems(lens)) if Register.SOURCES in lens.registers else (),
        foot=Foot((_("As of %(when)s") % {"when": words.instant(lens.now)},)),
    )


def _systems(lens: Lens) -> Iterator[tuple[str, tuple[Connected, ...]]]:
    """Each kind of system with what is heard of it, those too of which nothing is."""
    for system, heard in lens.systems().items():
        if heard or system is not System.OTHER:
            yield _(system.value), tuple(heard)


def _own_record(lens: Lens) -> NextStep | None:
    """A learner may always see what is recorded, and who looked."""
    if lens.rules.rows is not Rows.SELF:
        return None
    said = _("See what is recorded about you, and who looked at it.")
    return NextStep(said, _("My learning"), reverse("my-learning"))


def _matters(lens: Lens) -> list[Matter]:
    """By role, in the order of EXPERIENCE "First login", as far as the facts go."""
    rules, role = lens.rules, lens.viewer.role
    if rules.rows is Rows.SELF:
        mine = lens.viewer.person
        if mine is None:
            return []
        asked = to_answer(checking(lens).own(), checks().now())
        return [*matters.of_checks(asked), *matters.of_record(lens.person(mine))]
    found = waiting(lens) if rules.rows is Rows.EVERYONE else []
    # What is forgotten in a critical role is the compliance officer's before any date.
    risks = [each for each in found if each.insight == RISK and role is Role.COMPLIANCE_OFFICER]
    others = [each for each in found if each not in risks]
    parts = []
    if rules.rows is Rows.TEAM:
        parts.append(matters.of_team(lens))
    if role is Role.COMPLIANCE_OFFICER:
        parts.append(matters.of_findings(risks))
        parts.append(matters.of_duties(lens))
        parts.append(matters.of_deadlines(lens))
    if rules.rows is Rows.EVERYONE:
        parts.append(matters.of_findings(others))
    parts.append(matters.of_sources(lens))
    if Register.LOOKS in lens.registers:
        parts.append(matters.of_looks(lens))
    return list(chain.from_iterable(parts))
