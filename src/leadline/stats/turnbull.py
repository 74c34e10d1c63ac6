"""Times known only to lie between two looks: Turnbull's estimate of the curve."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np
from numpy.typing import NDArray

from leadline.stats.bootstrap import Floats
from leadline.stats.refusal import Refused

PEOPLE_MIN = 10
ROUNDS_MAX = 20_000
TOLERANCE = 1e-9
SPAN_SHARE_MAX = 0.2  # of the median, above which midpoints mislead (METHODS D)


@dataclass(frozen=True)
class Between:
    """The event came after `left` and not after `right`; right inf: not yet at the last look."""

    left: float
    right: float


@dataclass(frozen=True)
class Mass:
    """The share of people whose event lies in (left, right]; where inside, nobody can tell."""

    left: float
    right: float
    share: float


def turnbull(seen: Sequence[Between]) -> tuple[Mass, ...] | Refused:
    """The shares of people over the smallest intervals that the looks can tell apart, by EM.

    Maximises Σ log Σ_j α_ij p_j, α_ij whether person i's interval holds (l_j, r_j]; the intervals
    begin at a left end and end at the next right end. No shape is assumed; looks must not come
    because of the event. Without intervals it is Kaplan and Meier's curve. Refused below ten
    people. Source: Turnbull, JRSS B 38 (1976) 290-295; Peto, Applied Statistics 22 (1973) 86-91;
    R `interval`, `icenReg`."""
    if len(seen) < PEOPLE_MIN:
        return Refused("low_n", f"{len(seen)} people; {PEOPLE_MIN} are needed.")
    if any(each.left >= each.right for each in seen):
        raise ValueError("An event lies between two looks: left must be before right.")
    kinds, counts = np.unique([(s.left, s.right) for s in seen], axis=0, return_counts=True)
    spans = _smallest(kinds)
    inside = (kinds[:, :1] <= spans[:, 0]) & (spans[:, 1] <= kinds[:, 1:])
    shares = _shares(inside, counts.astype(np.float64))
    return tuple(
        Mass(float(left), float(right), float(share))
        for (left, right), share in zip(spans, shares, strict=True)
        if share > 1e-6
    )


def _smallest(kinds: Floats) -> Floats:
    """(l, r] where a left end is followed by a right end with no end between (Peto)."""
    # At one time a right end comes first: (3, 5] and (5, 8] have nothing in common.
    ends = sorted({*((r, 0) for _, r in kinds.tolist()), *((l_, 1) for l_, _ in kinds.tolist())})
    found = [
        (one, other)
        for (one, opens), (other, next_opens) in pairwise(ends)
        if opens and not next_opens
    ]
    return np.array(found)


def _shares(inside: NDArray[np.bool_], counts: Floats) -> Floats:
    weights, total = inside.astype(np.float64), counts.sum()
    shares: Floats = np.full(inside.shape[1], 1 / inside.shape[1])
    for _ in range(ROUNDS_MAX):
        likely = weights @ shares
        new = shares * ((counts / likely) @ weights) / total
        done = float(np.abs(new - shares).max()) < TOLERANCE
        shares = new
        if done:
            break
    return shares


def share_by(masses: Sequence[Mass], day: float) -> tuple[float, float]:
    """The share whose event has come by a day: at least and at most, since within an interval
    nobody can tell."""
    least = sum(each.share for each in masses if each.right <= day)
    return least, sum(each.share for each in masses if each.left < day)


def middle(masses: Sequence[Mass]) -> tuple[float, float]:
    """The interval in which the median lies; (inf, inf): fewer than half are known to be there."""
    reached = 0.0
    for each in masses:
        reached += each.share
        if reached >= 0.5 - 1e-9:
            return each.left, each.right
    return inf, inf


def too_wide(seen: Sequence[Between], median: float) -> bool:
    """Whether the time between looks is so long that a midpoint misleads: more than a fifth of the
    median, for the middle person."""
    spans = [each.right - each.left for each in seen if each.right < inf]
    return bool(spans) and float(np.median(spans)) > SPAN_SHARE_MAX * median
