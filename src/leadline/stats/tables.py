"""Counts in a table: do groups differ at all, and does the answer survive stratification?"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, isinf, nan, sqrt

from scipy import special

from leadline.stats.intervals import CONFIDENCE, Interval, normal_quantile

CHANGE_MAX = 0.2  # between crude and stratified odds ratio, before only the latter is shown


@dataclass(frozen=True)
class Significance:
    """A test's statistic and p-value, and the test by its citable name."""

    statistic: float
    p_value: float
    method: str


@dataclass(frozen=True)
class TwoByTwo:
    """Two groups by outcome: `a` of the first have it, `b` do not; of the second `c` and `d`."""

    a: int
    b: int
    c: int
    d: int

    @property
    def n(self) -> int:
        return self.a + self.b + self.c + self.d


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


def odds_ratio(table: TwoByTwo, confidence: float = CONFIDENCE) -> Interval:
    """ad/bc with limits exp(ln OR ± z√(1/a+1/b+1/c+1/d)); ½ is added to all cells if one is 0.

    Assumes independent rows; wrong (too short) below about 5 a cell. Source: Woolf 1955; Haldane
    1956."""
    cells = (table.a, table.b, table.c, table.d)
    a, b, c, d = (cell + (0.0 if all(cells) else 0.5) for cell in cells)
    half = normal_quantile(confidence) * sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    ratio = a * d / (b * c)
    return Interval(ratio, ratio * exp(-half), ratio * exp(half), "Woolf logit")


def mantel_haenszel(strata: Sequence[TwoByTwo], confidence: float = CONFIDENCE) -> Interval:
    """The odds ratio common to all strata: Σ(ad/n) / Σ(bc/n).

    Limits from Robins, Breslow and Greenland's variance of the logarithm. Assumes one odds ratio in
    every stratum (see `equal_odds`); right for many small strata and for few large ones. The
    estimate is 0 or infinite, with limits 0 to infinity, where no stratum has both kinds of
    discordant pairs; it is nan where no stratum compares anything.
    Source: Mantel and Haenszel, JNCI 22 (1959) 719-748; Biometrics 42 (1986) 311-323."""
    method = "Mantel-Haenszel, Robins-Breslow-Greenland"
    tables = [table for table in strata if table.n]
    r = [t.a * t.d / t.n for t in tables]
    s = [t.b * t.c / t.n for t in tables]
    with_r, with_s = sum(r), sum(s)
    if not with_r or not with_s:
        edge = nan if with_r == with_s else (inf if with_r else 0.0)
        return Interval(edge, 0.0, inf, method)
    p = [(t.a + t.d) / t.n for t in tables]
    variance = (
        sum(x * y for x, y in zip(p, r, strict=True)) / (2 * with_r**2)
        + sum(x * z + (1 - x) * y for x, y, z in zip(p, r, s, strict=True)) / (2 * with_r * with_s)
        + sum((1 - x) * z for x, z in zip(p, s, strict=True)) / (2 * with_s**2)
    )
    ratio, half = with_r / with_s, normal_quantile(confidence) * sqrt(variance)
    return Interval(ratio, ratio * exp(-half), ratio * exp(half), method)


def conditional_independence(
    strata: Sequence[TwoByTwo], *, corrected: bool = True
) -> Significance | None:
    """Cochran-Mantel-Haenszel: does the outcome depend on the group within the strata?

    χ² = (|Σ(a − E a)| − ½)² / ΣVar a on one degree of freedom, without the ½ if not `corrected`;
    None where no stratum can say anything. Weak where the strata disagree in direction.
    Source: Mantel and Haenszel 1959; R `mantelhaen.test`."""
    excess = variance = 0.0
    for t in strata:
        if t.n < 2:
            continue
        first, hits = t.a + t.b, t.a + t.c
        excess += t.a - first * hits / t.n
        variance += first * (t.n - first) * hits * (t.n - hits) / (t.n**2 * (t.n - 1))
    if variance <= 0:
        return None
    distance = max(0.0, abs(excess) - (0.5 if corrected else 0.0))
    statistic = distance**2 / variance
    return Significance(
        statistic, float(special.chdtrc(1, statistic)), "Cochran-Mantel-Haenszel chi-square"
    )


def equal_odds(strata: Sequence[TwoByTwo]) -> Significance | None:
    """Breslow and Day's test, with Tarone's correction, that all strata have one odds ratio.

    Σ(a − ã)²/Var(a | ã) − (Σ(a − ã))²/ΣVar, ã the cell expected under the common ratio. None with
    fewer than two strata that count. Needs large strata; a large p does not show homogeneity.
    Source: Breslow and Day 1980, 4.4; Tarone, Biometrika 72 (1985) 91-95."""
    common = mantel_haenszel(strata).estimate
    if isinf(common) or not common > 0:
        return None
    distances, variances = [], []
    for t in strata:
        expected = _expected(t, common)
        if expected is None:
            continue
        cells = _cells(t, expected)
        distances.append(t.a - expected)
        variances.append(1 / sum(1 / cell for cell in cells))
    if len(distances) < 2:
        return None
    statistic = sum(x * x / v for x, v in zip(distances, variances, strict=True))
    statistic -= sum(distances) ** 2 / sum(variances)
    df = len(distances) - 1
    return Significance(statistic, float(special.chdtrc(df, statistic)), "Breslow-Day-Tarone")


def _cells(table: TwoByTwo, a: float) -> tuple[float, float, float, float]:
    first, hits = table.a + table.b, table.a + table.c
    return a, first - a, hits - a, table.n - first - hits + a


def _expected(table: TwoByTwo, ratio: float) -> float | None:
    """The first cell under this odds ratio and the table's margins; None if a margin is empty."""
    first, hits = table.a + table.b, table.a + table.c
    if max(0, first + hits - table.n) >= min(first, hits):
        return None
    # (1 − ψ)a² + (n + (ψ − 1)(first + hits))a = ψ·first·hits, the root that exists at ψ = 1 too.
    linear = table.n + (ratio - 1) * (first + hits)
    constant = ratio * first * hits
    return 2 * constant / (linear + sqrt(linear**2 + 4 * (1 - ratio) * constant))


def common_difference(
    strata: Sequence[TwoByTwo], confidence: float = CONFIDENCE
) -> Interval | None:
    """The difference of shares a/(a+b) − c/(c+d) common to the strata, weights n1·n2/n.

    Variance Σw²(ab/n1³ + cd/n2³)/(Σw)². None where no stratum has both groups. Assumes strata of
    some size; too short where most cells hold fewer than five. Source: Greenland and Robins,
    Biometrics 41 (1985) 55-68, the large-strata variance."""
    weight = total = variance = 0.0
    for t in strata:
        first, second = t.a + t.b, t.c + t.d
        if not first or not second:
            continue
        w = first * second / t.n
        weight += w
        total += w * (t.a / first - t.c / second)
        variance += w * w * (t.a * t.b / first**3 + t.c * t.d / second**3)
    if not weight:
        return None
    difference, half = total / weight, normal_quantile(confidence) * sqrt(variance) / weight
    return Interval(
        difference,
        max(-1.0, difference - half),
        min(1.0, difference + half),
        "Mantel-Haenszel risk difference",
    )


@dataclass(frozen=True)
class Confounding:
    """The odds ratio before and after stratification.

    `reversed_` where the two lie on different sides of 1; `stratified_only` where only `within`
    may be shown; `homogeneous` tests whether one ratio fits every stratum."""

    crude: Interval
    within: Interval
    change: float
    reversed_: bool
    stratified_only: bool
    test: Significance | None
    homogeneous: Significance | None


def confounding(strata: Sequence[TwoByTwo]) -> Confounding:
    """Simpson's check: does the difference between two groups hold within the strata?

    Compares the crude odds ratio with Mantel and Haenszel's. Where the sign flips or the ratio
    moves by more than 20 %, the stratified result alone is shown. The odds ratio is not
    collapsible, so a change below that is no evidence of confounding. Stratify by causes of both,
    never by consequences. Source: METHODS B4; Bickel, Hammel and O'Connell, Science 187 (1975)."""
    whole = TwoByTwo(
        sum(t.a for t in strata),
        sum(t.b for t in strata),
        sum(t.c for t in strata),
        sum(t.d for t in strata),
    )
    crude, within = odds_ratio(whole), mantel_haenszel(strata)
    flipped = (crude.estimate - 1) * (within.estimate - 1) < 0
    change = abs(within.estimate / crude.estimate - 1)
    return Confounding(
        crude=crude,
        within=within,
        change=change,
        reversed_=flipped,
        stratified_only=flipped or change > CHANGE_MAX,
        test=conditional_independence(strata),
        homogeneous=equal_odds(strata),
    )
