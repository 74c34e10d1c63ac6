"""Letting records in again after their cause was mended."""

from itertools import islice
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.accounts.viewing import app
from leadline.privacy.lens import Lens
from leadline.privacy.looks import Look, write
from leadline.privacy.policy import Register
from leadline.privacy.viewer import Role
from leadline.sources.replay import Replay, Replayed
from leadline.web.page import action

REPLAYERS = frozenset({Role.ADMINISTRATOR, Role.ANALYST})
AT_ONCE_RECORDS = 1_000  # a click must answer within seconds; the command line takes the rest


@action(sees=REPLAYERS)
def replay(request: HttpRequest, lens: Lens) -> HttpResponse:
    """Try the oldest held records again, and say how many came through."""
    if Register.SOURCES not in lens.registers:
        lens.refuse("replay of the quarantine", _("It speaks of more than your unit."))
    house = app()
    total = Replayed()
    again = Replay(house.database, house.log, house.quarantine).again()
    for total in islice(again, AT_ONCE_RECORDS):  # noqa: B007 the last total is the answer
        pass
    outcome = f"{total.replayed} let in, {total.still_held} still held"
    write(house.audit, lens.viewer, lens.purpose, Look("replay of the quarantine"), outcome)
    said = urlencode({"let-in": total.replayed, "held": total.still_held})
    return redirect(f"{reverse('quarantine')}?{said}")
