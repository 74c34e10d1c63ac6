"""How regularly people come."""

import ibis
import ibis.expr.types as ir

from leadline.metrics.active import sittings
from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import DAY_SECONDS, cycles, instant, population, seconds_between

BY = ("course", "source", "cycle_no")


@metric(
    area=Area.LEARNER_BEHAVIOUR,
    unit="days per week",
    good=None,
    summary=Summary.RATE,
    version=1,
    fact="session",
    by=BY,
    companions=("active_time", "completion_rate"),
    activity=True,
)
def active_days(facts: Facts) -> ir.Table:
    """On how many days a week do people learn?

    Distinct days with something the learner did, per week assigned to a course. The weeks run
    from the assignment until the course was completed, waived or left, or until now, at least a
    day; days after that do not count. Those who never came stay in, with 0 days. Days go by the
    reporting zone, periods by the assignment."""
    cycle = cycles(facts)
    ends = [cycle.completed_at, cycle.waived_at, cycle.withdrawn_at, instant(facts.now)]
    cycle = cycle.mutate(end_at=ibis.least(*(ibis.coalesce(end, ends[-1]) for end in ends)))
    key = ["person", "course", "cycle_no"]
    sitting = sittings(facts).inner_join(cycle.select(*key, "end_at"), key)
    sitting = sitting.filter(sitting.started_at <= sitting.end_at)
    days = sitting.group_by(key).aggregate(days=sitting.local_date.nunique())
    rows = cycle.left_join(days, key)
    exposed = ibis.greatest(seconds_between(rows.began, rows.end_at), DAY_SECONDS)
    return population(
        rows,
        BY,
        at=rows.began,
        value=rows.days.fill_null(0),
        exposure=exposed.cast("float64") / (7 * DAY_SECONDS),
    )
