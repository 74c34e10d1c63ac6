"""Which groups of people explain a difference, without finding one in every pile of noise.

Works on the full cross-classification of the declared dimensions: one cell per combination, with
how many failed and how many there are; at most 10,000 cells, which SQL counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import special

from leadline.stats.bootstrap import Floats
from leadline.stats.intervals import Interval, newcombe, normal_quantile, wilson
from leadline.stats.multiplicity import benjamini_hochberg
from leadline.stats.refusal import Refused
from leadline.stats.regression import logistic
from leadline.stats.tables import Confounding, Significance, TwoByTwo, confounding

CELLS_MAX = 10_000
PEOPLE_MIN = 20
SHARE_MAX = 0.7  # of everybody: beyond, the segment is the population
FALSE_DISCOVERY_MAX = 0.05
SAME_MIN = 0.8  # overlap (Jaccard) above which two segments are one
FINDINGS_MAX = 10
ADJUSTED_P_MAX = 0.05
RIDGE = 0.01  # holds nested dimensions (team within site) apart without hiding anything

Levels = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Cell:
    """`x` of `n` people with these levels, one for each dimension in order, have the outcome."""

    levels: tuple[str, ...]
    x: int
    n: int


@dataclass(frozen=True)
class Adjusted:
    """The segment's odds ratio with every dimension's main effect held, and its LRT p-value.

    `proxy`: nothing is left of it; another dimension it goes along with explains it."""

    odds_ratio: Interval
    p_value: float

    @property
    def proxy(self) -> bool:
        return self.p_value > ADJUSTED_P_MAX


@dataclass(frozen=True)
class Segment:
    """A group in which the outcome is statistically concentrated (never: caused).

    `excess` is n·(share − rest's share) with limits. `confounded` maps a dimension to the check
    within its levels where the stratified result alone may be shown."""

    levels: Levels
    share: Interval
    rest: Interval
    difference: Interval
    excess: Interval
    n: int
    q_value: float
    adjusted: Adjusted | None
    confounded: tuple[tuple[str, Confounding], ...]


@dataclass(frozen=True)
class Scan:
    """All findings by excess, out of how many segments that were tested; `detectable` is the
    difference that a segment of 5 % of the people would have needed to be found 4 times in 5."""

    segments: tuple[Segment, ...]
    tests: int
    people: int
    detectable: float | None


def scan(dimensions: Sequence[str], cells: Sequence[Cell]) -> Scan | Refused:
    """Every one- and two-way segment against the rest, one false discovery rate over all of them.

    At least 20 people and at most 70 % of them in a segment; Fisher's mid-p, twice the smaller
    tail; BH at 5 % over everything scanned. Kept are segments that fail more often than the rest;
    of overlapping ones (Jaccard above 0.8) the simpler. Each is then adjusted for the main effects
    of all dimensions and checked for Simpson's reversal. Assumes one row a person. A difference of
    composition between periods is told first, by `mix_and_rate`. Uncorrected, a clean table of 189
    segments shows nine findings on average. Source: METHODS B4."""
    people, hits = sum(cell.n for cell in cells), sum(cell.x for cell in cells)
    if len(cells) > CELLS_MAX:
        raise ValueError(f"More than {CELLS_MAX} cells; leave a dimension out.")
    if people < 2 * PEOPLE_MIN:
        return Refused("low_n", f"{people} people; a search needs {2 * PEOPLE_MIN}.")
    if not 0 < hits < people:
        return Refused("not_identified", "All or none have the outcome; there is no difference.")
    table = _Table(dimensions, cells)
    found = list(table.segments())
    n = np.array([table.n[member].sum() for _, member in found])
    x = np.array([table.x[member].sum() for _, member in found])
    tested = (n >= PEOPLE_MIN) & (n <= SHARE_MAX * people)
    if not tested.any():
        return Refused("low_n", f"No segment has {PEOPLE_MIN} people and leaves some to compare.")
    n, x = n[tested], x[tested]
    found = [each for each, kept in zip(found, tested, strict=True) if kept]
    q = benjamini_hochberg(_p_values(x, n, hits, people).tolist())
    excess = x - n * (hits - x) / (people - n)
    order = [
        k for k in np.argsort(-excess).tolist() if q[k] <= FALSE_DISCOVERY_MAX and excess[k] > 0
    ]
    kept = _distinct([found[k] for k in order], table.n)
    by_levels = {found[k][0]: q[k] for k in order}
    segments = tuple(_segment(table, levels, member, by_levels[levels]) for levels, member in kept)
    detectable = _detectable(hits / people, people, len(found))
    return Scan(segments[:FINDINGS_MAX], len(found), people, detectable)


class _Table:
    """The cells as arrays, and who is a member of which segment."""

    def __init__(self, dimensions: Sequence[str], cells: Sequence[Cell]) -> None:
        cells = [cell for cell in cells if cell.n]
        self.dimensions = tuple(dimensions)
        self.levels = np.array([cell.levels for cell in cells], dtype=object)
        self.x = np.array([cell.x for cell in cells], dtype=np.float64)
        self.n = np.array([cell.n for cell in cells], dtype=np.float64)

    def segments(self) -> Iterator[tuple[Levels, NDArray[np.bool_]]]:
        singles = [
            [(level, self.levels[:, d] == level) for level in sorted(set(self.levels[:, d]))]
            for d in range(len(self.dimensions))
        ]
        for d, known in enumerate(singles):
            for level, member in known:
                yield ((self.dimensions[d], level),), member
        for one, two in combinations(range(len(self.dimensions)), 2):
            for first, in_first in singles[one]:
                for second, in_second in singles[two]:
                    both = in_first & in_second
                    levels = (self.dimensions[one], first), (self.dimensions[two], second)
                    yield levels, both

    def member(self, levels: Levels) -> NDArray[np.bool_]:
        member = np.ones(len(self.n), dtype=bool)
        for dimension, level in levels:
            member &= self.levels[:, self.dimensions.index(dimension)] == level
        return member


def _p_values(x: Floats, n: Floats, hits: int, people: int) -> Floats:
    """Fisher's mid-p, twice the smaller tail: normal tails are too short for small segments."""
    from scipy import stats  # takes longer to load than most answers to compute

    drawn = stats.hypergeom(people, hits, n)
    p = 2 * (np.minimum(drawn.cdf(x), drawn.sf(x - 1)) - drawn.pmf(x) / 2)
    return np.asarray(np.minimum(p, 1.0), dtype=np.float64)


Found = tuple[Levels, NDArray[np.bool_]]


def _distinct(found: Sequence[Found], n: Floats) -> list[Found]:
    """Of segments that hold nearly the same people, the one with fewer words, then the stronger."""
    kept: list[Found] = []
    for levels, member in sorted(found, key=lambda each: len(each[0])):
        if all(_overlap(member, other, n) <= SAME_MIN for _, other in kept):
            kept.append((levels, member))
    place = {levels: k for k, (levels, _) in enumerate(found)}
    return sorted(kept, key=lambda each: place[each[0]])


def _overlap(one: NDArray[np.bool_], other: NDArray[np.bool_], n: Floats) -> float:
    return float(n[one & other].sum() / n[one | other].sum())


def _segment(table: _Table, levels: Levels, member: NDArray[np.bool_], q_value: float) -> Segment:
    inside = int(table.x[member].sum()), int(table.n[member].sum())
    outside = int(table.x[~member].sum()), int(table.n[~member].sum())
    gap = newcombe(inside, outside)
    size = inside[1]
    return Segment(
        levels=levels,
        share=wilson(*inside),
        rest=wilson(*outside),
        difference=gap,
        excess=Interval(gap.estimate * size, gap.low * size, gap.high * size, gap.method),
        n=size,
        q_value=q_value,
        adjusted=_adjusted(table, levels, member),
        confounded=tuple(_confounded(table, levels, member)),
    )


def _adjusted(table: _Table, levels: Levels, member: NDArray[np.bool_]) -> Adjusted | None:
    own = {dimension for dimension, _ in levels} if len(levels) == 1 else set()
    columns = [np.ones(len(table.n))]
    for d, dimension in enumerate(table.dimensions):
        if dimension not in own:
            names = sorted(set(table.levels[:, d]))
            columns += [(table.levels[:, d] == name).astype(np.float64) for name in names[1:]]
    without = np.column_stack(columns)
    with_it = np.column_stack([*columns, member.astype(np.float64)])
    if with_it.shape[1] >= len(table.n):
        return None
    small = logistic(without, table.x, table.n, ridge=RIDGE)
    large = logistic(with_it, table.x, table.n, ridge=RIDGE)
    statistic = max(0.0, 2 * (large.log_likelihood - small.log_likelihood))
    beta = float(large.coefficients[-1])
    half = normal_quantile(0.95) * sqrt(float(large.covariance[-1, -1]))
    ratio = Interval(exp(beta), exp(beta - half), exp(beta + half), "logistic, main effects held")
    return Adjusted(ratio, float(special.chdtrc(1, statistic)))


def _confounded(
    table: _Table, levels: Levels, member: NDArray[np.bool_]
) -> Iterator[tuple[str, Confounding]]:
    for d, dimension in enumerate(table.dimensions):
        if dimension in {name for name, _ in levels}:
            continue
        strata = []
        for level in sorted(set(table.levels[:, d])):
            here = table.levels[:, d] == level
            a, first = table.x[here & member].sum(), table.n[here & member].sum()
            c, second = table.x[here & ~member].sum(), table.n[here & ~member].sum()
            strata.append(TwoByTwo(int(a), int(first - a), int(c), int(second - c)))
        if any(t.a + t.b and t.c + t.d for t in strata):
            found = confounding(strata)
            if found.stratified_only:
                yield dimension, found


def replicates(
    dimensions: Sequence[str], cells: Sequence[Cell], levels: Levels
) -> Significance | None:
    """Does a segment found elsewhere (another half, the next period) fail more often here too?

    One-sided Fisher test; None where nobody of it, or nobody else, is here. A finding may drive an
    action only after this. Source: METHODS B4."""
    table = _Table(dimensions, cells)
    member = table.member(levels)
    x, n = int(table.x[member].sum()), int(table.n[member].sum())
    hits, people = int(table.x.sum()), int(table.n.sum())
    if not 0 < n < people:
        return None
    from scipy import stats  # takes longer to load than most answers to compute

    p_value = float(stats.hypergeom(people, hits, n).sf(x - 1))
    return Significance(x / n - (hits - x) / (people - n), p_value, "Fisher, one-sided")


def halves(cells: Sequence[Cell], seed: int) -> tuple[list[Cell], list[Cell]]:
    """Two random halves of the people of every cell: search in one, `replicates` in the other."""
    generator = np.random.default_rng(seed)
    one, other = [], []
    for cell in cells:
        n = int(generator.binomial(cell.n, 0.5))
        x = int(generator.hypergeometric(cell.x, cell.n - cell.x, n)) if n else 0
        one.append(replace(cell, x=x, n=n))
        other.append(replace(cell, x=cell.x - x, n=cell.n - n))
    return one, other


def _detectable(share: float, people: int, tests: int) -> float | None:
    """Difference of a 5 % segment that the first step of BH would let through at power 0.8."""
    size = 0.05 * people
    if size < PEOPLE_MIN:
        return None
    needed = float(-special.ndtri(FALSE_DISCOVERY_MAX / tests / 2) + special.ndtri(0.8))
    return needed * sqrt(share * (1 - share) * (1 / size + 1 / (people - size)))


@dataclass(frozen=True)
class Explained:
    """A dimension's share of a change in an additive measure: the levels that explain it, how much
    of the change they carry, and how surprising their move is (Jensen-Shannon divergence)."""

    dimension: str
    levels: tuple[str, ...]
    power: float
    surprise: float


Forecast = tuple[float, float]  # expected, found


def attribute(
    measures: dict[str, dict[str, Forecast]], enough: float = 0.67, least: float = 0.1
) -> list[Explained]:
    """Adtributor: rank dimensions by how few of their levels explain a change of a sum.

    Each dimension maps its levels to (forecast, actual); levels are taken by surprise, each with an
    explanatory power of `least`, until `enough` of the change is explained. For additive measures
    (failures, overdue), not for rates. Source: Bhagwan et al., NSDI 2014."""
    found = []
    for dimension, levels in measures.items():
        expected = sum(f for f, _ in levels.values())
        actual = sum(a for _, a in levels.values())
        if expected == actual or expected <= 0 or actual <= 0:
            continue
        ranked = sorted(
            (
                (_surprise(f / expected, a / actual), (a - f) / (actual - expected), name)
                for name, (f, a) in levels.items()
            ),
            reverse=True,
        )
        chosen: list[tuple[float, float, str]] = []
        for each in ranked:
            if each[1] > least and sum(power for _, power, _ in chosen) <= enough:
                chosen.append(each)
        power = sum(each for _, each, _ in chosen)
        if power > enough:
            names = tuple(name for _, _, name in chosen)
            found.append(Explained(dimension, names, power, sum(s for s, _, _ in chosen)))
    return sorted(found, key=lambda each: each.surprise, reverse=True)


def _surprise(p: float, q: float) -> float:
    middle = (p + q) / 2
    return 0.5 * sum(each * log(each / middle) for each in (p, q) if each > 0)
