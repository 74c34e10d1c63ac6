"""How much of what people owe is met."""

import ibis
import ibis.expr.types as ir

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.obligation import MET, NOT_COUNTED
from leadline.metrics.population import instant, population

BY = ("requirement", "severity")


@metric(
    area=Area.PERFORMANCE_OUTCOMES,
    unit="share",
    good="up",
    summary=Summary.SHARE,
    version=1,
    fact="obligation",
    by=BY,
    companions=("violations", "expiring"),
    assumptions=("whoever is bound by a requirement is bound by its rules of today",),
)
def compliance_rate(facts: Facts) -> ir.Table:
    """What share of what is required is met?

    Of all pairs of a person and a requirement that binds them now, those with a certificate or a
    completion that holds today, or in written grace. Not yet due, exempt and on leave are left
    out and counted apart. Expired is not met, from the first day. Severity: regulated or other."""
    owed = facts.obligation
    out = owed.state.isin(NOT_COUNTED)
    severity = ibis.ifelse(owed.regulated, "regulated", "other")
    return population(
        owed.mutate(severity=severity),
        BY,
        at=instant(facts.now),
        value=owed.state.isin(MET),
        excluded=ibis.ifelse(out, owed.state, ibis.null("string")),
    )
