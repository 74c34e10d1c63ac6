"""One course split by month or by group: one measure at a time, interval on every number."""

from dataclasses import dataclass, replace

from django.http import HttpRequest
from django.utils.translation import gettext as _

from leadline.metrics import Result
from leadline.privacy.answer import Answer
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.web import words
from leadline.web.anatomy import Body
from leadline.web.answers import (
    allowed,
    companion,
    foot,
    grouped,
    measured,
    period_name,
    periods,
)
from leadline.web.charts import Figure, draw, groups, trend
from leadline.web.course import CourseShown, shown
from leadline.web.page import page
from leadline.web.pages.course import concentrated
from leadline.web.places import having
from leadline.web.tables import Asked, Cell, Head, Table, asked, cut

MEASURES = (
    "first_attempt_pass_rate",
    "average_score",
    "completion_rate",
    "completion_within_days",
    "active_time",
)
SPLITS = ("role", "location", "unit")
PERIODS = ("month", "quarter", "year")
PERIODS_MIN = 2
GROUPS_DRAWN = 20


@dataclass(frozen=True, kw_only=True)
class SplitPage(Body):
    """What the answer sentence is made of: the measure as a whole, and the choices there are."""

    course: CourseShown
    whole: Result | None
    title: str
    measure: str
    measures: list[tuple[str, str]]
    split: str
    splits: list[tuple[str, str]]


@page(place=Place.PROGRAMMES, sees=having(Place.PROGRAMMES))
def course_trend(request: HttpRequest, lens: Lens) -> SplitPage:
    """How does it move from month to month?"""
    return _split(request, lens, "month")


@page(place=Place.PROGRAMMES, sees=having(Place.PROGRAMMES))
def course_groups(request: HttpRequest, lens: Lens) -> SplitPage:
    """For whom does it work, and for whom does it not?"""
    by = request.GET.get("by", SPLITS[0])
    return _split(request, lens, by if by in _splits(lens) else SPLITS[0])


def _splits(lens: Lens) -> tuple[str, ...]:
    return (*SPLITS, "account") if lens.rules.customers else SPLITS


def _split(request: HttpRequest, lens: Lens, by: str) -> SplitPage:
    this = shown(request, lens)
    measure = request.GET.get("measure", MEASURES[0])
    measure = measure if measure in MEASURES else MEASURES[0]
    where = {"course": this.id}
    whole = allowed(lens, measure, where=where)
    by, split = _divided(lens, measure, by, where)
    beside = [allowed(lens, name, where=where) for name in MEASURES if name != measure]
    titles = _titles()
    last = _("By month") if by in PERIODS else _("For whom?")
    figure = _figure(split, whole, by, titles[measure]) if split else None
    search = None if by in PERIODS else concentrated.searched(lens, measure, where)
    return SplitPage(
        crumbs=this.crumbs(last),
        figure=figure,
        companions=tuple(companion(a, titles[a.metric.name]) for a in beside[:3] if a),
        why=concentrated.why(search),
        checked=concentrated.checked(search),
        next_step=concentrated.next_step(search),
        twin=_table(split, by, asked(request, ()), titles[measure]) if split else None,
        foot=foot([a for a in (split,) if a is not None]),
        course=this,
        whole=whole.result if whole else None,
        title=titles[measure],
        measure=measure,
        measures=[(name, titles[name]) for name in MEASURES],
        split=by,
        splits=[(name, _column_name(name)) for name in _splits(lens)],
        notices=() if figure else (_thin(split),),
        facts={"tabs": this.tabs()},
    )


def _divided(lens: Lens, measure: str, by: str, where: dict[str, str]) -> tuple[str, Answer | None]:
    """The split asked for; months give way to quarters, then years, where they are too thin."""
    answer = None
    for column in PERIODS if by == "month" else (by,):
        answer = allowed(lens, measure, by=(column,), where=where)
        if answer is None or sum(map(words.shown, answer.results)) >= PERIODS_MIN:
            break
    return column, _called(lens, answer) if answer and by == "account" else answer


def _called(lens: Lens, answer: Answer) -> Answer:
    """With customers by their names; everybody else together has none."""
    accounts = {str(result.group["account"]) for result in answer.results}
    names = lens.account_names(accounts)
    told = (
        replace(result, group={"account": names.get(account, account) if account else None})
        for result in answer.results
        for account in [result.group["account"]]
    )
    return replace(answer, results=tuple(told))


def _titles() -> dict[str, str]:
    return {
        "first_attempt_pass_rate": _("Pass at the first attempt"),
        "average_score": _("Average score, first attempt"),
        "completion_rate": _("Completed to date"),
        "completion_within_days": _("Completed within 30 days"),
        "active_time": _("Active time"),
    }


def _column_name(by: str) -> str:
    names = {
        "unit": _("Unit"),
        "role": _("Role"),
        "location": _("Location"),
        "account": _("Customer"),
        "month": _("Month"),
        "quarter": _("Quarter"),
        "year": _("Year"),
    }
    return names[by]


def _figure(split: Answer, whole: Answer | None, by: str, title: str) -> Figure | None:
    unit = split.metric.unit
    known = [r for r in split.results if words.shown(r)]
    if not known:
        return None
    summary = _("%(known)s of %(all)s groups can be shown.") % {
        "known": len(known),
        "all": len(split.results),
    }
    if by in PERIODS:
        points = periods(split, by)
        caption = _("Each bar is the 95 % interval; a grey mark is a period that is withheld.")
        return draw(
            trend,
            tuple(points),
            unit=unit,
            title=title,
            summary=summary,
            caption=caption,
        )
    rows = grouped(split, by)[:GROUPS_DRAWN]
    everybody = whole.result.estimate if whole and words.shown(whole.result) else None
    return draw(
        groups,
        tuple(rows),
        unit=unit,
        whole=everybody,
        title=title,
        summary=summary,
        caption=_("Bars are 95 % intervals; the thin line is everybody. Worst first."),
    )


def _thin(split: Answer | None) -> str:
    if split is None or not split.results:
        return _("Nothing is recorded yet that could be split.")
    return _("No part is large enough to be shown by itself; the table says why for each.")


def _table(split: Answer, by: str, wanted: Asked, title: str) -> Table:
    rows = sorted(split.results, key=lambda r: str(r.group.get(by)))
    return Table(
        caption=title,
        heads=(
            Head(_column_name(by)),
            Head(title, number=True),
            Head(_("People"), number=True, term="people"),
        ),
        rows=[
            (
                Cell(_name(result, by)),
                measured(result),
                Cell(words.count(result.n) if words.shown(result) else words.DASH),
            )
            for result in cut(rows, wanted)
        ],
        asked=wanted,
        total=len(rows),
    )


def _name(result: Result, by: str) -> str:
    name = result.group.get(by)
    if name is None:
        return _("not recorded")
    return period_name(name) if by in PERIODS else name.replace("/", " / ")
