"""What the pages about courses to take share: their door, their words, the way in."""

from collections.abc import Mapping

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from leadline.accounts.viewing import app
from leadline.cmi5.course import Course, Unit
from leadline.privacy.coursework import Coursework
from leadline.privacy.lens import Lens
from leadline.privacy.policy import POLICY, Deed
from leadline.privacy.viewer import Role
from leadline.web import words


def coursework(lens: Lens) -> Coursework:
    """Courses as the lens's viewer may see and use them."""
    return Coursework(app(), lens)


def doing(deed: Deed) -> frozenset[Role]:
    """The roles that may do it."""
    return frozenset(role for role, rules in POLICY.items() if deed in rules.deeds)


def said(texts: Mapping[str, str]) -> str:
    """The publisher's words in the reader's language, else in the first one given."""
    wanted = (get_language() or "en").lower()
    by_tag = {tag.lower(): text for tag, text in texts.items()}
    near = (text for tag, text in by_tag.items() if tag.partition("-")[0] == wanted[:2])
    return by_tag.get(wanted) or next(near, None) or next(iter(by_tag.values()), "")


def title(course: Course) -> str:
    return said(course.structure.title)


def blocks_around(course: Course, unit: Unit) -> str:
    """`Block / inner block`; empty for a unit at the top."""
    names = {block.lms_id: said(block.block.title) for block in course.blocks}
    return " / ".join(names[lms_id] for lms_id in unit.path)


def criterion(unit: Unit) -> str:
    """When a unit counts as done (moveOn, 13.1.4), in words."""
    told = {
        "NotApplicable": _("nothing to do"),
        "Completed": _("completed"),
        "Passed": _("passed"),
        "CompletedAndPassed": _("completed and passed"),
        "CompletedOrPassed": _("completed or passed"),
    }[unit.unit.move_on]
    if unit.unit.mastery_score is None:
        return told
    mastery = words.share(float(unit.unit.mastery_score))
    return _("%(criterion)s, at %(share)s or more") % {"criterion": told, "share": mastery}
