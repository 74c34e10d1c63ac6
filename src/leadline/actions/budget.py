"""Was a programme worth its cost? What it cost, what it changed, and what may be said of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

from leadline.actions.programmes import where
from leadline.curriculum import Cost, Curriculum, Programme
from leadline.metrics.impact import Outcome
from leadline.metrics.landmark import FOLLOW_DAYS
from leadline.privacy.lens import Lens
from leadline.privacy.refusals import Forbidden, TooFine
from leadline.privacy.shown_impact import ShownImpact
from leadline.stats import money
from leadline.stats.bootstrap import seed_of
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused

HOUR_SECONDS = 3600
YEAR_MONTHS = 12
MONTH_DAYS = 365 / YEAR_MONTHS
SUM = "sum of the cost lines"


@dataclass(frozen=True)
class Spent:
    """A cost line and what it comes to by the day asked as of. units: learners, or hours of
    learners; None: the line is for the whole, or how many is withheld. amount: None: withheld."""

    cost: Cost
    units: float | None
    amount: float | None


@dataclass(frozen=True)
class Budget:
    """One programme's money and what it brought.

    total: None where a line is not known or there are several currencies; learners: people sent on
    one of its courses by now, completed: assignments completed; None: withheld. effect: None where
    the goal is no outcome, or too few people; months: for which the effect is counted. per_unit:
    cost of one unit of the outcome more, for one person and month; worth: what it returned."""

    programme: Programme
    as_of: datetime
    spent: tuple[Spent, ...]
    total: float | None
    currency: str
    learners: int | None
    completed: float | None
    outcome: Outcome | None
    effect: ShownImpact | None
    months: float
    per_unit: Interval | Refused
    worth: money.Worth | Refused


class House(Protocol):
    """The part of the application that costs are kept in."""

    @property
    def curriculum(self) -> Curriculum: ...


def budget_of(house: House, lens: Lens, programme: Programme) -> Budget:
    """The budget of a programme as of the lens's instant. Raises Forbidden: outcomes are closed."""
    today = lens.now.astimezone(ZoneInfo(lens.zone)).date()
    costs = [c for c in house.curriculum.rows(Cost) if c.programme == programme.programme]
    spent = tuple(_spent(lens, programme, c, today) for c in costs if c.since <= today)
    known = {each.outcome: each for each in lens.outcomes()}
    outcome = known.get(programme.thing) if programme.goal == "outcome" else None
    effect = lens.programme_effect(programme.programme, outcome) if outcome else None
    total, currency = _total(spent)
    found = Budget(
        programme=programme,
        as_of=lens.now,
        spent=spent,
        total=total,
        currency=currency,
        learners=_people(lens, programme),
        completed=_counted(lens, programme, "completions"),
        outcome=outcome,
        effect=effect,
        months=_months(effect, today),
        per_unit=Refused("not_identified", ""),
        worth=Refused("not_identified", ""),
    )
    return replace(found, per_unit=_per_unit(found), worth=_worth(found))


def _spent(lens: Lens, programme: Programme, cost: Cost, today: date) -> Spent:
    """A line that goes on is counted up to today; one for learners or hours by how many there
    were in its days."""
    since, until = (_midnight(day, lens.zone) for day in (cost.since, cost.until))
    if cost.per == "whole":
        gone = min((today - cost.since).days + 1, (cost.until - cost.since).days)
        return Spent(cost, None, cost.amount * gone / (cost.until - cost.since).days)
    if cost.per == "hour":
        seconds = _counted(lens, programme, "active_time_total", since, until)
        units = None if seconds is None else seconds / HOUR_SECONDS
    else:
        units = _people(lens, programme, since, until)
    return Spent(cost, units, None if units is None else cost.amount * units)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


def _counted(
    lens: Lens,
    programme: Programme,
    name: str,
    since: datetime | None = None,
    until: datetime | None = None,
) -> float | None:
    """A total of the programme; 0 where there is nothing, None where it is withheld."""
    try:
        found = lens.measure(name, where=where(programme), since=since, until=until).result
    except (Forbidden, TooFine):
        return None
    return 0.0 if found.n == 0 else found.estimate


def _people(
    lens: Lens,
    programme: Programme,
    since: datetime | None = None,
    until: datetime | None = None,
) -> int | None:
    """Who was sent on one of its courses; None: withheld."""
    try:
        asked = lens.measure("enrolments", where=where(programme), since=since, until=until)
    except (Forbidden, TooFine):
        return None
    return asked.result.n


def _total(spent: Sequence[Spent]) -> tuple[float | None, str]:
    """The sum, and its currency; no sum where there is no line, or one is not known."""
    currencies = {each.cost.currency for each in spent}
    if len(currencies) != 1:
        return None, ""
    amounts = [each.amount for each in spent if each.amount is not None]
    known = len(amounts) == len(spent)
    return (sum(amounts) if known else None), currencies.pop()


def _months(effect: ShownImpact | None, today: date) -> float:
    """From the landmark day to today, a year at most: for so long the outcome was looked at."""
    if effect is None or effect.on is None:
        return 0.0
    return min((today - effect.on).days, FOLLOW_DAYS) / MONTH_DAYS


def _gain(found: Budget) -> Interval | None:
    """The effect for the better: turned where less is better; None: there is no number."""
    effect = found.effect
    if effect is None or isinstance(effect.headline, Refused) or effect.outcome.better is None:
        return None
    headline = effect.headline
    if effect.outcome.better == "up":
        return headline
    return replace(headline, estimate=-headline.estimate, low=-headline.high, high=-headline.low)


def _why_not(found: Budget) -> str:
    """What is missing before money and effect can be put together; empty: nothing."""
    currencies = {each.cost.currency for each in found.spent}
    headline = found.effect.headline if found.effect else None
    reasons = (
        (found.programme.goal != "outcome", "its goal is no outcome that people are measured in"),
        (found.outcome is None, "its outcome is not measured of enough people"),
        (found.effect is None, "too few completed it, or too few did not, to compare"),
        (not found.spent, "no cost is written down"),
        (len(currencies) > 1, "its costs are in several currencies"),
        (found.total is None, "a cost goes by people of whom too few are counted"),
        (isinstance(headline, Refused), getattr(headline, "reason", "")),
        (_gain(found) is None, "nobody has said where its outcome is better"),
    )
    return next((reason for holds, reason in reasons if holds), "")


def _established(found: Budget) -> bool:
    effect = found.effect
    return effect is not None and effect.claim is not None and effect.claim.established


def _per_unit(found: Budget) -> Interval | Refused:
    """Cost of one unit more for one person and month: total / (effect × people × months)."""
    why, gain = _why_not(found), _gain(found)
    if why or gain is None or found.total is None or found.effect is None:
        return Refused("not_identified", f"Not estimable: {why}.")
    if not _established(found) or gain.low <= 0:
        return Refused("not_identified", "Not estimable: no gain is established.")
    if found.months <= 0:
        return Refused("immature", "Too early: nothing was measured after the landmark day.")
    reach = found.effect.exposed.people * found.months
    return Interval(
        found.total / (gain.estimate * reach),
        found.total / (gain.high * reach),
        found.total / (gain.low * reach),
        "limits of the effect",
    )


def _worth(found: Budget) -> money.Worth | Refused:
    why, gain, programme = _why_not(found), _gain(found), found.programme
    if why or gain is None or found.total is None or found.effect is None:
        return Refused("not_identified", f"ROI not estimable: {why}.")
    if programme.worth is None:
        return Refused("not_identified", "ROI not estimable: nobody has said what a unit is worth.")
    if found.months <= 0:
        return Refused("immature", "ROI not estimable: nothing was measured since the landmark.")
    value = Interval(
        programme.worth,
        programme.worth_low or programme.worth,
        programme.worth_high or programme.worth,
        programme.worth_source,
    )
    claim = found.effect.claim
    priced = money.Programme(
        effect=gain,
        value=value,
        cost=Interval(found.total, found.total, found.total, SUM),
        people=found.effect.exposed.people,
        months=found.months,
        level=claim.level if claim else 0,
    )
    return money.worth(priced, seed_of(programme.programme))
