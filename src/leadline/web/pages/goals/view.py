"""The declared programmes: what each is to change, by when, and how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.actions.programmes import WINDOW_DAYS, Programmes, Tile
from leadline.curriculum import Programme
from leadline.metrics import Summary, catalogue
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.privacy.refusals import Forbidden
from leadline.web import words
from leadline.web.anatomy import Body, Crumb, Foot, NextStep
from leadline.web.page import page
from leadline.web.pages.goals.declare import DECLARED, REFUSED
from leadline.web.places import having
from leadline.web.programme import (
    AUDIENCES,
    ProgrammeWords,
    cell,
    change,
    page_of,
    programmes,
    reached,
    worded,
)
from leadline.web.tables import Asked, Cell, Head, Table, asked, cut

COUNTS = (Summary.TOTAL, Summary.PEOPLE)  # no goals: more of them is not better


@dataclass(frozen=True, kw_only=True)
class GoalsPage(Body):
    """What the answer sentence is made of. late: names of programmes past their day and not at
    their target; choices: what the form offers; None: the role may not declare."""

    total: int
    at_target: int
    unknown: int
    late: list[str]
    choices: dict[str, object] | None
    refused: str


@dataclass(frozen=True)
class Line:
    """One programme; at_target: None where it is not known."""

    programme: Programme
    goal: Tile | None
    at_target: bool | None


@page(place=Place.PROGRAMMES, sees=having(Place.PROGRAMMES))
def goals(request: HttpRequest, lens: Lens) -> GoalsPage:
    """Which programmes reach their goal?"""
    door, said = programmes(lens), worded(lens)
    lines = [_line(door, programme, said) for programme in door.all]
    wanted = asked(request, ())
    late = [x.programme.programme for x in lines if _late(x, door.today)]
    declared = request.session.pop(DECLARED, None)
    return GoalsPage(
        crumbs=(Crumb(_("Programmes"), reverse("programmes")), Crumb(_("Goals"))),
        notices=(_("“%(name)s” is declared.") % {"name": declared},) if declared else (),
        next_step=_next_step(lines, late),
        twin=_table(lines, said, wanted, door.today) if lines else None,
        twin_open=True,
        foot=Foot(
            (
                _("As of %(when)s") % {"when": words.instant(lens.now)},
                _("now: the last %(n)s days") % {"n": WINDOW_DAYS},
                _("a change since the baseline is no effect: it says not what made it"),
            )
        ),
        total=len(lines),
        at_target=sum(line.at_target is True for line in lines),
        unknown=sum(line.at_target is None for line in lines),
        late=late,
        choices=_choices(lens, said, door.today) if door.may_declare else None,
        refused=request.session.pop(REFUSED, ""),
    )


def _line(door: Programmes, programme: Programme, said: ProgrammeWords) -> Line:
    tile = door.goal(programme)
    return Line(programme, tile, reached(tile, programme, said.good(programme)))


def _late(line: Line, today: date) -> bool:
    return line.at_target is False and line.programme.due < today


def _next_step(lines: Sequence[Line], late: Sequence[str]) -> NextStep | None:
    if late:
        said = _("Open “%(name)s” and decide: another measure, another day, or its end.")
        return NextStep(said % {"name": late[0]})
    behind = [line for line in lines if line.at_target is False]
    if behind:
        first = min(behind, key=lambda line: line.programme.due).programme
        said = _("“%(name)s” is due first of those below their target: see what holds it back.")
        href = page_of("programme", first.programme)
        return NextStep(said % {"name": first.programme}, _("Open it"), href)
    return None


def _table(lines: Sequence[Line], said: ProgrammeWords, wanted: Asked, today: date) -> Table:
    return Table(
        caption=_("Programmes and their goals"),
        heads=(
            Head(_("Programme")),
            Head(_("Is to change")),
            Head(_("Baseline"), number=True, term="baseline"),
            Head(_("Now"), number=True),
            Head(_("Target"), number=True),
            Head(_("State")),
        ),
        rows=[_row(line, said, today) for line in cut(lines, wanted)],
        asked=wanted,
        total=len(lines),
    )


def _row(line: Line, said: ProgrammeWords, today: date) -> tuple[Cell, ...]:
    programme, tile = line.programme, line.goal
    then = tile.then if tile else None
    moved = change(tile) if tile else ""
    return (
        Cell(
            programme.programme,
            href=page_of("programme", programme.programme),
            under=_(AUDIENCES[programme.audience]),
        ),
        Cell(said.goal(programme), under=programme.owner),
        cell(then, said) if then else Cell(_("none frozen"), held=True),
        cell(tile.now if tile else None, said),
        Cell(
            said.target(programme),
            under=_("by %(day)s") % {"day": words.short_day(programme.due)},
        ),
        replace(_state(line, today), under=moved),
    )


def _state(line: Line, today: date) -> Cell:
    if line.at_target is None:
        return Cell(_("not known"), state="unknown")
    if line.at_target:
        return Cell(_("at target"), state="done")
    if _late(line, today):
        return Cell(_("missed its day"), state="action")
    return Cell(_("not at target yet"), state="soon")


def _choices(lens: Lens, said: ProgrammeWords, today: date) -> dict[str, object]:
    """What the form offers; nothing of it tells of people."""
    try:
        outcomes = [(each.outcome, said.thing(each.outcome)) for each in lens.outcomes()]
        roles = list(lens.roles())
    except Forbidden:
        outcomes, roles = [], []
    courses = [(r["activity"], r["name"] or r["activity"]) for r in lens.activities(kind="course")]
    return {
        "courses": sorted(courses, key=lambda course: course[1].casefold()),
        "metrics": [
            (name, metric.question)
            for name, metric in catalogue().items()
            if metric.good and metric.summary not in COUNTS
        ],
        "outcomes": outcomes,
        "roles": roles,
        "audiences": [(key, _(name)) for key, name in AUDIENCES.items()],
        "today": today.isoformat(),
    }
