"""Business outcomes: every course against one outcome, and what may be said of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from leadline.facts.fact import Sensitivity
from leadline.metrics.impact import Impact, Outcome
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.privacy.shown_impact import ShownImpact
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused
from leadline.web import words
from leadline.web.addresses import effect_page, outcomes_page, short, trial_page
from leadline.web.anatomy import Body, Companion, Foot, NextStep
from leadline.web.charts import Figure, Group, draw, groups
from leadline.web.page import page
from leadline.web.pages.outcomes import wording
from leadline.web.places import counting, having
from leadline.web.tables import Asked, Cell, Head, Table, asked, cut

READERS = having(Place.IMPACT) & counting(Sensitivity.OUTCOME) & counting(Sensitivity.ACTIVITY)
DRAWN_COURSES = 12


@dataclass(frozen=True, kw_only=True)
class OutcomesPage(Body):
    """What the answer sentence is made of. best: the strongest claim; others: (address, name,
    whether it is this one); trials: (address, name of what was offered by lot)."""

    name: str
    others: list[tuple[str, str, bool]]
    courses: int
    asked: int
    best: str
    verb: str
    difference: str
    sure: str
    unclear: int
    trials: list[tuple[str, str]]


@page(place=Place.IMPACT, sees=READERS)
def outcomes(request: HttpRequest, lens: Lens) -> OutcomesPage:
    """Which training changed a result that matters?"""
    known = lens.outcomes()
    outcome = chosen(known, request.GET.get("outcome", ""))
    names = named(lens)
    found = lens.impacts(outcome) if outcome else {}
    ranked = sorted(found.values(), key=_strength, reverse=True)
    best = ranked[0] if ranked and wording.verb(ranked[0]) else None
    headline = best.headline if best else None
    name = names.get(outcome.outcome) or short(outcome.outcome) if outcome else ""
    return OutcomesPage(
        figure=_figure(ranked, names, name),
        companions=_companions(ranked),
        next_step=_next_step(ranked),
        twin=_table(ranked, names, asked(request, ())) if ranked else None,
        twin_open=True,
        foot=_foot(ranked),
        name=name,
        others=[
            (outcomes_page(o.outcome), names.get(o.outcome) or short(o.outcome), o == outcome)
            for o in known
        ],
        courses=len(ranked),
        asked=sum(isinstance(each.headline, Interval) for each in ranked),
        best=course_name(best, names) if best else "",
        verb=wording.verb(best) if best else "",
        difference=wording.amount(headline.estimate, best)
        if best and isinstance(headline, Interval)
        else "",
        sure=wording.sure(headline, best) if best and isinstance(headline, Interval) else "",
        unclear=_unclear(ranked),
        trials=_trials(lens, outcome, names) if outcome else [],
    )


def _trials(lens: Lens, outcome: Outcome, names: Mapping[str, str]) -> list[tuple[str, str]]:
    called = ((each, each.course or each.trial) for each in lens.trials())
    return [
        (trial_page(each.trial, outcome.outcome), names.get(name) or short(name))
        for each, name in called
    ]


def chosen(known: Sequence[Outcome], wanted: str) -> Outcome | None:
    """The one asked for, else the one measured of most people."""
    first = max(known, key=lambda o: o.people, default=None)
    return next((o for o in known if o.outcome == wanted), first)


def named(lens: Lens) -> dict[str, str]:
    """Names of courses, outcomes and trials by id, as far as somebody gave them one."""
    rows = [row for kind in ("course", "outcome", "trial") for row in lens.activities(kind=kind)]
    return {row["activity"]: row["name"] for row in rows if row["name"]}


def course_name(each: Impact, names: Mapping[str, str]) -> str:
    return names.get(each.course) or short(each.course)


def _strength(each: Impact) -> tuple[bool, int, float]:
    """What may be said first; then by size against what varies anyway."""
    level = each.claim.level if each.claim else -1
    size = 0.0
    if isinstance(each.headline, Interval) and each.plausible:
        size = abs(each.headline.estimate) / each.plausible
    return bool(wording.verb(each)), level, size


def _unclear(ranked: Sequence[ShownImpact]) -> int:
    return sum(not each.seen and each.too_little for each in ranked)


def _figure(ranked: Sequence[ShownImpact], names: Mapping[str, str], outcome: str) -> Figure | None:
    rows = tuple(
        Group(
            course_name(each, names),
            each.headline.estimate,
            each.headline.low,
            each.headline.high,
            each.exposed.people,
        )
        for each in ranked
        if isinstance(each.headline, Interval)
    )[:DRAWN_COURSES]
    if not rows:
        return None
    return draw(
        groups,
        rows,
        unit="measured",
        whole=0.0,
        title=_("Difference in “%(outcome)s” by course") % {"outcome": outcome},
        summary=_("%(n)s courses; the table says what may be said of each.") % {"n": len(rows)},
        caption=_(
            "Those who had completed the course less those who had not; bars are 95 % intervals, "
            "the thin line is no difference; n is who had completed it. A difference alone is no "
            "effect."
        ),
    )


def _companions(ranked: Sequence[ShownImpact]) -> tuple[Companion, ...]:
    numbers = [each for each in ranked if isinstance(each.headline, Interval)]
    if not numbers:
        return ()
    vetoed = sum(each.seen and not wording.verb(each) for each in numbers)
    return (
        Companion(_("Differences that fail a check"), words.count(vetoed)),
        Companion(_("Too little data to tell"), words.count(_unclear(ranked))),
    )


def _next_step(ranked: Sequence[ShownImpact]) -> NextStep:
    if not ranked:
        return NextStep(_("Bring outcomes in: leadline import outcomes FILE."))
    return NextStep(_("Open a course to see what speaks for and against it."))


def _table(ranked: Sequence[ShownImpact], names: Mapping[str, str], wanted: Asked) -> Table:
    return Table(
        caption=_("Courses and what may be said of them"),
        heads=(
            Head(_("Course")),
            Head(_("What may be said")),
            Head(_("Difference"), number=True),
            Head(_("Had completed it"), number=True, term="people"),
            Head(_("Had not"), number=True, term="people"),
        ),
        rows=[_line(each, names) for each in cut(ranked, wanted)],
        asked=wanted,
        total=len(ranked),
    )


def _line(each: ShownImpact, names: Mapping[str, str]) -> tuple[Cell, ...]:
    found = each.headline
    under = "" if wording.verb(each) else wording.detectable(each)
    return (
        Cell(course_name(each, names), href=effect_page(each.outcome.outcome, each.course)),
        Cell(wording.short(each), under=under, held=isinstance(found, Refused)),
        Cell(wording.amount(found.estimate, each), under=wording.span(found))
        if isinstance(found, Interval)
        else Cell(words.DASH),
        Cell(words.count(each.exposed.people)),
        Cell(words.count(each.others.people)),
    )


def _foot(ranked: Sequence[ShownImpact]) -> Foot:
    if not ranked:
        return Foot(())
    return Foot(
        (
            _("As of %(when)s") % {"when": words.instant(ranked[0].as_of)},
            _(
                "all courses that enough people completed and enough did not were asked at once; "
                "of what is found, at most one in twenty is chance"
            ),
            _("impact, definition %(n)s") % {"n": ranked[0].version},
        )
    )
