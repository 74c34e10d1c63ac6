"""Does a question treat two groups of equal ability alike? Differential item functioning."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isinf, isnan, log
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from leadline.stats.bootstrap import Floats
from leadline.stats.intervals import CONFIDENCE, Interval, normal_quantile
from leadline.stats.multiplicity import benjamini_hochberg
from leadline.stats.refusal import Refused
from leadline.stats.tables import (
    Significance,
    TwoByTwo,
    conditional_independence,
    mantel_haenszel,
)

FOCAL_MIN_PEOPLE = 100
FOCAL_GOOD_PEOPLE = 200  # below this, only large differences can be seen
DELTA = -2.35  # from log odds to the delta scale of ETS
NEGLIGIBLE = 1.0
LARGE = 1.5
FALSE_DISCOVERY_MAX = 0.05

Class = Literal["A", "B", "C"]


@dataclass(frozen=True)
class Differential:
    """A question's odds ratio (first group : second, at equal total) and its class.

    Δ = −2.35 ln OR: negative means that the second (focal) group finds it harder. Class A is
    negligible, B moderate, C large: C goes to a review of language and context by people, never to
    automatic removal. `q_value` is over the questions of one test."""

    odds_ratio: Interval
    delta: Interval
    test: Significance
    class_: Class
    q_value: float
    focal: int


def differential(items: Sequence[Sequence[TwoByTwo]]) -> list[Differential | Refused]:
    """Mantel-Haenszel DIF of each question from its tables by total score.

    A stratum's row 1 is the reference group (right, wrong), row 2 the focal group. Class C: |Δ| ≥
    1.5 and significantly above 1; A: |Δ| < 1 or not different from 0 at 5 %; B: between. Refused
    below 100 in the smaller group. Assumes that the total measures the same in both groups
    (purify it, see `purified`) and a difference of one direction along ability.
    Source: Holland and Thayer 1988; Zieky 1993; ETS classes as in Dorans and Holland 1993."""
    judged = [_judge(strata) for strata in items]
    tested = [place for place, each in enumerate(judged) if isinstance(each, Differential)]
    p_values = [each.test.p_value for each in judged if isinstance(each, Differential)]
    q = dict(zip(tested, benjamini_hochberg(p_values), strict=True))
    return [
        replace(each, q_value=q[place]) if isinstance(each, Differential) else each
        for place, each in enumerate(judged)
    ]


def _judge(strata: Sequence[TwoByTwo]) -> Differential | Refused:
    smaller = min(sum(t.a + t.b for t in strata), sum(t.c + t.d for t in strata))
    if smaller < FOCAL_MIN_PEOPLE:
        reason = f"{smaller} people in the smaller group; {FOCAL_MIN_PEOPLE} are needed."
        return Refused("low_n", reason)
    ratio, test = mantel_haenszel(strata), conditional_independence(strata)
    if test is None or isnan(ratio.estimate) or isinf(ratio.estimate) or not ratio.estimate:
        return Refused("not_identified", "At no score do both groups give both answers.")
    delta = Interval(
        DELTA * log(ratio.estimate),
        DELTA * log(ratio.high),
        DELTA * log(ratio.low),
        "ETS delta, Mantel-Haenszel",
    )
    return Differential(ratio, delta, test, _class(delta, test), 1.0, smaller)


def _class(delta: Interval, test: Significance) -> Class:
    size = abs(delta.estimate)
    if size < NEGLIGIBLE or test.p_value > 1 - CONFIDENCE:
        return "A"
    error = (delta.high - delta.low) / (2 * normal_quantile(CONFIDENCE))
    # One-sided: is |Δ| above 1, not only above 0?
    clearly = (size - NEGLIGIBLE) / error > float(special.ndtri(CONFIDENCE))
    return "C" if size >= LARGE and clearly else "B"


def tables_by_total(
    answers: Floats, focal: NDArray[np.bool_], kept: NDArray[np.bool_] | None = None
) -> list[list[TwoByTwo]]:
    """Each question's tables (n people × k marks of 0 and 1) by total over the `kept` questions.

    The studied question is always part of its own total, as it must be for the ratio to be 1
    without DIF (Holland and Thayer 1988)."""
    k = answers.shape[1]
    kept = np.ones(k, dtype=bool) if kept is None else kept
    base = answers[:, kept].sum(axis=1)
    found = []
    for item in range(k):
        total = base if kept[item] else base + answers[:, item]
        code = total.astype(np.int64) * 4 + focal * 2 + (answers[:, item] < 0.5)
        counts = np.bincount(code, minlength=4 * (k + 1)).reshape(-1, 4)
        found.append([TwoByTwo(*map(int, line)) for line in counts if line.any()])
    return found


def purified(answers: Floats, focal: NDArray[np.bool_]) -> list[Differential | Refused]:
    """Two rounds: the first finds questions of class B or C, the second leaves them out of the
    total by which people are matched. Complete answers only; SQL gives the tables of each round."""
    first = differential(tables_by_total(answers, focal))
    kept = np.array([not isinstance(each, Differential) or each.class_ == "A" for each in first])
    return differential(tables_by_total(answers, focal, kept)) if kept.any() else first
