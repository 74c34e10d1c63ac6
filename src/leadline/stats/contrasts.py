"""Two measurements of the same people, and differences that are taken apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import atanh, sqrt, tanh

import numpy as np
from numpy.typing import NDArray
from scipy import special

from leadline.stats.bootstrap import Floats
from leadline.stats.intervals import CONFIDENCE, Interval, normal_quantile, wilson
from leadline.stats.refusal import Refused
from leadline.stats.tables import Significance

EXACT_BELOW_PAIRS = 25
ASSOCIATION_MIN_PEOPLE = 50
ASSOCIATION_MIN_CLUSTERS = 10
CERTAIN = 1 - 1e-12  # a correlation of 1 has no place on Fisher's scale


@dataclass(frozen=True)
class Pairs:
    """People measured twice on yes and no: both times, only first, only second, neither."""

    both: int
    first_only: int
    second_only: int
    neither: int

    @property
    def n(self) -> int:
        return self.both + self.first_only + self.second_only + self.neither


def mcnemar(pairs: Pairs) -> Significance:
    """Did the share change from the first to the second time, in the same people?

    (|b − c| − 1)²/(b + c) on one degree of freedom with b, c the discordant pairs; the exact
    binomial test below 25 of them. Assumes independent people. Source: McNemar 1947; Edwards 1948
    (correction); R `mcnemar.test`."""
    b, c = pairs.first_only, pairs.second_only
    if b + c < EXACT_BELOW_PAIRS:
        tail = float(special.bdtr(min(b, c), b + c, 0.5)) if b + c else 1.0
        return Significance(float(min(b, c)), min(1.0, 2 * tail), "McNemar, exact")
    statistic = max(0, abs(b - c) - 1) ** 2 / (b + c)
    return Significance(
        statistic, float(special.chdtrc(1, statistic)), "McNemar, continuity-corrected"
    )


def paired_difference(pairs: Pairs) -> Interval:
    """Interval (95 %) of the first share minus the second, in the same people.

    Square-and-add of the Wilson limits with the paired correlation φ, corrected for continuity
    where it is positive. Source: Newcombe, Statistics in Medicine 17 (1998) 2635, method 10."""
    n = pairs.n
    one = wilson(pairs.both + pairs.first_only, n)
    two = wilson(pairs.both + pairs.second_only, n)
    phi = _phi(pairs)
    difference = (pairs.first_only - pairs.second_only) / n
    one_low, one_high = one.estimate - one.low, one.high - one.estimate
    two_low, two_high = two.estimate - two.low, two.high - two.estimate
    below = sqrt(max(0.0, one_low**2 - 2 * phi * one_low * two_high + two_high**2))
    above = sqrt(max(0.0, one_high**2 - 2 * phi * one_high * two_low + two_low**2))
    return Interval(
        difference,
        max(-1.0, difference - below),
        min(1.0, difference + above),
        "Newcombe paired hybrid score",
    )


def _phi(pairs: Pairs) -> float:
    e, f, g, h, n = pairs.both, pairs.first_only, pairs.second_only, pairs.neither, pairs.n
    margins = (e + f) * (g + h) * (e + g) * (f + h)
    if not margins:
        return 0.0
    cross = float(e * h - f * g)
    if cross > n / 2:
        cross -= n / 2
    elif cross >= 0:
        cross = 0.0
    return cross / sqrt(margins)


def correlation_interval(
    r: float, n: int, controls: int = 0, confidence: float = CONFIDENCE
) -> Interval:
    """Fisher's interval of a (partial) correlation: tanh(atanh r ± z/√(n − 3 − controls)).

    Assumes independent rows and roughly bivariate normal values; too short for clustered rows.
    Source: Fisher 1921, 1924."""
    if n - 3 - controls <= 0:
        raise ValueError(f"A correlation with {controls} controls needs more than {n} rows.")
    if abs(r) >= 1:
        return Interval(r, r, r, "Fisher z")
    half = normal_quantile(confidence) / sqrt(n - 3 - controls)
    return Interval(r, tanh(atanh(r) - half), tanh(atanh(r) + half), "Fisher z")


def partial_correlation(correlations: Floats, n: int) -> Interval:
    """Correlation of the first two variables, all others held constant.

    −P01/√(P00·P11) with P the inverse of the correlation matrix; Fisher's interval. Linear
    dependence only; a control that is a consequence of either variable invents a relation.
    Source: Whittaker 1990, 5.7; METHODS E."""
    variables = len(correlations)
    if np.linalg.matrix_rank(correlations) < variables:
        raise ValueError("One of the variables follows exactly from the others; leave it out.")
    inverse = np.linalg.inv(correlations)
    r = -inverse[0, 1] / sqrt(inverse[0, 0] * inverse[1, 1])
    return correlation_interval(float(r), n, variables - 2)


def association(
    first: Floats, second: Floats, cluster: NDArray[np.int64], controls: Floats | None = None
) -> Interval | Refused:
    """Correlation of two measures of people who belong to teams, `controls` held constant.

    Pearson's r (pass ranks for Spearman's), on Fisher's scale z ± t(G−1)·jackknife error over the
    clusters 0..G−1. Refused below 50 people or 10 teams. Says "goes along with", whatever its size;
    one person a team gives nearly Fisher's interval. Source: Fisher 1921; Efron and Tibshirani
    1993, 11 (jackknife); METHODS E."""
    clusters = int(cluster.max()) + 1
    if len(first) < ASSOCIATION_MIN_PEOPLE or clusters < ASSOCIATION_MIN_CLUSTERS:
        reason = f"{len(first)} people in {clusters} teams"
        needed = f"{ASSOCIATION_MIN_PEOPLE} in {ASSOCIATION_MIN_CLUSTERS} are needed"
        return Refused("low_n", f"{reason}; {needed}.")
    columns = [first, second] if controls is None else [first, second, *controls.T]
    rows = np.column_stack([(c - c.mean()) / (c.std() or 1.0) for c in columns])
    rows = np.column_stack([np.ones(len(rows)), rows])
    if np.linalg.matrix_rank(rows) < rows.shape[1]:
        return Refused("not_identified", "One of the measures never varies or follows from others.")
    products = np.zeros((clusters, rows.shape[1], rows.shape[1]))
    np.add.at(products, cluster, rows[:, :, None] * rows[:, None, :])
    whole = products.sum(axis=0)
    z = np.arctanh(np.clip(_partial(whole[None]), -CERTAIN, CERTAIN))[0]
    left_out = np.arctanh(np.clip(_partial(whole - products), -CERTAIN, CERTAIN))
    spread = float(((left_out - left_out.mean()) ** 2).sum()) * (clusters - 1) / clusters
    half = float(special.stdtrit(clusters - 1, (1 + CONFIDENCE) / 2)) * sqrt(spread)
    return Interval(tanh(z), tanh(z - half), tanh(z + half), "Fisher z, jackknife over teams")


def _partial(products: Floats) -> Floats:
    """Partial correlation of columns 1 and 2 given the others, from XᵀX of each line."""
    inverse = np.linalg.inv(products)
    r: Floats = -inverse[:, 1, 2] / np.sqrt(inverse[:, 1, 1] * inverse[:, 2, 2])
    return r


@dataclass(frozen=True)
class Part:
    """What one level contributes to a difference of rates, through its weight and its own rate."""

    mix: float
    rate: float


@dataclass(frozen=True)
class MixAndRate:
    """A difference of overall rates, taken apart; `mix` + `rate` is `difference` exactly.

    `mostly_mix`: the composition explains more than half of the gap; the rate did not get worse,
    other people were counted."""

    difference: float
    mix: float
    rate: float
    parts: Mapping[str, Part]

    @property
    def mostly_mix(self) -> bool:
        return self.difference != 0 and self.mix / self.difference > 0.5


Counts = Mapping[str, tuple[float, float]]


def mix_and_rate(after: Counts, before: Counts) -> MixAndRate:
    """Kitagawa: how much of rate(after) − rate(before) is who was counted, how much how they did?

    Σ(w1−w0)(r1+r0)/2 is the mix, Σ(r1−r0)(w1+w0)/2 the rate, over levels with counts (x, n). An
    exact identity, not a cause. A level present on one side only takes the other side's rate from
    its own, so all of it is mix. Source: Kitagawa, JASA 50 (1955) 1168-1194."""
    later, earlier = sum(n for _, n in after.values()), sum(n for _, n in before.values())
    if later <= 0 or earlier <= 0:
        raise ValueError("Both sides of a decomposition need at least one row.")
    parts = {}
    for level in sorted({*after, *before}):
        x1, n1 = after.get(level, (0.0, 0.0))
        x0, n0 = before.get(level, (0.0, 0.0))
        if not n1 and not n0:
            continue
        r1 = x1 / n1 if n1 else x0 / n0
        r0 = x0 / n0 if n0 else r1
        w1, w0 = n1 / later, n0 / earlier
        parts[level] = Part((w1 - w0) * (r1 + r0) / 2, (r1 - r0) * (w1 + w0) / 2)
    mix, rate = sum(p.mix for p in parts.values()), sum(p.rate for p in parts.values())
    return MixAndRate(mix + rate, mix, rate, parts)


def standardised(counts: Counts, mix: Mapping[str, float]) -> Interval | None:
    """The rate that these levels' rates would give under a fixed mix: Σw·x/n, Σw = 1.

    Normal limits from Σw²p(1−p)/n. None where a level of the mix has nobody here: its rate is not
    known. For periods or units whose composition differs; `mix_and_rate` says by how much. Source:
    Fleiss, Levin and Paik 2003, 19.2 (direct standardisation)."""
    total = sum(mix.values())
    if any(weight and not counts.get(level, (0.0, 0.0))[1] for level, weight in mix.items()):
        return None
    rate = variance = 0.0
    for level, weight in mix.items():
        if not weight:
            continue
        x, n = counts[level]
        rate += weight / total * x / n
        variance += (weight / total) ** 2 * (x / n) * (1 - x / n) / n
    half = normal_quantile(CONFIDENCE) * sqrt(variance)
    method = "directly standardised, normal limits"
    return Interval(rate, max(0.0, rate - half), min(1.0, rate + half), method)
