"""Few clusters: the wild cluster bootstrap, which turns the signs of whole clusters."""

from itertools import product
from math import sqrt

import numpy as np

from leadline.stats.bootstrap import Floats
from leadline.stats.regression import Labels, clustered, least_squares, sums_by

DRAWS = 4_999
ALL_MAX_CLUSTERS = 12  # up to 4,096 sign patterns are tried all
# Six points instead of two signs, so that few clusters give many draws (Webb 2014).
WEBB = (-sqrt(1.5), -1.0, -sqrt(0.5), sqrt(0.5), 1.0, sqrt(1.5))
WEBB_BELOW_CLUSTERS = 6


def wild_cluster(x: Floats, y: Floats, cluster: Labels, place: int, seed: int) -> float:
    """The p-value of coefficient `place` being 0, by t-statistics under errors of turned sign.

    The null is imposed: y is fitted without the column, and each draw multiplies a cluster's
    residuals by one random weight; the share of draws whose |t| is at least the observed one. All
    sign patterns where there are few; six-point weights below six clusters. Right from about five
    clusters on if a few of them are treated; with one or two treated clusters use the lots instead.
    Source: Cameron, Gelbach and Miller, REStat 90 (2008) 414-427; Webb 2014."""
    observed = abs(_t(x, y, cluster, place))
    rest = np.delete(x, place, axis=1)
    fitted = rest @ np.linalg.lstsq(rest, y, rcond=None)[0]
    left, groups = y - fitted, int(cluster.max()) + 1
    weights = _weights(groups, np.random.default_rng(seed))
    found = _all_t(x, cluster, place, (fitted, left, weights))
    more = int((np.abs(found) >= observed * (1 - 1e-10)).sum())
    if WEBB_BELOW_CLUSTERS <= groups <= ALL_MAX_CLUSTERS:
        return more / len(weights)
    return (1 + more) / (1 + len(weights))


def _weights(groups: int, generator: np.random.Generator) -> Floats:
    """A line a draw, a column a cluster."""
    if groups < WEBB_BELOW_CLUSTERS:
        return generator.choice(WEBB, (DRAWS, groups))
    if groups <= ALL_MAX_CLUSTERS:
        return np.array(list(product((-1.0, 1.0), repeat=groups)))
    return generator.choice((-1.0, 1.0), (DRAWS, groups))


def _t(x: Floats, y: Floats, cluster: Labels, place: int) -> float:
    fit = least_squares(x, y)
    return float(fit.coefficients[place] / sqrt(clustered(fit, cluster)[place, place]))


def _all_t(x: Floats, cluster: Labels, place: int, made: tuple[Floats, Floats, Floats]) -> Floats:
    """t of every draw. All is linear in the weights: only sums by cluster are needed."""
    fitted, left, weights = made
    rows, columns = x.shape
    bread = np.linalg.inv(x.T @ x)
    groups = weights.shape[1]
    pull = bread[place] @ x.T  # y to coefficient
    # Coefficients of a draw: those of the fitted values and, cluster by cluster, of the residuals.
    by_cluster = sums_by(x * left[:, None], cluster) @ bread
    beta = bread @ (x.T @ fitted) + weights @ by_cluster
    # The cluster's score in direction `place`: pull·(w·left + fitted − x·beta).
    own = sums_by((pull * left)[:, None], cluster)[:, 0]
    base = sums_by((pull * fitted)[:, None], cluster)[:, 0]
    across = sums_by(x * pull[:, None], cluster)
    score = weights * own + base - beta @ across.T
    factor = groups / (groups - 1) * (rows - 1) / (rows - columns)
    found: Floats = beta[:, place] / np.sqrt(np.maximum(factor * (score**2).sum(axis=1), 1e-300))
    return found
