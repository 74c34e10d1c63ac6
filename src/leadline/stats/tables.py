"""Counts in a table: do groups differ at all?"""

from collections.abc import Sequence


def homogeneity(counts: Sequence[tuple[int, int]]) -> float:
    """p-value of "all groups (x, n) have one share": Pearson's chi-square on the 2 × k table.

    1.0 where everybody or nobody has x. Assumes independent rows and expected counts of about 5;
    a large value does not show that the groups are alike. Source: Pearson 1900; Fleiss, Levin and
    Paik 2003, 9.1."""
    if len(counts) < 2:
        raise ValueError("Groups are compared with each other; one is not enough.")
    from scipy import stats  # takes longer to load than most answers to compute

    hits = [x for x, _ in counts]
    misses = [n - x for x, n in counts]
    if not sum(hits) or not sum(misses):
        return 1.0
    return float(stats.chi2_contingency([hits, misses], correction=False).pvalue)
