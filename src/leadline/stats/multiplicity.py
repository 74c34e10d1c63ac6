"""Many looks, one error rate."""

from collections.abc import Sequence

import numpy as np


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values (q-values) that hold the false discovery rate, in the order given.

    q(i) = min over j ≥ i of m·p(j)/j, at most 1. Right for independent or positively dependent
    tests; for strongly overlapping segments use Benjamini-Yekutieli. The family must be declared
    before looking. Source: Benjamini and Hochberg, JRSS B 57 (1995) 289-300; R `p.adjust`."""
    if not p_values:
        return []
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p)[::-1]
    ranks = np.arange(len(p), 0, -1)
    adjusted = np.minimum.accumulate(p[order] * len(p) / ranks)
    q = np.empty_like(p)
    q[order] = np.minimum(adjusted, 1.0)
    return [float(value) for value in q]


def benjamini_yekutieli(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values that hold the false discovery rate however the tests depend on each other.

    q = min(1, Σ(1/i) · q of Benjamini and Hochberg). For segments that overlap strongly; costs a
    factor of about ln m. Source: Benjamini and Yekutieli, Annals of Statistics 29 (2001)."""
    factor = sum(1 / rank for rank in range(1, len(p_values) + 1))
    return [min(1.0, factor * q) for q in benjamini_hochberg(p_values)]
