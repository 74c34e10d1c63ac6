"""Who was drawn by lot: the only design whose effect may be called caused."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from leadline.stats.bootstrap import Floats
from leadline.stats.did import CLUSTERS_GOOD, CLUSTERS_MIN
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused
from leadline.stats.regression import Labels, clustered, coefficient, hc2, least_squares
from leadline.stats.tables import Significance

ARM_MIN_PEOPLE = 20
SEEN = 1 + 0.8416212 / 1.959964  # half-widths that power 0.8 takes


@dataclass(frozen=True)
class Drawn:
    """One line a person as drawn, whatever they did then: outcome, drawn or not, covariates from
    before (optional), and the cluster 0..G−1 that was drawn together (optional)."""

    y: Floats
    treated: NDArray[np.bool_]
    before: Floats | None = None
    cluster: Labels | None = None


@dataclass(frozen=True)
class Trial:
    """The effect of being drawn (intention to treat), plain and adjusted, and what would show.

    `adjusted` is the plain one where nothing was known beforehand. `few` where fewer than 20
    clusters were drawn: then a permutation test belongs beside it."""

    effect: Interval
    adjusted: Interval
    treated: int
    others: int
    mean_others: float
    detectable: float
    few: bool


def trial(drawn: Drawn) -> Trial | Refused:
    """Difference of mean outcomes by draw, HC2 errors and t(n − k), clustered where drawn together.

    Adjusted: covariates centred and interacted with the draw, which can only sharpen (Lin 2013);
    they must be from before the draw. Refused below 20 people an arm or two clusters. Everybody
    drawn counts, also who never came; people lost to follow-up bias it as in any study. Source:
    Neyman 1923; MacKinnon and White 1985; Lin, Annals of Applied Statistics 7 (2013) 295-318."""
    n, people = int(drawn.treated.sum()), len(drawn.y)
    if min(n, people - n) < ARM_MIN_PEOPLE:
        smaller = min(n, people - n)
        return Refused("low_n", f"{smaller} in the smaller arm; {ARM_MIN_PEOPLE} are needed.")
    clusters = None if drawn.cluster is None else int(drawn.cluster.max()) + 1
    if clusters is not None and clusters < CLUSTERS_MIN:
        return Refused("low_n", f"{clusters} groups were drawn; {CLUSTERS_MIN} are needed.")
    a = drawn.treated.astype(np.float64)
    plain = _effect(np.column_stack([np.ones(people), a]), drawn)
    sharper = _interacted(a, drawn.before)
    adjusted = plain if sharper is None else _effect(sharper, drawn)
    return Trial(
        effect=plain,
        adjusted=adjusted,
        treated=n,
        others=people - n,
        mean_others=float(drawn.y[~drawn.treated].mean()),
        detectable=SEEN * (adjusted.high - adjusted.low) / 2,
        few=clusters is not None and clusters < CLUSTERS_GOOD,
    )


def _interacted(a: Floats, before: Floats | None) -> Floats | None:
    """The adjusted design; None where nothing was known beforehand or it cannot be told apart."""
    if before is None or 2 * before.shape[1] + 2 >= min(a.sum(), len(a) - a.sum()):
        return None
    centred = before - before.mean(axis=0)
    x = np.column_stack([np.ones(len(a)), a, centred, centred * a[:, None]])
    return x if np.linalg.matrix_rank(x) == x.shape[1] else None


def _effect(x: Floats, drawn: Drawn) -> Interval:
    fit = least_squares(x, drawn.y)
    if drawn.cluster is None:
        return coefficient(
            float(fit.coefficients[1]), float(hc2(fit)[1, 1]), fit.df, "by draw, HC2"
        )
    variance = float(clustered(fit, drawn.cluster)[1, 1])
    df = int(drawn.cluster.max())
    return coefficient(float(fit.coefficients[1]), variance, df, "by draw, clustered")


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
