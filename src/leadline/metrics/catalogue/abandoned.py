"""Where people stop."""

import ibis
import ibis.expr.types as ir

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.path import ABANDONED, IN_PROGRESS, steps
from leadline.metrics.population import population

BY = ("course", "module", "cycle_no")


@metric(
    area=Area.CONTENT_EFFECTIVENESS,
    unit="share",
    good="down",
    summary=Summary.SHARE,
    version=1,
    fact="reach",
    by=BY,
    companions=("reached", "completion_rate"),
    activity=True,
)
def abandoned(facts: Facts) -> ir.Table:
    """What share of those who came to this module went no further?

    Share of cycles whose furthest module this is, with the course incomplete and the learner
    withdrawn or idle, among the cycles that reached it. Idle is no activity for 14 days or the
    95th percentile of the usual gap between modules, whichever is longer; who is not idle that
    long is still in progress and excluded, not dropped. Waived cycles are left out; the last
    module of a course that nobody is known to have completed loses nobody. Periods go by the
    first visit of the module."""
    step = steps(facts)
    undecided = ibis.ifelse(step.fate == IN_PROGRESS, IN_PROGRESS, ibis.null("string"))
    return population(step, BY, at=step.at, value=step.fate == ABANDONED, excluded=undecided)
