"""One course and one outcome: the difference, what speaks for it, and what speaks against."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from leadline.metrics.impact import Covariate
from leadline.metrics.landmark import FOLLOW_DAYS, JOINED_DAYS, TAKING_DAYS
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.privacy.refusals import NotThere
from leadline.privacy.shown_impact import ShownImpact
from leadline.stats.claims import Check
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused
from leadline.web import words
from leadline.web.addresses import effect_page, outcomes_page, trial_page
from leadline.web.anatomy import Body, Companion, Crumb, Foot, NextStep, Reason
from leadline.web.charts import Figure, Group, draw, groups
from leadline.web.deciding import deciding
from leadline.web.page import page
from leadline.web.pages.outcomes import wording
from leadline.web.pages.outcomes.view import READERS, chosen, named
from leadline.web.tables import Asked, Cell, Head, Table, asked

CHECKED = {  # what a check asks
    "difference": "Is the difference more than chance?",
    "balance": "Were the groups alike after weighting?",
    "overlap": "Did comparable people go without?",
    "placebo": "Were they alike before the course?",
    "unmeasured": "Would something unmeasured have to matter?",
    "several courses": "Is it more than one of many courses by chance?",
}
PASSING = {"pass": "passes", "fail": "fails", "na": "could not be made"}


@dataclass(frozen=True, kw_only=True)
class EffectPage(Body):
    """What the answer sentence is made of; `checks` and `balance` are tables of their own.
    ways: (address, name, whether it is this one)."""

    course: str
    outcome: str
    shown: ShownImpact | None
    verb: str
    difference: str
    sure: str
    refused: str
    failed: str
    unseen: str
    detectable: str
    ways: list[tuple[str, str, bool]]
    checks: Table | None
    balance: Table | None


@page(place=Place.IMPACT, sees=READERS)
def outcome_effect(request: HttpRequest, lens: Lens) -> EffectPage:
    """Did this course change it, and how sure is that?"""
    course, joined = request.GET.get("course", ""), request.GET.get("since") == "joining"
    names = named(lens)
    outcome = chosen(lens.outcomes(), request.GET.get("outcome", ""))
    if outcome is None or course not in {r["activity"] for r in lens.activities(kind="course")}:
        raise NotThere("There is no such course or outcome.")
    shown = lens.since_joining(course, outcome) if joined else lens.impacts(outcome).get(course)
    found = shown.headline if shown else None
    known = shown if isinstance(found, Interval) else None
    title = names.get(outcome.outcome, outcome.outcome)
    return EffectPage(
        crumbs=(
            Crumb(_("Business outcomes"), outcomes_page(outcome.outcome)),
            Crumb(names.get(course, course)),
        ),
        figure=_figure(known, title) if known else None,
        companions=_companions(shown) if shown else (),
        why=_why(known) if known else (),
        next_step=_next_step(shown),
        twin=_numbers(shown, asked(request, ())) if shown else None,
        foot=_foot(shown),
        course=names.get(course, course),
        outcome=title,
        shown=shown,
        verb=wording.verb(known) if known else "",
        difference=wording.amount(found.estimate, known)
        if known and isinstance(found, Interval)
        else "",
        sure=wording.sure(found, known) if known and isinstance(found, Interval) else "",
        refused=found.reason if isinstance(found, Refused) else "",
        failed=wording.failed(known) if known and known.seen else "",
        unseen=wording.unseen(known) if known and not known.seen else "",
        detectable=wording.detectable(known) if known else "",
        ways=_ways(lens, outcome.outcome, course, joined),
        checks=_checks(known) if known else None,
        balance=_balance(known) if known and known.balance else None,
        facts={"deciding": deciding(lens, _about(outcome.outcome, course, joined=joined))},
    )


def _ways(lens: Lens, outcome: str, course: str, joined: bool) -> list[tuple[str, str, bool]]:
    """How else this course can be asked about; best of all by lot, where there was a draw."""
    followed = (
        (False, _("One day for everybody")),
        (True, _("New hires, from each one's first day")),
    )
    return [
        *(
            (trial_page(each.trial, outcome), _("Drawn by lot"), False)
            for each in lens.trials()
            if each.course == course
        ),
        *((effect_page(outcome, course, joined=w), name, w is joined) for w, name in followed),
    ]


def _about(outcome: str, course: str, *, joined: bool) -> dict[str, str]:
    """What a decision made here is about."""
    since = {"since": "joining"} if joined else {}
    return {"of": "effect", "outcome": outcome, "course": course, **since}


def _figure(known: ShownImpact, outcome: str) -> Figure:
    people = known.exposed.people
    lines = (
        (_("Among comparable people"), known.weighted),
        (_("Before anybody took it (should be nothing)"), known.placebo),
        (_("Plain difference"), known.plain),
    )
    rows = tuple(
        Group(name, line.estimate, line.low, line.high, people)
        for name, line in lines
        if isinstance(line, Interval)
    )
    return draw(
        groups,
        rows,
        unit="measured",
        whole=0.0,
        title=_("Difference in “%(outcome)s”") % {"outcome": outcome},
        summary=_("Who had completed the course less who had not."),
        caption=_("Bars are 95 % intervals; the thin line is no difference."),
    )


def _companions(shown: ShownImpact) -> tuple[Companion, ...]:
    told = []
    for name, group in (
        (_("Had completed it"), shown.exposed),
        (_("Had not"), shown.others),
    ):
        mean = wording.amount(group.mean, shown) if group.mean is not None else words.DASH
        told.append(Companion(name, mean, sure=words.people(group.people)))
    return (*told, _correlation(_("Goes with hours spent in it"), shown))


def _correlation(name: str, shown: ShownImpact) -> Companion:
    found = shown.correlations.hours
    if isinstance(found, Refused):
        return Companion(name, found.reason, held=True, term="correlation")
    said = _("%(low)s to %(high)s, %(people)s") % {
        "low": f"{found.low:.2f}".replace("-", "\N{MINUS SIGN}"),
        "high": f"{found.high:.2f}".replace("-", "\N{MINUS SIGN}"),
        "people": words.people(shown.correlations.hours_people),
    }
    return Companion(
        name,
        f"r = {found.estimate:.2f}".replace("-", "\N{MINUS SIGN}"),
        sure=said,
        term="correlation",
    )


def _why(known: ShownImpact) -> tuple[Reason, ...]:
    """What else could explain the difference, the course itself first."""
    by_name = {check.name: check for check in known.checks}
    placebo = by_name.get("placebo")
    before = _("Those who took it were better or worse already.")
    unmeasured = known.unmeasured
    hidden = _("Nothing is known of what was not recorded, such as motivation.")
    if unmeasured and unmeasured.limit > 1:
        hidden = _(
            "It would have to make both taking the course and the result %(e)s times as likely "
            "(E-value of the limit)."
        ) % {"e": f"{unmeasured.limit:.1f}"}
    return (
        Reason(_("The course changed it."), _side(known), wording.short(known)),
        Reason(before, _turned(placebo), placebo.finding if placebo else _("not tried")),
        Reason(_("Something that nobody recorded explains it."), "unknown", hidden),
    )


def _side(known: ShownImpact) -> str:
    if not wording.verb(known):
        return "against" if known.seen or not known.too_little else "unknown"
    return "for" if known.claim and known.claim.established else "unknown"


def _turned(check: Check | None) -> str:
    """A failed check speaks for the other explanation."""
    sides = {"pass": "against", "fail": "for", "na": "unknown"}
    return sides[check.passing] if check else "unknown"


def _next_step(shown: ShownImpact | None) -> NextStep:
    if shown is None or isinstance(shown.headline, Refused) or shown.too_little:
        needed = words.count(shown.needed) if shown else "400"
        said = _(
            "Wait, or let more take it: about %(n)s people in each group would show a difference "
            "worth having."
        )
        return NextStep(said % {"n": needed})
    if shown.claim and shown.claim.established and wording.verb(shown):
        return NextStep(_("Decide what to do with the course, and write the decision down."))
    return NextStep(
        _(
            "Let chance or the calendar decide who takes it first, and compare then: groups made "
            "so need no weighting."
        )
    )


def _numbers(shown: ShownImpact, wanted: Asked) -> Table:
    told = shown.correlations
    lines = (
        (_("Among comparable people"), shown.weighted),
        (_("Before anybody took it"), shown.placebo),
        (_("Plain difference"), shown.plain),
        (_("Correlation with having completed it"), told.plain),
        (_("Correlation of ranks"), told.ranks),
        (_("Correlation, what is known of people held constant"), told.adjusted),
        (_("Correlation with hours spent in it"), told.hours),
    )
    rows = [(Cell(name), *_found(line)) for name, line in lines if line is not None]
    return Table(
        caption=_("Every number of this page"),
        heads=(
            Head(_("What")),
            Head(_("Estimate"), number=True),
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
    return Cell(words.measured(line.estimate)), Cell(wording.span(line)), Cell(line.method)


def _checks(known: ShownImpact) -> Table:
    rows = [
        (
            Cell(_(CHECKED[check.name])),
            Cell(_(PASSING[check.passing]), state="" if check.passing == "pass" else "unknown"),
            Cell(check.finding),
        )
        for check in known.checks
    ]
    heads = (Head(_("Check")), Head(_("Result")), Head(_("What was found")))
    return Table(_("Checks that can veto"), heads, rows, Asked(), len(rows))


def _balance(known: ShownImpact) -> Table:
    rows = [
        (Cell(each.name), _unlike(each, each.before), _unlike(each, each.after))
        for each in known.balance
    ]
    heads = (
        Head(_("What the groups may differ in")),
        Head(_("Before weighting"), number=True, term="unlike"),
        Head(_("After"), number=True, term="unlike"),
    )
    return Table(_("How alike the groups are"), heads, rows, Asked(), len(rows))


def _unlike(each: Covariate, difference: float | None) -> Cell:
    if difference is None:
        return Cell(_("withheld: too few people"), held=True)
    return Cell(f"{difference:+.2f}".replace("-", "\N{MINUS SIGN}"))


def _foot(shown: ShownImpact | None) -> Foot:
    if shown is None:
        return Foot(())
    few = _("fewer than can be told")
    out = {
        why: few if people is None else words.count(people)
        for why, people in shown.left_out.items()
    }
    told = {
        "days": words.count(JOINED_DAYS),
        "day": words.day(shown.on),
        "taking": words.count(TAKING_DAYS),
        "follow": words.count(FOLLOW_DAYS),
    }
    when = (
        _("completed by %(day)s, in the %(taking)s days before; measured in %(follow)s days after")
        if shown.on
        else _("completed within %(days)s days of the hire; measured in %(follow)s days after")
    )
    errors = _("errors by teams") if shown.teams else _("too few teams: people count one by one")
    sentences = [
        _("As of %(when)s") % {"when": words.instant(shown.as_of)},
        when % told,
        *(f"{_(why)}: {people}" for why, people in out.items()),
        errors,
        _("impact, definition %(n)s") % {"n": shown.version},
    ]
    if shown.share < 1:
        sentences.append(_("a part of the teams, drawn by lot"))
    if shown.later:
        later = _("of those who had not, %(n)s did while the outcome was counted")
        sentences.append(later % {"n": words.count(shown.later)})
    return Foot(tuple(sentences))
