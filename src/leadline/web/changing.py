"""Changes made to courses: the form that logs one, and what was logged."""

from dataclasses import dataclass

from leadline.accounts.viewing import app
from leadline.actions.decisions import Change
from leadline.insights.stored import Seen
from leadline.privacy.lens import Lens
from leadline.privacy.policy import sees_as_much
from leadline.privacy.viewer import Role
from leadline.web.deciding import may_decide


@dataclass(frozen=True)
class Changing:
    """A form. finding: what the change is meant to mend, if anything that was found; asks: whether
    it is asked why, since no cause is confirmed."""

    course: str
    finding: str = ""
    asks: bool = True
    what: str = ""
    effective: str = ""


def changing(lens: Lens, course: str, seen: Seen | None = None) -> Changing | None:
    """The form; None for whoever may not decide."""
    if not course or not may_decide(lens):
        return None
    if seen is None:
        return Changing(course)
    return Changing(course, seen.key, asks=seen.standing.cause is None)


def made(lens: Lens, *, course: str | None = None, finding: str | None = None) -> list[Change]:
    """What was logged of a course or about a finding, newest first, as far as the viewer may read
    what those who logged it wrote."""
    logged = app().ledger.changes(course=course, finding=finding)
    return [each for each in logged if sees_as_much(lens.viewer, Role(each.role))]
