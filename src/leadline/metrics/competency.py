"""How long people in a role take to meet its standard (METHODS D).

From the first day in the role to the day on which everything that the role's standard of that first
day needs has been reached. Who leaves the role before is no slow learner but gone."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
from ibis import _

from leadline.metrics.metric import Facts
from leadline.metrics.population import DAY_SECONDS, so_far
from leadline.stats.claims import Claim, claim, trend_check
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused
from leadline.stats.survival import (
    AT_RISK_MIN_PEOPLE,
    Daily,
    Incidence,
    MedianTime,
    Step,
    cumulative_incidence,
    kaplan_meier,
    log_rank,
    median_time,
    restricted_mean,
    restricted_mean_difference,
)
from leadline.stats.tables import Significance

VERSION = 1
QUESTION = "How long until people in this role are competent?"
DEFINITION = (
    "Days from the first day in the role (hire or transfer, from the HR record) to the day when "
    "all is met that the role's standard of that first day needs; what was met before counts as "
    "met on the first day. Still waiting: counted up to today (Kaplan-Meier). Left the role "
    "before: a competing end (Aalen-Johansen). Headline: mean days within the first {days} days, "
    "everyone counted (restricted mean). People who came before the role had a standard are left "
    "out."
)
HORIZON_DAYS = 180
DRIFT_MIN_PEOPLE = 20  # in each half of those before a change
COMPETENT, LEFT, WAITING = "competent", "left the role", "still waiting"


class Line(NamedTuple):
    """How many stays began on a day and had this fate after so many days."""

    started: date
    days: int
    fate: str
    stays: int


@dataclass(frozen=True)
class Cohort:
    """People who came into the role in one period, and how they fared.

    left: None where it is withheld, and with it who is still on the way. curve: not yet competent
    by day; share: competent by day with leavers as such; both hold up to `followed_days`, beyond
    which fewer than ten were observed. mean: days within the horizon."""

    people: int
    competent: int
    left: int | None
    followed_days: float
    since: date
    until: date
    counts: Daily
    curve: tuple[Step, ...]
    share: tuple[Incidence, ...]
    median: MedianTime | Refused
    mean: Interval | Refused


@dataclass(frozen=True)
class Change:
    """Those who came before a day and those who came on it or later, followed for the same time.

    Of those who came before, nothing that happened after the day counts. faster: mean days before
    less after, within the horizon. claim: what may be said; a difference that was there already
    between the earlier and the later of those before vetoes it."""

    on: date
    before: Cohort
    after: Cohort
    faster: Interval | Refused
    test: Significance | None
    claim: Claim


@dataclass(frozen=True)
class Competency:
    """A role, all of it and, where a change is named, before and after it (None: nobody came)."""

    role: str
    as_of: datetime
    horizon_days: int
    whole: Cohort
    change: Change | None
    version: int = VERSION


def roles(facts: Facts) -> list[str]:
    """The roles that have a standard, in alphabetical order."""
    return sorted(facts.standard.select("role").distinct().to_pyarrow()["role"].to_pylist())


def waits(facts: Facts) -> ir.Table:
    """One row per person and stay in a role that had a standard on its first day.

    person, role, started (day), standard (its valid_from), days (whole, from 0), fate."""
    stay = _stays(facts)
    dated = facts.standard.select("role", "valid_from").distinct()
    on = stay.inner_join(dated, "role").filter(_.valid_from <= _.first_day)
    known = on.group_by(["person", "role", "first_day", "last_day"]).aggregate(
        standard=on.valid_from.max()
    )
    reached = _reached(facts, known)
    told = known.left_join(reached, ["person", "role", "first_day"])
    today = ibis.literal(facts.now.date())
    done, gone = told.competent_on, told.last_day
    in_time = gone.isnull() | (done < gone)
    competent = ((done <= today) & in_time).fill_null(False)
    left = ~competent & (gone <= today).fill_null(False)
    ended = ibis.cases((competent, done), (left, gone), else_=today)
    return told.select(
        "person",
        "role",
        "standard",
        started=told.first_day,
        days=_days_between(told.first_day, ended),
        fate=ibis.cases((competent, COMPETENT), (left, LEFT), else_=WAITING),
    ).filter(_.started <= today)


def _days_between(first: ir.DateColumn, last: ir.DateColumn) -> ir.IntegerColumn:
    """By epoch seconds: the same on every engine."""
    seconds = last.cast("timestamp").epoch_seconds() - first.cast("timestamp").epoch_seconds()
    return (seconds // DAY_SECONDS).cast("int64")


def _stays(facts: Facts) -> ir.Table:
    """person, role, first_day, last_day (exclusive; null: still): positions of one role that follow
    on each other are one stay."""
    seat = facts.position.filter(_.role.notnull())
    ended = ibis.ifelse(seat.left_on < seat.valid_to, seat.left_on, seat.valid_to)
    seat = seat.mutate(ends=ibis.coalesce(ended, seat.left_on, seat.valid_to))
    along = ibis.window(group_by=["person", "role"], order_by="valid_from")
    before = seat.ends.lag().over(along)
    follows = (before >= seat.valid_from).fill_null(False)
    begun = seat.mutate(begins=ibis.ifelse(follows, 0, 1))
    stays = begun.mutate(stay=begun.begins.cumsum().over(along))
    far = date(9999, 12, 31)
    spans = stays.group_by(["person", "role", "stay"]).aggregate(
        first_day=stays.valid_from.min(), last=stays.ends.fill_null(far).max()
    )
    return spans.mutate(last_day=spans["last"].nullif(far)).drop("last", "stay")


def _reached(facts: Facts, stays: ir.Table) -> ir.Table:
    """person, role, first_day, competent_on; only where everything that is needed was met."""
    standard = facts.standard.rename(standard="valid_from")
    needed = stays.inner_join(standard, ["role", "standard"])
    met = _met(facts)
    hit = needed.left_join(
        met, (needed.person == met.person) & (needed.needs == met.kind) & (needed.thing == met.what)
    )
    # A measurement is one of this role; a course once completed stays completed.
    good = (hit.value >= ibis.coalesce(hit.at_least, hit.value)) & (
        hit.value <= ibis.coalesce(hit.at_most, hit.value)
    )
    in_role = (hit.kind != "outcome") | ((hit.met_on >= hit.first_day) & good)
    valid = hit.until.isnull() | (hit.until > hit.first_day)
    counts = hit.met_on.notnull() & in_role & valid
    each = hit.group_by(
        ["person", "role", "first_day", "needs", "thing", "at_least", "at_most"]
    ).aggregate(on=hit.met_on.min(where=counts.fill_null(False)))
    whole = each.group_by(["person", "role", "first_day"]).aggregate(
        missing=each["on"].isnull().cast("int64").sum(), last=each["on"].max()
    )
    done = whole.filter(whole.missing == 0)
    return done.select(
        "person", "role", "first_day", competent_on=ibis.greatest(done["last"], done.first_day)
    )


def _met(facts: Facts) -> ir.Table:
    """person, kind, what, met_on, until (of certificates), value (of outcomes)."""
    attempt = facts.attempt
    attempt = attempt.mutate(at=ibis.coalesce(attempt.submitted_at, attempt.graded_at))
    passed = attempt.filter(attempt.passed.fill_null(False))
    return ibis.union(
        _of("course", so_far(facts, facts.cycle, "completed_at"), "completed_at"),
        _of("assessment", so_far(facts, passed, "at"), "at"),
        _of("certificate", so_far(facts, facts.certificate, "issued_at"), "issued_at"),
        _of("outcome", so_far(facts, facts.outcome, "at"), "at"),
    )


def _of(kind: str, table: ir.Table, met: str) -> ir.Table:
    until = table.expires_at.date() if "expires_at" in table.columns else ibis.null("date")
    value = table.value if "value" in table.columns else ibis.null("float64")
    return table.select(
        "person",
        kind=ibis.literal(kind),
        what=table[kind],
        met_on=table[met].date(),
        until=until,
        value=value,
    )


def competency(
    facts: Facts, role: str, change: date | None = None, horizon_days: int = HORIZON_DAYS
) -> Competency | None:
    """How a role fares as of `facts.now`; None: nobody came into it under a standard. One query."""
    told = waits(facts).filter(_.role == role)
    lines = told.group_by(["started", "days", "fate"]).aggregate(stays=told.count()).to_pyarrow()
    found = [Line(**line) for line in lines.to_pylist()]
    if not found:
        return None
    return Competency(
        role=role,
        as_of=facts.now,
        horizon_days=horizon_days,
        whole=_cohort(found, horizon_days),
        change=_change(found, change, horizon_days) if change else None,
    )


def _change(lines: Sequence[Line], on: date, horizon_days: int) -> Change | None:
    before = [_until(line, on) for line in lines if line.started < on]
    after = [line for line in lines if line.started >= on]
    if not before or not after:
        return None
    first, second = _cohort(before, horizon_days), _cohort(after, horizon_days)
    return Change(
        on=on,
        before=first,
        after=second,
        faster=restricted_mean_difference(first.counts, second.counts, horizon_days),
        test=log_rank([[first.counts, second.counts]]),
        claim=claim("before and after", [trend_check(_drift(before))]),
    )


def _until(line: Line, on: date) -> Line:
    """The line as it stood on a day: what came later is not known yet."""
    seen = (on - line.started).days
    return line if line.days < seen else line._replace(days=seen, fate=WAITING)


def _drift(lines: Sequence[Line]) -> float | None:
    """p of "those before fare alike, the earlier and the later half"; None: too few to tell."""
    people = sum(line.stays for line in lines)
    if people < 2 * DRIFT_MIN_PEOPLE:
        return None
    halves: tuple[list[Line], list[Line]] = ([], [])
    counted = 0
    for line in sorted(lines):
        halves[2 * counted >= people].append(line)
        counted += line.stays
    test = log_rank([[_counts(half) for half in halves]])
    return None if test is None else test.p_value


def _counts(lines: Sequence[Line]) -> Daily:
    return [(day, done, left + waiting) for day, done, left, waiting in _fates(lines)]


def _followed(counts: Daily) -> float:
    """The last day on which at least ten were observed."""
    observed = 0
    for day, done, gone in sorted(counts, reverse=True):
        observed += done + gone
        if observed >= AT_RISK_MIN_PEOPLE:
            return day
    return 0.0


def _fates(lines: Sequence[Line]) -> list[tuple[float, int, int, int]]:
    """(day, competent, left, waiting)."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for line in lines:
        found[line.days][line.fate] += line.stays
    return [(float(d), n[COMPETENT], n[LEFT], n[WAITING]) for d, n in sorted(found.items())]


def _cohort(lines: Sequence[Line], horizon_days: int) -> Cohort:
    fates, counts = _fates(lines), _counts(lines)
    curve = kaplan_meier(counts)
    return Cohort(
        people=sum(line.stays for line in lines),
        competent=sum(done for _, done, _, _ in fates),
        left=sum(left for _, _, left, _ in fates),
        followed_days=_followed(counts),
        since=min(line.started for line in lines),
        until=max(line.started for line in lines),
        counts=counts,
        curve=tuple(curve),
        share=tuple(cumulative_incidence(fates)),
        median=median_time(curve),
        mean=restricted_mean(counts, horizon_days),
    )
