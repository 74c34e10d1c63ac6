"""Signing in: what allauth does at the door, as this house wants it."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

LOCKED = "too_many_login_attempts"  # allauth's name of the refusal


class Door(DefaultAccountAdapter):
    """Logins are given by an administrator or by the organisation's directory, never taken."""

    error_messages = {  # noqa: RUF012 - the class attribute that allauth reads
        **DefaultAccountAdapter.error_messages,
        LOCKED: _("Too many wrong tries. Wait five minutes and try again."),
        "username_password_mismatch": _(
            "Login and password do not belong together. Check both and try again."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
