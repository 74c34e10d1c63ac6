"""The log of decisions and changes, and one page for each decision with its frozen evidence."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.accounts.viewing import app
from leadline.actions.decisions import Change, Decision, told
from leadline.actions.frozen import Figure, Frozen
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.privacy.refusals import NotThere
from leadline.web import words
from leadline.web.addresses import course_page, decision_page, finding_page, short
from leadline.web.anatomy import Body, Companion, Crumb, Foot
from leadline.web.changing import made
from leadline.web.deciding import said
from leadline.web.page import page
from leadline.web.places import having
from leadline.web.tables import Asked, Cell, Head, Table, asked, cut


@dataclass(frozen=True, kw_only=True)
class DecisionsPage(Body):
    """What the answer sentence is made of."""

    decided: int
    changed: int
    newest: str


@dataclass(frozen=True, kw_only=True)
class DecisionPage(Body):
    """One decision. live: the page that shows its figures as they are now; about: its course."""

    decision: Decision
    saying: str
    live: str
    about: str
    frozen: Frozen | None


@page(place=Place.REVIEWS, sees=having(Place.REVIEWS))
def decisions(request: HttpRequest, lens: Lens) -> DecisionsPage:
    """What did we decide, what did we change, and why?"""
    with lens.looking("decisions") as look:
        rows, changes = told(lens.viewer, app().ledger.decisions()), made(lens)
        look.shown = len(rows) + len(changes)
    names = _names(lens)
    wanted = asked(request, ())
    first = rows[0] if rows else None
    return DecisionsPage(
        crumbs=(Crumb(_("Decisions")),),
        companions=(
            Companion(_("Decisions"), words.count(len(rows))),
            Companion(_("Changes"), words.count(len(changes))),
            Companion(_("Changes without a diagnosis"), words.count(_undiagnosed(changes))),
        )
        if rows or changes
        else (),
        twin=_table(rows, names, wanted) if rows else None,
        twin_open=True,
        foot=Foot(
            (
                _("entries are added, never changed"),
                _("a reason, or a change, of whoever is shown more than you is kept from you"),
            )
        ),
        decided=len(rows),
        changed=len(changes),
        newest=_sentence(first, names) if first else "",
        facts={"changes": _changes(changes, names) if changes else None},
    )


def _names(lens: Lens) -> dict[str, str]:
    rows = lens.activities(kind="course")
    return {row["activity"]: row["name"] or short(row["activity"]) for row in rows}


def _undiagnosed(changes: Sequence[Change]) -> int:
    return sum(change.cause is None for change in changes)


def _sentence(decision: Decision, names: dict[str, str]) -> str:
    parts = {
        "day": words.day(decision.at),
        "who": decision.login,
        "what": said(decision.kind),
        "about": _about(decision, names),
    }
    whole = _("On %(day)s %(who)s decided about %(about)s: %(what)s") % parts
    if not decision.reason:
        return f"{whole}."
    return f"{whole}, {_('since “%(why)s”.') % {'why': decision.reason}}"


def _about(decision: Decision, names: dict[str, str]) -> str:
    if decision.course is None:
        return _("a role's time to competency")
    return f"“{names.get(decision.course, short(decision.course))}”"


def _table(rows: Sequence[Decision], names: dict[str, str], wanted: Asked) -> Table:
    return Table(
        caption=_("Decisions, the newest first"),
        heads=(
            Head(_("Decision")),
            Head(_("About")),
            Head(_("Why")),
            Head(_("By")),
            Head(_("On")),
        ),
        rows=[
            (
                Cell(said(each.kind), href=decision_page(each.number)),
                Cell(_about(each, names), href=each.address),
                Cell(each.reason) if each.reason else Cell(_("not for your role"), held=True),
                Cell(each.login, under=each.role),
                Cell(words.short_day(each.at)),
            )
            for each in cut(rows, wanted)
        ],
        asked=wanted,
        total=len(rows),
    )


def _changes(changes: Sequence[Change], names: dict[str, str]) -> Table:
    heads = (
        Head(_("Change")),
        Head(_("Course")),
        Head(_("From")),
        Head(_("Confirmed cause")),
        Head(_("By")),
    )
    rows = [
        (
            Cell(each.what, href=finding_page(each.finding) if each.finding else ""),
            Cell(names.get(each.course, short(each.course)), href=course_page(each.course)),
            Cell(words.short_day(each.effective)),
            Cell(each.cause)
            if each.cause
            else Cell(_("without a diagnosis"), state="soon", under=each.reason),
            Cell(each.login, under=words.short_day(each.at)),
        )
        for each in changes
    ]
    return Table(_("Changes, the newest first"), heads, rows, Asked(), len(rows))


@page(place=Place.REVIEWS, sees=having(Place.REVIEWS))
def decision(request: HttpRequest, lens: Lens) -> DecisionPage:
    """What was decided, and on which figures?"""
    number = request.GET.get("number", "")
    known = told(lens.viewer, app().ledger.decisions())
    this = next((each for each in known if str(each.number) == number), None)
    if this is None:
        raise NotThere
    names = _names(lens)
    frozen = app().archive.named(lens, this.digest)
    return DecisionPage(
        crumbs=(
            Crumb(_("Decisions"), reverse("decisions")),
            Crumb(_("Decision %(n)s") % {"n": this.number}),
        ),
        twin=_figures(frozen) if frozen and frozen.figures else None,
        twin_open=True,
        foot=Foot(_made_of(frozen, this) if frozen else ()),
        decision=this,
        saying=said(this.kind),
        live=this.address,
        about=_about(this, names),
        frozen=frozen,
        facts={"finding": finding_page(this.finding) if this.finding else ""},
    )


def _figures(frozen: Frozen) -> Table:
    heads = (
        Head(_("Figure")),
        Head(_("Value"), number=True),
        Head(_("95 % interval"), number=True, term="interval"),
        Head(_("People"), number=True, term="people"),
        Head(_("Asked for")),
    )
    rows = [_figure(each) for each in frozen.figures]
    return Table(_("The figures as they were"), heads, rows, Asked(), len(rows))


def _figure(each: Figure) -> tuple[Cell, ...]:
    group = ", ".join(str(value) for value in each.group.values() if value)
    name = _("%(metric)s, definition %(version)s") % {
        "metric": each.metric.replace("_", " "),
        "version": each.definition,
    }
    asked_for = "; ".join(f"{name}: {value}" for name, value in each.asked.items())
    if each.estimate is None:
        held = Cell(each.note or _("not known"), held=True)
        return (Cell(group or name, under=name), held, Cell(words.DASH), Cell(""), Cell(asked_for))
    return (
        Cell(group or name, under=name if group else ""),
        Cell(_value(each.estimate, each.unit)),
        Cell(
            _("%(low)s to %(high)s")
            % {"low": _value(each.low, each.unit), "high": _value(each.high, each.unit)}
        )
        if each.low is not None
        else Cell(words.DASH),
        Cell(words.count(each.n)),
        Cell(asked_for),
    )


def _value(number: float | None, unit: str) -> str:
    if number is None:
        return words.DASH
    return words.share(number) if unit in ("share", "score") else words.measured(number)


def _made_of(frozen: Frozen, decision: Decision) -> tuple[str, ...]:
    return (
        _("Asked as of %(when)s by a %(role)s")
        % {"when": words.instant(frozen.as_of), "role": frozen.role},
        _("records up to number %(mark)s, commit %(commit)s")
        % {"mark": words.count(frozen.mark), "commit": frozen.commit},
        _("definitions %(print)s") % {"print": frozen.definitions[:12]},
        _("sealed as %(digest)s") % {"digest": decision.digest},
    )
