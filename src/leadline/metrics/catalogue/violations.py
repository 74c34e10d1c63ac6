"""What is required and lapsed."""

import ibis
import ibis.expr.types as ir

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.obligation import VIOLATED
from leadline.metrics.population import instant, population

BY = ("requirement", "severity")


@metric(
    area=Area.PERFORMANCE_OUTCOMES,
    unit="count",
    good="down",
    summary=Summary.TOTAL,
    version=1,
    fact="obligation",
    by=BY,
    companions=("compliance_rate",),
)
def violations(facts: Facts) -> ir.Table:
    """How many requirements are violated?

    Pairs of a person and a requirement that binds them now without a certificate or a completion
    that holds today, past the due day and any written grace. Severity: regulated or other."""
    owed = facts.obligation
    severity = ibis.ifelse(owed.regulated, "regulated", "other")
    return population(
        owed.mutate(severity=severity),
        BY,
        at=instant(facts.now),
        value=owed.state == VIOLATED,
    )
