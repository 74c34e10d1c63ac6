"""Getting in and out, and choosing the role to look as; nobody's records are shown here."""

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from leadline.accounts.door import TooManyTries, enter
from leadline.accounts.viewing import app, choose
from leadline.web.page import for_everyone


@for_everyone
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The one form that an unknown reader meets."""
    login = request.POST.get("login", "")
    wrong, status = "", 200
    if request.method == "POST":
        try:
            if enter(request, login, request.POST.get("password", "")) is not None:
                return redirect(_next(request))
            wrong = _("Login and password do not belong together. Check both and try again.")
        except TooManyTries as braked:
            wrong, status = str(braked), 429
    words = {
        "question": _("Sign in"),
        "login": login,
        "wrong": wrong,
        "next": _next(request),
        "organisation": app().settings.organisation,
    }
    return render(request, "sign_in/sign-in.html", words, status=status)


@for_everyone
@csrf_protect
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("sign-in")


@for_everyone
@csrf_protect
@require_POST
def choose_role(request: HttpRequest) -> HttpResponse:
    """Look as another of one's own roles from now on; Home, since the page may not be its own."""
    grant = request.POST.get("grant", "")
    if request.user.is_authenticated and grant.isascii() and grant.isdecimal():
        choose(request, int(grant))
    return redirect("home")


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if safe else "/"
