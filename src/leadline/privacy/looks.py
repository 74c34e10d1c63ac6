"""Every look is written down before its answer leaves: who, as what, why, at what, and how much."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from leadline.privacy.refusals import Forbidden, NotThere, TooFine, UnknownQuestion
from leadline.privacy.viewer import Purpose, Viewer
from leadline.store import Audit

REFUSED = (Forbidden, NotThere, TooFine, UnknownQuestion)
PEOPLE_NAMED_MAX = 10_000  # keys written down per look; a larger look says how many there were


@dataclass
class Look:
    """What one look showed. shown, withheld: rows or groups; people: keys of those named."""

    what: str
    filters: Mapping[str, str] = field(default_factory=dict)
    shown: int = 0
    withheld: int = 0
    people: tuple[int, ...] = ()


@contextmanager
def looking(audit: Audit, viewer: Viewer, purpose: Purpose, look: Look) -> Iterator[Look]:
    """Write the look down when it ends, refused ones too. What cannot be written is not shown:

    the answer is only handed on once the audit has it."""
    outcome = "failed"
    try:
        yield look
        outcome = "shown"
    except REFUSED as refusal:
        outcome = f"refused: {refusal}"
        raise
    finally:
        write(audit, viewer, purpose, look, outcome)


def write(audit: Audit, viewer: Viewer, purpose: Purpose, look: Look, outcome: str) -> None:
    """Append one look to the audit."""
    said = ", ".join(f"{name}={value}" for name, value in sorted(look.filters.items()))
    audit.look(
        login=viewer.login,
        role=viewer.role.value,
        purpose=purpose.value,
        what=f"{look.what} [{said}]" if said else look.what,
        people=look.people[:PEOPLE_NAMED_MAX],
        rows=look.shown,
        outcome=f"{outcome}; {look.withheld} withheld" if look.withheld else outcome,
    )
