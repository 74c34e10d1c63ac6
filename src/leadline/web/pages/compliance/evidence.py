"""What did we know on that day? A pack that an auditor can check, and make again."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.actions.evidence import end_of, pack, zipped
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.privacy.refusals import UnknownQuestion
from leadline.web import words
from leadline.web.anatomy import Body, Crumb, Foot
from leadline.web.lens import lens_for
from leadline.web.page import action, page
from leadline.web.places import naming


@dataclass(frozen=True, kw_only=True)
class EvidenceBody(Body):
    """The choices of the form."""

    requirements: tuple[tuple[str, str], ...]
    today: str


@page(place=Place.COMPLIANCE, sees=naming())
def evidence(request: HttpRequest, lens: Lens) -> Body:
    """What did we know on that day, and can we prove it?"""
    names = {each.requirement: each.name for each in lens.requirements()}
    return EvidenceBody(
        crumbs=(Crumb(_("Compliance"), reverse("compliance")), Crumb(_("Evidence"))),
        requirements=tuple(sorted(names.items(), key=lambda pair: pair[1])),
        today=f"{lens.now:%Y-%m-%d}",
        foot=Foot(
            (
                _("As of %(when)s") % {"when": words.instant(lens.now)},
                _("the people named in a pack can see that you looked"),
            )
        ),
    )


@action(sees=naming())
def evidence_pack(request: HttpRequest, lens: Lens) -> HttpResponse:
    """The pack as one download."""
    day = _day(request.POST.get("day", ""))
    requirement = request.POST.get("requirement", "")
    known_at = _instant(request.POST.get("known_at", ""))
    then = lens_for(lens.viewer, end_of(day, lens.zone))
    found = then.evidence(requirement, request.POST.get("unit", "").strip() or None, known_at)
    response = HttpResponse(zipped(pack(found, lens.viewer.role)), content_type="application/zip")
    name = "".join(letter if letter.isalnum() else "-" for letter in requirement)
    response["Content-Disposition"] = f'attachment; filename="evidence-{name}-{day}.zip"'
    return response


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnknownQuestion(f"{text!r} is no day; write it like 2026-06-01.") from None


def _instant(text: str) -> datetime | None:
    """As manifest.json writes it; empty: as it is known now."""
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UnknownQuestion(f"{text!r} is no instant; copy it from a manifest.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
