"""Writing a decision down: what it is about, what it rests on, and the form for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext as _

from leadline.actions.decisions import Evidence, Kind
from leadline.actions.grounds import of_competency, of_course, of_effect, of_finding
from leadline.insights.stored import Seen
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Deed, audience
from leadline.privacy.refusals import NotThere
from leadline.web.addresses import competency_page, course_page, effect_page, finding_page
from leadline.web.found import stored

About = Mapping[str, str]
ABOUT = ("of", "finding", "outcome", "course", "since", "role", "change")


@dataclass(frozen=True)
class Deciding:
    """A form. about: its hidden fields; seal: of the evidence that the page shows."""

    about: About
    seal: str
    kinds: list[tuple[str, str]]


def may_decide(lens: Lens) -> bool:
    """Whether this viewer may decide for everyone."""
    return Deed.DECIDE in lens.rules.deeds and audience(lens.viewer) is not None


def deciding(lens: Lens, about: About) -> Deciding | None:
    """The form about something; None: for whoever may not decide, or where nothing is known."""
    if not may_decide(lens):
        return None
    try:
        found = evidence(lens, about)
    except NotThere:
        return None
    return Deciding(about, found.seal, [(kind.value, said(kind)) for kind in Kind])


def said(kind: Kind) -> str:
    """What is decided, in a few words."""
    return {
        Kind.FIX: _("Fix it"),
        Kind.KEEP: _("Keep it as it is"),
        Kind.EXPAND: _("Expand it to more people"),
        Kind.REPLACE: _("Replace it by something else"),
        Kind.RETIRE: _("Retire it"),
        Kind.NO_ACTION: _("Do nothing"),
    }[kind]


def named(request: HttpRequest) -> dict[str, str]:
    """What a posted form is about."""
    return {name: request.POST[name] for name in ABOUT if request.POST.get(name)}


def evidence(lens: Lens, about: About) -> Evidence:
    """What a decision about it would rest on now. NotThere: there is none for this viewer."""
    of = about.get("of", "")
    if of == "finding":
        seen = one(lens, about.get("finding", ""))
        return of_finding(seen, finding_page(seen.key))
    if of == "effect":
        return _effect(lens, about)
    if of == "competency":
        return _competency(lens, about)
    course = about.get("course", "")
    if of != "course" or course not in _courses(lens):
        raise NotThere
    return of_course(lens, course, course_page(course))


def one(lens: Lens, key: str) -> Seen:
    """One finding of those that the viewer may see. NotThere: there is none such."""
    found = next((each for each in stored(lens) if each.key == key), None)
    if found is None:
        raise NotThere
    return found


def _effect(lens: Lens, about: About) -> Evidence:
    outcomes = {each.outcome: each for each in lens.outcomes()}
    course, joined = about.get("course", ""), about.get("since") == "joining"
    outcome = outcomes.get(about.get("outcome", ""))
    if outcome is None or course not in _courses(lens):
        raise NotThere
    address = effect_page(outcome.outcome, course, joined=joined)
    return of_effect(lens, course, outcome, address, joined=joined)


def _competency(lens: Lens, about: About) -> Evidence:
    role, day = about.get("role", ""), about.get("change", "")
    if role not in lens.roles():
        raise NotThere
    try:
        found = lens.competency(role, date.fromisoformat(day) if day else None)
    except ValueError as problem:
        raise NotThere from problem
    if found is None:
        raise NotThere
    return of_competency(role, found, competency_page(role, day))


def _courses(lens: Lens) -> set[str]:
    return {row["activity"] for row in lens.activities(kind="course")}
