"""What the training lead of the demo has judged, decided and changed, by the acts of the pages.

One change made a course quicker, its twin changed nothing; a third was made to mend the module
that a finding names, and came too late in the year to have shown anything."""

from datetime import date, timedelta

from leadline.actions.decisions import Decisions, Kind
from leadline.actions.grounds import of_finding
from leadline.app import App
from leadline.demo.courses import PLANTED
from leadline.demo.story import CHANGED_DAYS
from leadline.insights.survey import seen
from leadline.privacy.lens import Lens
from leadline.privacy.viewer import Role, Viewer

LATELY_DAYS = 10
QUICKER, TWIN, MENDED = "new-leader", "supplier-data", "new-starter"


def decide(app: App, until: date) -> None:
    """Once; an installation in which anything was decided is left as it is."""
    if app.ledger.changes():
        return
    lens = Lens(app, Viewer("lead", Role.TRAINING_LEAD))
    decisions = Decisions(app, lens)
    courses = {course.slug: course.id for course in PLANTED}
    changed = until - timedelta(days=CHANGED_DAYS)
    asked_for = "The heads of unit asked for it before anybody had looked for a cause."
    decisions.change("Sent as one reading week", courses[QUICKER], changed, reason=asked_for)
    decisions.change("New title pictures", courses[TWIN], changed, reason="The brand changed.")
    for found in seen(lens, app.findings):
        if found.finding.insight == "worst_module" and found.finding.course == courses[MENDED]:
            why = "Five who had stopped said that the module repeats the handbook for an hour."
            decisions.confirm(found.key, "content", why)
            evidence = of_finding(found, f"/programmes/findings/one?finding={found.key}")
            decisions.decide(Kind.FIX, evidence, "Cut it to what is new.", evidence.seal)
            lately = until - timedelta(days=LATELY_DAYS)
            decisions.change("Module 5 cut to a third", courses[MENDED], lately, found.key)
