"""Completion, passing and the business on one axis of months (MISSION S011)."""

from dataclasses import dataclass, replace
from datetime import timedelta

from django.utils.translation import gettext as _

from leadline.actions.programmes import LEVEL, where
from leadline.curriculum import Programme
from leadline.metrics import Result, catalogue
from leadline.privacy.lens import Lens
from leadline.privacy.refusals import Forbidden, TooFine
from leadline.web import words
from leadline.web.answers import period_name, periods
from leadline.web.charts import Figure, Panel, Point, draw, multiples
from leadline.web.programme import ProgrammeWords, metric_name
from leadline.web.tables import Asked, Cell, Head, Table

MONTHS_DAYS = 365
ALWAYS = ("completion_rate", "first_attempt_pass_rate")


@dataclass(frozen=True)
class Measured:
    """One measure of the programme by month, oldest first."""

    name: str
    unit: str
    by_month: dict[str, tuple[Point, Result]]


def months(lens: Lens, programme: Programme, said: ProgrammeWords) -> list[Measured]:
    """Completion, pass at the first attempt and the goal; what is closed is absent. Nothing where
    nothing is recorded."""
    asked: list[tuple[str, str, dict[str, str]]] = [(n, metric_name(n), {}) for n in ALWAYS]
    if programme.goal == "outcome":
        asked.append((LEVEL, said.goal(programme), {"outcome": programme.thing}))
    elif programme.goal == "metric" and programme.thing not in ALWAYS:
        asked.append((programme.thing, said.goal(programme), {}))
    found = [_by_month(lens, programme, each) for each in asked]
    told = [each for each in found if each is not None and each.by_month]
    known = any(words.shown(result) for each in told for _point, result in each.by_month.values())
    return told if known and len(_all(told)) > 1 else []


def _by_month(
    lens: Lens, programme: Programme, asked: tuple[str, str, dict[str, str]]
) -> Measured | None:
    metric, name, more = asked
    if metric not in catalogue():
        return None
    filters = {**where(programme), **more}
    since = lens.now - timedelta(days=MONTHS_DAYS)
    try:
        answer = lens.measure(metric, by=("month",), where=filters, since=since, until=lens.now)
    except (Forbidden, TooFine):
        return None
    dated = sorted(
        (r for r in answer.results if r.group["month"]), key=lambda r: str(r.group["month"])
    )
    points = periods(replace(answer, results=tuple(dated)))
    newest = dated[len(dated) - len(points) :]
    pairs = zip(newest, points, strict=True)
    return Measured(
        name, answer.metric.unit, {str(r.group["month"]): (point, r) for r, point in pairs}
    )


def _all(told: list[Measured]) -> list[str]:
    return sorted({month for each in told for month in each.by_month})


def drawn(told: list[Measured], programme: Programme) -> Figure:
    """One panel a measure, one axis of time."""
    labels = tuple(period_name(month) for month in _all(told))
    panels = tuple(
        Panel(each.name, each.unit, tuple(point for point, _result in each.by_month.values()))
        for each in told
    )
    names = ", ".join(each.name for each in told)
    return draw(
        multiples,
        panels,
        labels=labels,
        title=_("“%(name)s” by month") % {"name": programme.programme},
        summary=_("%(names)s, one above the other on one axis of months.") % {"names": names},
        caption=_(
            "Bars are 95 % intervals; a cross is a month with too few people. What moves together "
            "need not have one cause."
        ),
    )


def tabled(told: list[Measured], wanted: Asked) -> Table:
    """The same, a row a month, the newest first."""
    dated = sorted(_all(told), reverse=True)
    return Table(
        caption=_("By month"),
        heads=(Head(_("Month")), *(Head(each.name, number=True) for each in told)),
        rows=[
            (Cell(period_name(month)), *(_cell(each, month) for each in told)) for month in dated
        ],
        asked=wanted,
        total=len(dated),
    )


def _cell(each: Measured, month: str) -> Cell:
    if month not in each.by_month:
        return Cell(words.DASH)
    result = each.by_month[month][1]
    if not words.shown(result):
        return Cell(words.withheld(result), held=True)
    under = ", ".join(p for p in (words.interval(result), words.people(result.n)) if p)
    return Cell(words.estimate(result), under=under)
