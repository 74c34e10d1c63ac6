"""What training changed for whole customers or teams: one outcome, every course, one in full."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.facts.fact import Sensitivity
from leadline.metrics.collective import AFTER, Arm
from leadline.metrics.quarters import KINDS, Kind, Shared
from leadline.privacy.collectives import ShownCollective
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.stats.claims import Check
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused
from leadline.web import words
from leadline.web.addresses import short
from leadline.web.anatomy import Body, Companion, Foot, NextStep
from leadline.web.charts import Age, Figure, ages, draw
from leadline.web.page import page
from leadline.web.pages.customers import wording
from leadline.web.places import counting, having
from leadline.web.tables import Asked, Cell, Head, Table, asked, cut

READERS = having(Place.IMPACT) & counting(Sensitivity.OUTCOME) & counting(Sensitivity.HR)
Choice = tuple[str, str, bool]  # address, name, whether it is this one


@dataclass(frozen=True, kw_only=True)
class CustomersPage(Body):
    """What the answer sentence is made of. shown: the course in full, the one that most may be said
    of where none is asked for; kinds and outcomes: what else there is to choose."""

    kinds: list[Choice]
    outcomes: list[Choice]
    name: str
    course: str
    shown: ShownCollective | None
    said: "Said"
    checks: Table | None
    quarters: Table | None


@dataclass(frozen=True)
class Said:
    """The words of the answer sentence; empty where they have no place in it."""

    verb: str = ""
    change: str = ""
    sure: str = ""
    ratio: str = ""
    refused: str = ""
    failed: str = ""
    unseen: str = ""
    detectable: str = ""


@page(place=Place.IMPACT, sees=READERS)
def customers(request: HttpRequest, lens: Lens) -> CustomersPage:
    """What did training change for whole customers or teams?"""
    kind = _kind(request, lens)
    known = lens.shared(kind) if kind else []
    outcome = _chosen(known, request.GET.get("outcome", ""))
    names = _named(lens)
    found = lens.collectives(outcome) if outcome else {}
    ranked = sorted(found.values(), key=_strength, reverse=True)
    wanted = found.get(request.GET.get("course", ""))
    shown = wanted or (ranked[0] if ranked else None)
    return CustomersPage(
        figure=_figure(shown),
        companions=_companions(shown),
        next_step=_next_step(shown),
        twin=_courses(ranked, names, asked(request, ())) if ranked else None,
        twin_open=True,
        foot=_foot(shown),
        kinds=[(_address(each), _titles()[each], each == kind) for each in lens.kinds],
        outcomes=[
            (_address(o.kind, o.outcome), _called(o.outcome, names), o == outcome) for o in known
        ],
        name=_called(outcome.outcome, names) if outcome else "",
        course=_called(shown.course, names) if shown else "",
        shown=shown,
        checks=_checks(shown.checks) if shown and shown.checks else None,
        quarters=_quarters(shown) if shown else None,
        said=_said(shown),
    )


def _said(shown: ShownCollective | None) -> Said:
    if shown is None:
        return Said()
    if isinstance(shown.headline, Refused):
        return Said(refused=shown.headline.reason)
    beside, ratio = shown.adjusted, ""
    if isinstance(beside, Interval) and shown.outcome.counted and shown.controlled:
        ratio = f"{wording.times(beside)} ({wording.span(beside, shown, ratio=True)})"
    return Said(
        verb=wording.verb(shown),
        change=wording.headline(shown),
        sure=wording.sure(shown),
        ratio=ratio,
        failed=wording.failed(shown) if shown.seen else "",
        unseen="" if shown.seen else wording.unseen(shown),
        detectable=wording.detectable(shown),
    )


def _kind(request: HttpRequest, lens: Lens) -> Kind | None:
    wanted = request.GET.get("of", "")
    return next((kind for kind in lens.kinds if kind == wanted), next(iter(lens.kinds), None))


def _titles() -> dict[Kind, str]:
    return dict(zip(KINDS, (_("Customers"), _("Teams")), strict=True))


def _address(kind: Kind, outcome: str = "", course: str = "") -> str:
    told = {"of": kind, "outcome": outcome, "course": course}
    said = urlencode({name: value for name, value in told.items() if value})
    return f"{reverse('customers')}?{said}"


def _chosen(known: Sequence[Shared], wanted: str) -> Shared | None:
    """The one asked for, else the one measured of most."""
    first = max(known, key=lambda o: o.groups, default=None)
    return next((o for o in known if o.outcome == wanted), first)


def _named(lens: Lens) -> dict[str, str]:
    both = [*lens.activities(kind="course"), *lens.activities(kind="outcome")]
    return {row["activity"]: row["name"] for row in both if row["name"]}


def _called(activity: str, names: Mapping[str, str]) -> str:
    return names.get(activity) or short(activity)


def _strength(each: ShownCollective) -> tuple[bool, int, float]:
    """What may be said first; then by size against what may be hoped for."""
    level = each.claim.level if each.claim else -1
    size = 0.0
    if isinstance(each.headline, Interval) and each.plausible:
        size = abs(each.headline.estimate - each.nothing) / each.plausible
    return bool(wording.verb(each)), level, size


def _figure(shown: ShownCollective | None) -> Figure | None:
    if shown is None or not shown.controlled or not shown.by_age:
        return None
    unit, kind = shown.outcome.measure or "", shown.outcome.kind
    rows = tuple(
        Age(
            age,
            found.estimate,
            found.low,
            found.high,
            _("%(age)s quarters since: %(number)s (%(span)s), %(groups)s")
            % {
                "age": age,
                "number": wording.amount(found.estimate, shown),
                "span": wording.span(found, shown, ratio=False),
                "groups": wording.groups(groups, kind),
            },
        )
        for age, (found, groups) in sorted(shown.by_age.items())
    )
    return draw(
        ages,
        rows,
        unit=unit,
        marked=AFTER,
        title=_("Difference to those without training, by quarters since the first completion"),
        summary=_("Before 0 both should move alike; from 0 on the training may show."),
        caption=_(
            "Quarters since the first completion; 0 is the quarter of the training itself. Points "
            "are the change against those without, bars 95 % intervals, the line no difference."
        ),
    )


def _companions(shown: ShownCollective | None) -> tuple[Companion, ...]:
    if shown is None:
        return ()
    told = []
    for name, arm in (
        (_("Quarters after training"), shown.trained),
        (_("Without training"), shown.others),
    ):
        rate = words.DASH if arm.rate is None else words.measured(arm.rate)
        count = wording.groups(arm.groups, shown.outcome.kind)
        told.append(
            Companion(name, rate, sure=f"{shown.outcome.measure or ''}, {count}".strip(", "))
        )
    if isinstance(shown.adjusted, Interval):
        found = shown.adjusted
        ratio = shown.outcome.counted
        number = wording.times(found) if ratio else wording.amount(found.estimate, shown)
        name = (
            _("Among like ones, the rate after it") if ratio else _("Among like ones, difference")
        )
        told.append(Companion(name, number, sure=wording.span(found, shown, ratio=True)))
    return tuple(told)


def _next_step(shown: ShownCollective | None) -> NextStep:
    if shown is None:
        return NextStep(
            _("Bring in what is measured of customers or teams, and who their people are."),
            _("Bring in a file"),
            reverse("files"),
        )
    if isinstance(shown.headline, Refused) or shown.too_little:
        return NextStep(_("Wait for more quarters, or let more of them take it."))
    if shown.claim and shown.claim.established and wording.verb(shown):
        return NextStep(_("Offer the course to those who have not had it, some of them later."))
    return NextStep(
        _("Let the calendar decide who is offered it first: then those who wait compare best.")
    )


def _courses(ranked: Sequence[ShownCollective], names: Mapping[str, str], wanted: Asked) -> Table:
    return Table(
        caption=_("Courses and what may be said of them"),
        heads=(
            Head(_("Course")),
            Head(_("What may be said")),
            Head(_("Change after"), number=True, term="change after"),
            Head(_("Like ones"), number=True, term="like ones"),
            Head(_("With training"), number=True),
            Head(_("Without"), number=True),
        ),
        rows=[_line(each, names) for each in cut(ranked, wanted)],
        asked=wanted,
        total=len(ranked),
    )


def _line(each: ShownCollective, names: Mapping[str, str]) -> tuple[Cell, ...]:
    href = _address(each.outcome.kind, each.outcome.outcome, each.course)
    under = "" if wording.verb(each) else wording.detectable(each)
    effect, beside = each.effect, each.adjusted
    ratio = each.outcome.counted
    return (
        Cell(_called(each.course, names), href=href),
        Cell(wording.short(each), under=under, held=isinstance(each.headline, Refused)),
        Cell(wording.amount(effect.estimate, each), under=wording.span(effect, each, ratio=False))
        if isinstance(effect, Interval)
        else Cell(words.DASH),
        Cell(
            wording.times(beside) if ratio else wording.amount(beside.estimate, each),
            under=wording.span(beside, each, ratio=True),
        )
        if isinstance(beside, Interval)
        else Cell(words.DASH),
        Cell(words.count(each.trained.groups)),
        Cell(words.count(each.others.groups)),
    )


def _quarters(shown: ShownCollective) -> Table:
    rows = [
        (Cell(line.quarter), *_arm(line.trained, shown), *_arm(line.others, shown))
        for line in shown.lines
    ]
    heads = (
        Head(_("Quarter")),
        Head(_("After training"), number=True),
        Head(_("How many"), number=True),
        Head(_("Not trained yet"), number=True),
        Head(_("How many"), number=True),
    )
    return Table(_("Quarter by quarter"), heads, rows, Asked(), len(rows))


def _arm(arm: Arm, shown: ShownCollective) -> tuple[Cell, Cell]:
    if arm.rate is None:
        few = _("too few")
        return Cell(few, held=True), Cell(few, held=True)
    return Cell(wording.amount(arm.rate, shown)), Cell(words.count(arm.groups))


def _checks(checks: Sequence[Check]) -> Table:
    rows = [
        (
            Cell(_(wording.CHECKED[check.name])),
            Cell(
                _(wording.PASSING[check.passing]),
                state="" if check.passing == "pass" else "unknown",
            ),
            Cell(check.finding.replace("-", "\N{MINUS SIGN}")),
        )
        for check in checks
    ]
    heads = (Head(_("Check")), Head(_("Result")), Head(_("What was found")))
    return Table(_("Checks that can veto"), heads, rows, Asked(), len(rows))


def _foot(shown: ShownCollective | None) -> Foot:
    if shown is None:
        return Foot(())
    kind = shown.outcome.kind
    span = {"first": shown.lines[0].quarter, "last": shown.lines[-1].quarter}
    return Foot(
        (
            _("As of %(when)s") % {"when": words.instant(shown.as_of)},
            _("whole quarters from %(first)s to %(last)s") % span,
            _("trained from the first completion on; the quarter of it counts as neither"),
            *(
                f"{_(why)}: {wording.groups(groups, kind)}"
                for why, groups in shown.left_out.items()
                if groups != 0
            ),
            _("collective, definition %(n)s") % {"n": shown.version},
        )
    )
