"""Which questions are answered right."""

import ibis
import ibis.expr.types as ir
from ibis import _

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import population, so_far

BY = ("course", "module", "assessment", "question", "attempt_no")


@metric(
    area=Area.PERFORMANCE_OUTCOMES,
    unit="share",
    good="up",
    summary=Summary.SHARE,
    version=1,
    fact="response",
    by=BY,
    companions=("first_attempt_pass_rate",),
)
def answers_correct(facts: Facts) -> ir.Table:
    """What share of the answers is right, at the first attempt?

    Share correct of the answers in first attempts, one per learner, cycle and question. Blank is
    not correct; never shown is left out; answers that nobody marked are excluded. Later attempts,
    in which the questions are known, do not count. Periods go by the answer."""
    response = so_far(facts, facts.response, "answered_at").filter(_.attempt_no <= 1)
    unmarked = ibis.ifelse(response.state == "unmarked", "not marked", ibis.null("string"))
    return population(
        response,
        BY,
        at=response.answered_at,
        value=response.state == "correct",
        excluded=unmarked,
    )
