"""How an outcome stands."""

import ibis.expr.types as ir

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import population, so_far

BY = ("outcome", "measure", "source")


@metric(
    area=Area.PERFORMANCE_OUTCOMES,
    unit="measured",
    good=None,
    summary=Summary.MEAN,
    version=1,
    fact="outcome",
    by=BY,
    companions=("first_attempt_pass_rate",),
    assumptions=("Every measurement weighs the same.",),
)
def outcome_level(facts: Facts) -> ir.Table:
    """Where does a business outcome stand?

    Mean of the measurements of an outcome, people with several having several; in the unit in which
    it was sent. Ask for one outcome at a time: a mean over several says nothing. It tells where
    people stand, not what training did to them. Periods go by the measurement."""
    told = so_far(facts, facts.outcome, "at")
    return population(told, BY, at=told["at"], value=told.value)
