"""What is required, of whom, and under which rules: the definitions in force."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.curriculum import Requirement
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.web import words
from leadline.web.addresses import short
from leadline.web.anatomy import Body, Crumb, Foot
from leadline.web.page import page
from leadline.web.places import having
from leadline.web.tables import Cell, Head, Table, asked


@page(place=Place.COMPLIANCE, sees=having(Place.COMPLIANCE))
def requirements(request: HttpRequest, lens: Lens) -> Body:
    """What is required of whom?"""
    rows = sorted(lens.requirements(), key=lambda each: (each.name, each.valid_from))
    return Body(
        crumbs=(Crumb(_("Compliance"), reverse("compliance")), Crumb(_("Requirements"))),
        facts={"total": len({row.requirement for row in rows})},
        twin=_table(request, rows) if rows else None,
        twin_open=True,
        foot=Foot((_("declared with leadline curriculum import requirements FILE"),)),
    )


def _table(request: HttpRequest, rows: list[Requirement]) -> Table:
    return Table(
        caption=_("Requirements and their versions"),
        heads=(
            Head(_("Requirement")),
            Head(_("In force")),
            Head(_("Binds")),
            Head(_("Satisfied by")),
            Head(_("Rules")),
        ),
        rows=[_row(row) for row in rows],
        asked=asked(request, ()),
        total=len(rows),
    )


def _row(row: Requirement) -> tuple[Cell, ...]:
    until = _("until %(day)s") % {"day": words.short_day(row.valid_to)} if row.valid_to else ""
    binds = [", ".join(each) for each in (row.units, row.roles, row.locations) if each]
    return (
        Cell(row.name, under=_("regulated") if row.regulated else ""),
        Cell(_("from %(day)s") % {"day": words.short_day(row.valid_from)}, under=until),
        Cell("; ".join(binds) or _("everybody")),
        Cell(", ".join(short(thing) for thing in row.things)),
        Cell(_valid(row), under=_rules(row)),
    )


def _valid(row: Requirement) -> str:
    if row.valid_months is None:
        return _("holds for good")
    return _("holds %(n)s months") % {"n": row.valid_months}


def _rules(row: Requirement) -> str:
    said = {"due": row.due_days, "grace": row.grace_days, "lead": row.lead_days}
    rules = [_("due after %(due)s days, grace %(grace)s days, told %(lead)s days before") % said]
    rules.append(_("leave puts it off") if row.leave == "suspends" else _("leave changes nothing"))
    if row.rehire == "anew":
        rules.append(_("after a re-hire it has to be earned anew"))
    return "; ".join(rules)
