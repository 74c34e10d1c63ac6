"""People and what they owe, and all the dates of one of them."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.directory import Name
from leadline.metrics import obligation
from leadline.privacy.duties import EXPIRING, Timeline, Wanted
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.privacy.refusals import NotThere, UnknownQuestion
from leadline.web import words
from leadline.web.addresses import short
from leadline.web.anatomy import Body, Companion, Crumb, Foot
from leadline.web.page import page
from leadline.web.pages.compliance.listing import STATES, Row, listed, state
from leadline.web.places import naming
from leadline.web.tables import Cell, Head, Table, asked

DAYS_A_WEEK = 7


@dataclass(frozen=True, kw_only=True)
class ListBody(Body):
    """What the list was asked for, and the choices there are."""

    total: int = 0
    week: date | None = None
    requirement: str = ""
    state: str = ""
    requirements: tuple[tuple[str, str], ...] = ()
    states: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class TimelineBody(Body):
    """One person and one requirement."""

    name: Name
    now: Row | None
    title: str
    said: Cell | None


@page(place=Place.COMPLIANCE, sees=naming())
def obligations(request: HttpRequest, lens: Lens) -> Body:
    """Who is out of date, and who will be?"""
    wanted = asked(request, ())
    question = _question(request)
    found = lens.standing(question, limit=wanted.limit, offset=wanted.offset)
    names = {each.requirement: each.name for each in lens.requirements()}
    return ListBody(
        crumbs=(Crumb(_("Compliance"), reverse("compliance")), Crumb(_("Person by requirement"))),
        total=found.total,
        week=question.due[0] if question.due else None,
        requirement=question.requirement or "",
        state=request.GET.get("state", ""),
        requirements=tuple(sorted(names.items(), key=lambda pair: pair[1])),
        states=tuple((key, str(name)) for key, (name, _mark) in STATES.items()),
        twin=listed(found, wanted, _("People and what they owe")) if found.total else None,
        twin_open=True,
        foot=Foot(
            (
                _("As of %(when)s") % {"when": words.instant(found.as_of)},
                _("lapses in regulated roles first"),
                _("the people named here can see that you looked"),
            )
        ),
    )


def _question(request: HttpRequest) -> Wanted:
    """What the address asks for. A week is asked for by its Monday, as the calendar counts it."""
    states = [name for name in (request.GET.get("state"),) if name in STATES]
    due = None
    if request.GET.get("week"):
        first = _day(request.GET["week"])
        due, states = (first, first + timedelta(days=DAYS_A_WEEK)), states or list(EXPIRING)
    return Wanted(
        requirement=request.GET.get("requirement") or None,
        states=states,
        unit=request.GET.get("unit") or None,
        due=due,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnknownQuestion(f"{text!r} is no day; write it like 2026-06-01.") from None


@page(place=Place.COMPLIANCE, sees=naming())
def obligation_timeline(request: HttpRequest, lens: Lens) -> Body:
    """Why does this person stand like this?"""
    key = request.GET.get("person", "")
    requirement = request.GET.get("requirement", "")
    if not key.isascii() or not key.isdecimal():
        raise NotThere(f"no person {key!r}")
    found = lens.timeline(int(key), requirement)
    names = {each.requirement: each.name for each in lens.requirements()}
    title = names.get(requirement, requirement)
    return TimelineBody(
        crumbs=(
            Crumb(_("Compliance"), reverse("compliance")),
            Crumb(_("Person by requirement"), reverse("obligations")),
            Crumb(found.name.display),
        ),
        name=found.name,
        now=found.now,
        said=state(found.now) if found.now else None,
        title=title,
        companions=_companions(found),
        twin=_dates(request, found),
        twin_open=True,
        foot=Foot(
            (
                _("As of %(when)s") % {"when": words.instant(found.as_of)},
                _("This look is written down."),
            )
        ),
    )


def _companions(found: Timeline) -> tuple[Companion, ...]:
    if found.now is None:
        return ()
    return (
        Companion(_("Bound since"), words.short_day(found.now["since"])),
        Companion(_("Next due"), words.short_day(found.now["due_on"])),
        Companion(_("Told from"), words.short_day(found.now["lead_on"])),
    )


def _dates(request: HttpRequest, found: Timeline) -> Table:
    """Everything that happened, oldest first."""
    lines = [(row["since"], _duty(row)) for row in found.duties]
    lines += [(row["issued_on"], _issue(row, found)) for row in found.periods]
    rows = [cells for _on, cells in sorted(lines, key=lambda line: line[0])]
    return Table(
        caption=_("What happened"),
        heads=(
            Head(_("Day")),
            Head(_("What")),
            Head(_("Was due")),
            Head(_("Holds to")),
            Head(_("Statement")),
        ),
        rows=rows,
        asked=asked(request, ()),
        total=len(rows),
    )


def _duty(row: Row) -> tuple[Cell, ...]:
    until = row["until"]
    ends = "" if until == obligation.FAR else _("until %(day)s") % {"day": words.short_day(until)}
    return (
        Cell(words.short_day(row["since"])),
        Cell(_("bound by the requirement from here on"), under=ends),
        Cell(words.DASH),
        Cell(words.DASH),
        Cell(words.DASH),
    )


def _issue(row: Row, found: Timeline) -> tuple[Cell, ...]:
    title = found.titles.get(row["thing"], short(row["thing"]))
    late = row["due_on"] is not None and row["issued_on"] > row["due_on"]
    for_good = row["ends"] == obligation.FAR
    return (
        Cell(words.short_day(row["issued_on"])),
        Cell(title, state="soon" if late else "done", under=_("late") if late else ""),
        Cell(words.short_day(row["due_on"])),
        Cell(_("for good") if for_good else words.short_day(row["ends"] - timedelta(days=1))),
        Cell(row["statement_id"] or words.DASH),
    )
