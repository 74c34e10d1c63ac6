"""How far people come."""

import ibis.expr.types as ir

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.path import steps
from leadline.metrics.population import population

BY = ("course", "module", "cycle_no")


@metric(
    area=Area.CONTENT_EFFECTIVENESS,
    unit="people",
    good=None,
    summary=Summary.PEOPLE,
    version=1,
    fact="reach",
    by=BY,
    companions=("abandoned", "time_per_module"),
    activity=True,
)
def reached(facts: Facts) -> ir.Table:
    """How many people came as far as this module?

    Distinct people who did something in the module or in any later one of the course. The order is
    the declared one, else the median order of first touch. Periods go by the first visit."""
    step = steps(facts)
    return population(step, BY, at=step.at, value=1)
