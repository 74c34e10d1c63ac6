"""What the pages about programmes share: their door, their words, and whether a goal is reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import resolve, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadline.accounts.viewing import app
from leadline.actions.frozen import Figure
from leadline.actions.programmes import (
    COMPETENCY,
    CONTRACTS,
    LASTING,
    LEVEL,
    Programmes,
    Tile,
)
from leadline.curriculum import Programme
from leadline.metrics import Gate, catalogue
from leadline.metrics.impact import Outcome
from leadline.privacy.lens import Lens
from leadline.privacy.refusals import Forbidden
from leadline.stats.intervals import Interval
from leadline.web import words
from leadline.web.addresses import short
from leadline.web.anatomy import Companion, Crumb
from leadline.web.tables import Cell

MINUS = "\N{MINUS SIGN}"
NAMES = {
    COMPETENCY: "Days until competent",
    CONTRACTS: "Trained customers that stay",
    LASTING: "Left at the delayed check",
    "completers_rechecked": "Completed and tested weeks later",
    "completers_scored": "Completed with a score",
    "certified_rate": "Certified",
    "first_attempt_pass_rate": "Pass at the first attempt",
    "average_score": "Average score, first attempt",
    "completion_rate": "Completed",
    "on_time_rate": "Done by the due date",
    "active_time": "Active time in a course",
    "enrolments": "Enrolments",
}
AUDIENCES = {
    "employees": "employee training",
    "compliance": "compliance",
    "customers": "customer education",
}


@dataclass(frozen=True)
class ProgrammeWords:
    """The names that a programme's figures go by. names: of activities; outcomes: by activity id;
    closed: the role sees no outcomes."""

    names: Mapping[str, str]
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)

    def goal(self, programme: Programme) -> str:
        """What it is to change."""
        if programme.goal == "outcome":
            return self.thing(programme.thing)
        if programme.goal == COMPETENCY:
            return _("Days until a %(role)s is competent") % {"role": programme.thing}
        if programme.goal == CONTRACTS:
            return metric_name(CONTRACTS)
        return metric_name(programme.thing)

    def thing(self, activity: str) -> str:
        return self.names.get(activity) or words.sentence(
            short(activity).rpartition(":")[2].replace("-", " ")
        )

    def figure(self, figure: Figure, programme: Programme) -> str:
        """What a figure is called."""
        if figure.metric == LEVEL:
            return self.thing(figure.asked.get("outcome", ""))
        return self.goal(programme) if figure.metric == COMPETENCY else metric_name(figure.metric)

    def number(self, figure: Figure) -> str:
        """The number in its unit, or why there is none."""
        if not is_shown(figure):
            return withheld(figure)
        return self._measured(figure.estimate, figure.unit, figure.asked.get("outcome", ""))

    def _measured(self, number: float | None, unit: str, outcome: str) -> str:
        known = self.outcomes.get(outcome)
        return f"{words.value(number, unit)} {(known.measure if known else '') or ''}".strip()

    def good(self, programme: Programme) -> str | None:
        """Where the goal is better: up, down, or None where nobody has said."""
        if programme.goal == "outcome":
            known = self.outcomes.get(programme.thing)
            return known.better if known else None
        if programme.goal == COMPETENCY:
            return "down"
        if programme.goal == CONTRACTS:
            return "up"
        metric = catalogue().get(programme.thing)
        return metric.good if metric else None

    def target(self, programme: Programme) -> str:
        return self._measured(programme.target, goal_unit(programme), programme.thing)


def programmes(lens: Lens) -> Programmes:
    """The programmes as the lens's viewer may see them."""
    return Programmes(app(), lens)


def worded(lens: Lens) -> ProgrammeWords:
    """The names, as far as the viewer may know them."""
    names = {row["activity"]: row["name"] for row in lens.activities() if row["name"]}
    try:
        return ProgrammeWords(names, {each.outcome: each for each in lens.outcomes()})
    except Forbidden:
        return ProgrammeWords(names)


def metric_name(name: str) -> str:
    return _(NAMES[name]) if name in NAMES else words.sentence(name.replace("_", " "))


def goal_unit(programme: Programme) -> str:
    """In what the target is."""
    if programme.goal == "metric":
        metric = catalogue().get(programme.thing)
        return metric.unit if metric else "measured"
    return {COMPETENCY: "days", CONTRACTS: "share"}.get(programme.goal, "measured")


def is_shown(figure: Figure | None) -> bool:
    return figure is not None and figure.gate is Gate.OK and figure.estimate is not None


def withheld(figure: Figure) -> str:
    """Why there is no number."""
    return figure.note or _("withheld: too few people, or it would reveal a small group")


def interval(figure: Figure) -> str:
    """`36 to 46 %`; empty where there is none."""
    if not is_shown(figure) or figure.low is None:
        return ""
    if figure.high is None:
        return _("%(low)s or more") % {"low": words.value(figure.low, figure.unit)}
    low, high = words.value(figure.low, figure.unit), words.value(figure.high, figure.unit)
    for unit in (f"{words.THIN}%", " days"):
        if high.endswith(unit):
            low = low.removesuffix(unit)
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def cell(figure: Figure | None, said: ProgrammeWords) -> Cell:
    if figure is None:
        return Cell(_("not recorded"), held=True)
    held = not is_shown(figure)
    return Cell(said.number(figure), under="" if held else interval(figure), held=held)


def companion(tile: Tile, programme: Programme, said: ProgrammeWords) -> Companion:
    """A tile: the figure, its interval, its people, and how it stood at the baseline."""
    now, then = tile.now, tile.then
    shown = is_shown(now)
    sure = [interval(now), counted(now)] if shown else []
    if then is not None and is_shown(then):
        sure.append(_("baseline %(then)s") % {"then": said.number(then)})
    metric = catalogue().get(now.metric)
    return Companion(
        name=said.figure(now, programme),
        number=said.number(now),
        sure=", ".join(part for part in sure if part),
        held=not shown,
        activity=bool(metric and metric.activity),
    )


def counted(figure: Figure) -> str:
    """Of how many a figure is, people or customers' accounts, and what it is of them."""
    if figure.metric == COMPETENCY and figure.note:
        return f"{words.people(figure.n)}, {_(figure.note)}"
    if figure.metric != CONTRACTS:
        return words.people(figure.n)
    said = ngettext("%(n)s account", "%(n)s accounts", figure.n or 0)
    return said % {"n": words.count(figure.n)}


def reached(tile: Tile | None, programme: Programme, good: str | None) -> bool | None:
    """Whether the estimate is at the target or beyond it; None: not known."""
    if tile is None or tile.now.estimate is None or not is_shown(tile.now) or good is None:
        return None
    now, target = tile.now.estimate, programme.target
    return now >= target if good == "up" else now <= target


def change(tile: Tile) -> str:
    """From the baseline to now: `+12 points (5 to 19)`, in the unit of the figure."""
    if tile.change is None:
        return ""
    return f"{signed(tile.change.estimate, tile.now.unit)} ({limits(tile.change, tile.now.unit)})"


def signed(number: float, unit: str) -> str:
    if unit in {"share", "score"}:
        return _("%(n)s points") % {"n": _points(number)}
    sign = "+" if number > 0 else MINUS if number < 0 else ""
    if unit == "measured":
        return sign + words.measured(abs(number), beside=1)
    return sign + words.value(abs(number), unit)


def _points(share: float) -> str:
    whole = round(100 * share)
    return f"{whole:+d}".replace("-", MINUS) if whole else "0"


def limits(found: Interval, unit: str) -> str:
    if unit in {"share", "score"}:
        low, high = _points(found.low), _points(found.high)
    else:
        low, high = (signed(n, unit) for n in (found.low, found.high))
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def page_of(name: str, programme: str, **more: str) -> str:
    """The address of a page about a programme."""
    return f"{reverse(name)}?{urlencode({'programme': programme, **more})}"


def crumbs(programme: Programme, *more: str) -> tuple[Crumb, ...]:
    here = page_of("programme", programme.programme) if more else ""
    first = (Crumb(_("Programmes"), reverse("programmes")), Crumb(_("Goals"), reverse("goals")))
    return (*first, Crumb(programme.programme, here), *(Crumb(name) for name in more))


def tabs(lens: Lens, programme: Programme) -> Sequence[tuple[str, str, str]]:
    """(page name, title, address) of the pages about it that the viewer may see."""
    pages = (
        ("programme", _("Where does it stand?")),
        ("baseline", _("Against its baseline")),
        ("budget", _("Is it worth its cost?")),
    )
    found = []
    for name, title in pages:
        declared: Any = resolve(reverse(name)).func
        if lens.viewer.role in declared.sees:
            found.append((name, title, page_of(name, programme.programme)))
    return found


def asked_for(request: HttpRequest, lens: Lens) -> tuple[Programmes, Programme]:
    """The door and the programme that the address names. NotThere."""
    door = programmes(lens)
    return door, door.one(request.GET.get("programme", ""))
