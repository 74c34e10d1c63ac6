"""The budget in words: the same ones on the page and on paper."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from leadline.actions.budget import Budget, Spent
from leadline.privacy.shown_impact import ShownImpact
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused
from leadline.web import words
from leadline.web.pages.outcomes import wording
from leadline.web.programme import AUDIENCES, MINUS, ProgrammeWords

COSTS_ON_PAPER = 8


def money(number: float, currency: str) -> str:
    """`48,000 EUR`."""
    said = words.count(abs(number)) if abs(number) >= 100 else words.measured(abs(number))
    return f"{_sign(number)}{said} {currency}".strip()


def _sign(number: float) -> str:
    return "\N{MINUS SIGN}" if number < 0 else ""


def total(found: Budget) -> str:
    """The cost so far; empty where it is not known."""
    return money(found.total, found.currency) if found.total is not None else ""


def change(found: Budget, said: ProgrammeWords) -> tuple[str, str]:
    """What changed, and how sure; without the second: why there is none."""
    effect = found.effect
    if effect is None:
        return _("nobody to compare with"), ""
    if isinstance(effect.headline, Refused):
        return effect.headline.reason, ""
    return (
        f"{plus(effect.headline.estimate)}{wording.amount(effect.headline.estimate, effect)}",
        wording.sure(effect.headline, effect),
    )


def plus(number: float) -> str:
    return "+" if number > 0 else ""


def roi(found: Budget) -> tuple[str, str]:
    """The return as an interval, never a point; without the second: why it is not estimable."""
    if isinstance(found.worth, Refused):
        return _("not estimable"), ""
    low, high = _share(found.worth.roi.low), _share(found.worth.roi.high)
    span = _("%(low)s to %(high)s") % {"low": low, "high": high}
    sure = _("95 %% interval; %(chance)s that it pays") % {
        "chance": words.share(found.worth.chance)
    }
    return span, sure


def sentences(found: Budget, said: ProgrammeWords) -> tuple[str, ...]:
    """The answer: cost, change with the verb that the claim allows, return."""
    name, goal = found.programme.programme, said.goal(found.programme)
    cost = total(found)
    told = [
        _("%(name)s has cost %(cost)s so far.") % {"name": name, "cost": cost}
        if cost
        else _("What %(name)s has cost is not known.") % {"name": name}
    ]
    effect = found.effect
    if effect is None or isinstance(effect.headline, Refused):
        reason = found.worth.reason if isinstance(found.worth, Refused) else ""
        return (*told, reason)
    told.append(_changed(name, goal, effect))
    if wording.verb(effect) == "" or not effect.seen:
        least = wording.detectable(effect)
        told.append(f"{least}." if least else "")
    worth = found.worth
    if isinstance(worth, Refused):
        told.append(worth.reason)
    else:
        told.append(
            _("For what it cost it returned between %(low)s and %(high)s (95 %% interval).")
            % {"low": _share(worth.roi.low), "high": _share(worth.roi.high)}
        )
    return tuple(each for each in told if each)


def _share(number: float) -> str:
    """A share that may be below 0; what rounds to nothing has no sign."""
    whole = round(number, 2) or 0.0  # never −0
    return words.share(whole, digits=0).replace("-", MINUS)


def _changed(name: str, goal: str, effect: ShownImpact) -> str:
    headline = effect.headline
    assert isinstance(headline, Interval)
    told = {
        "name": name,
        "goal": goal,
        "verb": wording.verb(effect),
        "n": f"{plus(headline.estimate)}{wording.amount(headline.estimate, effect)}",
        "sure": wording.sure(headline, effect),
        "why": wording.failed(effect) if effect.seen else wording.unseen(effect),
    }
    if told["verb"]:
        return _("Having completed it %(verb)s “%(goal)s”: %(n)s (%(sure)s).") % told
    return _("Nothing is established about “%(goal)s”: %(n)s (%(sure)s); %(why)s.") % told


@dataclass(frozen=True)
class Line:
    """One number with its interval and its people; held: words in its place, why there is none."""

    what: str
    estimate: str
    interval: str = words.DASH
    people: str = words.DASH
    held: bool = False


def numbers(found: Budget, said: ProgrammeWords) -> Iterator[Line]:
    """Everything there is."""
    cost = total(found)
    yield Line(_("Cost so far"), cost or _("not known"), people=words.count(found.learners))
    yield from _change(found, said)
    if found.completed and found.total is not None:
        each = money(found.total / found.completed, found.currency)
        done = words.count(found.completed)
        yield Line(_("Cost of each of %(n)s completions") % {"n": done}, each)
    name = _("Cost of one unit of it, for a person and month")
    if isinstance(found.per_unit, Refused):
        yield Line(name, found.per_unit.reason, held=True)
    else:
        yield Line(
            name, money(found.per_unit.estimate, found.currency), _span(found, found.per_unit)
        )
    yield from _returns(found)


def _change(found: Budget, said: ProgrammeWords) -> Iterator[Line]:
    effect = found.effect
    if effect is None or isinstance(effect.headline, Refused):
        return
    headline = effect.headline
    people = f"{words.count(effect.exposed.people)} + {words.count(effect.others.people)}"
    name = _("Change in “%(goal)s”") % {"goal": said.goal(found.programme)}
    size = f"{plus(headline.estimate)}{wording.amount(headline.estimate, effect)}"
    yield Line(name, size, wording.span(headline), people)
    if effect.detectable is not None:
        least = wording.amount(effect.detectable, effect)
        yield Line(_("Smallest difference that would have shown"), least, people=people)


def _span(found: Budget, between: Interval) -> str:
    told = {"low": money(between.low, ""), "high": money(between.high, found.currency)}
    return _("%(low)s to %(high)s") % told


def _returns(found: Budget) -> Iterator[Line]:
    worth = found.worth
    if isinstance(worth, Refused):
        yield Line(_("Return on investment"), worth.reason, held=True)
        return
    benefit = money(worth.benefit.estimate, found.currency)
    yield Line(_("Benefit"), benefit, _span(found, worth.benefit))
    span = _("%(low)s to %(high)s") % {"low": _share(worth.roi.low), "high": _share(worth.roi.high)}
    yield Line(_("Return on investment"), _("no single number"), span)
    careful = _share(worth.cautious.roi)
    yield Line(_("Return at the cautious end of the effect"), careful)
    yield Line(_("Chance that it pays"), words.share(worth.chance))
    yield Line(_("Breaks even at, for a person and month"), words.measured(worth.break_even))


def costs(found: Budget) -> list[tuple[str, str, str, str]]:
    """(what for, days, goes by, so far) of every line, and the sum."""
    lines = [_cost(each) for each in found.spent]
    if len(lines) > 1:
        sum_ = total(found) or _("not known")
        lines.append((_("In all"), "", "", sum_))
    return lines


def _cost(each: Spent) -> tuple[str, str, str, str]:
    cost = each.cost
    goes_by = {
        "whole": _("the whole"),
        "learner": _("%(n)s learners") % {"n": words.count(each.units)},
        "hour": _("%(n)s hours of learners") % {"n": words.count(each.units)},
    }[cost.per]
    days = _("%(since)s to %(until)s") % {
        "since": words.short_day(cost.since),
        "until": words.short_day(cost.until),
    }
    said = money(each.amount, cost.currency) if each.amount is not None else _("withheld")
    return cost.kind, days, goes_by, said


def foot(found: Budget) -> tuple[str, ...]:
    """What a reader must grant."""
    programme = found.programme
    told = [_("As of %(when)s") % {"when": words.instant(found.as_of)}]
    if programme.worth is not None:
        told.append(
            _("one unit is worth %(n)s for a person and month, says %(who)s")
            % {"n": money(programme.worth, found.currency), "who": programme.worth_source}
        )
    if found.months > 0:
        told.append(
            _("counted over %(n)s months, a year at most; assumes the effect lasted so long")
            % {"n": words.measured(found.months)}
        )
    if found.effect is not None:
        told.append(_("those who completed every course are compared with like people who had not"))
        if found.effect.unmeasured is not None:
            e_value = words.measured(found.effect.unmeasured.limit)
            told.append(
                _("E-value %(e)s: so strong something unmeasured had to be to explain it all")
                % {"e": e_value}
            )
        checks = [c for c in found.effect.checks if c.passing != "pass"]
        told += [f"{check.name}: {check.finding}" for check in checks]
    told.append(_("what has no price, such as trust, is not in it"))
    return tuple(told)


def _row(line: Line) -> dict[str, object]:
    return {"cells": [line.what, line.estimate, line.interval, line.people], "held": line.held}


def on_paper(found: Budget, said: ProgrammeWords, login: str) -> dict[str, object]:
    """The values of the template `budget`."""
    programme, lines = found.programme, costs(found)
    if len(lines) > COSTS_ON_PAPER:
        rest = _("%(n)s further lines") % {"n": len(lines) - COSTS_ON_PAPER}
        lines = [*lines[: COSTS_ON_PAPER - 1], (rest, "", "", ""), lines[-1]]
    return {
        "title": _("Budget: %(name)s") % {"name": programme.programme},
        "under": _("%(audience)s · answered for by %(owner)s · as of %(day)s")
        % {
            "audience": words.sentence(_(AUDIENCES[programme.audience])),
            "owner": programme.owner,
            "day": words.day(found.as_of),
        },
        "answer": " ".join(sentences(found, said)),
        "goal": _("Goal: %(goal)s, %(target)s by %(day)s.")
        % {
            "goal": said.goal(programme),
            "target": said.target(programme),
            "day": words.day(programme.due),
        },
        "figures": {
            "title": _("What it brought"),
            "heads": [_("What"), _("Estimate"), _("95 % interval"), _("People")],
            "rows": [_row(line) for line in numbers(found, said)],
        },
        "costs": {
            "title": _("What it costs"),
            "heads": [_("Cost"), _("Days"), _("Goes by"), _("So far")],
            "rows": [list(line) for line in lines],
            "none": _("No cost is written down."),
        },
        "grant": {"title": _("What this takes for granted"), "lines": list(foot(found))},
        "foot": _("Leadline · made for %(login)s · as of %(when)s")
        % {"login": login, "when": words.instant(found.as_of)},
    }
