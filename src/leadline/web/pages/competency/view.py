"""Time to competency: how long people in a role take to meet its standard, and what changed it."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadline.facts.fact import Sensitivity
from leadline.metrics.competency import Change, Cohort
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.privacy.shapes import ShownCompetency
from leadline.stats.claims import NOT_ESTABLISHED
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused
from leadline.stats.survival import MedianTime, incidence_at
from leadline.web import words
from leadline.web.anatomy import Body, Companion, Foot, NextStep, Reason
from leadline.web.charts import Climb, Figure, Rise, draw, waiting
from leadline.web.deciding import deciding
from leadline.web.page import page
from leadline.web.places import counting, having
from leadline.web.tables import Asked, Cell, Head, Table, asked

DAYS_SHOWN = (30, 60, 90)


@dataclass(frozen=True, kw_only=True)
class CompetencyPage(Body):
    """What the answer sentence is made of. roles: (address, name, whether it is this one)."""

    role: str
    roles: list[tuple[str, str, bool]]
    shown: ShownCompetency | None
    change: Change | None
    mean: str
    sure: str
    faster: str
    faster_sure: str
    refused: str
    change_on: str
    differs: bool
    claimed: bool


@page(place=Place.IMPACT, sees=having(Place.IMPACT) & counting(Sensitivity.OUTCOME))
def competency(request: HttpRequest, lens: Lens) -> CompetencyPage:
    """How long until people are competent, and did it get faster?"""
    roles = lens.roles()
    role = request.GET.get("role", roles[0] if roles else "")
    on = _day(request.GET.get("change", ""))
    known = lens.competency(role, on) if role in roles else None
    change = known.change if known else None
    faster = change.faster if change else None
    mean = known.whole.mean if known else None
    return CompetencyPage(
        figure=_figure(known),
        companions=_companions(known),
        why=_why(change),
        next_step=_next_step(known, change),
        twin=_table(known, asked(request, ())) if known else None,
        foot=_foot(known),
        role=role,
        roles=[(_address(name, on), name, name == role) for name in roles],
        shown=known,
        change=change,
        mean=_days(mean.estimate) if isinstance(mean, Interval) else "",
        sure=_sure(mean, known.whole.people) if isinstance(mean, Interval) and known else "",
        faster=_days(abs(faster.estimate)) if isinstance(faster, Interval) else "",
        faster_sure=_span(faster) if isinstance(faster, Interval) else "",
        refused=_refused(mean, faster),
        change_on=on.isoformat() if on else "",
        differs=isinstance(faster, Interval) and not faster.low <= 0 <= faster.high,
        claimed=change is not None and change.claim.wording != NOT_ESTABLISHED,
        facts={"deciding": deciding(lens, _about(role, on)) if role else None},
    )


def _about(role: str, on: date | None) -> dict[str, str]:
    """What a decision made here is about."""
    return {"of": "competency", "role": role} | ({"change": on.isoformat()} if on else {})


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _address(role: str, on: date | None) -> str:
    said = {"role": role} | ({"change": on.isoformat()} if on else {})
    return f"{reverse('competency')}?{urlencode(said)}"


def _days(number: float) -> str:
    return ngettext("%(n)s day", "%(n)s days", round(number)) % {"n": words.count(number)}


def _span(interval: Interval) -> str:
    low, high = (f"{limit:.0f}".replace("-", "−") for limit in (interval.low, interval.high))
    said = {"low": low, "high": high}
    return _("%(low)s to %(high)s days") % said


def _sure(mean: Interval, people: int) -> str:
    return f"{_span(mean)}, {words.people(people)}"


def _refused(*found: object) -> str:
    return next((each.reason for each in found if isinstance(each, Refused)), "")


def _figure(known: ShownCompetency | None) -> Figure | None:
    if known is None:
        return None
    groups: list[tuple[str, Cohort]] = [(_("all who came into the role"), known.whole)]
    if known.change:
        groups = [(_("after"), known.change.after), (_("before"), known.change.before)]
    climbs = tuple(
        Climb(name, _rises(cohort), cohort.followed_days) for name, cohort in groups if cohort.share
    )
    if not climbs:
        return None
    return draw(
        waiting,
        climbs,
        until=float(known.horizon_days),
        title=_("Share competent by day in the role"),
        summary=_("%(n)s of %(all)s have met the standard so far.")
        % {"n": words.count(known.whole.competent), "all": words.count(known.whole.people)},
        caption=_(
            "Lines climb as people meet the standard, week by week; bands are 95 % intervals. "
            "Below: how many are still observed. Leavers count as never competent in the role."
        ),
    )


def _rises(cohort: Cohort) -> tuple[Rise, ...]:
    start = Rise(0.0, 0.0, 0.0, 0.0, cohort.people)
    return (start, *(Rise(s.t, s.share, s.low, s.high, s.at_risk) for s in cohort.share if s.t))


def _companions(known: ShownCompetency | None) -> tuple[Companion, ...]:
    if known is None:
        return ()
    whole = known.whole
    few = _("withheld: too few people")
    waiting = None if whole.left is None else whole.people - whole.competent - whole.left
    found = [
        Companion(name, few if number is None else words.count(number), held=number is None)
        for name, number in (
            (_("Still on their way"), waiting),
            (_("Left the role before"), whole.left),
        )
    ]
    name = _("Half are competent by")
    if isinstance(whole.median, MedianTime):
        reached = whole.median.estimate
        number = _("not reached yet") if reached is None else _("day %(n)s") % {"n": f"{reached:g}"}
        return (Companion(name, number), *found)
    return (Companion(name, whole.median.reason, held=True), *found)


def _why(change: Change | None) -> tuple[Reason, ...]:
    """What speaks for and against the change having done it."""
    if change is None:
        return ()
    drift = change.claim.vetoes[0].finding if change.claim.vetoes else ""
    return (
        Reason(
            _("The change made people competent sooner."),
            "against" if drift else "unknown",
            _(
                "Before and after cannot show it alone: other things changed too. Compare with a "
                "role or site where nothing was changed."
            ),
        ),
        Reason(
            _("It was getting faster already."),
            "for" if drift else "against",
            drift or _("Among those who came before, the later ones are not seen to differ."),
        ),
    )


def _next_step(known: ShownCompetency | None, change: Change | None) -> NextStep:
    if known is None:
        return NextStep(
            _("Write down what a role needs: leadline curriculum import standards FILE.")
        )
    if change is None:
        return NextStep(_("Name the day on which the training changed, and compare."))
    return NextStep(_("Decide, write the decision down, and look again when more have come."))


def _table(known: ShownCompetency, wanted: Asked) -> Table:
    groups = [(_("All"), known.whole)]
    if known.change:
        groups += [(_("Before"), known.change.before), (_("After"), known.change.after)]
    return Table(
        caption=_("Time to competency"),
        heads=(
            Head(_("Came into the role")),
            Head(_("People"), number=True, term="people"),
            Head(
                _("Mean days within %(n)s") % {"n": known.horizon_days},
                number=True,
                term="time to competency",
            ),
            *(Head(_("By day %(n)s") % {"n": day}, number=True) for day in DAYS_SHOWN),
        ),
        rows=[_line(name, cohort) for name, cohort in groups],
        asked=wanted,
        total=len(groups),
    )


def _line(name: str, cohort: Cohort) -> tuple[Cell, ...]:
    mean = cohort.mean
    return (
        Cell(name, under=f"{words.short_day(cohort.since)} – {words.short_day(cohort.until)}"),
        Cell(words.count(cohort.people)),
        Cell(f"{mean.estimate:.0f}", under=_span(mean))
        if isinstance(mean, Interval)
        else Cell(mean.reason, held=True),
        *(_by_day(cohort, day) for day in DAYS_SHOWN),
    )


def _by_day(cohort: Cohort, day: int) -> Cell:
    if day > cohort.followed_days:
        return Cell(_("too few observed so long"), held=True)
    found = incidence_at(cohort.share, day)
    low, high = words.share(found.low), words.share(found.high)
    return Cell(
        words.share(found.estimate), under=_("%(low)s to %(high)s") % {"low": low, "high": high}
    )


def _foot(known: ShownCompetency | None) -> Foot:
    if known is None:
        return Foot(())
    return Foot(
        (
            _("As of %(when)s") % {"when": words.instant(known.as_of)},
            _("people who came into the role before it had a standard are left out"),
            _("steps are shown by week, so that none is a single person"),
            _("time to competency, definition %(n)s") % {"n": known.version},
        )
    )
