"""One's own keys to the house: password, second factors, and where one is signed in.

Each view is allauth's, in our frame; it shows a login nothing but itself."""

from typing import Any

from allauth.account.views import PasswordChangeView, ReauthenticateView
from allauth.mfa.base.views import IndexView
from allauth.mfa.base.views import ReauthenticateView as CodeView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_protect

from leadline.web.framed import Framed
from leadline.web.page import for_everyone

ACCOUNT = reverse_lazy("mfa_index")


class Account(Framed, IndexView):
    """Password, factors and sessions on one page."""

    question = _("How do you sign in?")
    template_name = "account/account.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        sessions = UserSession.objects.purge_and_list(self.request.user)
        newest = sorted(sessions, key=lambda session: session.created_at, reverse=True)
        return {**super().get_context_data(**more), "sessions": newest}


class Sessions(ListUserSessionsView):
    """Ends every session of the login but this one."""

    http_method_names = ("post",)
    success_url = ACCOUNT


class Password(Framed, PasswordChangeView):
    """A new password, given the old one."""

    question = _("Change your password")
    template_name = "account/password.html"
    success_url = ACCOUNT


class Confirm(Framed, ReauthenticateView):
    """Once more the password, before something that matters."""

    question = _("Is it you?")
    template_name = "account/confirm.html"


class ConfirmByCode(Framed, CodeView):
    """Once more the code, before something that matters."""

    question = _("Is it you?")
    template_name = "account/confirm.html"


class ConfirmByPasskey(Framed, ReauthenticateWebAuthnView):
    """Once more the passkey, before something that matters."""

    question = _("Is it you?")
    template_name = "account/confirm-passkey.html"


class AddCodes(Framed, ActivateTOTPView):
    """An app that makes one-time codes becomes a second factor."""

    question = _("Add an app that makes one-time codes")
    template_name = "account/add-codes.html"


class DropCodes(Framed, DeactivateTOTPView):
    """One-time codes are no second factor any more."""

    question = _("Remove the one-time codes?")
    template_name = "account/drop.html"
    success_url = ACCOUNT


class AddPasskey(Framed, AddWebAuthnView):
    """A passkey or security key becomes a second factor."""

    question = _("Add a passkey")
    template_name = "account/add-passkey.html"


class DropPasskey(Framed, RemoveWebAuthnView):
    """A key that was lost opens nothing any more."""

    question = _("Remove this passkey?")
    template_name = "account/drop.html"
    success_url = ACCOUNT


class RecoveryCodes(Framed, ViewRecoveryCodesView):
    """For the day on which the phone is gone."""

    question = _("Keep these recovery codes")
    template_name = "account/recovery-codes.html"


class NewRecoveryCodes(Framed, GenerateRecoveryCodesView):
    """New codes instead of the old ones."""

    question = _("Make new recovery codes?")
    template_name = "account/drop.html"


account = for_everyone(csrf_protect(Account.as_view()))
sessions = for_everyone(csrf_protect(Sessions.as_view()))
password = for_everyone(csrf_protect(Password.as_view()))
confirm = for_everyone(csrf_protect(Confirm.as_view()))
confirm_by_code = for_everyone(csrf_protect(ConfirmByCode.as_view()))
confirm_by_passkey = for_everyone(csrf_protect(ConfirmByPasskey.as_view()))
add_codes = for_everyone(csrf_protect(AddCodes.as_view()))
drop_codes = for_everyone(csrf_protect(DropCodes.as_view()))
add_passkey = for_everyone(csrf_protect(AddPasskey.as_view()))
drop_passkey = for_everyone(csrf_protect(DropPasskey.as_view()))
recovery_codes = for_everyone(csrf_protect(RecoveryCodes.as_view()))
new_recovery_codes = for_everyone(csrf_protect(NewRecoveryCodes.as_view()))
