"""Who asks, and what a credential lets them do (Communication 4.0, 4.2)."""

import base64
import binascii

from leadline.lrs.message import Request
from leadline.lrs.refusals import Refusal
from leadline.store import Credential, Credentials, Scope

SECTION = "Comm 4.0"
CHALLENGE = (("www-authenticate", 'Basic realm="xAPI", charset="UTF-8"'),)
MAY_WRITE = frozenset({Scope.WRITE, Scope.ALL})
MAY_READ_ALL = frozenset({Scope.READ, Scope.ALL_READ, Scope.ALL})
MAY_READ = MAY_READ_ALL | {Scope.READ_MINE}
MAY_DEFINE = frozenset({Scope.DEFINE, Scope.ALL})
# Neither resource tells anything of a person, so whoever works with documents may ask as well.
MAY_LOOK_UP = MAY_READ_ALL | {Scope.DEFINE, Scope.STATE, Scope.PROFILE}
MAY_RUN_COURSES = frozenset({Scope.CMI5})


def authenticated(request: Request, credentials: Credentials) -> Credential:
    """The credential that signed the request (HTTP Basic: key and secret).

    Raises Refusal (401) where it is missing, malformed, unknown or revoked."""
    kind, _, encoded = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        raise _unknown("no Basic credentials.")
    try:
        key, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as problem:
        raise _unknown("the credentials are not Base64 of key:secret.") from problem
    # No key of ours holds a control character, and PostgreSQL cannot even be asked for a NUL.
    known_form = bool(colon) and key.isprintable()
    credential = credentials.verify(key, secret) if known_form else None
    if credential is None:
        raise _unknown("the credentials are unknown or revoked.")
    return credential


def check_scope(credential: Credential, allowed: frozenset[Scope]) -> None:
    """Raises Refusal (403) where none of the allowed scopes was given to the credential."""
    if allowed.isdisjoint(credential.scopes):
        needed = " or ".join(sorted(allowed))
        raise Refusal(
            403,
            "Authorization",
            "the credentials lack the scope for this request.",
            f"Ask for credentials with {needed}.",
            "Comm 4.2",
        )


def authority(credential: Credential, home_page: str) -> dict[str, object]:
    """The agent that vouches for what this credential stores (Data 2.4.9)."""
    return {
        "objectType": "Agent",
        "account": {"homePage": home_page, "name": credential.key},
    }


def _unknown(reason: str) -> Refusal:
    remedy = "Send HTTP Basic with the key and its secret."
    return Refusal(401, "Authorization", reason, remedy, SECTION, CHALLENGE)
