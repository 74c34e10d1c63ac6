"""One course against outcomes that count, such as violations: rates with and without it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from leadline.facts.fact import Sensitivity
from leadline.metrics.impact import Outcome
from leadline.metrics.rates import Side
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.privacy.shown_rates import ShownRates
from leadline.stats.intervals import Interval
from leadline.stats.rates import RateRatio
from leadline.stats.refusal import Refused
from leadline.web import words
from leadline.web.addresses import incidents_page, short
from leadline.web.anatomy import Body, Companion, Crumb, Foot, NextStep, Reason
from leadline.web.charts import Figure, Group, draw, groups
from leadline.web.page import page
from leadline.web.places import counting, having
from leadline.web.tables import Asked, Cell, Head, Table, asked

READERS = (
    having(Place.COMPLIANCE)
    & counting(Sensitivity.OUTCOME)
    & counting(Sensitivity.HR)
    & counting(Sensitivity.CERTIFICATE)
)
COURSES_LISTED = 20


@dataclass(frozen=True, kw_only=True)
class IncidentsPage(Body):
    """What the answer sentence is made of. fewer: whether the trained have fewer; outcomes,
    courses: (address, name, whether it is this one)."""

    course: str
    outcome: str
    shown: ShownRates | None
    verb: str
    fewer: bool
    with_it: str
    without: str
    times: str
    sure: str
    refused: str
    failed: str
    unseen: str
    detectable: str
    outcomes: list[tuple[str, str, bool]]
    courses: list[tuple[str, str, bool]]


@page(place=Place.COMPLIANCE, sees=READERS)
def incidents(request: HttpRequest, lens: Lens) -> IncidentsPage:
    """Do people have fewer incidents once they are trained?"""
    known = lens.incidents()
    named = {o["activity"]: o["name"] for o in lens.activities(kind="outcome")}
    courses = {r["activity"]: r["name"] for r in lens.activities(kind="course")}
    outcome = _chosen(known, request.GET.get("outcome", ""))
    course = request.GET.get("course", "")
    course = course if course in courses else next(iter(courses), "")
    shown = lens.rates(course, outcome) if outcome and course else None
    ratio = shown.found if shown else None
    counted = ratio if isinstance(ratio, RateRatio) else None
    called = outcome.outcome if outcome else ""
    return IncidentsPage(
        crumbs=(Crumb(_("Compliance")), Crumb(_("Does training help?"))),
        figure=_figure(shown) if shown and counted else None,
        companions=_companions(shown) if shown else (),
        why=_why(shown) if shown and counted else (),
        next_step=_next_step(shown) if shown else None,
        twin=_numbers(shown, asked(request, ())) if shown else None,
        foot=_foot(shown),
        course=courses.get(course) or short(course) if course else "",
        outcome=named.get(called) or short(called) if called else "",
        shown=shown,
        verb=_verb(shown) if shown else "",
        fewer=bool(counted and counted.ratio.estimate < 1),
        with_it=_rate(shown.trained) if shown else "",
        without=_rate(shown.untrained) if shown else "",
        times=f"{counted.ratio.estimate:.2f}" if counted else "",
        sure=_sure(shown, counted.ratio) if shown and counted else "",
        refused=ratio.reason if isinstance(ratio, Refused) else "",
        failed=_failed(shown) if shown and shown.seen else "",
        unseen=_unseen(shown) if shown and not shown.seen else "",
        detectable=_detectable(shown) if shown else "",
        outcomes=[
            (incidents_page(o.outcome, course), _called(o.outcome, named), o == outcome)
            for o in known
        ],
        courses=_ways(courses, course, called),
    )


def _chosen(known: Sequence[Outcome], wanted: str) -> Outcome | None:
    """The one asked for, else the one counted of most people."""
    first = max(known, key=lambda o: o.people, default=None)
    return next((o for o in known if o.outcome == wanted), first)


def _called(activity: str, names: Mapping[str, str | None]) -> str:
    return names.get(activity) or short(activity)


def _ways(
    courses: Mapping[str, str | None], course: str, outcome: str
) -> list[tuple[str, str, bool]]:
    listed = sorted(courses, key=lambda each: (each != course, _called(each, courses)))
    return [
        (incidents_page(outcome, each), _called(each, courses), each == course)
        for each in sorted(listed[:COURSES_LISTED], key=lambda each: _called(each, courses))
    ]


def _rate(side: Side) -> str:
    return words.measured(side.rate)


def _months(side: Side) -> str:
    return _("%(months)s person-months, %(people)s") % {
        "months": words.count(round(side.months)),
        "people": words.people(side.people),
    }


def _span(ratio: Interval) -> str:
    return _("%(low)s to %(high)s") % {"low": f"{ratio.low:.2f}", "high": f"{ratio.high:.2f}"}


def _sure(shown: ShownRates, ratio: Interval) -> str:
    return _("%(span)s, %(one)s person-months trained and %(other)s not") % {
        "span": _span(ratio),
        "one": words.count(round(shown.trained.months)),
        "other": words.count(round(shown.untrained.months)),
    }


def _verb(shown: ShownRates) -> str:
    """The claim's words; empty where nothing may be said."""
    claim = shown.claim
    return _(claim.wording) if claim and shown.seen and not claim.vetoes else ""


def _failed(shown: ShownRates) -> str:
    vetoes = {check.name for check in (shown.claim.vetoes if shown.claim else ())}
    if "placebo" in vetoes:
        return _("those who took it differed from the others already before")
    return _("the difference may be chance") if vetoes else ""


def _unseen(shown: ShownRates) -> str:
    """No effect shown, or too little to tell: never "no effect"."""
    return _("too little data to tell") if shown.too_little else _("no difference is seen")


def _detectable(shown: ShownRates) -> str:
    if shown.detectable is None:
        return ""
    fall = {"share": words.share(shown.detectable)}
    if shown.too_little:
        return _("Only a fall of more than %(share)s would show with so few") % fall
    return _("A fall of more than %(share)s would have shown") % fall


def _lines(shown: ShownRates) -> list[tuple[str, RateRatio | Refused]]:
    return [
        (_("Trained against others"), shown.found),
        (_("Before (should be 1)"), shown.before),
    ]


def _figure(shown: ShownRates) -> Figure:
    people = (shown.trained.people, shown.later)
    rows = tuple(
        Group(name, line.ratio.estimate, line.ratio.low, line.ratio.high, n)
        for (name, line), n in zip(_lines(shown), people, strict=True)
        if isinstance(line, RateRatio)
    )
    return draw(
        groups,
        rows,
        unit="measured",
        whole=1.0,
        title=_("How many times as many incidents"),
        summary=_("Rates of the trained over rates of the others."),
        caption=_("Bars are 95 % intervals; the thin line at 1 is the same rate."),
    )


def _companions(shown: ShownRates) -> tuple[Companion, ...]:
    of = _("in 100 person-months; %(months)s")
    return tuple(
        Companion(name, _rate(side), of % {"months": _months(side)})
        for name, side in (
            (_("Incidents of the trained"), shown.trained),
            (_("Of those not trained"), shown.untrained),
        )
    )


def _why(shown: ShownRates) -> tuple[Reason, ...]:
    placebo = next((c for c in shown.checks if c.name == "placebo"), None)
    sides = {"pass": "against", "fail": "for", "na": "unknown"}
    found = shown.found
    assert isinstance(found, RateRatio)
    helped = "for" if _verb(shown) and found.ratio.estimate < 1 else "unknown"
    return (
        Reason(_("Training made people more careful."), helped, _span(found.ratio)),
        Reason(
            _("Careful people take it, or careless ones are sent."),
            sides[placebo.passing] if placebo else "unknown",
            placebo.finding if placebo else _("not tried"),
        ),
        Reason(
            _("Something else changed at the same time."),
            "unknown",
            _("months, units and roles are held alike; nothing else is"),
        ),
    )


def _next_step(shown: ShownRates) -> NextStep:
    if isinstance(shown.found, Refused) or (not shown.seen and shown.too_little):
        return NextStep(_("Wait for more months, or bring in more records of incidents."))
    if _verb(shown):
        return NextStep(_("Let chance decide which units are trained next, to know it for sure."))
    return NextStep(_("Ask what the course would have to teach for this to change."))


def _numbers(shown: ShownRates, wanted: Asked) -> Table:
    rows = [(Cell(name), *_found(line)) for name, line in _lines(shown)]
    return Table(
        caption=_("Rates and ratios"),
        heads=(
            Head(_("What")),
            Head(_("Rate ratio"), number=True),
            Head(_("95 % interval"), number=True, term="interval"),
            Head(_("Without regard to time, place and role"), number=True),
            Head(_("Incidents"), number=True),
            Head(_("Method")),
        ),
        rows=rows,
        asked=wanted,
        total=len(rows),
    )


def _found(line: RateRatio | Refused) -> tuple[Cell, ...]:
    if isinstance(line, Refused):
        return (Cell(line.reason, held=True), *(Cell(words.DASH) for _each in range(4)))
    events = " / ".join(words.count(int(each)) for each in line.events)
    return (
        Cell(f"{line.ratio.estimate:.2f}"),
        Cell(_span(line.ratio)),
        Cell(f"{line.crude:.2f}"),
        Cell(events),
        Cell(line.ratio.method),
    )


def _foot(shown: ShownRates | None) -> Foot:
    if shown is None:
        return Foot(())
    days = {"first": words.day(shown.since), "last": words.day(shown.until)}
    sentences = [
        _("As of %(when)s") % {"when": words.instant(shown.as_of)},
        _("%(first)s to %(last)s") % days,
        _("trained from the day after the first completion; before it, untrained"),
    ]
    if isinstance(shown.found, RateRatio):
        spread = f"{shown.found.dispersion:.1f}"
        sentences.append(_("people vary %(times)s times as much as by chance") % {"times": spread})
    version = {"n": shown.version}
    return Foot((*sentences, _("incidents, definition %(n)s") % version))
