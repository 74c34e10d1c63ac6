"""Keys of the programs that send or ask for statements.

A secret is 256 random bits, so a fast hash keeps it as safe as a slow one would, and checking it
costs microseconds instead of the 80 ms that a password hash takes."""

import hmac
import secrets
import threading
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

import msgspec

from leadline.store.adapter import Row
from leadline.store.database import Database
from leadline.store.moments import from_micros, micros

SECRET_BYTES = 32
KEY_BYTES = 9
LAST_USE_WRITTEN_EVERY = timedelta(minutes=5)
CREDENTIALS_TRUSTED_FOR = timedelta(seconds=5)
REMEMBERED_CREDENTIALS = 10_000


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


SCOPES = frozenset(scope.value for scope in Scope)

_COLUMNS = "key, source, scopes, created_at, expires_at, revoked_at, last_used"


class Credential(msgspec.Struct, frozen=True):
    """Who a program is, which source its statements count to, and what it may do (Comm 4.2)."""

    key: str
    source: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used: datetime | None


class Credentials:
    """All credentials. Only the SHA-256 of a secret is kept."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: dict[str, tuple[datetime, Credential, bytes]] = {}
        self._written: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def create(
        self, source: str, scopes: Collection[str], *, expires_at: datetime | None = None
    ) -> tuple[Credential, str]:
        """Make a credential; gives its secret, which nothing can show again.

        Raises ValueError for a scope that is none."""
        if not scopes or not SCOPES.issuperset(scopes):
            wrong = ", ".join(sorted(set(scopes) - SCOPES)) or "none"
            raise ValueError(f"Scopes: {wrong}; possible are {', '.join(sorted(SCOPES))}.")
        key, secret = secrets.token_hex(KEY_BYTES), secrets.token_urlsafe(SECRET_BYTES)
        at = datetime.now(UTC)
        self._database.insert(
            "credential",
            ("key", "digest", "source", "scopes", "created_at", "expires_at"),
            [
                (
                    key,
                    _digest(secret),
                    source,
                    " ".join(sorted(scopes)),
                    micros(at),
                    None if expires_at is None else micros(expires_at),
                )
            ],
        )
        return Credential(key, source, frozenset(scopes), at, expires_at, None, None), secret

    def verify(self, key: str, secret: str) -> Credential | None:
        """The credential of a key and its secret; None where wrong, expired or revoked.

        The table is asked every few seconds only; so long may a revocation take to be felt."""
        now = datetime.now(UTC)
        found = self._seen.get(key)
        if found is None or now - found[0] > CREDENTIALS_TRUSTED_FOR:
            found = self._look_up(key, now)
        # An unknown key costs the same comparison, so that the time taken tells nothing.
        stored = found[2] if found else b"\0" * sha256().digest_size
        right = hmac.compare_digest(stored, _digest(secret))
        if not right or found is None:
            return None
        credential = found[1]
        expired = credential.expires_at is not None and now >= credential.expires_at
        if expired or credential.revoked_at is not None:
            return None
        self._note_use(key, now)
        return credential

    def revoke(self, key: str) -> bool:
        """End a credential for good; whether there was one to end."""
        self._seen.pop(key, None)
        return bool(
            self._database.execute(
                "UPDATE credential SET revoked_at = ? WHERE key = ? AND revoked_at IS NULL "
                "RETURNING key",
                (micros(datetime.now(UTC)), key),
            )
        )

    def list(self) -> list[Credential]:
        """Every credential, oldest first, the ended ones too."""
        rows = self._database.execute(f"SELECT {_COLUMNS} FROM credential ORDER BY created_at, key")
        return [_credential(row) for row in rows]

    def _look_up(self, key: str, now: datetime) -> tuple[datetime, Credential, bytes] | None:
        rows = self._database.execute(
            f"SELECT {_COLUMNS}, digest FROM credential WHERE key = ?", (key,)
        )
        if not rows:
            return None
        *row, digest = rows[0]
        found = (now, _credential(row), bytes(digest))
        with self._lock:
            if len(self._seen) >= REMEMBERED_CREDENTIALS:
                self._seen.clear()
            self._seen[key] = found
        return found

    def _note_use(self, key: str, now: datetime) -> None:
        """Write the last use down, but not for every request."""
        with self._lock:
            before = self._written.get(key)
            if before is not None and now - before < LAST_USE_WRITTEN_EVERY:
                return
            if len(self._written) >= REMEMBERED_CREDENTIALS:
                self._written.clear()
            self._written[key] = now
        self._database.execute(
            "UPDATE credential SET last_used = ? WHERE key = ?", (micros(now), key)
        )


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _credential(row: Row | list[Any]) -> Credential:
    key, source, scopes, created_at, *moments = row
    return Credential(
        key, source, frozenset(scopes.split()), from_micros(created_at), *map(from_micros, moments)
    )
