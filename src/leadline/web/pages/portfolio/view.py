"""The portfolio: every course with its evidence, and what it is worth."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadline.accounts.viewing import app
from leadline.insights import Finding
from leadline.insights.portfolio import (
    Decision,
    Portfolio,
    Programme,
    Untaught,
    gone,
    improved,
)
from leadline.insights.portfolio import portfolio as weighed
from leadline.metrics import Result
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place, sees_as_much
from leadline.privacy.shapes import ShownLasting
from leadline.privacy.viewer import Role
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused
from leadline.web import words
from leadline.web.addresses import (
    course_page,
    effect_page,
    outcomes_page,
    questions_page,
    retention_page,
    short,
)
from leadline.web.anatomy import Body, Companion, Foot, NextStep
from leadline.web.answers import allowed, measured
from leadline.web.deciding import said
from leadline.web.found import known, page_of
from leadline.web.page import page
from leadline.web.pages.outcomes import wording
from leadline.web.pages.outcomes.view import READERS, named
from leadline.web.tables import Asked, Cell, Head, Table, asked, cut

UNTAUGHT_SHOWN = 10
STATES = {Decision.KEEP: "done", Decision.FIX: "action", Decision.UNKNOWN: "unknown"}
WORDS = {Decision.KEEP: "keep", Decision.FIX: "fix", Decision.UNKNOWN: "too little known"}


@dataclass(frozen=True)
class Line:
    """One item of a list: what it is, the evidence in words and the page that shows it, and what
    was decided about it last."""

    name: str
    href: str
    evidence: str
    proof: str
    decided: str = ""


@dataclass(frozen=True, kw_only=True)
class PortfolioPage(Body):
    """What the answer sentence is made of. first: what is to be kept with the strongest evidence;
    build: (address, name) of outcomes that no course is known to improve."""

    keep: int
    fix: int
    unknown: int
    first: str
    build: list[tuple[str, str]]
    lists: list[tuple[str, str, list[Line]]]  # title, what it means where it is empty, its lines


@page(place=Place.IMPACT, sees=READERS)
def portfolio(request: HttpRequest, lens: Lens) -> PortfolioPage:
    """What should we fix, keep and build?"""
    found = weighed(lens, known(lens))
    names = named(lens)
    counts = Counter(each.decision for each in found.programmes)
    kept = next((p for p in found.programmes if p.decision is Decision.KEEP), None)
    return PortfolioPage(
        companions=(
            Companion(_("Keep"), words.count(counts[Decision.KEEP])),
            Companion(_("Fix"), words.count(counts[Decision.FIX])),
            Companion(_("Too little known"), words.count(counts[Decision.UNKNOWN])),
        ),
        next_step=NextStep(
            _("Take the first course to fix, open its evidence, and write down what you decide.")
            if counts[Decision.FIX]
            else _("Measure what is not known: bring in outcomes, declare delayed checks.")
        ),
        twin=_table(lens, found.programmes, names, asked(request, ())),
        twin_open=True,
        foot=Foot(
            (
                _("As of %(when)s") % {"when": words.instant(lens.now)},
                _("in order of what may be said of outcomes, not of enrolment"),
                _("keep: improves an outcome, or surely enough is left weeks later"),
                _("fix: surely changes nothing, is forgotten, or breaks somewhere"),
            )
        ),
        keep=counts[Decision.KEEP],
        fix=counts[Decision.FIX],
        unknown=counts[Decision.UNKNOWN],
        first=_name(kept.course, names) if kept else "",
        build=[(outcomes_page(o.outcome), _name(o.outcome, names)) for o in found.build],
        lists=_lists(lens, found, names),
    )


def _lists(
    lens: Lens, found: Portfolio, names: Mapping[str, str]
) -> list[tuple[str, str, list[Line]]]:
    """What to fix, keep and build, each line with its evidence (MISSION S107)."""
    decided = _decided(lens)
    by_decision: dict[Decision, list[Line]] = {each: [] for each in Decision}
    for each in found.programmes:
        by_decision[each.decision].append(_line(each, names, decided.get(each.course, "")))
    return [
        (_("Fix"), _("Nothing is seen to need fixing."), by_decision[Decision.FIX]),
        (_("Keep"), _("Of nothing is it known that it works."), by_decision[Decision.KEEP]),
        (_("Build"), _("Nothing is known to be missing."), _missing(lens, found, names)),
    ]


def _decided(lens: Lens) -> dict[str, str]:
    """The last decision about each course, as far as the viewer may read it."""
    found = {}
    for each in reversed(app().ledger.decisions()):
        if each.course and sees_as_much(lens.viewer, Role(each.role)):
            told = {"what": said(each.kind), "day": words.day(each.at), "who": each.login}
            found[each.course] = _("Decided on %(day)s by %(who)s: %(what)s.") % told
    return found


def _line(each: Programme, names: Mapping[str, str], decided: str) -> Line:
    name, page_ = _name(each.course, names), course_page(each.course)
    why = each.because
    if isinstance(why, Finding):
        return Line(name, page_, why.sentence, page_of(why), decided)
    if isinstance(why, ShownLasting):
        return Line(name, page_, _lasted(why), retention_page(each.course), decided)
    if why is None:
        return Line(name, page_, _("Too little is known."), page_, decided)
    outcome = _name(why.outcome.outcome, names)
    # A difference may be seen and yet be too small to matter: what decides is said.
    verdict = _(why.verdict or "") if each.decision is Decision.FIX else wording.short(why)
    said_of = _("%(outcome)s: %(found)s") % {"outcome": outcome, "found": verdict}
    if isinstance(why.headline, Interval):
        amount = wording.amount(why.headline.estimate, why)
        people = words.people(why.exposed.people)
        said_of = f"{said_of}, {amount} ({wording.span(why.headline)}, {people})"
    return Line(name, page_, f"{said_of}.", effect_page(why.outcome.outcome, each.course), decided)


def _lasted(why: ShownLasting) -> str:
    assert isinstance(why.ratio, Interval)
    told = {
        "left": words.share(why.ratio.estimate),
        "low": words.share(why.ratio.low),
        "high": words.share(why.ratio.high),
        "first": why.declared.from_day,
        "last": why.declared.to_day,
        "people": words.people(why.tested),
    }
    return (
        _(
            "%(left)s of it is left after %(first)s to %(last)s days (%(low)s to %(high)s, "
            "%(people)s)."
        )
        % told
    )


def _missing(lens: Lens, found: Portfolio, names: Mapping[str, str]) -> list[Line]:
    questions = {}
    if found.untaught:
        questions = {row["activity"]: row["name"] for row in lens.activities(kind="question")}
    return [
        *(
            Line(
                _name(each.thing, names),
                reverse("competency") + "?" + urlencode({"role": each.role}),
                _("The standard of the role “%(role)s” needs it, and no record is about it.")
                % {"role": each.role},
                reverse("competency") + "?" + urlencode({"role": each.role}),
            )
            for each in found.missing
        ),
        *(
            Line(
                _name(each.outcome, names),
                outcomes_page(each.outcome),
                _("No course is known to improve it, measured of %(people)s.")
                % {"people": words.people(each.people)},
                outcomes_page(each.outcome),
            )
            for each in found.build
        ),
        *(_untaught(each, names, questions) for each in found.untaught[:UNTAUGHT_SHOWN]),
    ]


def _untaught(each: Untaught, names: Mapping[str, str], questions: Mapping[str, str]) -> Line:
    told = {
        "right": words.share(each.right.estimate),
        "low": words.share(each.right.low),
        "high": words.share(each.right.high),
        "people": words.people(each.people),
        "course": _name(each.course, names),
    }
    return Line(
        _("What teaches “%(question)s”")
        % {"question": questions.get(each.question) or short(each.question)},
        questions_page(each.course, each.assessment),
        _(
            "%(right)s get this question of “%(course)s” right (%(low)s to %(high)s, %(people)s), "
            "nothing is wrong with it, and no content is declared to teach it."
        )
        % told,
        questions_page(each.course, each.assessment),
    )


def _name(thing: str, names: Mapping[str, str]) -> str:
    return names.get(thing) or short(thing)


def _table(
    lens: Lens, programmes: tuple[Programme, ...], names: Mapping[str, str], wanted: Asked
) -> Table | None:
    if not programmes:
        return None
    passing = _by_course(lens, "first_attempt_pass_rate")
    completed = _by_course(lens, "completion_rate")
    return Table(
        caption=_("Courses and their evidence"),
        heads=(
            Head(_("Course")),
            Head(_("Decision")),
            Head(_("What it changed")),
            Head(_("Left weeks later")),
            Head(_("Where it breaks")),
            Head(_("Pass at the first attempt"), number=True),
            Head(_("Completed"), number=True, term="completion"),
        ),
        rows=[
            (
                Cell(_name(each.course, names), href=course_page(each.course)),
                Cell(_(WORDS[each.decision]), state=STATES[each.decision]),
                _changed(each, names),
                _left(each),
                _breaks(each),
                measured(passing.get(each.course)),
                measured(completed.get(each.course)),
            )
            for each in cut(programmes, wanted)
        ],
        asked=wanted,
        total=len(programmes),
    )


def _by_course(lens: Lens, metric: str) -> dict[str, Result]:
    answer = allowed(lens, metric, by=("course",))
    return {str(r.group["course"]): r for r in answer.results} if answer else {}


def _changed(each: Programme, names: Mapping[str, str]) -> Cell:
    """The strongest thing that may be said of any outcome."""
    if not each.impacts:
        return Cell(_("nothing is measured"), state="unknown")
    best = max(each.impacts, key=lambda i: (improved(i), i.seen, -(i.q or 1.0)))
    name = _name(best.outcome.outcome, names)
    page = effect_page(best.outcome.outcome, best.course)
    found = best.headline
    if isinstance(found, Refused):
        return Cell(_("too few to compare"), href=page, under=name)
    said = f"{name}: {wording.amount(found.estimate, best)}, {wording.span(found)}"
    return Cell(wording.short(best), href=page, under=said)


def _left(each: Programme) -> Cell:
    told: list[ShownLasting] = [c for c in each.lasting if isinstance(c.ratio, Interval)]
    if not told:
        return Cell(_("no delayed check"), state="unknown")
    worst = min(told, key=lambda c: c.ratio.low if isinstance(c.ratio, Interval) else 1.0)
    ratio = worst.ratio
    assert isinstance(ratio, Interval)
    under = _("%(low)s to %(high)s") % {
        "low": words.share(ratio.low),
        "high": words.share(ratio.high),
    }
    state = "action" if gone(worst) else "" if worst.complete else "unknown"
    return Cell(
        words.share(ratio.estimate), href=retention_page(each.course), under=under, state=state
    )


def _breaks(each: Programme) -> Cell:
    if not each.findings:
        return Cell(_("nowhere seen"))
    said = ngettext("%(n)s finding", "%(n)s findings", len(each.findings))
    return Cell(said % {"n": len(each.findings)}, href=course_page(each.course), state="action")
