"""Records that broke a rule: the reason, the field, the remedy, and the way back in."""

import re

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place, Register
from leadline.store.quarantine import LARGEST_PAGE_RECORDS, Record
from leadline.web import words
from leadline.web.anatomy import Body, Crumb, Foot
from leadline.web.page import page
from leadline.web.pages.quarantine.replay import REPLAYERS
from leadline.web.places import holding
from leadline.web.tables import Cell, Head, Table, asked, cut

# A reason may quote the name or address it rejects; those who may not see unknown identifiers get
# dots.
QUOTED = re.compile(r"“.*”", re.DOTALL)


@page(place=Place.DATA, sees=holding(Register.SOURCES))
def quarantine(request: HttpRequest, lens: Lens) -> Body:
    """Why are records held back, and what lets them in?"""
    held = lens.held(limit=LARGEST_PAGE_RECORDS)
    counts = lens.quarantine_counts()
    wanted = asked(request, ())
    plain = Register.UNMATCHED in lens.registers
    more = sum(counts.values()) > len(held)
    table = Table(
        caption=_("Records in quarantine, in the order they came"),
        heads=(
            Head(_("Where it stood")),
            Head(_("Field")),
            Head(_("What is wrong")),
            Head(_("What to do")),
            Head(_("Held since")),
        ),
        rows=[_row(record, plain=plain) for record in cut(held, wanted)],
        asked=wanted,
        total=len(held),
    )
    notices = _outcome(request)
    if more:
        notices.append(_("Listed are the first %(n)s.") % {"n": LARGEST_PAGE_RECORDS})
    return Body(
        crumbs=(Crumb(_("Data & trust"), reverse("trust")), Crumb(_("Quarantine"))),
        twin=table if held else None,
        twin_open=True,
        notices=tuple(notices),
        facts={
            "held": sum(counts.values()),
            "sources": sorted(counts),
            "may_replay": lens.viewer.role in REPLAYERS,
        },
        foot=Foot((_("The records themselves may name people and are not shown here."),)),
    )


def _outcome(request: HttpRequest) -> list[str]:
    """What the last try brought, as its redirect says."""
    let_in, held = request.GET.get("let-in", ""), request.GET.get("held", "")
    if not (let_in.isdecimal() and held.isdecimal()):
        return []
    said = _("%(in)s records were let in; %(held)s still break a rule.")
    return [said % {"in": let_in, "held": held}]


def _row(record: Record, *, plain: bool) -> tuple[Cell, ...]:
    return (
        Cell(record.origin or _("sent to the endpoint"), under=record.source),
        Cell(record.field),
        Cell(record.reason if plain else QUOTED.sub("“…”", record.reason)),
        Cell(record.remedy),
        Cell(words.instant(record.held_at)),
    )
