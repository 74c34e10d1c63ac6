"""Keys of the programs that send or ask for statements.

A secret is 256 random bits, so a fast hash keeps it as safe as a slow one would, and checking it
costs microseconds instead of the 80 ms that a password hash takes."""

import hmac
import re
import secrets
import threading
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, Literal, NamedTuple, TypedDict, Unpack

import msgspec

from leadline.store.adapter import Row
from leadline.store.database import Database
from leadline.store.moments import from_micros, micros
from leadline.store.problem import Unavailable

SECRET_BYTES = 32
KEY_BYTES = 9
SOURCE_LETTERS_MAX = 200
DEFAULT_TENANT = "default"
TENANT_LETTERS_MAX = 100
LAST_USE_WRITTEN_EVERY = timedelta(minutes=5)
CREDENTIALS_TRUSTED_FOR = timedelta(seconds=5)
REMEMBERED_CREDENTIALS = 10_000
OVERLAP = timedelta(hours=24)
OVERLAP_MAX = timedelta(days=30)


class Scope(StrEnum):
    """What a credential may do: xAPI's own words (Communication 4.2), and below them ours."""

    WRITE = "statements/write"
    READ_MINE = "statements/read/mine"
    READ = "statements/read"
    STATE = "state"
    DEFINE = "define"
    PROFILE = "profile"
    ALL_READ = "all/read"
    ALL = "all"  # of xAPI: it opens none of what follows
    CMI5 = "cmi5"  # import, launch, waive and abandon courses by API


WHAT_A_SENDER_NEEDS = (
    Scope.WRITE.value,
    Scope.READ_MINE.value,
    Scope.DEFINE.value,
    Scope.STATE.value,
    Scope.PROFILE.value,
)

_COLUMNS = (
    "key, source, scopes, created_at, expires_at, revoked_at, last_used, "
    "old_until, origins, requests_a_minute, statements_a_minute, tenant"
)
_ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:.]+\])(:(?P<port>\d{1,5}))?"
)
_NOBODYS = b"\0" * sha256().digest_size
_PORTS = {"http": "80", "https": "443"}


class Credential(msgspec.Struct, frozen=True):
    """Who a program is, which source its statements count to, and what it may do (Comm 4.2).

    old_until: until then the secret before the last rotation opens too; origins: the web origins
    whose pages may use it, none named means all; …_a_minute: None means as the installation has
    it; tenant: whose courses it sees and launches by API."""

    key: str
    source: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used: datetime | None
    old_until: datetime | None = None
    origins: tuple[str, ...] = ()
    requests_a_minute: int | None = None
    statements_a_minute: int | None = None
    tenant: str = DEFAULT_TENANT

    def standing(self, now: datetime) -> Literal["live", "expired", "revoked"]:
        """Whether it opens anything at this instant, and if not, why."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and now >= self.expires_at else "live"


class Terms(TypedDict, total=False):
    """What may be said of a new credential: when it ends, from which web origins it is used, and
    to which tenant it belongs. Without: never, any, the installation's own."""

    expires_at: datetime | None
    origins: Collection[str]
    tenant: str


class NoCredential(LookupError):
    """There is no live credential of this key to change."""


class _Kept(NamedTuple):
    """A row as it was at an instant. digests: of the secret, and of the one before (or empty)."""

    at: datetime
    credential: Credential
    digests: tuple[bytes, bytes]


class Credentials:
    """All credentials. Only the SHA-256 of a secret is kept."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: dict[str, _Kept] = {}
        self._written: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def create(
        self, source: str, scopes: Collection[str], **terms: Unpack[Terms]
    ) -> tuple[Credential, str]:
        """Make a credential; gives its secret, which nothing can show again.

        Raises ValueError for a source, a scope, an origin or a tenant that is none."""
        expires_at, tenant = terms.get("expires_at"), terms.get("tenant", DEFAULT_TENANT)
        _check_name("Source", source, SOURCE_LETTERS_MAX)
        _check_name("Tenant", tenant, TENANT_LETTERS_MAX)
        known = frozenset(scope.value for scope in Scope)
        if not scopes or not known.issuperset(scopes):
            wrong = ", ".join(sorted(set(scopes) - known)) or "none"
            raise ValueError(f"Scopes: {wrong}; possible are {', '.join(sorted(known))}.")
        named = tuple(sorted({origin(each) for each in terms.get("origins", ())}))
        key, secret = secrets.token_hex(KEY_BYTES), secrets.token_urlsafe(SECRET_BYTES)
        at = datetime.now(UTC)
        row = {
            "key": key,
            "digest": _digest(secret),
            "source": source,
            "scopes": " ".join(sorted(scopes)),
            "created_at": micros(at),
            "expires_at": None if expires_at is None else micros(expires_at),
            "origins": " ".join(named),
            "tenant": tenant,
        }
        self._database.insert("credential", tuple(row), [tuple(row.values())])
        made = Credential(
            key, source, frozenset(scopes), at, expires_at, None, None, None, named, tenant=tenant
        )
        return made, secret

    def verify(self, key: str, secret: str) -> Credential | None:
        """The credential of a key and its secret; None where wrong, expired or revoked.

        The table is asked every few seconds only; so long may a revocation take to be felt."""
        now = datetime.now(UTC)
        kept, given = self._seen.get(key), _digest(secret)
        fresh = kept is not None and now - kept.at <= CREDENTIALS_TRUSTED_FOR
        right = fresh and _opens(kept, given, now)
        if not right:  # perhaps another process has rotated it just now
            kept = self._look_up(key, now)
            right = _opens(kept, given, now)
        if not right or kept is None or kept.credential.standing(now) != "live":
            return None
        self._note_use(key, now)
        return kept.credential

    def rotate(self, key: str, *, overlap: timedelta = OVERLAP) -> str:
        """Give a credential a new secret; the old one opens too until the overlap has passed.

        Only the last secret lives on: rotating within an overlap ends the one before at once.
        Raises NoCredential, and ValueError for an overlap below zero or above OVERLAP_MAX."""
        if not timedelta(0) <= overlap <= OVERLAP_MAX:
            raise ValueError(
                f"The overlap may be up to {OVERLAP_MAX.days} days, and none at least."
            )
        secret = secrets.token_urlsafe(SECRET_BYTES)
        until = micros(datetime.now(UTC) + overlap) if overlap else None
        old = "digest" if overlap else "NULL"
        self._change(
            key, f"old_digest = {old}, old_until = ?, digest = ?", (until, _digest(secret))
        )
        return secret

    def allow_origins(self, key: str, origins: Collection[str]) -> None:
        """Name the web origins whose pages may use it; none: all of them.

        Raises NoCredential, and ValueError for what is no origin."""
        self._change(key, "origins = ?", (" ".join(sorted({origin(each) for each in origins})),))

    def limit(self, key: str, *, requests: int | None, statements: int | None) -> None:
        """Set how many requests and statements a minute are taken; None: as the installation has.

        Raises NoCredential, and ValueError for a limit below one."""
        if any(limit is not None and limit < 1 for limit in (requests, statements)):
            raise ValueError("A limit is one a minute at least; to end a credential, revoke it.")
        self._change(key, "requests_a_minute = ?, statements_a_minute = ?", (requests, statements))

    def revoke(self, key: str) -> None:
        """End a credential for good. Raises NoCredential."""
        self._change(key, "revoked_at = ?", (micros(datetime.now(UTC)),))

    def list(self) -> list[Credential]:
        """Every credential, oldest first, the ended ones too."""
        rows = self._database.execute(f"SELECT {_COLUMNS} FROM credential ORDER BY created_at, key")
        return [_credential(row) for row in rows]

    def _change(self, key: str, setting: str, values: tuple[Any, ...]) -> None:
        changed = self._database.execute(
            f"UPDATE credential SET {setting} WHERE key = ? AND revoked_at IS NULL "
            "AND (expires_at IS NULL OR expires_at > ?) RETURNING key",
            (*values, key, micros(datetime.now(UTC))),
        )
        self._seen.pop(key, None)
        if not changed:
            raise NoCredential(key)

    def _look_up(self, key: str, now: datetime) -> _Kept | None:
        rows = self._database.execute(
            f"SELECT {_COLUMNS}, digest, old_digest FROM credential WHERE key = ?", (key,)
        )
        if not rows:
            return None
        *row, digest, old = rows[0]
        kept = _Kept(now, _credential(row), (bytes(digest), bytes(old or b"")))
        with self._lock:
            if len(self._seen) >= REMEMBERED_CREDENTIALS:
                self._seen.clear()
            self._seen[key] = kept
        return kept

    def _note_use(self, key: str, now: datetime) -> None:
        """Write the last use down, but not for every request.

        Where that cannot be, on a full disk say, whoever only reads is answered all the same."""
        before = self._written.get(key)
        if before is not None and now - before < LAST_USE_WRITTEN_EVERY:
            return
        with self._lock:
            if len(self._written) >= REMEMBERED_CREDENTIALS:
                self._written.clear()
            self._written[key] = now
        with suppress(Unavailable):
            self._database.execute(
                "UPDATE credential SET last_used = ? WHERE key = ?", (micros(now), key)
            )


def origin(text: str) -> str:
    """A web origin as browsers send it: scheme, host and a port that is not the scheme's own.

    Raises ValueError for anything else."""
    found = _ORIGIN.fullmatch(text.strip().lower().removesuffix("/"))
    if found is None:
        raise ValueError(f"{text!r} is no web origin; write one such as https://play.example.org.")
    plain = found["port"] is None or found["port"] == _PORTS[found["scheme"]]
    return f"{found['scheme']}://{found['host']}" + ("" if plain else f":{found['port']}")


def _check_name(field: str, name: str, letters_max: int) -> None:
    if not (name.strip() and name.isprintable() and len(name) <= letters_max):
        raise ValueError(f"{field}: write a name of {letters_max} letters at most.")


def _opens(kept: _Kept | None, given: bytes, now: datetime) -> bool:
    """Whether a digest is that of the secret, or of the one before while that lasts.

    An unknown key costs the same comparison, so that the time taken tells nothing."""
    digest, old = kept.digests if kept is not None else (_NOBODYS, _NOBODYS)
    if hmac.compare_digest(digest, given):
        return True
    until = None if kept is None else kept.credential.old_until
    return hmac.compare_digest(old, given) and until is not None and now < until


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _credential(row: Row | list[Any]) -> Credential:
    key, source, scopes, created, expires, revoked, used, *more = row
    old_until, origins, requests, statements, tenant = more
    return Credential(
        key,
        source,
        frozenset(scopes.split()),
        from_micros(created),
        from_micros(expires),
        from_micros(revoked),
        from_micros(used),
        from_micros(old_until),
        tuple(origins.split()),
        requests,
        statements,
        tenant,
    )
