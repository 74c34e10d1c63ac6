"""Who was told of what, and has not met it yet."""

from dataclasses import replace

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.web import words
from leadline.web.anatomy import Body, Crumb, Foot
from leadline.web.page import page
from leadline.web.pages.compliance.listing import listed
from leadline.web.places import naming
from leadline.web.tables import Cell, Head, asked


@page(place=Place.COMPLIANCE, sees=naming())
def alerts(request: HttpRequest, lens: Lens) -> Body:
    """What was raised, and is still open?"""
    wanted = asked(request, ())
    found = lens.alerts(limit=wanted.limit, offset=wanted.offset)
    table = listed(found, wanted, _("Open alerts"))
    told = [Cell(words.short_day(row["told_on"])) for row in found.rows]
    twin = replace(
        table,
        heads=(*table.heads, Head(_("Raised for"))),
        rows=[(*row, cell) for row, cell in zip(table.rows, told, strict=True)],
    )
    return Body(
        crumbs=(Crumb(_("Compliance"), reverse("compliance")), Crumb(_("Alerts"))),
        facts={"total": found.total},
        twin=twin if found.total else None,
        twin_open=True,
        foot=Foot(
            (
                _("As of %(when)s") % {"when": words.instant(found.as_of)},
                _("each due day is raised once, on its day in the person's own zone"),
                _("what was met since is not listed"),
            )
        ),
    )
