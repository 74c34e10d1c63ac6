"""Did a course change an outcome that matters? One course, one outcome, and what may be said.

Everything that a hostile reviewer would ask for stands beside the estimate (METHODS E); the verb
comes from the ladder of claims and from nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import ceil

import numpy as np
from ibis import _
from scipy import special

from leadline.metrics.landmark import (
    BEFORE,
    FOLLOW_DAYS,
    JOINED_DAYS,
    TAKING_DAYS,
    Floats,
    Followed,
    Landmark,
    followed,
    usual,
)
from leadline.metrics.metric import Facts
from leadline.metrics.population import so_far
from leadline.stats.claims import (
    Check,
    Claim,
    Design,
    Verdict,
    balance_check,
    claim,
    overlap_check,
    placebo_check,
    unmeasured_check,
    verdict,
)
from leadline.stats.contrasts import ASSOCIATION_MIN_PEOPLE, association, partial_correlation
from leadline.stats.effects import (
    Effect,
    Study,
    Unmeasured,
    difference,
    e_value_of_difference,
    effect_on_treated,
)
from leadline.stats.intervals import CONFIDENCE, Interval, normal_quantile
from leadline.stats.multiplicity import benjamini_hochberg
from leadline.stats.power import PLAUSIBLE_SD, detectable_beside, sample_size_of_means
from leadline.stats.refusal import Refused

VERSION = 1
QUESTION = "Did this course change an outcome that matters?"
DEFINITION = (
    "One landmark day for everybody: the Monday after the day by which half of those who completed "
    f"the course had. Exposed: completed it in the {TAKING_DAYS} days before the landmark. Others: "
    "had not completed it by then, whatever they did later. Only people employed on the landmark "
    "day; those who had completed it earlier are left out. Outcome: the mean of a person's "
    f"measurements in the {FOLLOW_DAYS} days from the landmark on. Compared are people of like "
    "role, unit, location, years employed and earlier measurements (augmented inverse-probability "
    "weighting, effect on those who took it). Placebo: the same with the last measurement from "
    "before anybody counted took the course, which then is no covariate. For new hires the "
    f"landmark is {JOINED_DAYS} days after each one's first day."
)
LISTED_MIN_PEOPLE = 10  # who completed it; of others there is nothing to ask
COMPARE_MIN_PEOPLE = 50  # in each group
SEED = 20_260_101
FALSE_FINDINGS = 0.05  # of those found among the courses of one outcome


@dataclass(frozen=True)
class Outcome:
    """A thing that is measured: its unit, where it is better (up, down or None), of how many."""

    outcome: str
    measure: str | None
    better: str | None
    people: int


@dataclass(frozen=True)
class Covariate:
    """How unlike the groups are in one thing, in standard deviations; None: withheld.

    people: the smallest of the groups that it tells of."""

    name: str
    before: float | None
    after: float | None
    people: int


@dataclass(frozen=True)
class Group:
    """People and the mean of what was measured of them; None: nobody."""

    people: int
    mean: float | None


@dataclass(frozen=True)
class Correlations:
    """Of the outcome with having completed the course (Pearson, Spearman, and with what is known
    of people held constant) and, among those with any, with hours spent in it."""

    plain: Interval | Refused
    ranks: Interval | Refused
    adjusted: Interval | Refused
    hours: Interval | Refused
    hours_people: int


@dataclass(frozen=True)
class Impact:
    """One course and one outcome.

    on: the landmark day (None: JOINED_DAYS after each hire). later: of the others, how many
    completed it while the outcome counted. share: of all such people, those looked at. teams:
    whether errors go by teams. headline: the difference to be shown, `weighted` where that was
    possible, else `plain`; placebo: the same on a measurement from before. design and claim: None
    where there is no number. detectable: the smallest difference that so many people would show;
    plausible: the largest that training may be hoped to make; needed: people in each group to see
    that. q: false discovery rate among the courses of this outcome, where asked together."""

    course: str
    outcome: Outcome
    as_of: datetime
    on: date | None
    exposed: Group
    others: Group
    later: int | None
    left_out: Mapping[str, int | None]
    share: float
    teams: bool
    headline: Interval | Refused
    plain: Interval | Refused
    weighted: Interval | Refused
    correlations: Correlations
    placebo: Interval | None
    balance: tuple[Covariate, ...]
    checks: tuple[Check, ...]
    design: Design | None
    claim: Claim | None
    verdict: Verdict | None
    detectable: float | None
    plausible: float | None
    needed: int
    unmeasured: Unmeasured | None
    q: float | None = None
    version: int = VERSION

    @property
    def seen(self) -> bool:
        """Whether the headline's interval leaves out "no difference"."""
        found = self.headline
        return isinstance(found, Interval) and not found.low <= 0 <= found.high

    @property
    def too_little(self) -> bool:
        """Whether a plausible effect could have been missed for want of people."""
        return self.detectable is None or self.detectable > (self.plausible or 0.0)


def outcomes(facts: Facts) -> list[Outcome]:
    """What has been measured of people so far, by id."""
    told = so_far(facts, facts.outcome, "at")
    each = told.group_by("outcome").aggregate(
        measure=told.measure.argmax(told["at"], where=told.measure.notnull()),
        better=told.better.argmax(told["at"], where=told.better.notnull()),
        people=told.person.nunique(),
    )
    return [Outcome(**line) for line in each.order_by("outcome").to_pyarrow().to_pylist()]


def impacts(facts: Facts, outcome: Outcome) -> list[Impact]:
    """Every course that at least LISTED_MIN_PEOPLE completed against one outcome: one family of
    questions, so that of what is found at most one in twenty is chance (Benjamini, Hochberg)."""
    done = so_far(facts, facts.cycle, "completed_at").filter(_.course.notnull())
    many = done.group_by("course").aggregate(people=done.person.nunique())
    many = many.filter(many.people >= LISTED_MIN_PEOPLE)
    courses = sorted(many.to_pyarrow()["course"].to_pylist())
    found = [each for course in courses if (each := impact(facts, course, outcome))]
    p_values = {
        each.course: _p(each.headline) for each in found if isinstance(each.headline, Interval)
    }
    q_values = dict(zip(p_values, benjamini_hochberg(list(p_values.values())), strict=True))
    return [_among(each, q_values) for each in found]


def impact(facts: Facts, course: str, outcome: Outcome, *, joined: bool = False) -> Impact | None:
    """One course against one outcome; joined: new hires, each from their first day on. None:
    nobody has completed the course."""
    landmark = Landmark(None) if joined else usual(facts, course)
    if landmark is None:
        return None
    people = followed(facts, course, outcome.outcome, landmark)
    judged = _Judged(people)
    headline, design = judged.headline, judged.design
    return Impact(
        course=course,
        outcome=outcome,
        as_of=facts.now,
        on=landmark.on,
        exposed=_group(people.y[people.exposed]),
        others=_group(people.y[~people.exposed]),
        later=people.later,
        left_out=people.left_out,
        share=people.share,
        teams=people.teams,
        headline=headline,
        plain=judged.plain,
        weighted=judged.weighted,
        correlations=_correlations(people),
        placebo=judged.placebo,
        balance=_balance(people, judged.found),
        checks=judged.checks,
        design=design,
        claim=claim(design, judged.checks) if design else None,
        verdict=_verdict(headline, outcome.better, judged.sd),
        detectable=judged.detectable,
        plausible=PLAUSIBLE_SD * judged.sd or None,
        needed=ceil(sample_size_of_means(PLAUSIBLE_SD)),
        unmeasured=judged.unmeasured,
    )


class _Judged:
    """The differences of the followed people, and the checks that may veto them."""

    def __init__(self, people: Followed) -> None:
        few = _few(people)
        self.sd = 0.0 if few else float(people.y.std())
        self.plain = few or difference(_study(people, people.y))
        self.found = few or effect_on_treated(_study(people, people.y))
        self.weighted = self.found.att if isinstance(self.found, Effect) else self.found
        known = isinstance(self.weighted, Interval)
        self.headline = self.weighted if known else self.plain
        self.design: Design | None = None
        if not few:
            self.design = "weighted" if known else "exposure first"
        self.unmeasured = (
            e_value_of_difference(self.found.att, self.sd)
            if isinstance(self.found, Effect) and self.sd
            else None
        )
        self.placebo = _placebo(people) if known else None
        self.checks = self._checks()
        self.detectable = (
            detectable_beside(self.headline) if isinstance(self.headline, Interval) else None
        )

    def _checks(self) -> tuple[Check, ...]:
        found, headline = self.found, self.headline
        if isinstance(headline, Refused):
            return ()
        if not isinstance(found, Effect):
            crosses = headline.low <= 0 <= headline.high
            limits = f"{headline.low:,.4g} to {headline.high:,.4g}"
            return (Check("difference", "fail" if crosses else "pass", limits),)
        return (
            balance_check(found.balance),
            overlap_check(found.balance),
            placebo_check(self.placebo, found.att),
            unmeasured_check(self.unmeasured.limit if self.unmeasured else 1.0),
        )


def _few(people: Followed) -> Refused | None:
    exposed, others = int(people.exposed.sum()), int((~people.exposed).sum())
    if not exposed + others:
        return Refused("immature", "Nobody employed then has been measured since the landmark day.")
    if min(exposed, others) < COMPARE_MIN_PEOPLE:
        had = f"{exposed} of those measured had completed it and {others} had not"
        return Refused("low_n", f"{had}; {COMPARE_MIN_PEOPLE} of each are needed.")
    return None


def _study(people: Followed, y: Floats) -> Study:
    return Study(y, people.exposed, people.design(), people.team, SEED)


def _placebo(people: Followed) -> Interval | None:
    """The "effect" on what was measured before anybody counted took the course."""
    known = ~np.isnan(people.before)
    x = people.design(without=BEFORE)[known]
    team = np.unique(people.team[known], return_inverse=True)[1]
    found = effect_on_treated(Study(people.before[known], people.exposed[known], x, team, SEED))
    return found.att if isinstance(found, Effect) else None


def _balance(people: Followed, found: Effect | Refused) -> tuple[Covariate, ...]:
    if isinstance(found, Refused):
        return ()
    arms = (people.exposed, ~people.exposed)
    smallest = min(int(arm.sum()) for arm in arms)
    balance = found.balance
    told = []
    for column, before, after in zip(people.kept(), balance.before, balance.after, strict=True):
        cells = [int((column.values[arm] == value).sum()) for arm in arms for value in (0.0, 1.0)]
        told.append(Covariate(column.name, before, after, min(cells) if column.level else smallest))
    return tuple(told)


def _correlations(people: Followed) -> Correlations:
    exposed = people.exposed.astype(np.float64)
    spent = people.hours > 0
    nothing = np.empty((len(people.y), 0))
    return Correlations(
        plain=_correlation(people, exposed, people.y, nothing),
        ranks=_correlation(people, exposed, _ranks(people.y), nothing),
        adjusted=_correlation(people, exposed, people.y, people.design()),
        hours=_correlation(
            replace(people, team=np.unique(people.team[spent], return_inverse=True)[1]),
            people.hours[spent],
            people.y[spent],
            nothing[spent],
        ),
        hours_people=int(spent.sum()),
    )


def _correlation(
    people: Followed, first: Floats, second: Floats, controls: Floats
) -> Interval | Refused:
    """Over teams where there are many, else as of independent people (Fisher's z)."""
    if len(first) < ASSOCIATION_MIN_PEOPLE:
        return Refused("low_n", f"{len(first)} people; {ASSOCIATION_MIN_PEOPLE} are needed.")
    if not first.std() or not second.std():
        return Refused("not_identified", "One of the two is the same for everybody.")
    if people.teams:
        return association(first, second, people.team, controls)
    rows = np.column_stack([first, second, controls])
    correlations: Floats = np.asarray(np.corrcoef(rows.T))
    if np.linalg.matrix_rank(correlations) < len(correlations):
        return Refused("not_identified", "One of the two follows exactly from the others.")
    return partial_correlation(correlations, len(first))


def _ranks(values: Floats) -> Floats:
    """Ties get the mean of their ranks."""
    _levels, place, people = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Floats = (people.cumsum() - (people - 1) / 2)[place]
    return ranks


def _group(y: Floats) -> Group:
    return Group(len(y), float(y.mean()) if len(y) else None)


def _verdict(headline: Interval | Refused, better: str | None, sd: float) -> Verdict | None:
    if isinstance(headline, Refused) or better is None or not sd:
        return None
    if better == "down":
        headline = replace(
            headline, estimate=-headline.estimate, low=-headline.high, high=-headline.low
        )
    return verdict(headline, PLAUSIBLE_SD * sd)


def _p(found: Interval) -> float:
    """Two-sided, of no difference, from the width of the interval."""
    error = (found.high - found.low) / (2 * normal_quantile(CONFIDENCE))
    return 2 * float(special.ndtr(-abs(found.estimate) / error)) if error else 1.0


def _among(each: Impact, q_values: Mapping[str, float]) -> Impact:
    """With what many courses asked at once do to it: a q above the limit vetoes."""
    if each.course not in q_values or each.design is None or len(q_values) == 1:
        return each
    q = q_values[each.course]
    finding = f"q = {q:.3f} among {len(q_values)} courses"
    check = Check("several courses", "pass" if q <= FALSE_FINDINGS else "fail", finding)
    checks = (*each.checks, check)
    return replace(each, q=q, checks=checks, claim=claim(each.design, checks))
