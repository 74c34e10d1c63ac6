"""How long until it happens, with those who are still waiting counted right."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log, sqrt

from leadline.stats.intervals import CONFIDENCE, normal_quantile


@dataclass(frozen=True)
class Step:
    """The curve just after time `t`: at risk before it, events at it, survival with its limits."""

    t: float
    at_risk: int
    events: int
    survival: float
    low: float
    high: float


def kaplan_meier(
    counts: Sequence[tuple[float, int, int]], confidence: float = CONFIDENCE
) -> list[Step]:
    """Product-limit curve from (t, d events, c censored at t) counts, one row per time.

    S(t) = Π(1 − d/n); Greenwood variance Σ d/(n(n−d)); limits on the log(−log) scale. Those
    censored at t are at risk at t. Assumes that the censored are like those who stay; wrong where
    leaving is a competing event (use a cumulative incidence). Source: Kaplan and Meier, JASA 53
    (1958) 457-481; limits as in Kalbfleisch and Prentice 2002, 1.4."""
    z = normal_quantile(confidence)
    at_risk = sum(events + censored for _, events, censored in counts)
    survival, greenwood, steps = 1.0, 0.0, []
    for t, events, censored in sorted(counts):
        if events:
            survival *= 1 - events / at_risk
            greenwood += events / (at_risk * (at_risk - events)) if at_risk > events else inf
            low, high = _limits(survival, greenwood, z)
            steps.append(Step(t, at_risk, events, survival, low, high))
        at_risk -= events + censored
    return steps


def _limits(survival: float, greenwood: float, z: float) -> tuple[float, float]:
    if survival <= 0.0 or greenwood == inf:
        return 0.0, 0.0
    if survival >= 1.0:
        return 1.0, 1.0
    half = z * sqrt(greenwood) / abs(log(survival))
    return survival ** exp(half), survival ** exp(-half)


def median(steps: Sequence[Step]) -> float | None:
    """First time at which half are through: min{t: S(t) ≤ ½}; None where it was not reached."""
    return next((step.t for step in steps if step.survival <= 0.5), None)
