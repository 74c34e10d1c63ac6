"""The way through a course: the order of its modules, how far each cycle came, and how it ended."""

import ibis
import ibis.expr.types as ir
from ibis import _

from leadline.metrics.metric import Facts
from leadline.metrics.population import DAY_SECONDS, by_now, instant, seconds_between, so_far

CYCLE = ("person", "course", "cycle_no")
IDLE_MIN_DAYS = 14
GAP_LEVEL = 0.95
CONTINUED, ABANDONED, IN_PROGRESS = "continued", "abandoned", "in progress"


def visits(facts: Facts) -> ir.Table:
    """Modules that a learner did something in by now.

    A delayed check (METHODS C) is no step of the way: it comes weeks after its end."""
    return so_far(facts, _steps_only(facts, facts.reach), "first_at")


def _steps_only(facts: Facts, modules: ir.Table) -> ir.Table:
    check = facts.check
    checks = check.filter(check.assessment != check["of"]).select(module="assessment").distinct()
    return modules.anti_join(checks, "module")


def order(facts: Facts) -> ir.Table:
    """course, module, place (1 …), declared: whether the order is the course's own.

    The declared position holds where every module of the course that anybody visited has one;
    otherwise modules go by the median order in which learners first touched them. Declared modules
    that nobody visited have their place too."""
    visited = _visited(facts)
    declared = _steps_only(facts, facts.activity)
    declared = declared.filter(_.activity == _.module, _.position.notnull())
    declared = declared.select("course", "module", "position")
    both = visited.outer_join(declared, ["course", "module"])
    both = both.select(
        course=ibis.coalesce(both.course, both.course_right),
        module=ibis.coalesce(both.module, both.module_right),
        position=both.position.cast("float64"),
        typical=both.typical,
    )
    course = ibis.window(group_by="course")
    both = both.mutate(declared=both.position.notnull().all().over(course))
    known = both.filter(both.declared | both.typical.notnull())
    rank = ibis.ifelse(known.declared, known.position, known.typical)
    along = ibis.window(group_by="course", order_by=[rank, known.module])
    return known.select(
        "course", "module", "declared", place=(ibis.row_number().over(along) + 1).cast("int64")
    )


def _visited(facts: Facts) -> ir.Table:
    """course, module, typical: median over cycles of when in the row of modules it came."""
    visit = visits(facts)
    along = ibis.window(group_by=list(CYCLE), order_by=["first_at", "module"])
    ranked = visit.mutate(rank=ibis.row_number().over(along).cast("float64"))
    return ranked.group_by(["course", "module"]).aggregate(typical=ranked.rank.quantile(0.5))


def patience(facts: Facts) -> ir.Table:
    """course, idle_s: how long idle means stopped.

    The larger of 14 days and the 95th percentile of the gaps between first touches of successive
    modules among those who went on."""
    visit = visits(facts)
    along = ibis.window(group_by=list(CYCLE), order_by=["first_at", "module"])
    gaps = visit.mutate(gap_s=seconds_between(visit.first_at.lag().over(along), visit.first_at))
    least = float(IDLE_MIN_DAYS * DAY_SECONDS)
    usual = gaps.group_by("course").aggregate(idle_s=gaps.gap_s.cast("float64").quantile(GAP_LEVEL))
    return usual.mutate(idle_s=ibis.greatest(usual.idle_s.fill_null(least), least))


def journeys(facts: Facts, places: ir.Table) -> ir.Table:
    """One row per cycle that visited a module: how far it came in `places`, and how it ended.

    person, course, cycle_no, `furthest` place, `began` (first visit), `last_module`, `idle_s` (the
    course's patience) and `outcome`: continued (to completion; in a course that nobody is known to
    have completed, to the last module), abandoned (incomplete, and withdrawn or idle for the
    patience) or in progress. Waived and incomplete cycles are left out."""
    course = ibis.window(group_by="course")
    places = places.mutate(last=places.place.max().over(course))
    visit = visits(facts).inner_join(places, ["course", "module"])
    furthest = visit.group_by(list(CYCLE)).aggregate(
        furthest=visit.place.max(), last=visit.last.max(), began=visit.first_at.min()
    )
    came = furthest.inner_join(_cycles(facts), list(CYCLE))
    at_end = (came.furthest == came.last) & ~came.reported
    outcome = ibis.cases(
        (came.completed | at_end, CONTINUED), (came.over, ABANDONED), else_=IN_PROGRESS
    )
    return came.mutate(outcome=outcome).drop("last", "reported", "completed", "over")


def _cycles(facts: Facts) -> ir.Table:
    """Cycles not waived, with last_module, idle_s, `completed`, `over` and `reported`.

    over: withdrawn, or idle for the patience. reported: somebody is known to have completed the
    course."""
    cycle = facts.cycle.left_join(patience(facts), ["course"])
    idle = seconds_between(cycle.last_at, instant(facts.now)) >= cycle.idle_s
    completed = by_now(facts, cycle.completed_at)
    judged = cycle.select(
        *CYCLE,
        "last_module",
        "idle_s",
        completed=completed,
        over=by_now(facts, cycle.withdrawn_at) | idle.fill_null(False),
        reported=completed.any().over(ibis.window(group_by="course")),
        waived=by_now(facts, cycle.waived_at),
    )
    return judged.filter(judged.completed | ~judged.waived).drop("waived")


def steps(facts: Facts) -> ir.Table:
    """One row per cycle and step reached: that module, or any later one, was visited.

    person, course, cycle_no, module, place, `at` (first visit of the module, else of anything in
    the cycle) and `fate`: continued where a later step was reached, else the cycle's outcome."""
    places = order(facts)
    way = journeys(facts, places).inner_join(places, ["course"])
    way = way.filter(way.place <= way.furthest)
    touched = visits(facts).select(*CYCLE, "module", "first_at")
    way = way.left_join(touched, [*CYCLE, "module"])
    return way.select(
        *CYCLE,
        "module",
        "place",
        at=ibis.coalesce(way.first_at, way.began),
        fate=ibis.ifelse(way.place < way.furthest, CONTINUED, way.outcome),
    )
