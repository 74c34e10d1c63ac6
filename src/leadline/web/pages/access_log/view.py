"""The access log: every look, with its purpose, for the privacy officer."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.accounts.viewing import app
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place, Register
from leadline.store.audit import Look
from leadline.web import words
from leadline.web.anatomy import Body, Crumb, Foot
from leadline.web.page import page
from leadline.web.places import holding
from leadline.web.tables import PAGE_ROWS, Cell, Head, Table, asked


@page(place=Place.DATA, sees=holding(Register.LOOKS))
def access_log(request: HttpRequest, lens: Lens) -> Body:
    """Who looked at what, and why?"""
    wanted = asked(request, ())
    last, seal = app().audit.head()
    shown = lens.looks(before=last - wanted.offset + 1, limit=min(wanted.limit, PAGE_ROWS))
    table = Table(
        caption=_("Looks, newest first"),
        heads=(
            Head(_("When")),
            Head(_("Who")),
            Head(_("Purpose")),
            Head(_("What")),
            Head(_("People named"), number=True),
            Head(_("Outcome")),
        ),
        rows=[_row(look) for look in shown],
        asked=wanted,
        total=last,
    )
    kept = _("Entries can be added and never changed; each seals the one before.")
    sealed = _("Entry %(n)s is sealed with %(seal)s.") % {"n": last, "seal": seal[:16]}
    return Body(
        crumbs=(Crumb(_("Data & trust"), reverse("trust")), Crumb(_("Access log"))),
        twin=table,
        twin_open=True,
        facts={"total": last},
        foot=Foot((kept, sealed)),
    )


def _row(look: Look) -> tuple[Cell, ...]:
    refused = look.outcome.startswith("refused")
    return (
        Cell(words.instant(look.at)),
        Cell(look.login, under=look.role),
        Cell(look.purpose),
        Cell(look.what),
        Cell(words.count(len(look.people)) if look.people else words.DASH),
        Cell(look.outcome, state="soon" if refused else ""),
    )
