"""BCa bootstrap over people: resample persons, never their rows."""

from collections.abc import Callable
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from scipy import special

from leadline.stats.intervals import CONFIDENCE, Interval

DRAWS = 1_999
CELLS_AT_ONCE = 2_000_000  # person-draws held at a time: 16 MB of weights

Floats = NDArray[np.float64]
# Weights of the people, one line per draw, to the statistic of each draw.
Weighted = Callable[[Floats], Floats]


def seed_of(name: str) -> int:
    """The fixed seed of a metric, so that the same question gives the same digits every time."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")


def bca_ratio(y: Floats, n: Floats, seed: int, confidence: float = CONFIDENCE) -> Interval:
    """BCa interval of Σy/Σn over people with sums (y, n): a mean per row, or a rate.

    Limits are the draws' quantiles at Φ(ẑ + (ẑ+z)/(1−â(ẑ+z))), ẑ from the share of draws below the
    estimate, â from the jackknife. Second-order right for smooth statistics; wrong for a handful of
    people, and where one person holds most of the sum. Source: Efron, JASA 82 (1987) 171-185."""
    total, rows = float(y.sum()), float(n.sum())
    jackknife = (total - y) / np.where(rows - n > 0, rows - n, np.nan)

    def ratio(weights: Floats) -> Floats:
        # Counts of whole people: n > 0 for everyone, so a draw's sum is never 0.
        return (weights @ y) / (weights @ n)

    return _bca(total / rows, _draw(len(y), ratio, seed), jackknife, confidence)


def bca_median(
    values: Floats, person: NDArray[np.int64], seed: int, confidence: float = CONFIDENCE
) -> Interval:
    """BCa interval of the median of rows, resampling people; `person` is 0..G−1 for each row.

    The median is not smooth, so the jackknife carries little and the interval is close to the
    bias-corrected percentile; limits are sample values. Ties at the median make it cautious.
    Source: Efron 1987; Efron and Tibshirani, An Introduction to the Bootstrap, 1993, ch. 14."""
    order = np.argsort(values, kind="stable")
    ordered, owner = values[order], person[order]
    people = int(person.max()) + 1

    def median(weights: Floats) -> Floats:
        reached = np.cumsum(weights[:, owner], axis=1)
        half = reached[:, -1:] / 2
        low = np.argmax(reached >= half, axis=1)
        high = np.argmax(reached > half, axis=1)
        middle: Floats = (ordered[low] + ordered[high]) / 2
        return middle

    at_once = max(1, CELLS_AT_ONCE // len(values))
    draws = _draw(people, median, seed, at_once)
    jackknife = np.concatenate(
        [
            median(1.0 - np.eye(people, dtype=np.float64)[start : start + at_once])
            for start in range(0, people, at_once)
        ]
    )
    return _bca(float(np.median(values)), draws, jackknife, confidence)


def _draw(people: int, statistic: Weighted, seed: int, at_once: int | None = None) -> Floats:
    """The statistic of DRAWS resamples, a bounded block at a time."""
    generator = np.random.default_rng(seed)
    block = max(1, min(at_once or DRAWS, CELLS_AT_ONCE // people))
    done: list[Floats] = []
    for start in range(0, DRAWS, block):
        draws = min(block, DRAWS - start)
        chosen = generator.integers(0, people, size=(draws, people), dtype=np.int64)
        chosen += np.arange(draws, dtype=np.int64)[:, None] * people
        weights = np.bincount(chosen.ravel(), minlength=draws * people)
        done.append(statistic(weights.reshape(draws, people).astype(np.float64)))
    return np.concatenate(done)


def _bca(estimate: float, draws: Floats, jackknife: Floats, confidence: float) -> Interval:
    method = f"BCa bootstrap over people, {DRAWS:,} draws"
    if np.all(draws == draws[0]):
        return Interval(estimate, estimate, estimate, method)
    # Half of the ties count as below, so that a lumpy statistic does not look biased.
    below = (np.sum(draws < estimate) + np.sum(draws == estimate) / 2) / len(draws)
    bias = special.ndtri(np.clip(below, 1 / len(draws), 1 - 1 / len(draws)))
    spread = np.nanmean(jackknife) - jackknife
    cubes, squares = np.nansum(spread**3), np.nansum(spread**2)
    acceleration = cubes / (6 * squares**1.5) if squares > 0 else 0.0
    z = special.ndtri([(1 - confidence) / 2, (1 + confidence) / 2])
    levels = special.ndtr(bias + (bias + z) / (1 - acceleration * (bias + z)))
    low, high = np.quantile(draws, levels)
    return Interval(estimate, float(low), float(high), method)
