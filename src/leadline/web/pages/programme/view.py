"""One programme: its goal first, then what lasted, what was shown in tests, and what was done."""

from collections import Counter
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.actions.programmes import COMPETENCY, WINDOW_DAYS, Rung, Tile
from leadline.curriculum import Programme, Question
from leadline.metrics import Summary, catalogue
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.web import words
from leadline.web.addresses import course_page
from leadline.web.anatomy import Body, Companion, Crumb, Foot, NextStep
from leadline.web.found import known
from leadline.web.page import page
from leadline.web.pages.goals.declare import DECLARED, REFUSED
from leadline.web.pages.programme.months import drawn, months, tabled
from leadline.web.places import having
from leadline.web.programme import (
    ProgrammeWords,
    asked_for,
    change,
    companion,
    counted,
    crumbs,
    interval,
    is_shown,
    metric_name,
    page_of,
    reached,
    tabs,
    worded,
)
from leadline.web.tables import asked

RUNGS = {
    Rung.OUTCOME: "outcome",
    Rung.RETENTION: "retention",
    Rung.ASSESSMENT: "assessment",
    Rung.ACTIVITY: "activity",
}
ASKABLE = (Summary.SHARE, Summary.MEAN, Summary.MEDIAN, Summary.RATE)


@dataclass(frozen=True, kw_only=True)
class ProgrammePage(Body):
    """What the answer sentence is made of. tiles: (rung, tile), what matters most first; courses:
    (address, name, how many findings); more: the address with every figure, empty where all are
    there; offered: metrics that may answer a further question; empty: the role may not ask."""

    programme: Programme
    goal: str
    now: str
    sure: str
    held: str
    target: str
    at_target: bool | None
    then: str
    frozen_on: str
    change: str
    tiles: list[tuple[str, Companion]]
    questions: list[Question]
    courses: list[tuple[str, str, int]]
    more: str
    offered: list[tuple[str, str]]
    refused: str
    tabs: object


@page(place=Place.PROGRAMMES, sees=having(Place.PROGRAMMES))
def programme(request: HttpRequest, lens: Lens) -> ProgrammePage:
    """Does this programme reach its goal?"""
    door, this = asked_for(request, lens)
    said, everything = worded(lens), request.GET.get("more") == "all"
    tiles = door.tiles(this, more=everything)
    goal = next((tile for tile in tiles if tile.goal), None)
    base = door.baseline(this)
    panels = months(lens, this, said)
    questions = door.questions(this)
    courses = _courses(lens, this, said)
    shown = goal is not None and is_shown(goal.now)
    return ProgrammePage(
        crumbs=crumbs(this),
        notices=_notices(request, this),
        figure=drawn(panels, this) if panels else None,
        next_step=_next_step(goal, courses, this, said),
        twin=tabled(panels, asked(request, ())) if panels else None,
        foot=_foot(lens, this),
        programme=this,
        goal=said.goal(this),
        now=said.number(goal.now) if goal and shown else "",
        sure=_sure(goal) if goal and shown else "",
        held=said.number(goal.now) if goal and not shown else "",
        target=said.target(this),
        at_target=reached(goal, this, said.good(this)),
        then=said.number(goal.then) if goal and goal.then and is_shown(goal.then) else "",
        frozen_on=words.day(base.as_of) if base else "",
        change=change(goal) if goal else "",
        tiles=[(_(RUNGS[tile.rung]), companion(tile, this, said)) for tile in tiles],
        questions=questions,
        courses=courses,
        more=""
        if everything or not questions
        else page_of("programme", this.programme, more="all"),
        offered=_offered() if door.may_declare else [],
        refused=request.session.pop(REFUSED, ""),
        tabs=tabs(lens, this),
    )


def _sure(goal: Tile) -> str:
    return ", ".join(part for part in (interval(goal.now), counted(goal.now)) if part)


def _notices(request: HttpRequest, this: Programme) -> tuple[str, ...]:
    declared = request.session.pop(DECLARED, None)
    if declared != this.programme:
        return ()
    return (_("It is declared; its numbers come with the next refresh."),)


def _courses(lens: Lens, this: Programme, said: ProgrammeWords) -> list[tuple[str, str, int]]:
    found = Counter(finding.course for finding in known(lens))
    return [(course_page(each), said.thing(each), found[each]) for each in this.courses]


def _next_step(
    goal: Tile | None,
    courses: list[tuple[str, str, int]],
    this: Programme,
    said: ProgrammeWords,
) -> NextStep | None:
    if goal is None:
        return None
    worst = max(courses, key=lambda course: course[2])
    if worst[2]:
        told = _("Something breaks in “%(course)s”: see where and why before spending more.")
        return NextStep(told % {"course": worst[1]}, _("Open the course"), worst[0])
    if not is_shown(goal.now):
        return NextStep(
            _("Bring in what the goal is measured by, or wait until enough people are."),
            _("See the sources"),
            reverse("trust"),
        )
    if this.goal == COMPETENCY:
        told = _("See how the days until competent moved, and for whom.")
        return NextStep(told, _("Open it"), f"{reverse('competency')}?role={this.thing}")
    if reached(goal, this, said.good(this)) is False:
        return NextStep(
            _("Nothing abnormal was found in its courses: ask whether they fit the goal.")
        )
    return NextStep(_("None is justified: it is at its target and nothing abnormal was found."))


def _offered() -> list[tuple[str, str]]:
    return [
        (name, metric.question) for name, metric in catalogue().items() if metric.summary in ASKABLE
    ]


def _foot(lens: Lens, this: Programme) -> Foot:
    sentences = [
        _("As of %(when)s") % {"when": words.instant(lens.now)},
        _("figures: the last %(n)s days") % {"n": WINDOW_DAYS},
        _("of its courses together; outcomes: of the people sent on one of them"),
        _("version of %(day)s") % {"day": words.day(this.valid_from)},
    ]
    if lens.commit.watermark is not None:
        heard = words.instant(lens.commit.watermark)
        sentences.append(_("all sources heard up to %(when)s") % {"when": heard})
    names = ("completion_rate", "first_attempt_pass_rate", "outcome_level")
    links = tuple(Crumb(metric_name(name), reverse("definition", args=[name])) for name in names)
    return Foot(tuple(sentences), links)
