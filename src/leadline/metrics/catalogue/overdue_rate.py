"""The share that is late now."""

import ibis
import ibis.expr.types as ir

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import by_now, population, so_far

BY = ("course", "source", "cycle_no")


@metric(
    area=Area.PROGRAMME_TRENDS,
    unit="share",
    good="down",
    summary=Summary.SHARE,
    version=1,
    fact="cycle",
    by=BY,
    companions=("overdue_age", "on_time_rate"),
    activity=True,
)
def overdue_rate(facts: Facts) -> ir.Table:
    """What share of what has fallen due is still not done?

    Share of assignment cycles past their due date and not complete now, among those past it and
    open or completed. Incomplete cycles that were waived or left are excluded. Done late is not
    overdue any more; see on_time_rate. Periods go by the due date."""
    cycle = so_far(facts, facts.cycle, "due_at")
    done = by_now(facts, cycle.completed_at)
    waived, left = by_now(facts, cycle.waived_at), by_now(facts, cycle.withdrawn_at)
    return population(
        cycle,
        BY,
        at=cycle.due_at,
        value=~done,
        excluded=ibis.cases((done, None), (waived, "waived"), (left, "left")).cast("string"),
    )
