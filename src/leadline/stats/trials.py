"""Who was drawn by lot: the only design whose effect may be called caused."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import special

from leadline.stats.bootstrap import Floats
from leadline.stats.did import CLUSTERS_GOOD, CLUSTERS_MIN
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused
from leadline.stats.regression import (
    Labels,
    Linear,
    clustered_few,
    coefficient,
    hc2,
    least_squares,
)
from leadline.stats.tables import Significance

ARM_MIN_PEOPLE = 20
SEEN = 1 + 0.8416212 / 1.959964  # half-widths that power 0.8 takes
LOTS_MAX = 4_999
LOTS_MIN = 999
LOT_CELLS_MAX = 20_000_000  # people × lots: seconds, not minutes
STRONG_F = 10.0  # below, the draw hardly moved who took it

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Drawn:
    """One line a person as drawn, whatever they did then: outcome, drawn or not, covariates from
    before (optional), the cluster 0..G−1 that was drawn together, the stratum 0..S−1 within which
    lots were drawn, and who took what was offered (all optional)."""

    y: Floats
    treated: Flags
    before: Floats | None = None
    cluster: Labels | None = None
    stratum: Labels | None = None
    took: Flags | None = None
    seed: int = 0


@dataclass(frozen=True)
class Complied:
    """The effect on those who take it because they were drawn, and the shares who took it."""

    effect: Interval
    taken: float
    taken_others: float


@dataclass(frozen=True)
class Trial:
    """The effect of being drawn (intention to treat), plain and adjusted, and what would show.

    `adjusted` is the plain one where nothing was known beforehand. p_value: share of lots that
    would have shown as large a difference had the draw changed nothing. `clusters`: how many were
    drawn and how many not, where they were; `few` below 20 of them: then the p-value decides."""

    effect: Interval
    adjusted: Interval
    treated: int
    others: int
    mean_treated: float
    mean_others: float
    detectable: float
    p_value: float
    lots: int
    clusters: tuple[int, int] | None
    few: bool
    complied: Complied | Refused | None = field(default=None)


def trial(drawn: Drawn) -> Trial | Refused:
    """Difference of mean outcomes by draw, HC2 errors and t(n − k), clustered where drawn together.

    For two arms HC2 is Neyman's s₁²/n₁ + s₀²/n₀. Strata: Σ n_s/n of their differences. Clusters:
    CR2 with Satterthwaite's degrees of freedom, right also for few. Adjusted: covariates centred
    and interacted with the draw, which can only sharpen (Lin 2013); they must be from before the
    draw. Refused below 20 people an arm or two clusters. Everybody drawn counts, also who never
    came; people lost to follow-up bias it as in any study. Source: Neyman 1923; MacKinnon and White
    1985; Lin, Annals of Applied Statistics 7 (2013) 295-318; Bell and McCaffrey 2002; Gerber and
    Green, Field Experiments, 2012, ch. 3 and 4."""
    if refused := _refused(drawn):
        return refused
    n, people = int(drawn.treated.sum()), len(drawn.y)
    columns = _strata(drawn)
    plain = _effect(_design(drawn, columns), drawn)
    known = None if drawn.before is None else np.column_stack([*columns, drawn.before])
    sharper = None if known is None else _interacted(drawn.treated, known)
    adjusted = plain if sharper is None else _effect(sharper, drawn)
    p_value, lots = _by_lot(drawn)
    sides = _sides(drawn)
    return Trial(
        effect=plain,
        adjusted=adjusted,
        treated=n,
        others=people - n,
        mean_treated=float(drawn.y[drawn.treated].mean()),
        mean_others=float(drawn.y[~drawn.treated].mean()),
        detectable=SEEN * (adjusted.high - adjusted.low) / 2,
        p_value=p_value,
        lots=lots,
        clusters=sides,
        few=sides is not None and sum(sides) < CLUSTERS_GOOD,
        complied=None if drawn.took is None else _complied(drawn, columns, plain),
    )


def _refused(drawn: Drawn) -> Refused | None:
    n = int(drawn.treated.sum())
    smaller = min(n, len(drawn.y) - n)
    if smaller < ARM_MIN_PEOPLE:
        return Refused("low_n", f"{smaller} in the smaller arm; {ARM_MIN_PEOPLE} are needed.")
    sides = _sides(drawn)
    if sides is not None and (sum(sides) < CLUSTERS_MIN or min(sides) < 2):
        reason = f"{sum(sides)} groups were drawn; {CLUSTERS_MIN} are needed, two in each arm."
        return Refused("low_n", reason)
    if drawn.stratum is not None:
        arms = [np.bincount(drawn.stratum[side], minlength=int(drawn.stratum.max()) + 1)
                for side in (drawn.treated, ~drawn.treated)]  # fmt: skip
        if not np.minimum(*arms).all():
            return Refused("not_identified", "In a stratum everybody is of one arm.")
    return None


def _sides(drawn: Drawn) -> tuple[int, int] | None:
    """Clusters drawn, and not drawn."""
    if drawn.cluster is None:
        return None
    side = np.bincount(drawn.cluster, weights=drawn.treated) > 0
    return int(side.sum()), int((~side).sum())


def _strata(drawn: Drawn) -> list[Floats]:
    """A column for every stratum but the first."""
    if drawn.stratum is None:
        return []
    return [
        (drawn.stratum == level).astype(np.float64)
        for level in range(1, int(drawn.stratum.max()) + 1)
    ]


def _design(drawn: Drawn, columns: Sequence[Floats]) -> Floats:
    """Intercept, draw, strata; interacted, so that strata count by their people. Where a stratum
    has a single one of an arm, the effect is taken to be one and the same in all."""
    a = drawn.treated.astype(np.float64)
    if not columns:
        return np.column_stack([np.ones(len(a)), a])
    known = np.column_stack(columns)
    whole = _interacted(drawn.treated, known)
    return np.column_stack([np.ones(len(a)), a, known]) if whole is None else whole


def _interacted(treated: Flags, known: Floats) -> Floats | None:
    """The adjusted design; None where what is known cannot be told apart, or explains single people
    whole."""
    a = treated.astype(np.float64)
    if 2 * known.shape[1] + 2 >= min(a.sum(), len(a) - a.sum()):
        return None
    centred = known - known.mean(axis=0)
    x = np.column_stack([np.ones(len(a)), a, centred, centred * a[:, None]])
    if np.linalg.matrix_rank(x) < x.shape[1]:
        return None
    leverage = np.einsum("ij,jk,ik->i", x, np.linalg.inv(x.T @ x), x)
    return None if leverage.max() > 1 - 1e-9 else x


def _effect(x: Floats, drawn: Drawn) -> Interval:
    fit = least_squares(x, drawn.y)
    variance, df, how = _spread(fit, drawn.cluster)
    return coefficient(float(fit.coefficients[1]), variance, df, f"by draw, {how}")


def _spread(fit: Linear, cluster: Labels | None) -> tuple[float, float, str]:
    if cluster is None:
        return float(hc2(fit)[1, 1]), fit.df, "HC2"
    return *clustered_few(fit, cluster, 1), "CR2"


def _complied(drawn: Drawn, columns: Sequence[Floats], plain: Interval) -> Complied | Refused:
    """The effect of being drawn over what the draw did to taking it (Wald; instrumental variable).

    Assumes that the draw moves results through taking it alone and keeps nobody from it. Refused
    where F of the draw on taking it is below 10. Source: Imbens and Angrist, Econometrica 62
    (1994); Staiger and Stock, Econometrica 65 (1997)."""
    assert drawn.took is not None
    took = drawn.took.astype(np.float64)
    x = _design(drawn, columns)
    first = least_squares(x, took)
    moved, noise = float(first.coefficients[1]), _spread(first, drawn.cluster)[0]
    shares = float(took[drawn.treated].mean()), float(took[~drawn.treated].mean())
    if moved <= 0 or (noise > 0 and moved**2 / noise < STRONG_F):
        said = f"{shares[0]:.0%} of those drawn and {shares[1]:.0%} of the others took it"
        return Refused("not_identified", f"The draw hardly changed who took it: {said}.")
    effect = plain.estimate / moved
    left = least_squares(x, drawn.y - effect * took)
    variance, df, how = _spread(left, drawn.cluster)
    found = coefficient(effect, variance / moved**2, df, f"by draw per taker, {how}")
    return Complied(found, *shares)


def _by_lot(drawn: Drawn) -> tuple[float, int]:
    """(1 + lots as extreme as the one drawn) / (1 + lots): what is drawn is drawn again, within its
    stratum. Source: Fisher 1935; Phipson and Smyth 2010 on the added one."""
    generator = np.random.default_rng(drawn.seed)
    people = len(drawn.y)
    unit = np.arange(people) if drawn.cluster is None else drawn.cluster
    units = int(unit.max()) + 1
    sums, sizes = np.bincount(unit, weights=drawn.y), np.bincount(unit).astype(np.float64)
    side = np.bincount(unit, weights=drawn.treated) > 0
    stratum = np.zeros(units, dtype=np.int64)
    if drawn.stratum is not None:
        stratum[unit] = drawn.stratum
    lots = int(min(LOTS_MAX, max(LOTS_MIN, LOT_CELLS_MAX // units)))
    observed, found = 0.0, np.zeros(lots)
    for level in range(int(stratum.max()) + 1):
        here = stratum == level
        weight = float(sizes[here].sum()) / people
        one = _difference(side[here][None, :], sums[here], sizes[here])
        observed += weight * float(one[0])
        for start in range(0, lots, 100):  # a block of lots at a time, for memory
            block = np.tile(side[here], (min(100, lots - start), 1))
            again = generator.permuted(block, axis=1)
            found[start : start + 100] += weight * _difference(again, sums[here], sizes[here])
    extreme = int((np.abs(found) >= abs(observed) * (1 - 1e-12)).sum())
    return (1 + extreme) / (1 + lots), lots


def _difference(sides: Flags, sums: Floats, sizes: Floats) -> Floats:
    """Mean of the drawn less mean of the others, a line a lot."""
    chosen = sides.astype(np.float64)
    one, n = chosen @ sums, chosen @ sizes
    result: Floats = one / n - (sums.sum() - one) / (sizes.sum() - n)
    return result


def sizes_as_drawn(found: Sequence[int], shares: Sequence[float]) -> Significance:
    """Do the arms have the sizes that the draw should give? Pearson's chi-square.

    Below p = 0.001 something else than the lot decided who is counted, and no readout is made
    (sample ratio mismatch). Source: Fabijan et al., KDD 2019; METHODS G."""
    total, whole = sum(found), sum(shares)
    if total <= 0 or min(shares) <= 0:
        raise ValueError("Arms need people and shares above 0.")
    statistic = sum(
        (count - total * share / whole) ** 2 / (total * share / whole)
        for count, share in zip(found, shares, strict=True)
    )
    p_value = float(special.chdtrc(len(found) - 1, statistic))
    return Significance(statistic, p_value, "chi-square of the sizes")
