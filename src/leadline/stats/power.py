"""What a comparison could have seen."""

from math import sqrt

from scipy import optimize, special

from leadline.stats.intervals import normal_quantile

POWER = 0.8


def sample_size(first: float, second: float, power: float = POWER, level: float = 0.05) -> float:
    """People per arm to tell two proportions apart, two-sided, arms of equal size.

    n = (z√(2p̄q̄) + z_β√(p1q1+p2q2))² / (p1−p2)². Normal approximation without continuity
    correction: wrong below about 10 expected events an arm. Source: Fleiss, Levin and Paik,
    Statistical Methods for Rates and Proportions, 3rd ed. 2003, 4.14; R `power.prop.test`."""
    if first == second:
        raise ValueError("Two equal proportions cannot be told apart by any sample.")
    mean = (first + second) / 2
    null = normal_quantile(1 - level) * sqrt(2 * mean * (1 - mean))
    other = float(special.ndtri(power)) * sqrt(first * (1 - first) + second * (1 - second))
    return ((null + other) / (first - second)) ** 2


def detectable_difference(
    share: float, per_arm: int, power: float = POWER, level: float = 0.05
) -> float | None:
    """The smallest rise over `share` that `per_arm` people an arm would show with this power.

    Solves `sample_size` for the second proportion; None where even a rise to 1 would not show.
    To be printed beside every "inconclusive". Falls are detected a little sooner above one half."""
    if per_arm <= 0 or not 0 <= share < 1:
        return None
    smallest = 1e-9
    if sample_size(share, 1.0, power, level) > per_arm:
        return None
    return float(
        optimize.brentq(
            lambda rise: sample_size(share, share + rise, power, level) - per_arm,
            smallest,
            1 - share,
        )
    )
