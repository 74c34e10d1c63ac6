"""Giving programs access and taking it away, each change with its line in the access log."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Protocol, Unpack

from leadline.privacy.viewer import Purpose
from leadline.store import Audit, Credential, Credentials, Database
from leadline.store.credentials import Terms


class House(Protocol):
    """The parts of the application that access is made of."""

    @property
    def database(self) -> Database: ...
    @property
    def credentials(self) -> Credentials: ...
    @property
    def audit(self) -> Audit: ...


class Access:
    """The changes one login makes to credentials. A change and its line stand together or not at
    all: they are one transaction.

    Every method raises ValueError for what cannot be, and NoCredential for a key that is not
    live; then nothing has changed."""

    def __init__(self, house: House, *, login: str, role: str) -> None:
        self._house = house
        self._login = login
        self._role = role

    def give(
        self, source: str, scopes: Collection[str], **terms: Unpack[Terms]
    ) -> tuple[Credential, str]:
        """Make a credential; gives its secret, which nothing can show again."""
        with self._written(f"credential made for {source}") as credentials:
            return credentials.create(source, scopes, **terms)

    def rotate(self, key: str, *, overlap: timedelta) -> str:
        """Give it a new secret, which nothing can show again; the old one opens for the overlap."""
        hours = f"{overlap / timedelta(hours=1):g}"
        with self._written(f"credential {key} rotated, overlap {hours} h") as credentials:
            return credentials.rotate(key, overlap=overlap)

    def allow_origins(self, key: str, origins: Collection[str]) -> None:
        """Name the web origins whose pages may use it; none: all of them."""
        named = ", ".join(origins) or "any"
        with self._written(f"credential {key}: origins {named}") as credentials:
            credentials.allow_origins(key, origins)

    def limit(self, key: str, *, requests: int | None, statements: int | None) -> None:
        """Set how many a minute are taken; None: as the installation has it."""
        said = f"{requests or 'default'} requests, {statements or 'default'} statements a minute"
        with self._written(f"credential {key}: limit {said}") as credentials:
            credentials.limit(key, requests=requests, statements=statements)

    def revoke(self, key: str) -> None:
        """End it for good."""
        with self._written(f"credential {key} revoked") as credentials:
            credentials.revoke(key)

    @contextmanager
    def _written(self, what: str) -> Iterator[Credentials]:
        with self._house.database.transaction():
            yield self._house.credentials
            self._house.audit.look(
                login=self._login,
                role=self._role,
                purpose=Purpose.RUN_SYSTEM.value,
                what=what,
                people=(),
                rows=0,
                outcome="changed",
            )
