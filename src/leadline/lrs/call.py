"""What a resource is given beside the request, and what a write asks to have stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from leadline.lrs.guard import Guard, Guarded, Judge
from leadline.lrs.limits import Limits
from leadline.lrs.message import Request, Response
from leadline.lrs.versions import Version
from leadline.statements import Statement
from leadline.store import Credential, Credentials, Log, Sources
from leadline.store.documents import Documents

BATCH_LIMIT_STATEMENTS = 5_000


@dataclass(frozen=True)
class Parts:
    """What the endpoint works with. home_page: account home of the authorities it writes; guard:
    who knows further credentials, and what those may do."""

    log: Log
    documents: Documents
    sources: Sources
    credentials: Credentials
    home_page: str
    guard: Guard | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Call:
    """A request whose version is agreed and whose sender is known."""

    request: Request
    version: Version
    credential: Credential
    parts: Parts

    @property
    def guard(self) -> Guard | None:
        """Who is asked what this credential may do; None for one that goes by its scopes alone."""
        return self.parts.guard if isinstance(self.credential, Guarded) else None


@dataclass(frozen=True)
class Writing:
    """Statements to be stored together or not at all, and the reply for when they are durable.

    attachments: content by lower-case sha2. judge: has the last word on what is stored, inside the
    transaction; without one the batch is stored as it is."""

    call: Call
    batch: tuple[Statement, ...]
    attachments: Mapping[str, bytes]
    reply: Response
    judge: Judge | None = None
