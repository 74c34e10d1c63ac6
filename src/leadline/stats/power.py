"""What a comparison could have seen."""

from math import sqrt

from scipy import special

from leadline.stats.intervals import Interval, normal_quantile
from leadline.stats.refusal import Refused

POWER = 0.8
PLAUSIBLE_SHARE = 0.05  # what training may do to a share, and to a score in SDs
PLAUSIBLE_SD = 0.2


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
    from scipy import optimize  # takes longer to load than most answers to compute

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


def sample_size_of_means(d: float, power: float = POWER, level: float = 0.05) -> float:
    """People per arm to see a difference of d standard deviations, two-sided t-test.

    Solves power(n) = 1 − F(t; 2n−2, d√(n/2)) with the noncentral t. Assumes independent people;
    multiply by `design_effect` where teams are assigned. Source: Cohen 1988; R `power.t.test`."""
    if d == 0:
        raise ValueError("No sample can tell a difference of nothing.")

    from scipy import optimize  # takes longer to load than most answers to compute

    def short(n: float) -> float:
        return power - power_of_means(abs(d), n, level)

    return float(optimize.brentq(short, 2.0, 1e9, xtol=1e-8))


def power_of_means(d: float, per_arm: float, level: float = 0.05) -> float:
    """The chance to see a difference of d standard deviations with `per_arm` people an arm."""
    df = 2 * per_arm - 2
    critical = float(special.stdtrit(df, 1 - level / 2))
    # nctdtr loses its way far out; there the power is 1 to every digit shown.
    return 1 - float(special.nctdtr(df, d * sqrt(per_arm / 2), critical))


def detectable_mean_difference(
    sd: float, first: int, second: int, clustering: float = 1.0, power: float = POWER
) -> float:
    """The smallest difference of means that two arms would show: (z + z_β)·SD·√(DEFF(1/n1+1/n2)).

    `clustering` is the design effect 1 + (m − 1)ρ. To stand beside every "nothing found"."""
    z = normal_quantile(0.95) + float(special.ndtri(power))
    return z * sd * sqrt(clustering * (1 / first + 1 / second))


def detectable_beside(found: Interval, power: float = POWER) -> float:
    """The smallest true difference that an estimate as exact as this one would show.

    (z + z_β)·SE, with SE from the 95 % limits: it knows of clustering and of what adjustment
    gained. To stand beside every "nothing found"; a property of the design, not of the result."""
    z = normal_quantile(0.95)
    return (z + float(special.ndtri(power))) * (found.high - found.low) / (2 * z)


def clustering_effect(mean_size: float, correlation: float) -> float:
    """DEFF = 1 + (m̄ − 1)ρ: how many times more people are needed when teams are assigned (Kish)."""
    return 1 + (mean_size - 1) * max(0.0, correlation)


def worth_asking(detectable: float, plausible: float, needed: float) -> Refused | None:
    """A refusal where only an implausibly large effect could be seen, with the people it takes."""
    if detectable <= plausible:
        return None
    reason = (
        f"Only effects above {detectable:.3g} could be seen; {plausible:.3g} would be plausible"
    )
    return Refused("low_n", f"{reason}. That takes about {needed:,.0f} people an arm.")
