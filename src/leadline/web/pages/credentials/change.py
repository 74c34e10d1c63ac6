"""The buttons: give access, a new secret, other bounds, the end. Each is written to the log."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.accounts.viewing import app
from leadline.actions.access import Access
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Deed, Place
from leadline.privacy.refusals import NotThere, UnknownQuestion
from leadline.store import NoCredential
from leadline.web import words
from leadline.web.anatomy import Body, Crumb
from leadline.web.page import action, around
from leadline.web.pages.credentials.view import credentials
from leadline.web.places import doing

GIVERS = doing(Deed.GIVE_ACCESS)
LONGEST_DAYS = 36_500
LARGEST_NUMBER = 10**9


@action(sees=GIVERS)
def give_access(request: HttpRequest, lens: Lens) -> HttpResponse:
    """Make a credential and show its secret, on this reply only."""
    days = _number(request, "days", _("Days"), LONGEST_DAYS)
    ends = None if days is None else datetime.now(UTC) + timedelta(days=days)
    with _access(lens) as access:
        made, secret = access.give(
            request.POST.get("source", "").strip(),
            request.POST.getlist("scope"),
            expires_at=ends,
            origins=request.POST.get("origins", "").split(),
        )
    return _once(request, lens, made.key, secret)


@action(sees=GIVERS)
def rotate_secret(request: HttpRequest, lens: Lens, key: str) -> HttpResponse:
    """Give a credential a new secret, shown on this reply only."""
    hours = _number(request, "hours", _("Hours")) or 0
    with _access(lens) as access:
        secret = access.rotate(key, overlap=timedelta(hours=hours))
    return _once(request, lens, key, secret)


@action(sees=GIVERS)
def bound_credential(request: HttpRequest, lens: Lens, key: str) -> HttpResponse:
    """Set the web origins and the limits of a credential; an empty field takes a bound away."""
    requests = _number(request, "requests", _("Requests a minute"))
    statements = _number(request, "statements", _("Statements a minute"))
    with app().database.transaction(), _access(lens) as access:
        access.allow_origins(key, request.POST.get("origins", "").split())
        access.limit(key, requests=requests, statements=statements)
    return redirect("credential", key=key)


@action(sees=GIVERS)
def revoke_credential(request: HttpRequest, lens: Lens, key: str) -> HttpResponse:
    """End a credential for good, once its reader has said that this is meant."""
    if request.POST.get("meant") != "yes":
        raise UnknownQuestion(_("Tick the box to say that the credential is to end for good."))
    with _access(lens) as access:
        access.revoke(key)
    return redirect("credential", key=key)


@contextmanager
def _access(lens: Lens) -> Iterator[Access]:
    viewer = lens.viewer
    try:
        yield Access(app(), login=viewer.login, role=viewer.role.value)
    except NoCredential as problem:
        raise NotThere from problem
    except ValueError as problem:
        raise UnknownQuestion(str(problem)) from problem


def _number(request: HttpRequest, name: str, label: str, most: int = LARGEST_NUMBER) -> int | None:
    """A whole number of a form, None where its field is empty."""
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    short = len(text) <= len(str(most))
    if not (short and text.isascii() and text.isdecimal() and int(text) <= most):
        wanted = {"label": label, "most": words.count(most)}
        raise UnknownQuestion(_("%(label)s: write a whole number up to %(most)s.") % wanted)
    return int(text)


def _once(request: HttpRequest, lens: Lens, key: str, secret: str) -> HttpResponse:
    """The page with the secret; nothing on the way may keep it."""
    body = Body(
        crumbs=(
            Crumb(_("Data & trust"), reverse("trust")),
            Crumb(_("Credentials"), reverse("credentials")),
            Crumb(_("The secret")),
        )
    )
    shown = {
        "page": credentials,
        "question": _("Where will you keep this secret?"),
        "body": body,
        "key": key,
        "secret": secret,
        "endpoint": request.build_absolute_uri("/xapi/"),
        **around(request, lens.viewer, Place.DATA),
    }
    response = render(request, "credentials/secret.html", shown)
    response["Cache-Control"] = "no-store"
    return response
