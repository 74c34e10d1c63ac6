"""Who gets the certificate."""

import ibis
import ibis.expr.types as ir
from ibis import _

from leadline.metrics.metric import Area, Facts, Summary, metric
from leadline.metrics.population import cycles, population, released, so_far

BY = ("course", "source", "cycle_no")


@metric(
    area=Area.PERFORMANCE_OUTCOMES,
    unit="share",
    good="up",
    summary=Summary.SHARE,
    version=1,
    fact="certificate",
    by=BY,
    companions=("first_attempt_pass_rate", "completion_rate"),
    assumptions=("To date: younger cohorts have had less time.",),
)
def certified_rate(facts: Facts) -> ir.Table:
    """What share of those who take a certifying course get its certificate?

    Share of assignment cycles begun up to now in which the course's certificate was issued, at the
    begin or later and before the next cycle began. Courses in which nobody ever got one are left
    out; incomplete cycles that were waived, or left before they fell due, are excluded and listed.
    Periods go by the instant of assignment, else of the start."""
    issued = so_far(facts, facts.certificate, "issued_at").filter(_.course.notnull())
    issued = issued.select("person", "course", "issued_at")
    along = ibis.window(group_by=["person", "course"], order_by="cycle_no")
    cycle = cycles(facts).semi_join(issued, "course")
    cycle = cycle.mutate(next_began=cycle.began.lead().over(along))
    held = cycle.left_join(
        issued,
        [
            cycle.person == issued.person,
            cycle.course == issued.course,
            cycle.began <= issued.issued_at,
            cycle.next_began.isnull() | (issued.issued_at < cycle.next_began),
        ],
    )
    won = held.filter(held.issued_at.notnull()).select("person", "course", "cycle_no").distinct()
    marked = cycle.left_join(won.mutate(won=ibis.literal(True)), ["person", "course", "cycle_no"])
    got = marked.won.fill_null(False)
    excluded = ibis.ifelse(got, ibis.null("string"), released(marked, facts))
    return population(marked, BY, at=marked.began, value=got, excluded=excluded)
