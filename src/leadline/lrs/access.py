"""Who asks, and what a credential lets them do (Communication 4.0, 4.2)."""

import base64
import binascii

from leadline.lrs.guard import Guard
from leadline.lrs.message import Request
from leadline.lrs.refusals import Refusal
from leadline.store import Credential, Credentials, Scope

SECTION = "Comm 4.0"
CHALLENGE = (("www-authenticate", 'Basic realm="xAPI", charset="UTF-8"'),)
# Players run in browsers, on other origins, and send their credentials openly.
ANYWHERE = {"access-control-allow-origin": "*"}
SHOWN_CHARACTERS = 100
MAY_WRITE = frozenset({Scope.WRITE, Scope.ALL})
MAY_READ_ALL = frozenset({Scope.READ, Scope.ALL_READ, Scope.ALL})
MAY_READ = MAY_READ_ALL | {Scope.READ_MINE}
MAY_DEFINE = frozenset({Scope.DEFINE, Scope.ALL})
# Neither resource tells anything of a person, so whoever works with documents may ask as well.
MAY_LOOK_UP = MAY_READ_ALL | {Scope.DEFINE, Scope.STATE, Scope.PROFILE}
MAY_RUN_COURSES = frozenset({Scope.CMI5})


def authenticated(
    request: Request, credentials: Credentials, guard: Guard | None = None
) -> Credential:
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
    credential: Credential | None = None
    if guard is not None and known_form:
        credential = guard.credential(key, secret)
    if credential is None and known_form:
        credential = credentials.verify(key, secret)
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


def check_origin(request: Request, credential: Credential) -> None:
    """Raises Refusal (403) for a page of a web origin that the credential does not name."""
    sent_from = request.headers.get("origin")
    if sent_from is not None and credential.origins and sent_from not in credential.origins:
        raise Refusal(
            403,
            "Origin",
            f"these credentials may not be used by pages of {sent_from[:SHOWN_CHARACTERS]}.",
            "Ask for this origin to be added to the credentials, or for others.",
            "Fetch standard, 3.2 (CORS protocol)",
        )


def readable_from(request: Request, credential: Credential) -> dict[str, str]:
    """The headers that tell a browser whose pages may read the reply."""
    if not credential.origins:
        return ANYWHERE
    sent_from = request.headers.get("origin")
    named = sent_from if sent_from in credential.origins else credential.origins[0]
    return {"access-control-allow-origin": named or "", "vary": "Origin"}


def authority(credential: Credential, home_page: str) -> dict[str, object]:
    """The agent that vouches for what this credential stores (Data 2.4.9)."""
    return {
        "objectType": "Agent",
        "account": {"homePage": home_page, "name": credential.key},
    }


def _unknown(reason: str) -> Refusal:
    remedy = "Send HTTP Basic with the key and its secret."
    return Refusal(401, "Authorization", reason, remedy, SECTION, CHALLENGE)
