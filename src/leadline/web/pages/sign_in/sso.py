"""The way to the organisation's own sign-in and back."""

from typing import Any, cast

from allauth.socialaccount.providers.openid_connect import views as oidc
from allauth.socialaccount.providers.saml import views as saml
from allauth.socialaccount.views import LoginErrorView
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from leadline.web.framed import Framed
from leadline.web.page import for_everyone


class NotLetIn(Framed, LoginErrorView):
    """The other side did not vouch for whoever came."""

    question = _("You were not signed in")
    template_name = "sign_in/not-let-in.html"

    def get(self, request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        shown = self.render_to_response(self.get_context_data(**more), status=403)
        return cast(HttpResponse, shown)


_refused = for_everyone(NotLetIn.as_view())

SSO = [
    path("sso/oidc/<slug:provider_id>", for_everyone(oidc.login), name="openid_connect_login"),
    path(
        "sso/oidc/<slug:provider_id>/back",
        for_everyone(oidc.callback),
        name="openid_connect_callback",
    ),
    path("sso/saml/<slug:organization_slug>", for_everyone(saml.login), name="saml_login"),
    path("sso/saml/<slug:organization_slug>/acs", for_everyone(saml.acs), name="saml_acs"),
    path(
        "sso/saml/<slug:organization_slug>/finish",
        for_everyone(saml.finish_acs),
        name="saml_finish_acs",
    ),
    path("sso/saml/<slug:organization_slug>/sls", for_everyone(saml.sls), name="saml_sls"),
    path(
        "sso/saml/<slug:organization_slug>/metadata",
        for_everyone(saml.metadata),
        name="saml_metadata",
    ),
    path("sso/refused", _refused, name="socialaccount_login_error"),
    path("sso/cancelled", _refused, name="socialaccount_login_cancelled"),
    path("sso/unknown", _refused, name="socialaccount_signup"),
]
