"""Who passes at the first try."""

import ibis
import ibis.expr.types as ir

from leadline.metrics.attempted import NO_VERDICT, attempts, delayed, ungraded
from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import population

BY = ("course", "module", "assessment", "cycle_no", "source", "transferred")


@metric(
    area=Area.PERFORMANCE_OUTCOMES,
    unit="share",
    good="up",
    summary=Summary.SHARE,
    version=2,
    fact="attempt",
    by=BY,
    companions=("any_attempt_pass_rate", "average_score", "attempts"),
    assumptions=("The pass mark is the one in force when the attempt was graded.",),
)
def first_attempt_pass_rate(facts: Facts) -> ir.Table:
    """What share pass at the first attempt?

    Share passed among graded first attempts, one per learner, cycle and assessment. First attempts
    not handed in, waiting for a grade, or graded without pass or fail are excluded and listed; so
    are delayed checks of another assessment.
    Results carried over from an earlier cycle count; slice by `transferred` to see them apart.
    Periods go by the submission."""
    attempt = attempts(facts)
    first = attempt.filter(attempt.attempt_no == 1)
    unsaid = ibis.ifelse(first.passed.isnull(), NO_VERDICT, ibis.null("string"))
    return population(
        first,
        BY,
        at=first.at,
        value=first.passed,
        excluded=ibis.coalesce(delayed(first, facts), ungraded(first, facts), unsaid),
    )
