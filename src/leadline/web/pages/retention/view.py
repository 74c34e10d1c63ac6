"""Retention: what the same people still know weeks later, and how many of them answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.http import HttpRequest
from django.utils.translation import gettext as _

from leadline.facts.fact import Sensitivity
from leadline.insights import Finding
from leadline.metrics.retention import Declared
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Deed, Place
from leadline.privacy.shapes import ShownLasting
from leadline.stats.forgetting import CRITICALITY, Curve, Refresher, refresher
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused
from leadline.stats.retention import PassRetention
from leadline.web import found, words
from leadline.web.addresses import retention_page, short
from leadline.web.anatomy import Body, Companion, Foot, NextStep
from leadline.web.charts import Figure, Slope, Unknown, draw, slope
from leadline.web.checking import checking, new_check_page
from leadline.web.course import CourseShown, shown
from leadline.web.page import page
from leadline.web.places import counting, having
from leadline.web.tables import Asked, Cell, Head, Table, asked


@dataclass(frozen=True)
class Said:
    """The numbers of the answer sentence in words; empty where there is none.

    unknown: between what and what everybody's later average lies."""

    left: str = ""
    sure: str = ""
    refused: str = ""
    first: str = ""
    later: str = ""
    response: str = ""
    unknown: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class RetentionPage(Body):
    """What the answer sentence is made of. checks: (address, name, whether it is this one).

    gone: a finding says that too little is left; critical: a certificate rests on it."""

    course: CourseShown
    checks: list[tuple[str, str, bool]]
    from_day: int
    to_day: int
    shown: ShownLasting | None
    said: Said
    gone: bool
    critical: bool


@page(place=Place.PROGRAMMES, sees=having(Place.PROGRAMMES) & counting(Sensitivity.ASSESSMENT))
def retention(request: HttpRequest, lens: Lens) -> RetentionPage:
    """Did learning last?"""
    this = shown(request, lens)
    known = lens.lasting()
    checks = [c for c in lens.checks() if c.of in this.kinds or _course(known.get(c)) == this.id]
    asked_for = (request.GET.get("check"), request.GET.get("of"))
    chosen = next((c for c in checks if (c.check, c.of) == asked_for), next(iter(checks), None))
    lasting = known.get(chosen) if chosen else None
    claims = found.known(lens) if chosen else []
    gone = _claim(claims, "decayed", chosen) if lasting else None
    risks = [each for each in claims if each.insight == "critical_role" and _of(each, chosen)]
    door = checking(lens)
    sent = [each.quiz for each in door.standings(this.id)]
    titles = {quiz.assessment: quiz.content.title for quiz in sent}
    critical = bool(lasting and lens.activities(kind="certificate", course=this.id))
    return RetentionPage(
        crumbs=this.crumbs(_("Did it last?")),
        figure=_figure(lasting),
        companions=_companions(lasting),
        why=found.why(gone),
        checked=found.checked(gone),
        notices=tuple(risk.sentence for risk in risks),
        next_step=_next_step(lasting, gone, critical) if chosen else None,
        twin=_table(lasting, asked(request, ())) if lasting and lasting.means else None,
        foot=_foot(lasting),
        course=this,
        checks=[(retention_page(this.id, c), _named(c, this, titles), c == chosen) for c in checks],
        from_day=chosen.from_day if chosen else 0,
        to_day=chosen.to_day if chosen else 0,
        shown=lasting,
        said=_said(lasting) if lasting else Said(),
        gone=gone is not None,
        critical=critical,
        facts={
            "tabs": this.tabs(),
            "sent": [(quiz.content.title, quiz.key, quiz.state) for quiz in sent],
            "schedule": new_check_page(this.id) if door.may(Deed.SCHEDULE_CHECKS) else "",
        },
    )


def _course(lasting: ShownLasting | None) -> str | None:
    return lasting.course if lasting else None


def _of(claim: Finding, chosen: Declared | None) -> bool:
    return chosen is not None and claim.about == chosen.of


def _claim(claims: Sequence[Finding], insight: str, chosen: Declared | None) -> Finding | None:
    """What Home says of it as well: what no finding claims, no page claims."""
    return next((each for each in claims if each.insight == insight and _of(each, chosen)), None)


def _named(check: Declared, this: CourseShown, titles: Mapping[str, str]) -> str:
    name = titles.get(check.check) or this.modules.get(check.of) or short(check.of)
    return _("%(name)s, day %(first)s to %(last)s") % {
        "name": name,
        "first": check.from_day,
        "last": check.to_day,
    }


def _said(lasting: ShownLasting) -> Said:
    rest = _unknown(lasting)
    response = words.share(lasting.response.estimate) if lasting.response else ""
    said = Said(
        response=response,
        unknown=(words.share(rest.low), words.share(rest.high)) if rest else None,
    )
    if isinstance(lasting.ratio, Refused) or lasting.means is None:
        why = lasting.ratio.reason if isinstance(lasting.ratio, Refused) else ""
        return replace(said, refused=why)
    return replace(
        said,
        left=words.share(lasting.ratio.estimate),
        sure=f"{_span(lasting.ratio)}, {words.people(lasting.tested)}",
        first=words.share(lasting.means[0]),
        later=words.share(lasting.means[1]),
    )


def _span(interval: Interval) -> str:
    low, high = words.share(interval.low), words.share(interval.high)
    return _("%(low)s to %(high)s") % {"low": low.removesuffix(f"{words.THIN}%"), "high": high}


def _points(change: Interval) -> tuple[str, str]:
    """A change of shares in points, and its limits."""
    middle, low, high = (
        f"{100 * each:+.0f}".replace("-", "−")
        for each in (change.estimate, change.low, change.high)
    )
    return (
        _("%(n)s points") % {"n": middle},
        _("%(low)s to %(high)s") % {"low": low, "high": high},
    )


def _unknown(lasting: ShownLasting | None) -> Unknown | None:
    """Where everybody's later average lies, where too many were silent to tell."""
    if lasting is None or lasting.bounds is None or lasting.mean_due is None:
        return None
    low, high = (min(1.0, lasting.mean_due * bound) for bound in lasting.bounds)
    return Unknown(lasting.mean_due, low, high)


def _figure(lasting: ShownLasting | None) -> Figure | None:
    if lasting is None or lasting.means is None or lasting.change is None:
        return None
    slopes = [_slope(_("average score"), lasting.means, lasting.change)]
    if isinstance(lasting.passes, PassRetention) and lasting.passed:
        slopes.append(_slope(_("passed"), lasting.passed, lasting.passes.change))
    first, last = lasting.declared.from_day, lasting.declared.to_day
    caption = _(
        "Both ends of a line are the same people, also those who failed; the bar at its right end "
        "is the 95 % interval of the change. Dashed: the share who passed."
    )
    rest = _("Grey: where everybody's average may lie, had the silent known nothing or everything.")
    unknown = _unknown(lasting)
    return draw(
        slope,
        tuple(slopes),
        unknown=unknown,
        ends=(
            _("on the day"),
            _("day %(first)s to %(last)s") % {"first": first, "last": last},
        ),
        title=_("Scores on the day and weeks later"),
        summary=_("Average score %(first)s on the day, %(later)s later, %(n)s people.")
        % {
            "first": words.share(lasting.means[0]),
            "later": words.share(lasting.means[1]),
            "n": words.count(lasting.tested),
        },
        caption=f"{caption} {rest}" if unknown else caption,
    )


def _slope(name: str, ends: tuple[float, float], change: Interval) -> Slope:
    low, high = max(0.0, ends[0] + change.low), min(1.0, ends[0] + change.high)
    return Slope(name, ends[0], ends[1], low, high)


def _companions(lasting: ShownLasting | None) -> tuple[Companion, ...]:
    if lasting is None:
        return ()
    parts = [_response(lasting)]
    if lasting.change:
        number, sure = _points(lasting.change)
        parts.append(Companion(_("Change of the average score"), number, sure))
    name = _("Still pass, of those who passed")
    if isinstance(lasting.passes, PassRetention):
        kept = lasting.passes.kept
        parts.append(Companion(name, words.share(kept.estimate), _span(kept)))
    else:
        parts.append(Companion(name, lasting.passes.reason, held=True))
    if lasting.weighted is not None:
        weighted = words.share(lasting.weighted)
        parts.append(Companion(_("Left, weighted by who answers"), weighted, term="weighted"))
    return tuple(parts)


def _response(lasting: ShownLasting) -> Companion:
    name = _("Took the check, of those due")
    if lasting.response is None:
        held = _("70 % or more") if lasting.complete else _("under 70 %")
        held = _("%(n)s; withheld: few did not") % {"n": held}
        return Companion(name, held, held=True, term="due")
    sure = _("%(n)s of %(all)s") % {
        "n": words.count(lasting.tested),
        "all": words.count(lasting.due),
    }
    return Companion(name, words.share(lasting.response.estimate), sure, term="due")


def _refresher(lasting: ShownLasting, critical: bool) -> Refresher | Refused:
    wanted = CRITICALITY["safety" if critical else "standard"]
    if isinstance(lasting.curve, Curve):
        return refresher(lasting.curve, wanted)
    return lasting.curve


def _next_step(lasting: ShownLasting | None, gone: Finding | None, critical: bool) -> NextStep:
    if gone:
        return found.next_step(gone)
    if lasting is None:
        return NextStep(_("Remind those who are within their days to take the check."))
    if not lasting.complete:
        return NextStep(
            _(
                "Have the others take the check before anything is concluded: who answers is often "
                "who remembers."
            )
        )
    due = _refresher(lasting, critical)
    if isinstance(due, Refused) or due.bound == "below at once":
        return NextStep(_("None is justified by these numbers."))
    wanted = words.share(CRITICALITY["safety" if critical else "standard"])
    return NextStep(
        _(
            "Refresh it about %(n)s days after it was learned: from then on the average score may "
            "lie below %(wanted)s."
        )
        % {"n": words.count(due.days), "wanted": wanted}
    )


def _table(lasting: ShownLasting, wanted: Asked) -> Table:
    measures: list[tuple[str, tuple[float, float], Interval, int]] = []
    if lasting.means and lasting.change:
        measures.append((_("Average score"), lasting.means, lasting.change, lasting.tested))
    if isinstance(lasting.passes, PassRetention) and lasting.passed:
        passes = lasting.passes
        measures.append((_("Passed"), lasting.passed, passes.change, passes.n))
    return Table(
        caption=_("The same people twice"),
        heads=(
            Head(_("Measure")),
            Head(_("On the day"), number=True),
            Head(_("Later"), number=True),
            Head(_("Change"), number=True, term="paired change"),
            Head(_("People"), number=True, term="people"),
        ),
        rows=[
            (
                Cell(name),
                Cell(words.share(first)),
                Cell(words.share(later)),
                Cell(_points(change)[0], under=_points(change)[1]),
                Cell(words.count(people)),
            )
            for name, (first, later), change, people in measures
        ],
        asked=wanted,
        total=len(measures),
    )


def _foot(lasting: ShownLasting | None) -> Foot:
    if lasting is None:
        return Foot(())
    waiting = _("%(n)s are not due yet") % {"n": words.count(lasting.not_due)}
    return Foot(
        (
            _("As of %(when)s") % {"when": words.instant(lasting.as_of)},
            _("first attempts of everybody, passed or not; days of the calendar"),
            *((waiting,) if lasting.not_due else ()),
            _("retention, definition %(n)s") % {"n": lasting.version},
        )
    )
