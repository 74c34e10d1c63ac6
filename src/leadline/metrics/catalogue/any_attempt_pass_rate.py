"""Who passes in the end."""

import ibis
import ibis.expr.types as ir

from leadline.metrics.attempted import (
    NO_VERDICT,
    PENDING_GRADING,
    SITTING,
    attempts,
    delayed,
    graded,
)
from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import by_now, population

BY = ("course", "module", "assessment", "cycle_no", "source")


@metric(
    area=Area.PERFORMANCE_OUTCOMES,
    unit="share",
    good="up",
    summary=Summary.SHARE,
    version=2,
    fact="attempt",
    by=BY,
    companions=("first_attempt_pass_rate", "average_score", "attempts"),
    assumptions=("To date: where attempts are still allowed, the share can only rise.",),
)
def any_attempt_pass_rate(facts: Facts) -> ir.Table:
    """What share have passed at any attempt, to date?

    Share with at least one passed attempt among learners with a graded attempt, one row per
    learner, cycle and assessment. Only pending, or graded without pass or fail, is excluded and
    listed, and so are delayed checks of another assessment; those who never handed anything in are
    left out. Periods go by the first submission."""
    attempt = attempts(facts)
    attempt = attempt.filter(by_now(facts, attempt.submitted_at) | graded(attempt, facts))
    sat = attempt.group_by(list(SITTING)).aggregate(
        at=attempt.at.min(),
        source=attempt.source.min(),
        graded=graded(attempt, facts).any(),
        passed=(attempt.passed & graded(attempt, facts)).any(),
    )
    excluded = ibis.cases((~sat.graded, PENDING_GRADING), (sat.passed.isnull(), NO_VERDICT)).cast(
        "string"
    )
    excluded = ibis.coalesce(delayed(sat, facts), excluded)
    return population(sat, BY, at=sat.at, value=sat.passed, excluded=excluded)
