"""Active time and active days, laid to the assignment cycle they belong to."""

import ibis.expr.types as ir

from leadline.metrics.metric import Facts
from leadline.metrics.population import so_far

THETA_BAND = (
    "Idle gaps of up to 30 minutes count as active; under 10 and 60 minutes see beside.",
    "Time is not effort.",
)


def sittings(facts: Facts) -> ir.Table:
    """Sessions up to now with the `cycle_no` of their course and the cycle's `cycle_at`.

    A session's rows begin with something the learner did, which lies within exactly one cycle of
    the person and course. What belongs to no course has no cycle and is left out."""
    cycle = facts.cycle
    cycle = cycle.select(
        "person", "course", "cycle_no", cycle_at=cycle.started_at, cycle_end=cycle.last_at
    )
    session = so_far(facts, facts.session, "started_at")
    inside = [
        "person",
        "course",
        session.started_at >= cycle.cycle_at,
        session.started_at <= cycle.cycle_end,
    ]
    return session.inner_join(cycle, inside).drop("cycle_end")


def time_spent(facts: Facts, *within: str) -> ir.Table:
    """Active seconds under the three idle rules, per person, course, cycle and `within`."""
    sitting = sittings(facts)
    return sitting.group_by(["person", "course", "cycle_no", *within]).aggregate(
        at=sitting.started_at.min(),
        active_s=sitting.active_s.sum(),
        active_10_s=sitting.active_10_s.sum(),
        active_60_s=sitting.active_60_s.sum(),
    )
