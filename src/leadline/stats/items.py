"""Is a question any good? Classical item analysis from sums over first graded attempts.

SQL gives the sums (n, Σx, Σr, Σx², Σr², Σxr); nothing here sees a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Literal, TypeVar

import numpy as np
from scipy import special

from leadline.stats.bootstrap import Floats
from leadline.stats.contrasts import correlation_interval
from leadline.stats.intervals import CONFIDENCE, Interval, wilson
from leadline.stats.refusal import Refused
from leadline.stats.regression import coefficient

CORRELATION_MIN_ROWS = 50
RELIABILITY_MIN_ITEMS = 5
HARD = 0.30
EASY = 0.95
GUESSING_MARGIN = 0.05
WEAK = 0.15  # item-rest correlation
FUNCTIONING_MIN_SHARE = 0.05
OUTER_SHARE = 0.27  # of the people at either end, for D

F = TypeVar("F", float, Floats)
Flag = Literal["too hard", "too easy", "near guessing", "weak", "misleading", "possible mis-key"]


@dataclass(frozen=True)
class PairSums:
    """Sums over rows of a mark x and the rest of the same test r: enough for their correlation."""

    n: int
    x: float
    r: float
    xx: float
    rr: float
    xr: float

    def correlation(self) -> float | None:
        """Pearson's r; None where x or r does not vary."""
        if self.n < 2:
            return None
        vx = self.xx - self.x**2 / self.n
        vr = self.rr - self.r**2 / self.n
        if vx <= 1e-12 * max(1.0, self.xx) or vr <= 1e-12 * max(1.0, self.rr):
            return None
        return max(-1.0, min(1.0, (self.xr - self.x * self.r / self.n) / sqrt(vx * vr)))


def pair_sums(x: Floats, rest: Floats) -> PairSums:
    """The sums from two arrays, rows with a missing value left out."""
    seen = ~(np.isnan(x) | np.isnan(rest))
    x, rest = x[seen], rest[seen]
    return PairSums(
        len(x),
        float(x.sum()),
        float(rest.sum()),
        float(x @ x),
        float(rest @ rest),
        float(x @ rest),
    )


def item_rest(sums: PairSums) -> Interval | Refused:
    """Correlation of a question's mark with the rest of the test (corrected item-total).

    The item itself is not in the rest: r(x, T − x). Fisher's interval; refused below 50 rows. Low
    for very easy and very hard items by arithmetic alone, and for a test of several topics; use the
    rest of the same topic there. Source: Lord and Novick 1968, 15.3; METHODS B3."""
    if sums.n < CORRELATION_MIN_ROWS:
        return Refused("low_n", f"{sums.n} answers; a correlation needs {CORRELATION_MIN_ROWS}.")
    r = sums.correlation()
    if r is None:
        return Refused("not_identified", "All answers, or all other marks, are the same.")
    return correlation_interval(r, sums.n)


@dataclass(frozen=True)
class Option:
    """An answer option: chosen how often, and by whom.

    `share` of those who answered, `fifths` the number of choosers per fifth of the rest score (low
    to high), `r` the correlation of choosing it with the rest score."""

    name: str
    is_key: bool
    share: Interval
    fifths: tuple[int, ...]
    r: float | None

    @property
    def functioning(self) -> bool:
        """A wrong option that nearly nobody takes does no work."""
        return self.share.estimate >= FUNCTIONING_MIN_SHARE


@dataclass(frozen=True)
class ItemJudged:
    """A question with what is wrong with it, worst first in `flags`."""

    difficulty: Interval
    discrimination: Interval | Refused
    options: tuple[Option, ...]
    flags: tuple[Flag, ...]
    suspect: str | None  # the option that may be the true key

    @property
    def defective(self) -> bool:
        """Fix the question before believing anything its answers say (METHODS B5)."""
        return bool({"weak", "misleading", "possible mis-key"} & set(self.flags))


def options(
    chosen: Mapping[str, tuple[PairSums, Sequence[int]]], key: str, answered: int
) -> tuple[Option, ...]:
    """The options of a question from, per option, the sums of (chosen 0/1, rest) and its fifths."""
    return tuple(
        Option(name, name == key, wilson(sums.x, answered), tuple(fifths), sums.correlation())
        for name, (sums, fifths) in sorted(chosen.items())
    )


def judge_item(
    sums: PairSums, options_: Sequence[Option] = (), options_given: int | None = None
) -> ItemJudged | Refused:
    """Difficulty, discrimination, options and flags of one question, first graded attempts only.

    Flags: share correct below 0.30, above 0.95 or within 0.05 of guessing; item-rest below 0.15
    (weak) or 0 (misleading); a wrong option whose r is above the key's and above 0 (possible
    mis-key). Retakes and leaked questions raise the share; leave them out. Thresholds are METHODS
    B3's, engineering defaults. The flags point; a person who knows the content decides."""
    if not sums.n:
        return Refused("low_n", "Nobody has answered this question yet.")
    difficulty, discrimination = _difficulty(sums), item_rest(sums)
    suspect = _suspect(options_) if sums.n >= CORRELATION_MIN_ROWS else None
    flags: list[Flag] = ["possible mis-key"] if suspect else []
    if isinstance(discrimination, Interval) and discrimination.estimate < WEAK:
        flags.append("misleading" if discrimination.estimate < 0 else "weak")
    share = difficulty.estimate
    if options_given and share <= 1 / options_given + GUESSING_MARGIN:
        flags.append("near guessing")
    if share < HARD:
        flags.append("too hard")
    if share > EASY:
        flags.append("too easy")
    return ItemJudged(difficulty, discrimination, tuple(options_), tuple(flags), suspect)


def _difficulty(sums: PairSums) -> Interval:
    """Share of right answers; of a question that gives points, their mean as a share of the most
    (Student's interval, which needs no more than that its mean be about normal)."""
    if sums.n < 2 or abs(sums.xx - sums.x) < 1e-9 * max(1.0, sums.x):
        return wilson(sums.x, sums.n)
    mean = sums.x / sums.n
    variance = max(0.0, sums.xx - sums.x * mean) / (sums.n - 1) / sums.n
    found = coefficient(mean, variance, sums.n - 1, "mean share of the points, Student")
    return replace(found, low=max(0.0, found.low), high=min(1.0, found.high))


def _suspect(options_: Sequence[Option]) -> str | None:
    keys = [option.r for option in options_ if option.is_key]
    if not keys:
        return None
    # A key that never varies tells nothing; any positive rival is then suspect.
    bar = max(0.0, keys[0] if keys[0] is not None else 0.0)
    rivals = [(o.r, o.name) for o in options_ if not o.is_key and o.r is not None and o.r > bar]
    return max(rivals)[1] if rivals else None


@dataclass(frozen=True)
class Reliability:
    """How far the test's total would agree with a like test: α with Feldt's interval.

    `sem` is the standard error of measurement in points; `if_dropped` and `item_rest` have one
    value an item."""

    alpha: Interval
    items: int
    n: int
    sem: float
    if_dropped: tuple[float, ...]
    item_rest: tuple[float, ...]


def reliability(
    variances: Floats, with_total: Floats, n: int, confidence: float = CONFIDENCE
) -> Reliability | Refused:
    """Cronbach's α from each item's variance and its covariance with the total (the item in it);
    for marks of 0 and 1 it is KR-20.

    k/(k−1)·(1 − Σσ²ⱼ/σ²_T); limits 1 − (1−α)·F(n−1, (n−1)(k−1)) quantiles. From five items.
    A lower bound of reliability for one topic; not evidence that there is one topic. Feldt's
    limits assume normal items of one correlation and are short for skewed ones. Source: Cronbach
    1951; Kuder and Richardson 1937; Feldt, Psychometrika 30 (1965) 357-370."""
    k, total = len(variances), float(with_total.sum())
    if k < RELIABILITY_MIN_ITEMS:
        return Refused("not_identified", f"{k} questions; reliability needs at least 5.")
    if n < 3 or total <= 0:
        return Refused("low_n", "The totals do not vary; reliability needs people who differ.")
    alpha = _alpha(k, float(variances.sum()), total)
    degrees = (n - 1, (n - 1) * (k - 1))
    low = 1 - (1 - alpha) * float(special.fdtri(*degrees, (1 + confidence) / 2))
    high = 1 - (1 - alpha) * float(special.fdtri(*degrees, (1 - confidence) / 2))
    without = total - 2 * with_total + variances  # variance of the total of the other items
    with np.errstate(divide="ignore", invalid="ignore"):
        rests = (with_total - variances) / np.sqrt(variances * without)
        dropped = _alpha(k - 1, float(variances.sum()) - variances, without)
    return Reliability(
        alpha=Interval(alpha, low, high, "Cronbach's α, Feldt"),
        items=k,
        n=n,
        sem=sqrt(total * max(0.0, 1 - alpha)),
        if_dropped=tuple(map(float, dropped)),
        item_rest=tuple(map(float, rests)),
    )


def _alpha(items: int, variances: F, total: F) -> F:
    return items / (items - 1) * (1 - variances / total)


def upper_minus_lower(scores: Floats, item: Floats) -> float:
    """D: share correct among the best 27 % less that among the worst 27 %, by total score.

    To explain an item to an author, never to decide; ties at the cut are broken by order, so D
    moves a little with them. Source: Kelley, J. Educational Psychology 30 (1939) 17-24."""
    order = np.argsort(scores, kind="stable")
    outer = max(1, round(OUTER_SHARE * len(order)))
    return float(item[order[-outer:]].mean() - item[order[:outer]].mean())
