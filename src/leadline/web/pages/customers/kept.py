"""Whether customers stay whose people were trained: contracts from one day on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.metrics.contracts import Arm
from leadline.privacy.collectives import ShownKept
from leadline.privacy.lens import Lens
from leadline.privacy.policy import POLICY, Place
from leadline.privacy.viewer import Role
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused
from leadline.web import words
from leadline.web.addresses import short
from leadline.web.anatomy import Body, Companion, Crumb, Foot, NextStep
from leadline.web.charts import Figure, Group, draw, groups
from leadline.web.page import page
from leadline.web.pages.customers import wording
from leadline.web.pages.customers.view import READERS
from leadline.web.tables import Asked, Cell, Head, Table, asked, cut

TOLD_APART = frozenset(role for role in Role if POLICY[role].customers)


@dataclass(frozen=True, kw_only=True)
class KeptPage(Body):
    """What the answer sentence is made of; `segments` is a table of its own."""

    shown: ShownKept | None
    course: str
    verb: str
    trained: str
    others: str
    sure: str
    refused: str
    failed: str
    unseen: str
    detectable: str
    segments: Table | None


@page(place=Place.IMPACT, sees=READERS & TOLD_APART)
def customers_kept(request: HttpRequest, lens: Lens) -> KeptPage:
    """Do customers stay whose people were trained?"""
    found = lens.contracts() if "account" in lens.kinds else {}
    names = {row["activity"]: row["name"] for row in lens.activities(kind="course") if row["name"]}
    ranked = sorted(found.values(), key=_strength, reverse=True)
    shown = found.get(request.GET.get("course", "")) or (ranked[0] if ranked else None)
    headline = shown.headline if shown else None
    known = shown if isinstance(headline, Interval) else None
    return KeptPage(
        crumbs=(Crumb(_("Customers and teams"), reverse("customers")), Crumb(_("Do they stay?"))),
        figure=_figure(shown),
        companions=_companions(shown) if shown else (),
        next_step=_next_step(shown),
        twin=_courses(ranked, names, asked(request, ())) if ranked else None,
        twin_open=True,
        foot=_foot(shown),
        shown=shown,
        course=names.get(shown.course) or short(shown.course) if shown else "",
        verb=wording.verb(known) if known else "",
        trained=_share(shown.trained) if shown else "",
        others=_share(shown.others) if shown else "",
        sure=_points(headline) if isinstance(headline, Interval) else "",
        refused=headline.reason if isinstance(headline, Refused) else "",
        failed=wording.failed(known) if known and known.seen else "",
        unseen="" if known is None or known.seen else wording.unseen(known),
        detectable=_detectable(known),
        segments=_segments(shown) if shown and shown.segments else None,
    )


def _strength(each: ShownKept) -> tuple[bool, float, int]:
    """What may be said first; then by size; then what most accounts were trained in."""
    found = each.headline
    size = abs(found.estimate) if isinstance(found, Interval) else 0.0
    return bool(wording.verb(each)), size, min(each.trained.accounts, each.others.accounts)


def _share(arm: Arm) -> str:
    return words.share(arm.share.estimate) if isinstance(arm.share, Interval) else words.DASH


def _points(found: Interval) -> str:
    told = {
        "n": words.measured(100 * found.estimate),
        "low": words.measured(100 * found.low, 100 * found.high),
        "high": words.measured(100 * found.high, 100 * found.low),
    }
    return _("difference %(n)s percentage points, %(low)s to %(high)s") % told


def _detectable(known: ShownKept | None) -> str:
    if known is None or known.detectable is None:
        return ""
    least = {"n": words.measured(100 * known.detectable)}
    return _("Only differences above %(n)s percentage points would show") % least


def _figure(shown: ShownKept | None) -> Figure | None:
    if shown is None:
        return None
    rows = tuple(
        Group(name, arm.share.estimate, arm.share.low, arm.share.high, arm.accounts, said=said)
        for name, arm in (
            (_("Somebody was trained"), shown.trained),
            (_("Nobody was"), shown.others),
        )
        if isinstance(arm.share, Interval)
        and (
            said := _("%(name)s: %(share)s stayed, %(accounts)s")
            % {
                "name": name,
                "share": words.share(arm.share.estimate),
                "accounts": wording.groups(arm.accounts, "account"),
            }
        )
    )
    if not rows:
        return None
    return draw(
        groups,
        rows,
        unit="share",
        title=_("Share of customers that stayed"),
        summary=_("Accounts in which somebody had completed the course, and others."),
        caption=_("Accounts with a contract on %(day)s; bars are 95 %% intervals, n is accounts.")
        % {"day": words.day(shown.on)},
    )


def _companions(shown: ShownKept) -> tuple[Companion, ...]:
    told = []
    for name, arm in (
        (_("Stayed, with training"), shown.trained),
        (_("Stayed, without"), shown.others),
    ):
        said = {"kept": words.count(arm.kept), "all": wording.groups(arm.accounts, "account")}
        told.append(Companion(name, _share(arm), sure=_("%(kept)s of %(all)s") % said))
    return tuple(told)


def _next_step(shown: ShownKept | None) -> NextStep:
    if shown is None:
        return NextStep(
            _("Bring in customers with their contracts, and who their people are."),
            _("Bring in a file"),
            reverse("files"),
        )
    if isinstance(shown.headline, Refused) or shown.too_little:
        return NextStep(_("Wait until more contracts have run, or let more customers take it."))
    return NextStep(_("See what training changed at customers before they leave: their tickets."))


def _courses(ranked: Sequence[ShownKept], names: Mapping[str, str], wanted: Asked) -> Table:
    return Table(
        caption=_("Courses and whether customers stay"),
        heads=(
            Head(_("Course")),
            Head(_("What may be said")),
            Head(_("Difference"), number=True),
            Head(_("With training"), number=True),
            Head(_("Without"), number=True),
        ),
        rows=[_line(each, names) for each in cut(ranked, wanted)],
        asked=wanted,
        total=len(ranked),
    )


def _line(each: ShownKept, names: Mapping[str, str]) -> tuple[Cell, ...]:
    found = each.headline
    href = f"{reverse('customers-kept')}?{urlencode({'course': each.course})}"
    under = "" if wording.verb(each) else _detectable(each)
    return (
        Cell(names.get(each.course) or short(each.course), href=href),
        Cell(wording.short(each), under=under, held=isinstance(found, Refused)),
        Cell(words.measured(100 * found.estimate), under=_points(found).partition(", ")[2])
        if isinstance(found, Interval)
        else Cell(words.DASH),
        _stayed(each.trained),
        _stayed(each.others),
    )


def _stayed(arm: Arm) -> Cell:
    said = {"kept": words.count(arm.kept), "all": words.count(arm.accounts)}
    return Cell(_share(arm), under=_("%(kept)s of %(all)s") % said)


def _segments(shown: ShownKept) -> Table:
    rows = [
        (Cell(name or _("no segment")), _stayed(trained), _stayed(others))
        for name, trained, others in shown.segments
    ]
    heads = (
        Head(_("Segment")),
        Head(_("With training"), number=True),
        Head(_("Without"), number=True),
    )
    return Table(_("Segment by segment"), heads, rows, Asked(), len(rows))


def _foot(shown: ShownKept | None) -> Foot:
    if shown is None:
        return Foot(())
    told = {"day": words.day(shown.on), "days": words.count(shown.days)}
    return Foot(
        (
            _("As of %(when)s") % {"when": words.instant(shown.as_of)},
            _("accounts with a contract on %(day)s, followed for %(days)s days") % told,
            _("contracts, definition %(n)s") % {"n": shown.version},
        )
    )
