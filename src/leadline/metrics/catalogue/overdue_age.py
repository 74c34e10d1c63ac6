"""How late the late ones are."""

import ibis.expr.types as ir

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import (
    DAY_SECONDS,
    by_now,
    instant,
    population,
    seconds_between,
)

BY = ("course", "source", "cycle_no")


@metric(
    area=Area.PROGRAMME_TRENDS,
    unit="days",
    good="down",
    summary=Summary.MEDIAN,
    version=1,
    fact="cycle",
    by=BY,
    companions=("overdue_rate",),
    activity=True,
)
def overdue_age(facts: Facts) -> ir.Table:
    """How long have the overdue ones been overdue?

    Median days from the due date to now over assignment cycles that are past due and neither
    completed, waived nor left. Those done late are not among them. Periods go by the due date."""
    cycle = facts.cycle
    closed = [by_now(facts, at) for at in (cycle.completed_at, cycle.waived_at, cycle.withdrawn_at)]
    late = cycle.filter(by_now(facts, cycle.due_at), *(~each for each in closed))
    age = seconds_between(late.due_at, instant(facts.now)) / DAY_SECONDS
    return population(late, BY, at=late.due_at, value=age)
