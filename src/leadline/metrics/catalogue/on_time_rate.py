"""The share done by the due date."""

import ibis
import ibis.expr.types as ir
from ibis import _

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import immature, population, released

BY = ("course", "source", "cycle_no")


@metric(
    area=Area.PROGRAMME_TRENDS,
    unit="share",
    good="up",
    summary=Summary.SHARE,
    version=1,
    fact="cycle",
    by=BY,
    companions=("overdue_rate", "completion_rate", "first_attempt_pass_rate"),
    activity=True,
)
def on_time_rate(facts: Facts) -> ir.Table:
    """What share was done by the due date?

    Share of assignment cycles completed at or before their due date, among those fallen due. The
    due date is the one in force when the original one came; later extensions do not count. What is
    not due yet is immature; waived, or left before due and incomplete, is excluded. Cycles without
    a due date are left out. Periods go by the due date."""
    cycle = facts.cycle.filter(_.due_at.notnull())
    return population(
        cycle,
        BY,
        at=cycle.due_at,
        value=(cycle.completed_at <= cycle.due_at).fill_null(False),
        excluded=ibis.coalesce(immature(facts, cycle.due_at), released(cycle, facts)),
        mature_at=cycle.due_at,
    )
