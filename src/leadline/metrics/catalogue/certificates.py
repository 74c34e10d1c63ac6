"""Certificates issued."""

import ibis.expr.types as ir

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import population, so_far

BY = ("course", "certificate", "source")


@metric(
    area=Area.PERFORMANCE_OUTCOMES,
    unit="count",
    good=None,
    summary=Summary.TOTAL,
    version=1,
    fact="certificate",
    by=BY,
    companions=("expiring", "first_attempt_pass_rate"),
)
def certificates(facts: Facts) -> ir.Table:
    """How many certificates were issued?

    Certificates issued up to now; a renewal is another issue. Periods go by the issue."""
    issued = so_far(facts, facts.certificate, "issued_at")
    return population(issued, BY, at=issued.issued_at, value=1)
