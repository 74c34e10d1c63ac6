"""How much of completing was tested."""

import ibis
import ibis.expr.types as ir
from ibis import _

from leadline.metrics.attempted import attempts, graded
from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import population, so_far

BY = ("course", "source", "cycle_no")


@metric(
    area=Area.CONTENT_EFFECTIVENESS,
    unit="share",
    good="up",
    summary=Summary.SHARE,
    version=1,
    fact="cycle",
    by=BY,
    companions=("completers_rechecked", "completion_rate"),
)
def completers_scored(facts: Facts) -> ir.Table:
    """Of what share of those who completed is a score known?

    Share of completed assignment cycles with at least one graded attempt with a score at an
    assessment of the course, in the same cycle. Whatever the score: it says how much of completion
    was tested at all. Periods go by the completion."""
    done = so_far(facts, facts.cycle, "completed_at")
    tries = attempts(facts)
    scored = tries.filter(graded(tries, facts), _.score.notnull())
    keys = ["person", "course", "cycle_no"]
    known = scored.select(*keys).distinct().mutate(scored=ibis.literal(True))
    told = done.left_join(known, keys)
    return population(told, BY, at=told.completed_at, value=told.scored.fill_null(False))
