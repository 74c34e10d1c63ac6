"""What falls due when: a year of weeks, each with the list behind it."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.web import words
from leadline.web.anatomy import Body, Crumb, Foot
from leadline.web.charts import Column, Figure, columns, draw
from leadline.web.page import page
from leadline.web.places import naming
from leadline.web.tables import Cell, Head, Table, asked, cut

WEEKS_SHOWN = 53  # twelve months, from the Monday of this week
Week = tuple[date, int, int]


@page(place=Place.COMPLIANCE, sees=naming())
def compliance_calendar(request: HttpRequest, lens: Lens) -> Body:
    """What expires when?"""
    today = lens.now.date()
    weeks = lens.calendar(today - timedelta(days=today.weekday()), WEEKS_SHOWN)
    total = sum(serious + other for _day, serious, other in weeks)
    return Body(
        crumbs=(Crumb(_("Compliance"), reverse("compliance")), Crumb(_("Calendar"))),
        figure=_figure(weeks) if total else None,
        facts={
            "total": total,
            "serious": sum(serious for _day, serious, _other in weeks),
            "most": max(weeks, key=lambda week: week[1] + week[2]),
        },
        twin=_table(request, weeks) if total else None,
        twin_open=True,
        foot=Foot(
            (
                _("As of %(when)s") % {"when": words.instant(lens.now)},
                _("what has lapsed already is not in it"),
                _("days are days of each person's own zone"),
            )
        ),
    )


def _figure(weeks: Sequence[Week]) -> Figure:
    shown = tuple(
        Column(date_format(monday, "j M"), other, serious, _said(monday, serious, other))
        for monday, serious, other in weeks
    )
    return draw(
        columns,
        shown,
        title=_("Requirements that fall due, by week"),
        summary=_("%(n)s weeks from now on.") % {"n": len(weeks)},
        caption=_("By week, from its Monday. Amber: regulated. The table leads to each list."),
    )


def _said(monday: date, serious: int, other: int) -> str:
    said = {"day": words.day(monday), "all": serious + other, "serious": serious}
    return _("week of %(day)s: %(all)s fall due, %(serious)s of them regulated") % said


def _table(request: HttpRequest, weeks: Sequence[Week]) -> Table:
    """The weeks in which something falls due."""
    wanted = asked(request, ())
    rows = [
        (
            Cell(words.short_day(monday), href=f"{reverse('obligations')}?week={monday}"),
            Cell(words.count(serious + other)),
            Cell(words.count(serious)),
        )
        for monday, serious, other in weeks
        if serious + other
    ]
    return Table(
        caption=_("Fall due, by week"),
        heads=(
            Head(_("Week of")),
            Head(_("Fall due"), number=True),
            Head(_("of them regulated"), number=True),
        ),
        rows=cut(rows, wanted),
        asked=wanted,
        total=len(rows),
    )
