"""How often people try."""

import ibis.expr.types as ir

from leadline.metrics.attempted import SITTING
from leadline.metrics.attempted import attempts as known
from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import by_now, population

BY = ("course", "module", "assessment", "cycle_no", "source")


@metric(
    area=Area.PERFORMANCE_OUTCOMES,
    unit="attempts",
    good=None,
    summary=Summary.MEDIAN,
    version=1,
    fact="attempt",
    by=BY,
    companions=("first_attempt_pass_rate", "any_attempt_pass_rate"),
)
def attempts(facts: Facts) -> ir.Table:
    """How many attempts do people make?

    Median number of submitted attempts per learner, cycle and assessment, among those with at
    least one. Opened and never handed in does not count as an attempt here, nor do those who never
    tried. Periods go by the first submission."""
    attempt = known(facts)
    sat = attempt.filter(by_now(facts, attempt.submitted_at))
    sat = sat.group_by(list(SITTING)).aggregate(
        tries=sat.count(), at=sat.submitted_at.min(), source=sat.source.min()
    )
    return population(sat, BY, at=sat.at, value=sat.tries)
