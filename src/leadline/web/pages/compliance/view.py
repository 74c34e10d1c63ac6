"""Compliance today: how much of what is required is met, and what has lapsed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.curriculum import Requirement
from leadline.metrics import obligation
from leadline.metrics.result import Result
from leadline.privacy.answer import Answer
from leadline.privacy.duties import Wanted
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.privacy.records import Page
from leadline.web import words
from leadline.web.anatomy import Body, Companion, Crumb, NextStep
from leadline.web.answers import companion, foot, measured
from leadline.web.charts import Figure, Group, draw, groups
from leadline.web.page import page
from leadline.web.pages.compliance.listing import listed
from leadline.web.places import having, naming
from leadline.web.tables import Asked, Cell, Head, Table, asked

LAPSED_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class TodayBody(Body):
    """rate, lapsed: the answers of today; urgent: the list of what has lapsed, where it is open."""

    rate: Result | None = None
    lapsed: Result | None = None
    regulated: Result | None = None
    urgent: Table | None = None


@page(place=Place.COMPLIANCE, sees=having(Place.COMPLIANCE))
def compliance(request: HttpRequest, lens: Lens) -> Body:
    """Where do we stand today?"""
    names = _names(lens.requirements())
    if not names:
        return TodayBody(crumbs=(Crumb(_("Compliance")),))
    rate, lapsed = lens.measure("compliance_rate"), lens.measure("violations")
    serious = lens.measure("violations", where={"severity": "regulated"})
    each = lens.measure("compliance_rate", by=("requirement",))
    urgent = _urgent(lens) if lens.viewer.role in naming() else None
    return TodayBody(
        crumbs=(Crumb(_("Compliance")),),
        rate=rate.result,
        lapsed=lapsed.result,
        regulated=serious.result,
        figure=_figure(each, names),
        companions=_companions(lens, (lapsed, serious)),
        urgent=_list(request, urgent) if urgent else None,
        next_step=_next(urgent.total) if urgent else None,
        twin=_table(request, each, names),
        foot=foot([rate, lapsed], _("days are days of each person's own zone")),
    )


def _urgent(lens: Lens) -> Page:
    return lens.standing(Wanted(states=[obligation.VIOLATED]), limit=LAPSED_SHOWN)


def _list(request: HttpRequest, urgent: Page) -> Table:
    """The first of them; the whole list is a page of its own."""
    shown = replace(urgent, total=len(urgent.rows))
    return listed(shown, Asked(), _("Lapsed, in regulated roles first"))


def _names(requirements: Sequence[Requirement]) -> Mapping[str, str]:
    by_day = sorted(requirements, key=lambda each: each.valid_from)
    return {each.requirement: each.name for each in by_day}


def _companions(lens: Lens, answers: tuple[Answer, Answer]) -> tuple[Companion, ...]:
    lapsed, serious = answers
    listing = reverse("obligations")
    found = [
        companion(lapsed, _("Violated"), href=f"{listing}?state=violated"),
        companion(serious, _("of them in regulated roles")),
    ]
    if lens.viewer.role in naming():
        soon = lens.standing(Wanted(states=[obligation.DUE_SOON]), limit=1)
        found.append(
            Companion(_("Due soon"), words.count(soon.total), href=f"{listing}?state=due+soon")
        )
    return tuple(found)


def _next(lapsed: int) -> NextStep:
    if not lapsed:
        return NextStep(
            _("Nothing has lapsed. See what falls due next."),
            _("See the calendar"),
            reverse("compliance-calendar"),
        )
    return NextStep(
        _("Begin with what has lapsed in regulated roles: the list says who, and since when."),
        _("See everybody it concerns"),
        f"{reverse('obligations')}?state=violated",
    )


def _ranked(each: Answer) -> list[Result]:
    """What is shown before what is withheld, the worst first."""
    return sorted(each.results, key=lambda r: (not words.shown(r), r.estimate or 0.0))


def _figure(each: Answer, names: Mapping[str, str]) -> Figure | None:
    rows = [
        Group(
            name=_title(result, names),
            estimate=result.estimate if words.shown(result) else None,
            low=result.ci_low,
            high=result.ci_high,
            people=result.n,
            why_not="" if words.shown(result) else words.withheld(result),
        )
        for result in _ranked(each)
    ]
    if not rows:
        return None
    return draw(
        groups,
        tuple(rows),
        unit="share",
        title=_("Share met, by requirement"),
        summary=_("The lowest is %(name)s.") % {"name": rows[0].name},
        caption=_("Bars are 95 % intervals. Lowest first."),
    )


def _table(request: HttpRequest, each: Answer, names: Mapping[str, str]) -> Table:
    rows = [
        (
            Cell(_title(result, names)),
            measured(result),
            Cell(words.count(result.n) if words.shown(result) else words.DASH),
        )
        for result in _ranked(each)
    ]
    return Table(
        caption=_("Met, by requirement"),
        heads=(Head(_("Requirement")), Head(_("Met"), number=True), Head(_("People"), number=True)),
        rows=rows,
        asked=asked(request, ()),
        total=len(rows),
    )


def _title(result: Result, names: Mapping[str, str]) -> str:
    requirement = result.group["requirement"] or ""
    return names.get(requirement, requirement)
