"""Changes made to courses: the form that logs one, what was logged, and what it was before and is
after."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from leadline.accounts.viewing import app
from leadline.actions.decisions import Change
from leadline.insights.stored import Seen
from leadline.metrics.changed import Compared
from leadline.privacy.lens import Lens
from leadline.privacy.policy import sees_as_much
from leadline.privacy.refusals import Forbidden
from leadline.privacy.shown_changed import ShownChanged
from leadline.privacy.viewer import Role
from leadline.stats.claims import NOT_ESTABLISHED
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused
from leadline.web import words
from leadline.web.deciding import may_decide
from leadline.web.tables import Asked, Cell, Head, Table


@dataclass(frozen=True)
class Changing:
    """A form. finding: what the change is meant to mend, if anything that was found; asks: whether
    it is asked why, since no cause is confirmed."""

    course: str
    finding: str = ""
    asks: bool = True
    what: str = ""
    effective: str = ""


def changing(lens: Lens, course: str, seen: Seen | None = None) -> Changing | None:
    """The form; None for whoever may not decide."""
    if not course or not may_decide(lens):
        return None
    if seen is None:
        return Changing(course)
    return Changing(course, seen.key, asks=seen.standing.cause is None)


def made(lens: Lens, *, course: str | None = None, finding: str | None = None) -> list[Change]:
    """What was logged of a course or about a finding, newest first, as far as the viewer may read
    what those who logged it wrote."""
    logged = app().ledger.changes(course=course, finding=finding)
    return [each for each in logged if sees_as_much(lens.viewer, Role(each.role))]


CHANGES_SHOWN = 5


@dataclass(frozen=True)
class Moved:
    """A change, what may be said of the time before and after it, and the figures."""

    change: Change
    saying: str
    caution: str
    figures: Table | None


def moved(lens: Lens, course: str) -> list[Moved]:
    """The newest changes of a course, each with its before and after.

    Two days between which only a few began would let these be told: then the older one is shown."""
    found: list[Moved] = []
    sides: list[tuple[int, int]] = []
    for change in reversed(made(lens, course=course)[:CHANGES_SHOWN]):
        shown = _asked(lens, change)
        if isinstance(shown, str):
            found.append(Moved(change, shown, "", None))
            continue
        mine = (shown.days.before_people, shown.days.after_people)
        if any(_close(mine, other, lens.smallest) for other in sides):
            near = _("It came too soon before or after another change to be told apart from it.")
            found.append(Moved(change, near, "", None))
            continue
        sides.append(mine)
        found.append(Moved(change, _saying(shown), _caution(change, shown), _figures(shown)))
    return found[::-1]


def _asked(lens: Lens, change: Change) -> ShownChanged | str:
    """The figures, or why there are none."""
    try:
        shown = lens.changed(change.course, change.effective)
    except Forbidden:
        return _("Its figures are closed to your role.")
    return shown or _("Nobody has begun the course since, or nobody before.")


def _close(one: tuple[int, int], other: tuple[int, int], smallest: int) -> bool:
    return any(0 < abs(a - b) < smallest for a, b in zip(one, other, strict=True))


def _saying(shown: ShownChanged) -> str:
    """Before and after, as a sentence; the verb is never more than that it changed."""
    days = shown.days
    if isinstance(days.after, Refused) or isinstance(days.before, Refused):
        why = days.after.reason if isinstance(days.after, Refused) else ""
        return _("It is too early to compare: %(why)s") % {"why": why or _unknown(days.before)}
    told = {
        "before": words.measured(days.before.estimate),
        "after": words.measured(days.after.estimate),
        "horizon": shown.horizon_days,
    }
    whole = _(
        "The days to complete it changed from %(before)s on average to %(after)s, counted within "
        "%(horizon)s days"
    )
    assert isinstance(days.change, Interval)
    if days.change.low <= 0 <= days.change.high:
        whole = _(
            "The days to complete it are not seen to have changed: %(before)s on average before, "
            "%(after)s after, counted within %(horizon)s days"
        )
    return f"{whole % told} ({_by(days)})."


def _by(compared: Compared) -> str:
    change = compared.change
    assert isinstance(change, Interval)
    said = _(
        "a difference of %(change)s, %(low)s to %(high)s; %(before)s before and %(after)s since"
    )
    return said % {
        "change": _signed(change.estimate),
        "low": _signed(change.low),
        "high": _signed(change.high),
        "before": words.people(compared.before_people),
        "after": words.count(compared.after_people),
    }


def _signed(number: float) -> str:
    return f"{number:+.1f}".replace("-", "\N{MINUS SIGN}")


def _unknown(side: Interval | Refused) -> str:
    return side.reason if isinstance(side, Refused) else ""


def _caution(change: Change, shown: ShownChanged) -> str:
    """Why it may not be put down to the change."""
    said = []
    if shown.claim.wording == NOT_ESTABLISHED:
        said.append(_("It was moving before the change already, so nothing is established."))
    else:
        said.append(_("Who began later may be other people in other times: no cause is shown."))
    if change.finding:
        worst = _(
            "It was changed because it stood out; what stands out comes closer to the usual by "
            "itself."
        )
        said.append(worst)
    return " ".join(said)


def _figures(shown: ShownChanged) -> Table:
    heads = (
        Head(_("Figure")),
        Head(_("Before"), number=True),
        Head(_("After"), number=True),
        Head(_("Difference"), number=True),
        Head(_("People"), number=True, term="people"),
    )
    lines = (
        (_("Days to complete"), shown.days, False),
        (_("Pass at the first attempt"), shown.passing, True),
        (_("Left without completing"), shown.leaving, True),
    )
    rows = [_row(name, each, share=share) for name, each, share in lines if each is not None]
    return Table(_("Before and after"), heads, rows, Asked(), len(rows))


def _row(name: str, each: Compared, *, share: bool) -> tuple[Cell, ...]:
    return (
        Cell(name),
        _cell(each.before, share=share),
        _cell(each.after, share=share),
        _cell(each.change, share=share, signed=True),
        Cell(f"{words.count(each.before_people)} / {words.count(each.after_people)}")
        if each.before_people
        else Cell(words.DASH),
    )


def _cell(found: Interval | Refused, *, share: bool, signed: bool = False) -> Cell:
    if isinstance(found, Refused):
        return Cell(found.reason, held=True)
    scale = 100 if share else 1
    values = [scale * value for value in (found.estimate, found.low, found.high)]
    write = _signed if signed else (lambda number: f"{number:.0f}" if share else f"{number:.1f}")
    estimate, low, high = (write(value) for value in values)
    unit = "" if not share else _(" points") if signed else f"{words.THIN}%"
    return Cell(f"{estimate}{unit}", under=_("%(low)s to %(high)s") % {"low": low, "high": high})
