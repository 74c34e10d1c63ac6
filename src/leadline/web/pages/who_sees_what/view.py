"""The policy as a table: what each role may see, and for what purpose."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.facts.fact import Sensitivity
from leadline.privacy.lens import Lens
from leadline.privacy.policy import POLICY, Place, Rules
from leadline.privacy.viewer import Role
from leadline.web.anatomy import Body, Crumb, Foot
from leadline.web.page import page
from leadline.web.places import EVERYBODY
from leadline.web.tables import Cell, Head, Table, asked
from leadline.web.words import sentence


@page(place=Place.DATA, sees=EVERYBODY)
def who_sees_what(request: HttpRequest, lens: Lens) -> Body:
    """Who sees what, and why?"""
    return Body(
        crumbs=(Crumb(_("Data & trust"), reverse("trust")), Crumb(_("Who sees what"))),
        twin=Table(
            caption=_("What each role may see"),
            heads=(
                Head(_("Role")),
                Head(_("Whose records")),
                Head(_("Beside a name")),
                Head(_("In groups only")),
                Head(_("Why")),
            ),
            rows=[_row(role, rules) for role, rules in POLICY.items()],
            asked=asked(request, ()),
            total=len(POLICY),
        ),
        twin_open=True,
        facts={"rules": POLICY[lens.viewer.role], "role": lens.viewer.role},
        foot=Foot((_("This table is the rule that every page, export and command asks."),)),
    )


def _row(role: Role, rules: Rules) -> tuple[Cell, ...]:
    return (
        Cell(sentence(role)),
        Cell(sentence(rules.rows)),
        Cell(_kinds(rules.named - {Sensitivity.KEY, Sensitivity.IDENTITY})),
        Cell(_kinds(rules.columns - rules.named - {Sensitivity.KEY})),
        Cell(sentence(", ".join(rules.purposes))),
    )


def _kinds(kinds: frozenset[Sensitivity]) -> str:
    return sentence(", ".join(sorted(kinds))) if kinds else _("Nothing")
