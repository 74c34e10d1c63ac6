"""What stands between a credential of its own kind and the endpoint, such as a cmi5 session."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from leadline.statements import Statement, Wanted
from leadline.store import Credential

if TYPE_CHECKING:
    from leadline.lrs.call import Call

Judge = Callable[[], Sequence[Statement]]
"""Decides, inside the transaction that stores, what is stored of a write: what was sent, perhaps in
another order, and what the guard says itself because of it. Raises Refusal, having changed nothing;
then nothing of this write is stored."""


class Guarded(Credential, frozen=True):
    """A credential of the guard's own kind."""


class Guard(Protocol):
    """Knows credentials that nobody else does, and lets each do only what it is for.

    The endpoint asks it about every request of such a credential, and about no other."""

    def credential(self, key: str, secret: str) -> Guarded | None:
        """The credential, where this key is one of the guard's and the secret fits; else None.

        Raises Refusal where it is the guard's and has ended."""

    def admit(self, call: "Call") -> None:
        """Let a request of any resource and method pass, before anything of it is done.

        Raises Refusal."""

    def narrow(self, call: "Call", wanted: Wanted) -> Wanted:
        """What of the statements asked for this credential may see. Raises Refusal."""

    def examine(
        self, call: "Call", sent: Sequence[dict[str, Any]], batch: Sequence[Statement]
    ) -> Judge:
        """Check valid statements, as they were sent and as they were read, before the commit.

        Gives what remains to be judged inside it. Raises Refusal."""
