"""Before and after, against others who had no change: difference in differences.

Two groups and two times, or a change that reached teams or sites at different times. Never by a
two-way fixed-effects regression, which compares late adopters with early ones: signs may turn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import comb, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from leadline.stats.bootstrap import Floats
from leadline.stats.intervals import CONFIDENCE, Interval
from leadline.stats.refusal import Refused
from leadline.stats.regression import clustered, coefficient, least_squares, sums_by
from leadline.stats.tables import Significance

CLUSTERS_MIN = 4
CLUSTERS_GOOD = 20  # below, a permutation decides
GROUP_MIN_UNITS = 2
PERMUTATIONS_MAX = 4_999
TREND_P_MIN = 0.05

Labels = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Change:
    """How much more the changed group moved than the others.

    `p_value` comes from a permutation of the clusters below 20 of them (`permuted`)."""

    effect: Interval
    treated: int
    others: int
    clusters: int
    p_value: float
    permuted: bool


def two_by_two(change: Floats, treated: Flags, cluster: Labels, seed: int) -> Change | Refused:
    """Mean change of the treated less that of the others; `change` is after − before of each unit.

    Errors over the clusters (0..G−1) that were assigned together, t(G−1); below 20 clusters the
    p-value is that of all (at most 4,999 random) re-assignments of clusters. Refused below four
    clusters or two on a side. Assumes that both would have moved alike: look at the trend before.
    Source: Card and Krueger 1994; Bertrand, Duflo and Mullainathan, QJE 119 (2004) 249-275."""
    side = np.bincount(cluster, weights=treated) > 0
    if len(side) < CLUSTERS_MIN or min(side.sum(), (~side).sum()) < GROUP_MIN_UNITS:
        reason = f"{side.sum()} groups changed and {(~side).sum()} did not; two of each are needed."
        return Refused("low_n", reason)
    fit = least_squares(np.column_stack([np.ones(len(change)), treated.astype(float)]), change)
    variance, groups = float(clustered(fit, cluster)[1, 1]), len(side)
    effect = coefficient(
        float(fit.coefficients[1]), variance, groups - 1, "difference in differences, clustered"
    )
    permuted = groups < CLUSTERS_GOOD
    p_value = 2 * float(special.stdtr(groups - 1, -abs(effect.estimate) / sqrt(variance)))
    if permuted:
        p_value = _permutation(change, side, cluster, seed)
    return Change(effect, int(treated.sum()), int((~treated).sum()), groups, p_value, permuted)


def _permutation(change: Floats, side: Flags, cluster: Labels, seed: int) -> float:
    sums, sizes = np.bincount(cluster, weights=change), np.bincount(cluster).astype(np.float64)

    def distance(chosen: Flags) -> float:
        one, other = sums[chosen].sum() / sizes[chosen].sum(), sums[~chosen].sum()
        return abs(float(one - other / sizes[~chosen].sum()))

    observed, groups, picked = distance(side), len(side), int(side.sum())
    if comb(groups, picked) <= PERMUTATIONS_MAX:
        worlds: Iterable[Flags] = (
            np.isin(np.arange(groups), chosen) for chosen in combinations(range(groups), picked)
        )
        distances = [distance(world) for world in worlds]
        return float(np.mean(np.array(distances) >= observed - 1e-12))
    generator = np.random.default_rng(seed)
    shuffled = (generator.permutation(side) for _ in range(PERMUTATIONS_MAX))
    as_far = sum(distance(world) >= observed - 1e-12 for world in shuffled)
    return (as_far + 1) / (PERMUTATIONS_MAX + 1)


@dataclass(frozen=True)
class Panel:
    """Units by periods: outcomes `y` (complete), the period index at which each unit changed
    (−1: never), and the cluster 0..G−1 each belongs to."""

    y: Floats
    first: Labels
    cluster: Labels


@dataclass(frozen=True)
class Att:
    """The effect on the units that changed in period `group`, in period `period`.

    Before `group` it is the pre-period change against the period before: about 0 where trends were
    alike."""

    group: int
    period: int
    effect: Interval


@dataclass(frozen=True)
class Staggered:
    """Group-time effects and their averages, each an answer to a different question.

    `simple`: the average over treated unit-periods (early adopters count more often). `by_group`
    and `group`: each adoption group's mean effect, and their mean over units. `by_age` and `age`:
    effect by periods since adoption, and the plain mean over ages from 0 on. `trend_before` tests
    that all pre-period changes are 0; passing is weak evidence (low power)."""

    atts: tuple[Att, ...]
    simple: Interval
    group: Interval
    by_group: Mapping[int, Interval]
    age: Interval
    by_age: Mapping[int, Interval]
    trend_before: Significance | None
    units: int
    clusters: int

    @property
    def trend_holds(self) -> bool | None:
        """None where there is no period before; else whether the pre-trend test did not reject."""
        return None if self.trend_before is None else self.trend_before.p_value > TREND_P_MIN


def staggered(panel: Panel, controls: Literal["never", "not yet"] = "never") -> Staggered | Refused:
    """Callaway and Sant'Anna's ATT(g, t) without covariates, with influence-function intervals.

    E(Yt − Yb | G = g) − E(Yt − Yb | control), base b = g − 1 (t − 1 for the periods before), and
    averages by group size, whose sampling is in the error. Errors summed over clusters. Refused
    below four clusters, with fewer than two more than dates, or without units to compare. Assumes
    parallel trends, no anticipation and complete panels. Source: Callaway and Sant'Anna, Journal
    of Econometrics 225 (2021) 200-230; R `did`."""
    clusters = int(panel.cluster.max()) + 1
    periods = panel.y.shape[1]
    groups = [g for g in np.unique(panel.first).tolist() if 0 < g < periods]
    if not groups or clusters < max(CLUSTERS_MIN, len(groups) + 2):
        return Refused("low_n", f"{len(groups)} adoption dates in {clusters} clusters.")
    cells = []
    for g in groups:
        for t in range(1, periods):
            cell = _cell(panel, g, t, controls)
            if cell is not None:
                cells.append(cell)
    if not any(cell.period >= cell.group for cell in cells):
        return Refused("not_identified", "There are no units without the change to compare with.")
    return _Averages(panel, cells).result()


@dataclass(frozen=True)
class _Cell:
    group: int
    period: int
    estimate: float
    influence: Floats  # of each unit, so that the variance is Σ (cluster sums)² / n²


def _cell(panel: Panel, g: int, t: int, controls: str) -> _Cell | None:
    base = g - 1 if t >= g else t - 1
    treated = panel.first == g
    untreated = panel.first == -1
    if controls == "not yet":
        untreated = untreated | (panel.first > max(t, base))
        untreated &= ~treated
    if treated.sum() < GROUP_MIN_UNITS or untreated.sum() < GROUP_MIN_UNITS:
        return None
    moved = panel.y[:, t] - panel.y[:, base]
    one, other = moved[treated].mean(), moved[untreated].mean()
    n = len(moved)
    influence = np.where(treated, n / treated.sum() * (moved - one), 0.0)
    influence -= np.where(untreated, n / untreated.sum() * (moved - other), 0.0)
    return _Cell(g, t, float(one - other), influence)


class _Averages:
    """Weighted averages of group-time effects with the influence of estimated group shares."""

    def __init__(self, panel: Panel, cells: list[_Cell]) -> None:
        self._panel, self._cells = panel, cells
        self._clusters = int(panel.cluster.max()) + 1
        # Each adoption group has its own mean, which costs a degree of freedom.
        self._df = self._clusters - len(np.unique(panel.first))

    def result(self) -> Staggered:
        after = [cell for cell in self._cells if cell.period >= cell.group]
        groups = sorted({cell.group for cell in after})
        ages = sorted({cell.period - cell.group for cell in self._cells})
        by_group = {g: self._plain([c for c in after if c.group == g]) for g in groups}
        by_age = {
            e: self._weighted([c for c in self._cells if c.period - c.group == e]) for e in ages
        }
        from_start = [by_age[e] for e in ages if e >= 0]
        return Staggered(
            atts=tuple(
                Att(c.group, c.period, self._interval(c.estimate, c.influence)) for c in self._cells
            ),
            simple=self._interval(*self._weighted(after)),
            group=self._interval(*self._over_groups(by_group)),
            by_group={g: self._interval(*each) for g, each in by_group.items()},
            age=self._interval(*_mean(from_start)),
            by_age={e: self._interval(*each) for e, each in by_age.items()},
            trend_before=self._trend(),
            units=len(self._panel.first),
            clusters=self._clusters,
        )

    def _plain(self, cells: list[_Cell]) -> tuple[float, Floats]:
        return _mean([(cell.estimate, cell.influence) for cell in cells])

    def _weighted(self, cells: list[_Cell]) -> tuple[float, Floats]:
        return self._by_share([(c.group, c.estimate, c.influence) for c in cells])

    def _over_groups(self, parts: Mapping[int, tuple[float, Floats]]) -> tuple[float, Floats]:
        return self._by_share([(g, *part) for g, part in parts.items()])

    def _by_share(self, parts: list[tuple[int, float, Floats]]) -> tuple[float, Floats]:
        member = np.array([self._panel.first == g for g, _, _ in parts], dtype=np.float64)
        share = member.mean(axis=1)
        weight = share / share.sum()
        estimates = np.array([estimate for _, estimate, _ in parts])
        average = float(weight @ estimates)
        # Weights are estimated too: d(Σ pθ / Σ p) = Σ (θ − average) dp / Σ p.
        sampled = (estimates - average) @ (member - share[:, None]) / share.sum()
        influence = weight @ np.array([each for _, _, each in parts]) + sampled
        return average, influence

    def _interval(self, estimate: float, influence: Floats) -> Interval:
        return coefficient(
            estimate,
            float(self._covariance(influence[None, :])[0, 0]),
            self._df,
            "Callaway-Sant'Anna, clustered influence function",
            CONFIDENCE,
        )

    def _covariance(self, influence: Floats) -> Floats:
        sums, n = sums_by(influence.T, self._panel.cluster), influence.shape[1]
        covariance: Floats = sums.T @ sums / n**2 * self._clusters / self._df
        return covariance

    def _trend(self) -> Significance | None:
        before = [cell for cell in self._cells if cell.period < cell.group]
        if not before:
            return None
        covariance = self._covariance(np.array([cell.influence for cell in before]))
        rank = int(np.linalg.matrix_rank(covariance))
        left = self._df - rank + 1
        if not rank or left <= 0:
            return None
        effects = np.array([cell.estimate for cell in before])
        statistic = float(effects @ np.linalg.pinv(covariance, hermitian=True) @ effects)
        # Hotelling's F: with few clusters the chi-square rejects far too often.
        p_value = float(special.fdtrc(rank, left, statistic * left / (rank * self._df)))
        return Significance(statistic, p_value, "Wald test of the trend before, Hotelling's F")


def _mean(parts: list[tuple[float, Floats]]) -> tuple[float, Floats]:
    estimates, influences = zip(*parts, strict=True)
    return float(np.mean(estimates)), np.asarray(np.mean(influences, axis=0), dtype=np.float64)


def breakdown(effect: Interval, before: Iterable[float]) -> float | None:
    """How many times the largest change seen before would have to be hidden in the effect to bring
    its nearer limit to 0; 0 if the limits hold 0 already, None without a period before.

    Below 1, a departure from parallel trends no larger than one already seen explains the effect.
    A first-period form of the relative-magnitude bound. Source: Rambachan and Roth, Review of
    Economic Studies 90 (2023) 2555-2591."""
    largest = max((abs(each) for each in before), default=0.0)
    if effect.low <= 0 <= effect.high:
        return 0.0
    nearest = min(abs(effect.low), abs(effect.high))
    return nearest / largest if largest else None
