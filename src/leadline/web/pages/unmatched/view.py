"""Identifiers that no person of the directory claims: listed, never dropped."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.accounts.viewing import app
from leadline.directory.rows import Unmatched
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place, Register
from leadline.web import words
from leadline.web.anatomy import Body, Crumb, Foot, NextStep
from leadline.web.page import page
from leadline.web.places import holding
from leadline.web.tables import Cell, Head, Table, asked


@page(place=Place.DATA, sees=holding(Register.UNMATCHED))
def unmatched(request: HttpRequest, lens: Lens) -> Body:
    """Which records belong to nobody in the directory?"""
    wanted = asked(request, ())
    total = app().directory.unmatched_total()
    rows = lens.unmatched(limit=wanted.limit, offset=wanted.offset)
    table = Table(
        caption=_("Identifiers that no person claims, newest first"),
        heads=(
            Head(_("Identifier")),
            Head(_("Kind")),
            Head(_("Records"), number=True),
            Head(_("First seen")),
            Head(_("Last seen")),
        ),
        rows=[_row(one) for one in rows],
        asked=wanted,
        total=total,
    )
    mend = _("Add the identifier to its person in the people file and import the file again.")
    return Body(
        crumbs=(Crumb(_("Data & trust"), reverse("trust")), Crumb(_("Unmatched identities"))),
        next_step=NextStep(mend if total else _("None is needed.")),
        twin=table if total else None,
        twin_open=True,
        facts={"total": total},
        foot=Foot((_("Each of them is counted as a person of its own until somebody claims it."),)),
    )


def _row(one: Unmatched) -> tuple[Cell, ...]:
    return (
        Cell(one.identifier.value),
        Cell(one.identifier.kind),
        Cell(words.count(one.statements)),
        Cell(words.instant(one.first_seen)),
        Cell(words.instant(one.last_seen)),
    )
