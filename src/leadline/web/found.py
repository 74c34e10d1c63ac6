"""Findings on pages: the address behind each, and its causes as the reasons under "Why?"."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from leadline.accounts.viewing import app
from leadline.insights import Finding, Hypothesis
from leadline.insights.stored import Seen
from leadline.insights.survey import current
from leadline.insights.survey import seen as seen_by
from leadline.privacy.lens import Lens
from leadline.web.addresses import (
    course_page,
    finding_page,
    questions_page,
    retention_page,
    video_page,
)
from leadline.web.anatomy import NextStep, Reason

# Findings about a test: its questions are the next thing to look at (MISSION S065).
LASTING = frozenset({"decayed", "critical_role"})
DIAGNOSED = frozenset({"broken_question", "first_attempt_failure"})


def stored(lens: Lens) -> list[Seen]:
    """All findings this viewer may see, strongest first, with what people made of them; they may be
    minutes older than the page, since finding them asks for everything at once."""
    with lens.looking("findings") as look:  # those found before are looked at as well
        found = seen_by(lens, app().findings)
        look.shown = len(found)
    return found


def known(lens: Lens) -> list[Finding]:
    """Those that are there now and that nobody has rejected."""
    return current(stored(lens))


def waiting(lens: Lens) -> list[Finding]:
    """Those that are there now and that still wait to be judged or decided upon."""
    return [seen.finding for seen in stored(lens) if seen.waits]


def page_of(finding: Finding) -> str:
    """The page that shows the evidence: the video's for a passage, the test's for what is wrong
    with it, what lasted for what is gone, else the course's."""
    if finding.start_s is not None:
        return video_page(finding.course, finding.about)
    if finding.insight in DIAGNOSED and finding.course:
        return questions_page(finding.course, finding.about)
    if finding.insight in LASTING and finding.course:
        return retention_page(finding.course)
    return course_page(finding.course or "")


def why(finding: Finding | None) -> tuple[Reason, ...]:
    """Possible causes, the supported ones first, content before people (MISSION S010)."""
    return tuple(reason(each) for each in finding.hypotheses) if finding else ()


def next_step(finding: Finding | None) -> NextStep:
    """What to do about it, or plainly that nothing is justified (MISSION S016)."""
    if finding is None:
        return NextStep(_("None is justified by these numbers."))
    said = NextStep(finding.next_step)
    return judged(said, finding) or said


def judged(step: NextStep | None, finding: Finding | None) -> NextStep | None:
    """A next step that leads to where the finding behind it is judged and decided upon."""
    if step is None or finding is None:
        return step
    (key,) = app().findings.keys([finding])
    return NextStep(step.text, _("Judge it and decide"), finding_page(key))


def checked(finding: Finding | None) -> str:
    """What was looked at before this was said."""
    if finding is None or not finding.checked:
        return ""
    return _("Checked: %(what)s.") % {"what": "; ".join(finding.checked)}


def about(among: Sequence[Finding], activity: str) -> Finding | None:
    """The strongest finding about one activity."""
    return next((finding for finding in among if finding.about == activity), None)


def reason(hypothesis: Hypothesis) -> Reason:
    """A possible cause, and what speaks for and against it."""
    evidence = [*hypothesis.evidence_for, *hypothesis.evidence_against]
    if hypothesis.supported:
        side = "for"
    elif hypothesis.evidence_against:
        side = "against" if not hypothesis.evidence_for else "mixed"
    else:
        side = "unknown"
    settle = _("To settle it: %(how)s") % {"how": hypothesis.settle}
    return Reason(hypothesis.claim, side, " ".join([*evidence, settle]))
