"""One person: courses, attempts, certificates and time per module under one identity."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.web import record
from leadline.web.anatomy import Body, Crumb
from leadline.web.page import page
from leadline.web.places import naming


@page(place=Place.PEOPLE, sees=naming())
def person(request: HttpRequest, lens: Lens, key: int) -> Body:
    """Where does this person stand, and what would help?"""
    found = lens.person(key)
    return Body(
        crumbs=(Crumb(_("People"), reverse("people")), Crumb(found.name.display)),
        companions=record.companions(found),
        next_step=record.next_step(found),
        facts={
            "record": found,
            "parts": record.parts(request, found),
            "left": record.abandoned_names(found),
        },
        foot=record.foot(found),
    )
