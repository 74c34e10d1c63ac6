"""A programme against its baseline: what was frozen, how it stands now, and what came in late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadline.actions.frozen import Figure, Frozen
from leadline.actions.programmes import WINDOW_DAYS, Moved, Tile
from leadline.curriculum import Programme
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Deed, Place
from leadline.web import words
from leadline.web.anatomy import Body, Foot, NextStep
from leadline.web.charts import Figure as Drawing
from leadline.web.charts import Group, draw, groups
from leadline.web.coursework import doing
from leadline.web.page import action, page
from leadline.web.pages.goals.declare import REFUSED
from leadline.web.places import having
from leadline.web.programme import (
    ProgrammeWords,
    asked_for,
    cell,
    change,
    crumbs,
    is_shown,
    page_of,
    programmes,
    tabs,
    worded,
)
from leadline.web.tables import Asked, Cell, Head, Table, asked

SHARES = {"share", "score"}


@dataclass(frozen=True, kw_only=True)
class BaselinePage(Body):
    """What the answer sentence is made of. moved: what late or corrected records would make of the
    baseline; latest: the newest day that can be frozen; empty: the role may not freeze."""

    programme: Programme
    base: Frozen | None
    goal: str
    then: str
    now: str
    change: str
    moved: list[str]
    latest: str
    refused: str
    tabs: object


@page(place=Place.PROGRAMMES, sees=having(Place.PROGRAMMES))
def baseline(request: HttpRequest, lens: Lens) -> BaselinePage:
    """What has changed since the baseline?"""
    door, this = asked_for(request, lens)
    said, base = worded(lens), door.baseline(this)
    tiles = door.tiles(this, more=True) if base else []
    goal = next((tile for tile in tiles if tile.goal), None)
    moved = door.moved(this, base) if base else []
    shown = goal is not None and goal.then is not None and is_shown(goal.then)
    return BaselinePage(
        crumbs=crumbs(this, _("Baseline")),
        figure=_figure(tiles, this, said),
        next_step=None if base else _first(door.may_declare),
        twin=_table(tiles, base, this, said, asked(request, ())) if base else None,
        twin_open=True,
        foot=_foot(base, lens),
        programme=this,
        base=base,
        goal=said.goal(this),
        then=said.number(goal.then) if goal and shown and goal.then else "",
        now=said.number(goal.now) if goal and is_shown(goal.now) else "",
        change=change(goal) if goal else "",
        moved=[_moved(each, said, this) for each in moved],
        latest=_latest(door.today) if door.may_declare else "",
        refused=request.session.pop(REFUSED, ""),
        tabs=tabs(lens, this),
    )


@action(sees=doing(Deed.DECLARE))
def freeze_baseline(request: HttpRequest, lens: Lens) -> HttpResponse:
    """Freeze how the programme stood at the end of a day."""
    door = programmes(lens)
    this = door.one(request.POST.get("programme", ""))
    try:
        door.freeze(this, date.fromisoformat(request.POST.get("on", "")))
    except ValueError as problem:
        request.session[REFUSED] = str(problem)
    return redirect(page_of("baseline", this.programme))


def _latest(today: date) -> str:
    return date.fromordinal(today.toordinal() - 1).isoformat()


def _first(may_freeze: bool) -> NextStep:
    if may_freeze:
        return NextStep(
            _("Freeze one below, best of a day before the programme began or was changed.")
        )
    return NextStep(_("A training lead, a compliance officer or HR freezes one here."))


def _figure(tiles: Sequence[Tile], this: Programme, said: ProgrammeWords) -> Drawing | None:
    """Changes of shares with their intervals; others have units of their own."""
    rows = tuple(
        Group(
            said.figure(tile.now, this),
            100 * tile.change.estimate,
            100 * tile.change.low,
            100 * tile.change.high,
            tile.now.n,
        )
        for tile in tiles
        if tile.change is not None and tile.now.unit in SHARES
    )
    if not rows:
        return None
    return draw(
        groups,
        rows,
        unit="points",
        whole=0.0,
        title=_("Changes since the baseline of “%(name)s”") % {"name": this.programme},
        summary=_("Now less then, each with its interval."),
        caption=_("In percentage points. Bars are 95 % intervals; the thin line is no change."),
    )


def _table(
    tiles: Sequence[Tile],
    base: Frozen | None,
    this: Programme,
    said: ProgrammeWords,
    wanted: Asked,
) -> Table:
    rows = [
        (
            Cell(said.figure(tile.now, this)),
            cell(tile.then, said),
            _people(tile.then),
            cell(tile.now, said),
            _people(tile.now),
            Cell(change(tile) or words.DASH),
        )
        for tile in tiles
    ]
    day = words.short_day(base.as_of) if base else ""
    heads = (
        Head(_("Figure")),
        Head(_("Baseline, %(day)s") % {"day": day}, number=True, term="baseline"),
        Head(_("People then"), number=True),
        Head(_("Now"), number=True),
        Head(_("People now"), number=True),
        Head(_("Change (95 % interval)"), number=True),
    )
    return Table(_("Then and now"), heads, rows, wanted, len(rows))


def _people(figure: Figure | None) -> Cell:
    return Cell(words.count(figure.n) if figure and is_shown(figure) else words.DASH)


def _moved(each: Moved, said: ProgrammeWords, this: Programme) -> str:
    told = {"name": said.figure(each.then, this), "then": said.number(each.then)}
    if each.now is None:
        return _("%(name)s stays %(then)s; the records of a few people have changed.") % told
    told["now"] = said.number(each.now)
    return _("%(name)s stays %(then)s; made today it would be %(now)s.") % told


def _foot(base: Frozen | None, lens: Lens) -> Foot:
    now = _("As of %(when)s") % {"when": words.instant(lens.now)}
    if base is None:
        return Foot((now,))
    told = {
        "when": words.instant(base.frozen_at),
        "login": base.login,
        "role": base.role,
        "n": base.mark,
        "sha": base.digest,
    }
    definitions = {f"{each.metric} {each.definition}" for each in base.figures}
    counted = ngettext("%(n)s record", "%(n)s records", base.mark) % {"n": words.count(base.mark)}
    return Foot(
        (
            now,
            _("each figure over %(n)s days") % {"n": WINDOW_DAYS},
            _("frozen %(when)s by %(login)s, %(role)s") % told,
            _("of %(records)s") % {"records": counted},
            _("definitions: %(names)s") % {"names": ", ".join(sorted(definitions))},
            _("intervals of changes take then and now as different people"),
            _("SHA-256 %(sha)s, also in the access log") % told,
        )
    )
