"""The budget of a programme: cost, what changed, and whether one may speak of a return."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext as _

from leadline.accounts.viewing import app
from leadline.actions.budget import Budget, budget_of
from leadline.curriculum import Programme
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused
from leadline.web.anatomy import Body, Companion, Foot, NextStep, Paper
from leadline.web.charts import Figure, Group, draw, groups
from leadline.web.page import page
from leadline.web.pages.budget import saying
from leadline.web.pages.goals.declare import REFUSED
from leadline.web.pages.outcomes.view import READERS
from leadline.web.programme import ProgrammeWords, asked_for, crumbs, page_of, tabs, worded
from leadline.web.tables import Asked, Cell, Head, Table, asked


@dataclass(frozen=True, kw_only=True)
class BudgetPage(Body):
    """What the answer sentence is made of; `costs` is a table of its own. pdf: the address of the
    same on paper; may_declare: the role may write costs down."""

    programme: Programme
    sentences: tuple[str, ...]
    costs: Table | None
    pdf: str
    may_declare: bool
    today: str
    refused: str
    tabs: object


@page(place=Place.IMPACT, sees=READERS)
def budget(request: HttpRequest, lens: Lens) -> BudgetPage:
    """Is this programme worth its cost?"""
    door, this = asked_for(request, lens)
    said, found = worded(lens), budget_of(app(), lens, this)
    if request.GET.get("as") == "pdf":
        with lens.looking("budget on paper", programme=this.programme):
            pass
    return BudgetPage(
        crumbs=crumbs(this, _("Budget")),
        figure=_figure(found, said),
        companions=_companions(found, said),
        next_step=_next_step(found),
        twin=_numbers(found, said, asked(request, ())),
        twin_open=True,
        paper=Paper("budget", saying.on_paper(found, said, lens.viewer.login), found.as_of),
        foot=Foot(saying.foot(found)),
        programme=this,
        sentences=saying.sentences(found, said),
        costs=_costs(found) if found.spent else None,
        pdf=page_of("budget", this.programme, **{"as": "pdf"}),
        may_declare=door.may_declare,
        today=date.isoformat(door.today),
        refused=request.session.pop(REFUSED, ""),
        tabs=tabs(lens, this),
    )


def _figure(found: Budget, said: ProgrammeWords) -> Figure | None:
    effect = found.effect
    if effect is None or isinstance(effect.headline, Refused):
        return None
    people = effect.exposed.people
    lines = (
        (_("Among comparable people"), effect.weighted),
        (_("Before anybody completed it (should be nothing)"), effect.placebo),
        (_("Plain difference"), effect.plain),
    )
    rows = tuple(
        Group(name, line.estimate, line.low, line.high, people)
        for name, line in lines
        if isinstance(line, Interval)
    )
    goal = said.goal(found.programme)
    return draw(
        groups,
        rows,
        unit="measured",
        whole=0.0,
        title=_("Difference in “%(goal)s”") % {"goal": goal},
        summary=_("Who had completed the programme less who had not."),
        caption=_("Bars are 95 % intervals; the thin line is no difference."),
    )


def _companions(found: Budget, said: ProgrammeWords) -> tuple[Companion, ...]:
    total = saying.total(found)
    change = saying.change(found, said)
    roi = saying.roi(found)
    return (
        Companion(_("Cost so far"), total or _("not known"), held=not total),
        Companion(said.goal(found.programme), change[0], sure=change[1], held=not change[1]),
        Companion(_("Return on investment"), roi[0], sure=roi[1], held=not roi[1], term="roi"),
    )


def _next_step(found: Budget) -> NextStep:
    if not found.spent:
        return NextStep(_("Write down what it costs, learners' time too; without costs no worth."))
    if found.programme.goal != "outcome":
        return NextStep(
            _("Make an outcome its goal that is measured of those who take it and of others.")
        )
    if isinstance(found.worth, Refused):
        return NextStep(
            _("Let chance or the calendar decide who takes it first: then a return can be told.")
        )
    return NextStep(_("Decide about next year's budget, and write the decision down."))


def _numbers(found: Budget, said: ProgrammeWords, wanted: Asked) -> Table:
    rows = [
        (
            Cell(line.what),
            Cell(line.estimate, held=line.held),
            Cell(line.interval),
            Cell(line.people),
        )
        for line in saying.numbers(found, said)
    ]
    heads = (
        Head(_("What")),
        Head(_("Estimate"), number=True),
        Head(_("95 % interval"), number=True, term="interval"),
        Head(_("People"), number=True),
    )
    return Table(_("Every number of this page"), heads, rows, wanted, len(rows))


def _costs(found: Budget) -> Table:
    rows = [tuple(Cell(text) for text in line) for line in saying.costs(found)]
    heads = (Head(_("Cost")), Head(_("Days")), Head(_("Goes by")), Head(_("So far"), number=True))
    return Table(_("What it costs"), heads, rows, Asked(), len(rows))
