"""From the lens's answers to the parts of a page: companions, periods, groups and the footnote."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadline.metrics import Result
from leadline.privacy.answer import Answer
from leadline.privacy.lens import Lens
from leadline.privacy.refusals import Forbidden
from leadline.web import words
from leadline.web.anatomy import Companion, Crumb, Foot
from leadline.web.charts import Group, Point
from leadline.web.tables import Cell

PERIODS_SHOWN = 24


def allowed(lens: Lens, name: str, *, by: Sequence[str] = (), **asked: Any) -> Answer | None:
    """The answer, or None where the metric is made of records that are closed to the role."""
    try:
        return lens.measure(name, by=by, **asked)
    except Forbidden:
        return None


def companion(answer: Answer, name: str, *, term: str = "", href: str = "") -> Companion:
    """One figure with its interval and its people, or the reason why it is withheld."""
    result = answer.result
    shown = words.shown(result)
    sure = [words.interval(result), words.people(result.n)] if shown else []
    return Companion(
        name=name,
        number=words.estimate(result),
        sure=", ".join(part for part in sure if part),
        held=not shown,
        activity=answer.metric.activity,
        term=term,
        href=href,
    )


def periods(answer: Answer, column: str = "month") -> list[Point]:
    """The newest periods of a sliced answer, oldest first, withheld ones included."""
    dated = [r for r in answer.results if r.group.get(column)]
    dated.sort(key=lambda r: str(r.group[column]))
    return [_point(result, str(result.group[column])) for result in dated[-PERIODS_SHOWN:]]


def _point(result: Result, period: str) -> Point:
    shown = words.shown(result)
    return Point(
        label=period_name(period),
        estimate=result.estimate if shown else None,
        low=result.ci_low if shown else None,
        high=result.ci_high if shown else None,
        people=result.n if shown else None,
        why_not="" if shown else words.withheld(result),
    )


def period_name(period: str) -> str:
    """`2026-03` as `Mar 26`; other periods stay as they are."""
    try:
        return date_format(datetime.strptime(period, "%Y-%m"), "M y")
    except ValueError:
        return period


def grouped(answer: Answer, column: str) -> list[Group]:
    """The groups of a sliced answer, worst first by the metric's own direction."""
    rising = answer.metric.good == "up"
    known = [r for r in answer.results if words.shown(r)]
    held = [r for r in answer.results if not words.shown(r)]
    known.sort(key=lambda r: r.estimate or 0.0, reverse=not rising)
    return [
        Group(
            name=result.group[column] or _("not recorded"),
            estimate=result.estimate if words.shown(result) else None,
            low=result.ci_low,
            high=result.ci_high,
            people=result.n,
            why_not="" if words.shown(result) else words.withheld(result),
        )
        for result in [*known, *held]
    ]


def foot(answers: Sequence[Answer], *more: str) -> Foot:
    """Where these numbers come from (MISSION S021, S031, S063)."""
    if not answers:
        return Foot(tuple(more))
    first = answers[0]
    sentences = [_("As of %(when)s") % {"when": words.instant(first.as_of)}]
    if first.watermark is not None:
        heard = words.instant(first.watermark)
        sentences.append(_("all sources heard up to %(when)s") % {"when": heard})
    if first.coverage is not None:
        covered = words.share(first.coverage)
        sentences.append(
            _("covers %(share)s of learners, those with an HR record") % {"share": covered}
        )
    sentences += _left_out(answers) + _soundness(first) + list(more)
    links = {a.metric.name: _definition(a) for a in answers}
    return Foot(tuple(sentences), tuple(links.values()))


def _left_out(answers: Iterable[Answer]) -> list[str]:
    first = next(iter(answers))
    left: dict[str, int] = {}
    for result in first.results:
        for reason, rows in result.n_excluded.items():
            left[reason] = left.get(reason, 0) + rows
    if not left:
        return []
    said = ", ".join(f"{words.count(n)} {reason.replace('_', ' ')}" for reason, n in left.items())
    return [_("left out: %(reasons)s") % {"reasons": said}]


def _soundness(answer: Answer) -> list[str]:
    said = []
    if answer.quality.score is not None:
        fault, share = max(answer.quality.parts.items(), key=lambda part: part[1])
        score = {"score": words.share(answer.quality.score), "fault": fault}
        text = (
            _("data quality %(score)s (%(share)s %(fault)s)")
            if share
            else _("data quality %(score)s")
        )
        said.append(text % (score | {"share": words.share(share)}))
    if answer.late.statements:
        late = ngettext(
            "%(n)s record came late and changed this period",
            "%(n)s records came late and changed this period",
            answer.late.statements,
        )
        said.append(late % {"n": words.count(answer.late.statements)})
    return said


def _definition(answer: Answer) -> Crumb:
    name = answer.metric.name.replace("_", " ")
    version = answer.metric.version
    return Crumb(
        _("%(metric)s, definition %(version)s") % {"metric": name, "version": version},
        reverse("definition", args=[answer.metric.name]),
    )


def measured(result: Result | None) -> Cell:
    """A number with its interval below it, or why there is none."""
    if result is None:
        return Cell(_("nothing recorded"), held=True)
    if not words.shown(result):
        return Cell(words.withheld(result), held=True)
    return Cell(words.estimate(result), under=words.interval(result))
