"""One trial and one outcome: what being offered a course caused, in people drawn by lot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from leadline.metrics.drawn import Arm
from leadline.metrics.impact import Outcome
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.privacy.refusals import NotThere
from leadline.privacy.shown_trial import ShownTrial
from leadline.stats.claims import NOT_ESTABLISHED
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused
from leadline.stats.trials import Complied, Trial
from leadline.web import words
from leadline.web.addresses import outcomes_page, short, trial_page
from leadline.web.anatomy import Body, Companion, Crumb, Foot, NextStep, Reason
from leadline.web.charts import Figure, Group, draw, groups
from leadline.web.page import page
from leadline.web.pages.outcomes.view import READERS, chosen, named
from leadline.web.pages.outcomes.wording import span
from leadline.web.tables import Asked, Cell, Head, Table, asked

CHECKED = {
    "declared": "Was every draw on record before the outcome?",
    "assignment": "Have the groups the sizes that the lot gives?",
    "attrition": "Were nearly all measured, alike in both groups?",
}
VETOED = {
    "declared": "draws came in after the outcome was known",
    "assignment": "no lot gives groups of these sizes",
    "attrition": "too many were lost, or more of one group than of the other",
}
PASSING = {"pass": "passes", "fail": "fails", "na": "could not be made"}
FEWEST_LOTS = 0.001


@dataclass(frozen=True, kw_only=True)
class TrialPage(Body):
    """What the answer sentence is made of. verb: empty where nothing may be said to be caused;
    others: (address, name, whether it is this one) of the outcomes."""

    course: str
    outcome: str
    shown: ShownTrial | None
    verb: str
    difference: str
    sure: str
    refused: str
    failed: str
    unseen: str
    detectable: str
    others: list[tuple[str, str, bool]]
    checks: Table | None


@page(place=Place.IMPACT, sees=READERS)
def outcome_trial(request: HttpRequest, lens: Lens) -> TrialPage:
    """What did being offered this course cause?"""
    trial = next((t for t in lens.trials() if t.trial == request.GET.get("trial")), None)
    known = lens.outcomes()
    outcome = chosen(known, request.GET.get("outcome", ""))
    if trial is None or outcome is None:
        raise NotThere("There is no such trial or outcome.")
    names = named(lens)
    shown = lens.tried(trial.trial, outcome)
    found = shown.headline if shown else None
    title = names.get(outcome.outcome, outcome.outcome)
    called = trial.course or trial.trial
    return TrialPage(
        crumbs=(
            Crumb(_("Business outcomes"), outcomes_page(outcome.outcome)),
            Crumb(_("Drawn by lot")),
        ),
        figure=_figure(shown, title) if shown and isinstance(found, Interval) else None,
        companions=_companions(shown) if shown else (),
        why=_why(shown) if shown and isinstance(found, Interval) else (),
        next_step=_next_step(shown),
        twin=_numbers(shown, asked(request, ())) if shown else None,
        foot=_foot(shown),
        course=names.get(called) or short(called),
        outcome=title,
        shown=shown,
        verb=verb(shown) if shown else "",
        difference=_amount(found.estimate, outcome) if isinstance(found, Interval) else "",
        sure=sure(shown) if shown and isinstance(found, Interval) else "",
        refused=found.reason if isinstance(found, Refused) else "",
        failed=_failed(shown) if shown and shown.seen else "",
        unseen=_unseen(shown) if shown and not shown.seen else "",
        detectable=_detectable(shown) if shown else "",
        others=_others(trial.trial, outcome, known, names),
        checks=_checks(shown) if shown and shown.checks else None,
    )


def _others(
    trial: str, here: Outcome, known: Sequence[Outcome], names: Mapping[str, str]
) -> list[tuple[str, str, bool]]:
    return [
        (trial_page(trial, o.outcome), names.get(o.outcome) or short(o.outcome), o == here)
        for o in known
    ]


def verb(shown: ShownTrial) -> str:
    """The claim's word; empty where nothing is established or seen."""
    claim = shown.claim
    if claim is None or not shown.seen or claim.wording == NOT_ESTABLISHED:
        return ""
    return _(claim.wording)


def sure(shown: ShownTrial) -> str:
    """The interval and both groups, for the brackets behind a number."""
    found = shown.headline
    assert isinstance(found, Interval)
    return _("%(span)s, %(offered)s people who were offered it and %(others)s who were not") % {
        "span": span(found),
        "offered": words.count(shown.offered.measured),
        "others": words.count(shown.others.measured),
    }


def _amount(number: float, outcome: Outcome) -> str:
    return f"{words.measured(number)} {outcome.measure or ''}".strip()


def _failed(shown: ShownTrial) -> str:
    vetoes = shown.claim.vetoes if shown.claim else ()
    return _(" and ").join(_(VETOED[check.name]) for check in vetoes)


def _unseen(shown: ShownTrial) -> str:
    """No effect shown, or too little to tell: never "no effect"."""
    if shown.too_little:
        return _("too little data to tell")
    if shown.verdict == "no meaningful change":
        return _("no meaningful difference")
    return _("no difference is seen")


def _detectable(shown: ShownTrial) -> str:
    if shown.detectable is None:
        return ""
    least = {"least": _amount(shown.detectable, shown.outcome)}
    if shown.too_little:
        return _("Only differences above %(least)s would show among so few") % least
    return _("Differences above %(least)s would have shown") % least


def _lines(shown: ShownTrial) -> list[tuple[str, Interval | Refused]]:
    if isinstance(shown.found, Refused):
        return [(_("As drawn"), shown.found)]
    lines: list[tuple[str, Interval | Refused]] = [(_("As drawn"), shown.found.effect)]
    if shown.found.adjusted != shown.found.effect:
        lines.append((_("Adjusted for what was measured before"), shown.found.adjusted))
    if shown.before is not None:
        lines.append((_("Before the draw (should be nothing)"), shown.before))
    taken = shown.found.complied
    if isinstance(taken, Complied):
        lines.append((_("Per person who took it because it was offered"), taken.effect))
    elif taken is not None:
        lines.append((_("Per person who took it because it was offered"), taken))
    return lines


def _figure(shown: ShownTrial, outcome: str) -> Figure:
    people = shown.offered.measured
    rows = tuple(
        Group(name, line.estimate, line.low, line.high, people)
        for name, line in _lines(shown)
        if isinstance(line, Interval)
    )
    return draw(
        groups,
        rows,
        unit="measured",
        whole=0.0,
        title=_("Difference in “%(outcome)s”") % {"outcome": outcome},
        summary=_("Who was offered the course less who was not."),
        caption=_("Bars are 95 % intervals; the thin line is no difference."),
    )


def _companions(shown: ShownTrial) -> tuple[Companion, ...]:
    told = [
        Companion(name, _mean(arm, shown), sure=_measured(arm))
        for name, arm in (
            (_("Offered it"), shown.offered),
            (_("Not offered it"), shown.others),
        )
    ]
    found = shown.found
    if isinstance(found, Trial):
        lots = _("of %(n)s lots drawn again") % {"n": words.count(found.lots)}
        name = _("A lot alone would show as much in")
        told.append(Companion(name, _as_much(found), sure=lots, term="lots"))
    return tuple(told)


def _as_much(found: Trial) -> str:
    """The share of lots that would; never 0, since the real one was drawn."""
    if found.p_value < FEWEST_LOTS:
        return _("under %(share)s") % {"share": f"0.1{words.THIN}%"}
    return f"{100 * found.p_value:.1f}{words.THIN}%"


def _mean(arm: Arm, shown: ShownTrial) -> str:
    return words.DASH if arm.mean is None else _amount(arm.mean, shown.outcome)


def _measured(arm: Arm) -> str:
    if arm.drawn == arm.measured:
        return words.people(arm.measured)
    return _("%(people)s of %(drawn)s drawn") % {
        "people": words.people(arm.measured),
        "drawn": words.count(arm.drawn),
    }


def _why(shown: ShownTrial) -> tuple[Reason, ...]:
    """The offer, else what a lot leaves: chance, and who was lost."""
    checks = {check.name: check for check in shown.checks}
    told = shown.found
    assert isinstance(told, Trial)
    lost = checks["attrition"]
    chance = _("%(share)s of the lots show as much") % {"share": _as_much(told)}
    offer = "for" if verb(shown) else "unknown"
    side = "against" if shown.seen else "unknown"
    return (
        Reason(_("Being offered the course made the difference."), offer, sure(shown)),
        Reason(_("Chance gave one group the better people."), side, chance),
        Reason(
            _("Those who could not be measured would turn it."),
            "against" if lost.passing == "pass" else "for",
            lost.finding,
        ),
    )


def _next_step(shown: ShownTrial | None) -> NextStep:
    if shown is None or isinstance(shown.found, Refused) or (not shown.seen and shown.too_little):
        needed = words.count(shown.needed) if shown else "400"
        said = _("Wait, or draw more: about %(n)s people in each group show a difference worth it.")
        return NextStep(said % {"n": needed})
    if shown.claim and shown.claim.vetoes:
        return NextStep(_("Find out what went wrong with the draw before anything is decided."))
    return NextStep(_("Decide what to do with the course, and write the decision down."))


def _numbers(shown: ShownTrial, wanted: Asked) -> Table:
    rows = [(Cell(name), *_found(line)) for name, line in _lines(shown)]
    return Table(
        caption=_("Every number of this page"),
        heads=(
            Head(_("What")),
            Head(_("Difference"), number=True),
            Head(_("95 % interval"), number=True, term="interval"),
            Head(_("Method")),
        ),
        rows=rows,
        asked=wanted,
        total=len(rows),
    )


def _found(line: Interval | Refused) -> tuple[Cell, Cell, Cell]:
    if isinstance(line, Refused):
        return Cell(line.reason, held=True), Cell(words.DASH), Cell(words.DASH)
    return Cell(words.measured(line.estimate)), Cell(span(line)), Cell(line.method)


def _checks(shown: ShownTrial) -> Table:
    rows = [
        (
            Cell(_(CHECKED[check.name])),
            Cell(_(PASSING[check.passing]), state="" if check.passing == "pass" else "unknown"),
            Cell(check.finding),
        )
        for check in shown.checks
    ]
    heads = (Head(_("Check")), Head(_("Result")), Head(_("What was found")))
    return Table(_("Checks that can veto"), heads, rows, Asked(), len(rows))


def _foot(shown: ShownTrial | None) -> Foot:
    if shown is None:
        return Foot(())
    days = {"first": words.day(shown.trial.since), "last": words.day(shown.trial.until)}
    one_day = shown.trial.since == shown.trial.until
    drawn = _("drawn on %(first)s") if one_day else _("drawn from %(first)s to %(last)s")
    sentences = [
        _("As of %(when)s") % {"when": words.instant(shown.as_of)},
        drawn % days,
        _("everybody counts as drawn, whatever they did then"),
    ]
    if isinstance(shown.found, Trial) and shown.found.clusters:
        groups_ = {"n": words.count(sum(shown.found.clusters))}
        sentences.append(_("%(n)s groups were drawn as wholes, and count as such") % groups_)
    version = {"n": shown.version}
    return Foot((*sentences, _("trial, definition %(n)s") % version))
