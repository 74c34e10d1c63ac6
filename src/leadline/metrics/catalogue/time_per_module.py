"""How much time a module takes."""

import ibis.expr.types as ir

from leadline.metrics.active import THETA_BAND, time_spent
from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import population

BY = ("course", "module", "cycle_no")


@metric(
    area=Area.CONTENT_EFFECTIVENESS,
    unit="seconds",
    good=None,
    summary=Summary.MEDIAN,
    version=1,
    fact="session",
    by=BY,
    companions=("reached", "first_attempt_pass_rate"),
    activity=True,
    assumptions=THETA_BAND,
)
def time_per_module(facts: Facts) -> ir.Table:
    """How much time do people spend on a module?

    Median active seconds per learner, cycle and module that the learner did something in, by the
    idle rule of active_time. A gap belongs to the module of the event before it. Periods go by the
    first session."""
    spent = time_spent(facts, "module")
    spent = spent.filter(spent.module.notnull())
    return population(
        spent,
        BY,
        at=spent.at,
        value=spent.active_s,
        beside_idle_10_min=spent.active_10_s,
        beside_idle_60_min=spent.active_60_s,
    )
