"""Will we make the date? The share that is met, today and on the day of the audit."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.metrics.lapse import HISTORY_DAYS, Forecast
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.privacy.refusals import UnknownQuestion
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused
from leadline.web import words
from leadline.web.anatomy import Body, Companion, Crumb, Foot
from leadline.web.charts import Figure, Point, draw, trend
from leadline.web.page import page
from leadline.web.places import having
from leadline.web.tables import Cell, Head, Table, asked

AUDIT_DAYS, POINTS = 90, 6
AHEAD_DAYS_MAX = 366


@dataclass(frozen=True, kw_only=True)
class ForecastBody(Body):
    """found: None where too few people owe anything; on: the day of the audit; share, sure: what is
    forecast for it, or why it is refused."""

    found: Forecast | None
    on: date
    requirement: str
    requirements: tuple[tuple[str, str], ...]
    share: str = ""
    sure: str = ""
    refused: str = ""


@page(place=Place.COMPLIANCE, sees=having(Place.COMPLIANCE))
def compliance_forecast(request: HttpRequest, lens: Lens) -> Body:
    """Will we make the date?"""
    names = {each.requirement: each.name for each in lens.requirements()}
    requirement = request.GET.get("requirement", "")
    on = _day(request.GET.get("on", ""), lens.now.date())
    found = lens.forecast(_days(lens.now.date(), on), requirement or None) if names else None
    last = found.days[-1][1] if found else None
    return ForecastBody(
        crumbs=(Crumb(_("Compliance"), reverse("compliance")), Crumb(_("Forecast"))),
        found=found,
        on=on,
        requirement=requirement,
        requirements=tuple(sorted(names.items(), key=lambda pair: pair[1])),
        share=words.share(last.estimate) if isinstance(last, Interval) else "",
        sure=_sure(last) if isinstance(last, Interval) else "",
        refused=last.reason if isinstance(last, Refused) else "",
        figure=_figure(found) if found and isinstance(last, Interval) else None,
        companions=_companions(found) if found else (),
        twin=_table(request, found) if found else None,
        foot=Foot(
            (
                _("As of %(when)s") % {"when": words.instant(lens.now)},
                _("limits hold what comes in 8 of 10 cases, if people go on as they did"),
                _("whoever is exempt or on leave now is left out"),
            )
        ),
    )


def _days(today: date, on: date) -> list[date]:
    """Days on the way to the audit, that day last."""
    whole = (on - today).days
    steps = sorted({whole * step // POINTS for step in range(1, POINTS + 1)} - {0})
    return [today + timedelta(days=days) for days in steps]


def _day(text: str, today: date) -> date:
    if not text:
        return today + timedelta(days=AUDIT_DAYS)
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise UnknownQuestion(f"{text!r} is no day; write it like 2026-06-01.") from None
    if not 0 < (found - today).days <= AHEAD_DAYS_MAX:
        raise UnknownQuestion(f"{found} is not within the coming {AHEAD_DAYS_MAX} days.")
    return found


def _sure(found: Interval) -> str:
    low, high = words.share(found.low), words.share(found.high)
    low = low.removesuffix(f"{words.THIN}%")
    return _("%(low)s to %(high)s in 8 of 10 cases") % {"low": low, "high": high}


def _companions(found: Forecast) -> tuple[Companion, ...]:
    owed = _("%(n)s owed now") % {"n": words.count(found.owed)}
    told = [Companion(_("Met today"), words.share(found.today), owed)]
    if found.lapsed is not None:
        low, high = words.share(found.lapsed.low), words.share(found.lapsed.high)
        told.append(
            Companion(
                _("Lapsed of what fell due in %(n)s years") % {"n": HISTORY_DAYS // 365},
                words.share(found.lapsed.estimate),
                _("%(low)s to %(high)s") % {"low": low, "high": high},
            )
        )
    return tuple(told)


def _figure(found: Forecast) -> Figure:
    shown = [Point(_("today"), found.today, None, None, found.people)]
    shown += [
        Point(words.short_day(day), each.estimate, each.low, each.high, found.people)
        for day, each in found.days
        if isinstance(each, Interval)
    ]
    return draw(
        trend,
        tuple(shown),
        unit="share",
        title=_("Share met, until the day of the audit"),
        summary=_("From %(today)s today.") % {"today": words.share(found.today)},
        caption=_("The band holds what comes in 8 of 10 cases."),
    )


def _table(request: HttpRequest, found: Forecast) -> Table:
    rows = [
        (
            Cell(words.short_day(day)),
            Cell(words.share(each.estimate), under=_sure(each))
            if isinstance(each, Interval)
            else Cell(each.reason, held=True),
        )
        for day, each in found.days
    ]
    return Table(
        caption=_("Forecast by day"),
        heads=(Head(_("Day")), Head(_("Met"), number=True)),
        rows=rows,
        asked=asked(request, ()),
        total=len(rows),
    )
