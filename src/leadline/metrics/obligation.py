"""What people owe, and how they stand (METHODS A, compliance): from the declared requirements, from
where people sat when, and from certificates and completions. All of it is dated.

Days are days of the person's own zone. A certificate holds to the end of the day on which it runs
out. `duties`: who is bound, from when to when. `holdings`: what satisfies, with its end: the one
that was sent, else the one that follows from the requirement's months; both are kept. `periods`:
what was due when, and when it came. `obligations`: how everybody stands at the instant asked
about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
from ibis import _

from leadline.facts.fact import INSTANT, Column, Sensitivity
from leadline.metrics.metric import Facts
from leadline.metrics.population import so_far, wall_clock

IN_FORCE, DUE_SOON, IN_GRACE = "in force", "due soon", "in grace"
NOT_YET_DUE, VIOLATED = "not yet due", "violated"
EXEMPT, ON_LEAVE = "exempt", "on leave"
MET = (IN_FORCE, DUE_SOON, IN_GRACE)
NOT_COUNTED = (NOT_YET_DUE, EXEMPT, ON_LEAVE)
# A certificate earned in a course this soon after its completion is of the same training.
SAME_TRAINING_DAYS = 30
FAR = date(9999, 12, 31)

_C = Sensitivity.CERTIFICATE
COLUMNS: Mapping[str, Column] = {
    "person": Column("int64", Sensitivity.KEY, "random key of who owes it"),
    "requirement": Column("string", Sensitivity.CONTENT, "short name of what is required"),
    "name": Column("string", Sensitivity.CONTENT, "its name in words"),
    "regulated": Column("boolean", Sensitivity.CONTENT, "whether a lapse is of high severity"),
    "since": Column("date", _C, "first day on which the person was bound, without a gap since"),
    "until": Column("date", _C, "first day on which they are no longer; null: none is known"),
    "due_on": Column("date", _C, "first day on which something new is needed; null: never"),
    "lead_on": Column("date", _C, "day on which the person is told of it"),
    "violated_on": Column("date", _C, "due day and written grace: first day of a violation"),
    "state": Column(
        "string",
        _C,
        "in force, due soon, in grace, not yet due, violated, exempt, on leave",
    ),
    "thing": Column("string", Sensitivity.CONTENT, "activity id of what is held, valid or not"),
    "issued_at": Column(INSTANT, _C, "when it was issued or completed"),
    "expires_on": Column("date", _C, "first day on which it holds no more; null: it always does"),
    "expires_sent": Column("date", _C, "the same, as the record says"),
    "expires_computed": Column("date", _C, "the same, as follows from the requirement"),
    "source": Column("string", Sensitivity.CONTENT, "source of the record"),
    "statement_id": Column("string", Sensitivity.KEY, "the statement behind it"),
    "today": Column("date", Sensitivity.KEY, "the day in the person's zone"),
}


@dataclass(frozen=True)
class Derived:
    """What a policy has to know of a table that is no fact of the lake: see facts.Fact."""

    name: str
    columns: Mapping[str, Column]


OBLIGATION = Derived("obligation", COLUMNS)


def obligations(facts: Facts) -> ir.Table:
    """One row per person and requirement that binds them at the instant; COLUMNS."""
    bound = _bound_now(facts)
    held = bound.left_join(_best(facts, bound), ["person", "requirement"])
    held = held.drop(*[name for name in held.columns if name.endswith("_right")])
    excused = _excused(facts, _due(facts, held))
    return _judged(excused).select(*COLUMNS).cast({n: c.type for n, c in COLUMNS.items()})


def steps(facts: Facts, name: str) -> ir.Table | None:
    """What the questions of this page are made of, as tables of the facts: `seat`, `duty`,
    `holding`, `obligation`. Whoever opens the facts keeps them, so that none is worked out twice;
    None: it is no such table."""
    made = {"seat": seats, "duty": duties, "holding": holdings, "obligation": obligations}
    return made[name](facts) if name in made else None


def seats(facts: Facts) -> ir.Table:
    """person, zone, unit, role, location and the days [begins, ends) on which they sat there."""
    seat = facts.position
    ended = ibis.ifelse(seat.left_on < seat.valid_to, seat.left_on, seat.valid_to)
    return seat.select(
        "person",
        "role",
        "location",
        zone=seat.zone.fill_null(facts.reporting_zone),
        unit=seat.unit_path,
        begins=seat.valid_from,
        ends=ibis.coalesce(ended, seat.left_on, seat.valid_to, FAR),
    ).filter(_.begins < _.ends)


def duties(facts: Facts) -> ir.Table:
    """person, requirement, since, until (FAR: none is known), employed_since: spans in which a
    requirement binds a person without a gap, and since when they were employed by then."""
    seat, scope, version = facts.seat, facts.scope, facts.requirement
    within = (scope.unit == seat.unit) | seat.unit.startswith(scope.unit.concat("/"))
    fits = [
        scope.unit.isnull() | within.fill_null(False),
        scope.role.isnull() | (scope.role == seat.role).fill_null(False),
        scope.location.isnull() | (scope.location == seat.location).fill_null(False),
    ]
    bound = seat.inner_join(scope, fits).select(
        "person", "requirement", "valid_from", "begins", "ends"
    )
    dated = bound.inner_join(
        version.select("requirement", "valid_from", "valid_to"), ["requirement", "valid_from"]
    )
    cut = dated.select(
        "person",
        "requirement",
        begins=ibis.greatest(dated.begins, dated.valid_from),
        ends=ibis.least(dated.ends, dated.valid_to.fill_null(FAR)),
    ).filter(_.begins < _.ends)
    spans = _joined(cut, ["person", "requirement"]).rename(since="begins", until="ends")
    employed = _joined(seat.select("person", "begins", "ends"), ["person"])
    employed = employed.select(who="person", employed_since="begins", employed_until="ends")
    return spans.inner_join(
        employed,
        [
            spans.person == employed.who,
            spans.since >= employed.employed_since,
            spans.since < employed.employed_until,
        ],
    ).drop("who", "employed_until")


def _joined(spans: ir.Table, keys: list[str]) -> ir.Table:
    """Spans [begins, ends) that touch or overlap as one."""
    before = ibis.window(group_by=keys, order_by=["begins", "ends"], preceding=(None, 1))
    along = ibis.window(group_by=keys, order_by=["begins", "ends"])
    reached = spans.distinct().mutate(reached=_.ends.max().over(before))
    fresh = reached.mutate(fresh=ibis.ifelse(reached.begins <= reached.reached, 0, 1))
    numbered = fresh.mutate(number=fresh.fresh.cumsum().over(along))
    whole = numbered.group_by([*keys, "number"]).aggregate(
        begins=numbered.begins.min(), ends=numbered.ends.max()
    )
    return whole.drop("number")


def holdings(facts: Facts) -> ir.Table:
    """person, requirement, thing, issued_at, issued_on, expires_sent, expires_computed, ends (FAR:
    never), source, statement_id: every certificate and completion that satisfies."""
    found = _records(facts)
    version, satisfier = facts.requirement, facts.satisfier
    named = found.inner_join(satisfier, "thing")
    ruled = named.inner_join(
        version.select("requirement", "valid_from", "rules_from", "rules_to", "valid_months"),
        ["requirement", "valid_from"],
    )
    ruled = ruled.filter(
        _.issued_on >= _.rules_from, _.rules_to.isnull() | (_.issued_on < _.rules_to)
    )
    months = ruled.valid_months.fill_null(0).as_interval("M")
    follows = (ruled.issued_on.cast("timestamp") + months).cast("date")
    computed = ibis.ifelse(ruled.valid_months.notnull(), follows, ibis.null("date"))
    ended = ruled.mutate(expires_computed=computed)
    return ended.select(
        *("person", "requirement", "thing", "issued_at", "issued_on", "expires_sent"),
        *("expires_computed", "source", "statement_id"),
        ends=ibis.coalesce(ended.expires_sent, ended.expires_computed, FAR),
    )


def _records(facts: Facts) -> ir.Table:
    """Certificates and completions up to now, by the day of the holder's zone: person, thing,
    issued_at, issued_on, expires_sent, source, statement_id."""
    certificate = so_far(facts, facts.certificate, "issued_at")
    cycle = so_far(facts, facts.cycle, "completed_at")
    certified = certificate.select("person", "course", certified_at="issued_at")
    again = cycle.join(
        certified,
        [
            cycle.person == certified.person,
            cycle.course == certified.course,
            certified.certified_at >= cycle.completed_at,
            certified.certified_at <= cycle.completed_at + ibis.interval(days=SAME_TRAINING_DAYS),
        ],
        how="anti",
    )
    columns = ("person", "thing", "issued_at", "expires_at", "source", "statement_id")
    both = (
        certificate.rename(thing="certificate")
        .select(*columns)
        .union(
            again.select(
                "person",
                thing="course",
                issued_at="completed_at",
                expires_at=ibis.null(INSTANT),
                source="source",
                statement_id="completion_id",
            )
        )
    )
    return _local_days(facts, both)


def _local_days(facts: Facts, rows: ir.Table) -> ir.Table:
    placed = rows.left_join(_zones(facts), "person").drop("person_right")
    zone = placed.zone.fill_null(facts.reporting_zone)
    ends = wall_clock(zone, placed.expires_at)
    day = ends.date()
    return placed.select(
        *("person", "thing", "issued_at", "source", "statement_id"),
        issued_on=wall_clock(zone, placed.issued_at).date(),
        # What ends at midnight holds on the day before; no more than that is cut off.
        expires_sent=ibis.ifelse(ends > day.cast("timestamp"), _plus(day, 1), day),
    )


def _zones(facts: Facts) -> ir.Table:
    """Everybody's zone; the directory keeps one a person."""
    seat = facts.seat
    return seat.group_by("person").aggregate(zone=seat.zone.max())


def periods(facts: Facts) -> ir.Table:
    """person, requirement, thing, statement_id, issued_at, issued_on, ends, due_on: each holding
    that counted, and the day on which it was due: the end of what was held before, else the due
    days of the duty that it fell in (null: before anything was due)."""
    duty, version = facts.duty, facts.requirement
    first = duty.inner_join(
        version.select("requirement", "due_days", "valid_from", "valid_to"), "requirement"
    )
    first = first.filter(
        _.since >= _.valid_from, _.valid_to.isnull() | (_.since < _.valid_to)
    ).select(
        who="person",
        what="requirement",
        since="since",
        until="until",
        owed_on=_plus(_.since, _.due_days),
    )
    along = ibis.window(
        group_by=["person", "requirement"],
        order_by=["issued_at", "statement_id"],
        preceding=(None, 1),
    )
    held = facts.holding.mutate(before=_.ends.max().over(along))
    met = held.left_join(
        first,
        [
            held.person == first.who,
            held.requirement == first.what,
            held.issued_on >= first.since,
            held.issued_on < first.until,
        ],
    )
    return met.select(
        *("person", "requirement", "thing", "statement_id", "issued_at", "issued_on", "ends"),
        due_on=ibis.greatest(met.before.fill_null(met.owed_on), met.owed_on),
    )


def _bound_now(facts: Facts) -> ir.Table:
    """The duties of today with the rules of today and the person's day."""
    placed = facts.duty.left_join(_zones(facts), "person").drop("person_right")
    # A table, not a value: the question is then put into SQL once and not anew for each instant.
    placed = placed.cross_join(ibis.memtable({"now": [facts.now]}, schema={"now": INSTANT}))
    today = wall_clock(placed.zone, placed.now).date()
    now = placed.mutate(today=today).filter(_.since <= _.today, _.until > _.today)
    version = facts.requirement.drop("rules_from", "rules_to")
    ruled = now.inner_join(version, "requirement").filter(
        _.valid_from <= _.today, _.valid_to.isnull() | (_.valid_to > _.today)
    )
    return ruled.drop("valid_from", "valid_to", "zone", "valid_months", "now")


def _best(facts: Facts, bound: ir.Table) -> ir.Table:
    """What holds longest of all that counts, per person and requirement."""
    held = facts.holding.inner_join(
        bound.select("person", "requirement", "employed_since", "rehire"),
        ["person", "requirement"],
    )
    counts = held.filter((_.rehire == "counts") | (_.issued_on >= _.employed_since))
    order = [ibis.desc("ends"), ibis.desc("issued_at"), "statement_id"]
    place = ibis.row_number().over(ibis.window(group_by=["person", "requirement"], order_by=order))
    best = counts.mutate(place=place).filter(_.place == 0)
    return best.drop("place", "employed_since", "rehire")


def _due(facts: Facts, held: ir.Table) -> ir.Table:
    """With the due day: the end of what is held, or the due days after the duty began, whichever
    is later, put off by leave where the requirement says so."""
    owed = _plus(held.since, held.due_days)
    due = held.mutate(
        clock_from=ibis.coalesce(held.issued_on, held.since),
        raw=ibis.greatest(owed, held.ends.fill_null(owed)),
    )
    leave = facts.leave.select(away="person", leaves="valid_from", returns="valid_to")
    off = due.inner_join(
        leave,
        [
            due.person == leave.away,
            due.leave == "suspends",
            leave.leaves >= due.clock_from,
            leave.leaves < due.raw,
            leave.leaves <= due.today,
        ],
    )
    days = _days(off.leaves, ibis.coalesce(off.returns, _plus(off.today, 1)))
    put_off = off.group_by(["person", "requirement"]).aggregate(
        put_off=days.cast("float64").sum().cast("int64")  # an engine may sum whole numbers wider
    )
    joined = due.left_join(put_off, ["person", "requirement"])
    return joined.drop("person_right", "requirement_right").mutate(
        due_on=ibis.ifelse(_.raw == FAR, ibis.null("date"), _plus(_.raw, _.put_off.fill_null(0)))
    )


def _excused(facts: Facts, due: ir.Table) -> ir.Table:
    """With `exempt` and `away`: whether the person is let off or on leave today."""
    exempt = _today(due, facts.exemption, ["person", "requirement"]).mutate(exempt=True)
    away = _today(due, facts.leave, ["person"]).mutate(away=True)
    joined = due.left_join(exempt, ["person", "requirement"])
    joined = joined.drop("person_right", "requirement_right").left_join(away, "person")
    return joined.drop("person_right").mutate(
        exempt=_.exempt.fill_null(False),
        away=_.away.fill_null(False) & (_.leave == "suspends"),
    )


def _today(due: ir.Table, spans: ir.Table, keys: list[str]) -> ir.Table:
    """The keys of the spans that cover the person's day."""
    days = due.select("person", "today").distinct()
    on = spans.inner_join(days, "person")
    covers = (on.valid_from <= on.today) & (on.valid_to.isnull() | (on.valid_to > on.today))
    return on.filter(covers).select(*keys).distinct()


def _judged(rows: ir.Table) -> ir.Table:
    """With the days that follow from the due day, and the state."""
    dated = rows.mutate(
        lead_on=_plus(rows.due_on, -rows.lead_days),
        violated_on=_plus(rows.due_on, rows.grace_days),
        expires_on=rows.ends.nullif(FAR),
        until=rows.until.nullif(FAR),
    )
    today = dated.today
    holds = (dated.ends > today).fill_null(False)
    state = ibis.cases(
        (dated.exempt, EXEMPT),
        (dated.away, ON_LEAVE),
        (holds & (dated.lead_on <= today).fill_null(False), DUE_SOON),
        (holds, IN_FORCE),
        (today < dated.due_on, NOT_YET_DUE),
        (today < dated.violated_on, IN_GRACE),
        else_=VIOLATED,
    )
    return dated.mutate(state=state)


def _plus(day: ir.DateValue, days: ir.IntegerValue | int) -> ir.DateValue:
    count = ibis.literal(days) if isinstance(days, int) else days
    return (day.cast("timestamp") + count.as_interval("D")).cast("date")


def _days(first: ir.DateValue, last: ir.DateValue) -> ir.IntegerValue:
    seconds = last.cast("timestamp").epoch_seconds() - first.cast("timestamp").epoch_seconds()
    return (seconds // 86_400).cast("int64")
