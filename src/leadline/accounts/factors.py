"""Second factors: one-time codes and passkeys."""

from base64 import urlsafe_b64encode
from hashlib import sha256

from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest

from leadline.privacy.viewer import Role


class Factors(DefaultMFAAdapter):
    """Keeps the secrets of one-time codes encrypted, with a key that is not in the database."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        return f"Leadline {settings.LEADLINE.settings.organisation}"


def wants_factor(request: HttpRequest, role: Role) -> bool:
    """Whether this role stays closed until the login has a passkey or a one-time code.

    Whoever came through the organisation's own sign-in has shown there what it takes."""
    if role not in settings.SECOND_FACTOR_ROLES or get_adapter().is_mfa_enabled(request.user):
        return False
    return all(
        came["method"] != "socialaccount"
        for came in get_authentication_records(request, request.user)
    )


def _cipher() -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(f"factors {settings.SECRET_KEY}".encode()).digest()))
