"""How much of completing was tested again weeks later."""

import ibis
import ibis.expr.types as ir
from ibis import _

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import immature, population, so_far
from leadline.metrics.retention import pairs

BY = ("course", "source", "cycle_no")
LAST_DAY = 28  # of the usual delayed check


@metric(
    area=Area.CONTENT_EFFECTIVENESS,
    unit="share",
    good="up",
    summary=Summary.SHARE,
    version=1,
    fact="cycle",
    by=BY,
    companions=("completers_scored", "completion_rate"),
)
def completers_rechecked(facts: Facts) -> ir.Table:
    """Of what share of those who completed is a score known from weeks later?

    Share of completed assignment cycles whose learner has a score at a declared delayed check of an
    assessment of the course, taken within the days of the check. Completed less than 28 days ago is
    immature. Periods go by the completion."""
    done = so_far(facts, facts.cycle, "completed_at")
    again = pairs(facts).filter(_.later.notnull())
    known = again.select("person", "course").distinct().mutate(again=ibis.literal(True))
    told = done.left_join(known, ["person", "course"])
    ripe = told.completed_at + ibis.interval(days=LAST_DAY)
    return population(
        told,
        BY,
        at=told.completed_at,
        value=told.again.fill_null(False),
        excluded=immature(facts, ripe),
        mature_at=ripe,
    )
