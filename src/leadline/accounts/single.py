"""Who somebody is whom the organisation's own sign-in vouches for."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.shortcuts import render

from leadline.accounts.models import User
from leadline.accounts.providers import CLAIM, OIDC
from leadline.accounts.writing import written


class SingleSignOn(DefaultSocialAccountAdapter):
    """Lets in those logins that exist here already; what the provider says of them is not kept."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Tie the provider's account to the login of that name at the first time.

        Afterwards the tie is to the provider's own id of the person, so that a name which is given
        to somebody else there does not open the login here."""
        claimed = self._claimed(sociallogin)
        sociallogin.account.extra_data = {}
        if sociallogin.is_existing:
            return
        user = User.objects.filter(login__iexact=claimed).first() if claimed else None
        if user is None:
            self._turn_away(request, claimed)
        sociallogin.connect(request, user)

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, **more: Any
    ) -> None:
        """The provider said no, or somebody came back by an old address."""
        written("sign in", "", f"refused: the organisation's sign-in answered {error or 'no'}")

    def _claimed(self, sociallogin: Any) -> str:
        """The login that the provider names: a claim, an attribute, or SAML's NameID."""
        told, account = sociallogin.account.extra_data, sociallogin.account
        provider = account.get_provider()
        claim = provider.app.settings[CLAIM]
        if provider.id == OIDC:
            told = {**told.get("id_token", {}), **told.get("userinfo", {})}
            unproved = claim == "email" and told.get("email_verified") is False
            return "" if unproved else str(told.get(claim) or "")
        if not claim:
            return str(account.uid)
        values = told.get(claim) or [""]
        return str(values[0] if isinstance(values, list) else values)

    def _turn_away(self, request: HttpRequest, claimed: str) -> None:
        written("sign in", claimed, "refused: no login of that name")
        page = render(request, "sign_in/unknown.html", {"claimed": claimed}, status=403)
        raise ImmediateHttpResponse(page)
