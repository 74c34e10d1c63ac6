"""Getting in and out, and choosing the role to look as; nobody's records are shown here."""

from typing import Any, cast

from allauth.account.views import LoginView, LogoutView
from allauth.mfa.base.views import AuthenticateView
from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from leadline.accounts.door import LOCKED
from leadline.accounts.viewing import choose
from leadline.web.framed import Framed
from leadline.web.page import for_everyone


class SignIn(Framed, LoginView):
    """The one form that an unknown reader meets."""

    question = _("Sign in")
    template_name = "sign_in/sign-in.html"

    def form_invalid(self, form: Form) -> HttpResponse:
        status = 429 if form.has_error("__all__", LOCKED) else 200
        shown = self.render_to_response(self.get_context_data(form=form), status=status)
        return cast(HttpResponse, shown)

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        apps = [
            (kind, app)
            for kind, provider in settings.SOCIALACCOUNT_PROVIDERS.items()
            for app in provider["APPS"]
        ]
        return {**super().get_context_data(**more), "providers": apps}


class SecondFactor(Framed, AuthenticateView):
    """After the password: the one-time code, the passkey, or a recovery code."""

    question = _("Is it you?")
    template_name = "sign_in/second-factor.html"


sign_in = for_everyone(csrf_protect(SignIn.as_view()))
second_factor = for_everyone(csrf_protect(SecondFactor.as_view()))
sign_out = for_everyone(csrf_protect(require_POST(LogoutView.as_view())))


@for_everyone
@csrf_protect
@require_POST
def choose_role(request: HttpRequest) -> HttpResponse:
    """Look as another of one's own roles from now on; Home, since the page may not be its own."""
    grant = request.POST.get("grant", "")
    if request.user.is_authenticated and grant.isascii() and grant.isdecimal():
        choose(request, int(grant))
    return redirect("home")
