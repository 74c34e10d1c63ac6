"""What runs out on known days, and is renewed at an unknown pace: how much holds on a later day."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.stats.bootstrap import Floats
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused

RENEWALS_MIN = 20
DRAWS = 2_000
CONFIDENCE = 0.8
PRIOR_EVENTS = 0.5  # Jeffreys: a span of days in which nobody has renewed yet has a pace too
PRIOR_DAYS = 1.0


@dataclass(frozen=True)
class Pace:
    """How fast people renew, by days from the due day (negative: before it).

    edges: bounds of the spans, rising; renewals, days: in each span [edges[k], edges[k + 1]) how
    many renewed and how many person-days people were waiting."""

    edges: Sequence[float]
    renewals: Sequence[float]
    days: Sequence[float]

    def __post_init__(self) -> None:
        if not len(self.edges) - 1 == len(self.renewals) == len(self.days):
            raise ValueError("There is one span fewer than bounds.")


@dataclass(frozen=True)
class Waiting:
    """People at one point of their way: days from their due day now, and on the day asked about."""

    now: float
    then: float
    people: int


Groups = Sequence[tuple[Pace, Sequence[Waiting]]]


def met_on(groups: Groups, *, sure: int, seed: int) -> Interval | Refused:
    """The share that is met on the day: those for whom it is sure, and those who renew by then,
    each group at its own pace.

    A rate per span of days from the due day, constant within it (piecewise exponential); a person
    renews between now and then with 1 − exp(−Σ rate · days). Limits hold 80 %: rates drawn from
    their gamma posteriors (Jeffreys), then renewals drawn from them (METHODS F9: Poisson-binomial
    times parameters). Assumes that people go on as they did and renew independently of each other.
    Refused where a group's pace was seen in fewer than 20 renewals. Source: Gelman et al., Bayesian
    Data Analysis, 3rd ed., 2.6; Hong, Computational Statistics and Data Analysis 59 (2013)."""
    asked = [(pace, waiting) for pace, waiting in groups if waiting]
    people = sure + sum(group.people for _, waiting in asked for group in waiting)
    if not people:
        return Refused("low_n", "Nothing is required of anybody on that day.")
    seen = min((sum(pace.renewals) for pace, _ in asked), default=RENEWALS_MIN)
    if seen < RENEWALS_MIN:
        return Refused(
            "low_n", f"{round(seen)} people were seen to renew so far; a pace needs {RENEWALS_MIN}."
        )
    rng = np.random.default_rng(seed)
    met = np.full(DRAWS, float(sure))
    expected = float(sure)
    for pace, waiting in asked:
        chances = _chances(pace, waiting, rng)
        counts = np.array([group.people for group in waiting], dtype=np.int64)
        met += rng.binomial(counts, chances).sum(axis=1)
        expected += float((chances * counts).sum(axis=1).mean())
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(met / people, [tail, 1 - tail])
    method = "piecewise exponential renewal, Poisson-binomial"
    share = expected / people  # limits are counts of people, so it may lie a little beside them
    return Interval(share, min(float(low), share), max(float(high), share), method)


def _chances(pace: Pace, waiting: Sequence[Waiting], rng: np.random.Generator) -> Floats:
    """Draws × groups: how likely each group's people are to renew in time."""
    shape = np.asarray(pace.renewals, dtype=float) + PRIOR_EVENTS
    scale = 1 / (np.asarray(pace.days, dtype=float) + PRIOR_DAYS)
    rates = rng.gamma(shape, scale, (DRAWS, len(shape)))
    spans = np.array([_days_in(pace.edges, group) for group in waiting])
    chances: Floats = 1 - np.exp(-rates @ spans.T)
    return chances


def _days_in(edges: Sequence[float], group: Waiting) -> Floats:
    """How many of the group's days until then fall into each span."""
    bounds: NDArray[np.float64] = np.asarray(edges, dtype=float)
    inside = np.minimum(bounds[1:], group.then) - np.maximum(bounds[:-1], group.now)
    days: Floats = np.maximum(inside, 0.0)
    return days
