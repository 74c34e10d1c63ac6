"""The organisation's own sign-in (OpenID Connect or SAML): from our settings to allauth's."""

from typing import Any

from leadline.config import BadSetting, Settings

OIDC, SAML = "openid_connect", "saml"
OURS = "organisation"  # the one provider of an installation, as it stands in addresses
CLAIM = "login_claim"


def providers(settings: Settings) -> dict[str, Any]:
    """SOCIALACCOUNT_PROVIDERS; empty where no sign-in of the organisation is set.

    Raises BadSetting for half a configuration: a door that looks closed and is not, or the other
    way round, must stop the start."""
    found: dict[str, Any] = {}
    if settings.oidc_issuer:
        found[OIDC] = {"APPS": [_oidc(settings)], "OAUTH_PKCE_ENABLED": True}
    if settings.saml_metadata:
        found[SAML] = {"APPS": [_saml(settings)]}
    return found


def _oidc(settings: Settings) -> dict[str, Any]:
    if not (settings.oidc_client_id and settings.oidc_client_secret):
        raise BadSetting(
            "LEADLINE_OIDC_ISSUER is set without LEADLINE_OIDC_CLIENT_ID and "
            "LEADLINE_OIDC_CLIENT_SECRET; the provider gives both when you register Leadline there."
        )
    return {
        "provider_id": OURS,
        "name": settings.sign_in_name,
        "client_id": settings.oidc_client_id,
        "secret": settings.oidc_client_secret,
        "settings": {"server_url": settings.oidc_issuer, CLAIM: settings.oidc_login_claim},
    }


def _saml(settings: Settings) -> dict[str, Any]:
    from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser

    try:
        told = OneLogin_Saml2_IdPMetadataParser.parse(settings.saml_metadata)["idp"]
        idp = {
            "entity_id": told["entityId"],
            "sso_url": told["singleSignOnService"]["url"],
            "x509cert": told["x509cert"],
        }
    except (KeyError, ValueError) as problem:
        raise BadSetting(
            "LEADLINE_SAML_METADATA is not the metadata of one identity provider with one signing "
            "certificate; put the XML that the provider publishes into a file and name it in "
            "LEADLINE_SAML_METADATA_FILE."
        ) from problem
    return {
        "provider_id": OURS,
        "name": settings.sign_in_name,
        "client_id": OURS,
        "settings": {
            "idp": idp,
            CLAIM: settings.saml_login_attribute,
            "advanced": {
                "want_assertion_signed": True,
                "want_name_id": True,
                "want_attribute_statement": bool(settings.saml_login_attribute),
                "reject_idp_initiated_sso": True,
            },
        },
    }
