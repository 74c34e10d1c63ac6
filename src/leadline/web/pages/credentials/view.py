"""The programs that may use the record store, and what each of them may do there."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadline.accounts.viewing import app
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Deed, Place, Register
from leadline.privacy.refusals import NotThere
from leadline.store import Credential
from leadline.store.credentials import OVERLAP, OVERLAP_MAX, WHAT_A_SENDER_NEEDS
from leadline.web import words
from leadline.web.anatomy import Body, Companion, Crumb, Foot
from leadline.web.page import page
from leadline.web.pages.credentials import wording
from leadline.web.places import holding
from leadline.web.tables import Asked, Cell, Head, Table, asked, cut

KEPT = gettext_lazy(
    "Of a secret only its hash is kept: it is shown once, when it is made. "
    "A running server notices a change within seconds."
)
SECONDS_AN_HOUR = 3600


@page(place=Place.DATA, sees=holding(Register.CREDENTIALS))
def credentials(request: HttpRequest, lens: Lens) -> Body:
    """Which programs may send and read records?"""
    now, found = datetime.now(UTC), lens.credentials()
    live = [each for each in found if each.standing(now) == "live"]
    used = [each.last_used for each in found if each.last_used]
    wanted = asked(request, ("source", "used"), "source")
    return Body(
        crumbs=(Crumb(_("Data & trust"), reverse("trust")), Crumb(_("Credentials"))),
        twin=_table(found, wanted, now) if found else None,
        twin_open=True,
        facts={
            "live": len(live),
            "ended": len(found) - len(live),
            "soon": [each.source for each in live if wording.state(each, now).state == "soon"],
            "used": max(used, default=None),
            "may_change": Deed.GIVE_ACCESS in lens.rules.deeds,
            "scopes": [
                (scope.value, meaning, scope.value in WHAT_A_SENDER_NEEDS)
                for scope, meaning in wording.MEANINGS.items()
            ],
        },
        foot=Foot((str(KEPT),)),
    )


@page(place=Place.DATA, sees=holding(Register.CREDENTIALS))
def credential(request: HttpRequest, lens: Lens, key: str) -> Body:
    """What may this program do?"""
    now, settings = datetime.now(UTC), app().settings
    shown = next((each for each in lens.credentials() if each.key == key), None)
    if shown is None:
        raise NotThere
    defaults = (settings.requests_per_minute, settings.statements_per_minute)
    requests = shown.requests_a_minute or settings.requests_per_minute
    statements = shown.statements_a_minute or settings.statements_per_minute
    return Body(
        crumbs=(
            Crumb(_("Data & trust"), reverse("trust")),
            Crumb(_("Credentials"), reverse("credentials")),
            Crumb(shown.source),
        ),
        companions=(
            Companion(_("Last used"), words.day(shown.last_used)),
            Companion(_("Requests a minute, at most"), words.count(requests)),
            Companion(_("Statements a minute, at most"), words.count(statements)),
        ),
        facts={
            "shown": shown,
            "may": wording.may(shown),
            "courses_of": wording.courses_of(shown),
            "live": shown.standing(now) == "live",
            "overlaps": wording.overlaps(shown, now),
            "defaults": defaults,
            "overlap_hours": int(OVERLAP.total_seconds() // SECONDS_AN_HOUR),
            "overlap_hours_max": int(OVERLAP_MAX.total_seconds() // SECONDS_AN_HOUR),
            "may_change": Deed.GIVE_ACCESS in lens.rules.deeds,
        },
        foot=Foot((str(KEPT), _("Each change is written to the access log."))),
    )


def _table(found: Sequence[Credential], wanted: Asked, now: datetime) -> Table:
    never = datetime.min.replace(tzinfo=UTC)
    if wanted.sort == "used":
        rows = sorted(found, key=lambda c: c.last_used or never, reverse=wanted.descending)
    else:
        rows = sorted(found, key=lambda c: (c.source, c.key), reverse=wanted.descending)
    return Table(
        caption=_("Each credential that was ever given"),
        heads=(
            Head(_("Source"), "source"),
            Head(_("May")),
            Head(_("State")),
            Head(_("Last used"), "used"),
            Head(_("Pages of")),
        ),
        rows=[_row(each, now) for each in cut(rows, wanted)],
        asked=wanted,
        total=len(rows),
    )


def _row(credential: Credential, now: datetime) -> tuple[Cell, ...]:
    return (
        Cell(
            credential.source,
            href=reverse("credential", args=[credential.key]),
            under=credential.key,
        ),
        Cell(wording.may(credential), under=wording.courses_of(credential)),
        wording.state(credential, now),
        Cell(words.instant(credential.last_used)),
        Cell(", ".join(credential.origins) or _("any origin")),
    )
