"""How well people do."""

import ibis
import ibis.expr.types as ir

from leadline.metrics.attempted import (
    NO_SCORE,
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
    unit="score",
    good="up",
    summary=Summary.MEAN,
    version=2,
    fact="attempt",
    by=BY,
    choices={"attempt": ("first", "best", "last")},
    companions=("first_attempt_pass_rate", "attempts"),
    assumptions=("Every assessment sat weighs the same, whatever its length or difficulty.",),
)
def average_score(facts: Facts, attempt: str = "first") -> ir.Table:
    """How high do people score?

    Mean scaled score (1 is full marks) of one graded attempt per learner, cycle and assessment: the
    first, the best or the last. Not graded yet is excluded, never counted as 0; so is a score
    without a scale, and a delayed check of another assessment. Periods go by the attempt chosen."""
    tries = attempts(facts)
    tries = tries.filter(by_now(facts, tries.submitted_at) | graded(tries, facts))
    tries = tries.mutate(marked=graded(tries, facts) & tries.score.notnull())
    rank = {
        "first": [tries.attempt_no.asc()],
        "best": [tries.marked.desc(), tries.score.desc(), tries.attempt_no.asc()],
        "last": [tries.attempt_no.desc()],
    }[attempt]
    order = ibis.window(group_by=list(SITTING), order_by=rank)
    chosen = tries.mutate(rank=ibis.row_number().over(order))
    chosen = chosen.filter(chosen.rank == 0)
    excluded = ibis.cases(
        (~graded(chosen, facts), PENDING_GRADING), (~chosen.marked, NO_SCORE)
    ).cast("string")
    excluded = ibis.coalesce(delayed(chosen, facts), excluded)
    return population(chosen, BY, at=chosen.at, value=chosen.score, excluded=excluded)
