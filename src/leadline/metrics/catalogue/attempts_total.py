"""All attempts handed in."""

import ibis.expr.types as ir

from leadline.metrics.attempted import attempts
from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import by_now, population

BY = ("course", "module", "assessment", "attempt_no", "cycle_no", "source", "transferred")


@metric(
    area=Area.LEARNER_BEHAVIOUR,
    unit="count",
    good=None,
    summary=Summary.TOTAL,
    version=1,
    fact="attempt",
    by=BY,
    companions=("first_attempt_pass_rate", "attempts"),
    activity=True,
)
def attempts_total(facts: Facts) -> ir.Table:
    """How many attempts were handed in?

    Submitted attempts at assessments up to now, graded or not. The same statement sent twice is one
    attempt. Periods go by the submission."""
    attempt = attempts(facts)
    sat = attempt.filter(by_now(facts, attempt.submitted_at))
    return population(sat, BY, at=sat.submitted_at, value=1)
