"""How often 95 % intervals hold the truth in seeded worlds where it is known; wanted: 93 to 97 %.

The worlds have the sizes at which the product first shows a comparison, not comfortable ones."""

from collections.abc import Callable

import numpy as np

from benchmarks import comparisons
from leadline.stats.did import Panel, staggered, two_by_two
from leadline.stats.effects import Study, effect_on_treated
from leadline.stats.intervals import ClusterSums, Interval, clustered_share, newcombe, wilson
from leadline.stats.items import item_rest, pair_sums, reliability
from leadline.stats.prediction import auc
from leadline.stats.rates import rate_ratio
from leadline.stats.refusal import Refused
from leadline.stats.retention import ratio_of_means
from leadline.stats.series import Series, interrupted
from leadline.stats.survival import (
    cumulative_incidence,
    daily,
    incidence_at,
    restricted_mean_difference,
)
from leadline.stats.tables import TwoByTwo, mantel_haenszel
from leadline.stats.trials import Complied, Drawn, trial

WORLDS = 2_000
SLOW_WORLDS = 400  # where one answer takes tens of milliseconds
SEED = 2026
WANTED = (0.93, 0.97)

Random = np.random.Generator
World = Callable[[Random], tuple[Interval | Refused, float]]


def main() -> int:
    outside = 0
    for name, world in WORLDS_OF.items():
        generator = np.random.default_rng(SEED)
        count = SLOW_WORLDS if name in SLOW else WORLDS
        hits = answers = 0
        for _ in range(count):
            found, truth = world(generator)
            if isinstance(found, Refused):
                continue
            answers += 1
            hits += found.low <= truth <= found.high
        # Twice the error of the rate itself, so that chance alone does not call a method wrong.
        slack = 2 * (0.95 * 0.05 / answers) ** 0.5 if count < WORLDS else 0.0
        within = WANTED[0] - slack <= hits / answers <= WANTED[1] + slack
        outside += not within
        mark = "" if within else "   <- outside"
        print(f"{name}: {hits / answers:.3f} of {answers}{mark}")
    return 1 if outside else 0


def _share(random: Random) -> tuple[Interval, float]:
    return wilson(int(random.binomial(50, 0.3)), 50), 0.3


def _difference(random: Random) -> tuple[Interval, float]:
    one, two = random.binomial(60, 0.6), random.binomial(50, 0.45)
    return newcombe((int(one), 60), (int(two), 50)), 0.15


def _clustered(random: Random) -> tuple[Interval, float]:
    n = random.integers(1, 12, 60)
    y = random.binomial(n, random.beta(3, 4.5, 60))
    sums = ClusterSums(60, int(n.sum()), y.sum(), n.sum(), y @ y, y @ n, n @ n)
    return clustered_share(sums), 0.4


def _alpha(random: Random) -> tuple[Interval | Refused, float]:
    marks = 0.3**0.5 * random.normal(size=(60, 1)) + 0.7**0.5 * random.normal(size=(60, 8))
    covariance = np.cov(marks.T)
    found = reliability(np.diag(covariance), covariance.sum(axis=1), 60)
    return (found if isinstance(found, Refused) else found.alpha), 8 / 7 * (1 - 8 / (8 + 56 * 0.3))


def _mean_time(random: Random) -> tuple[Interval | Refused, float]:
    arms = []
    for rate in (1 / 40, 1 / 30):
        time, seen = random.exponential(1 / rate, 80), random.uniform(20, 120, 80)
        arms.append(daily(np.minimum(time, seen), time <= seen))
    truth = 40 * (1 - np.exp(-1)) - 30 * (1 - np.exp(-4 / 3))
    return restricted_mean_difference(arms[0], arms[1], 40), truth


def _incidence(random: Random) -> tuple[Interval, float]:
    one, two = random.exponential(50, (2, 100))
    time = np.minimum(np.minimum(one, two), 60)
    kind = np.where(time == 60, 0, np.where(one < two, 1, 2))
    rows = [
        (float(t), int(k == 1), int(k == 2), int(k == 0)) for t, k in zip(time, kind, strict=True)
    ]
    return incidence_at(cumulative_incidence(rows), 30), 0.5 * (1 - np.exp(-1.2))


def _kept(random: Random) -> tuple[Interval | Refused, float]:
    skill = np.clip(random.normal(0.7, 0.12, 60), 0.2, 1)
    return (
        ratio_of_means(random.binomial(10, skill * 0.9) / 10, random.binomial(10, skill) / 10),
        0.9,
    )


def _area(random: Random) -> tuple[Interval, float]:
    happened = np.arange(200) < 60
    return auc(random.normal(size=200) + happened, happened), 0.7602


def _step(random: Random) -> tuple[Interval | Refused, float]:
    t = np.arange(48)
    year = 3 * np.sin(2 * np.pi * (t + 1) / 12)
    y = 50 + 0.2 * t + year + 4.0 * (t >= 24) + random.normal(size=48)
    found = interrupted(Series(y, 24, season=12))
    return (found if isinstance(found, Refused) else found.level), 4.0


def _adopted(random: Random) -> tuple[Interval | Refused, float]:
    first, t = np.array([-1, 4, 6])[np.arange(60) % 3], np.arange(10)
    y = random.normal(size=(60, 1)) + 0.1 * t + 0.5 * random.normal(size=(60, 10))
    y += 0.5 * ((first[:, None] >= 0) & (t >= first[:, None]))
    found = staggered(Panel(y, first, np.arange(60)))
    return (found if isinstance(found, Refused) else found.simple), 0.5


def _weighted(random: Random) -> tuple[Interval | Refused, float]:
    team = np.arange(800) % 80
    x = random.normal(size=(800, 3)) + 0.3 * random.normal(size=(80, 3))[team]
    treated = random.random(800) < 1 / (1 + np.exp(0.5 * x[:, 1] - x[:, 0]))
    y = 2 * x[:, 0] + x[:, 2] + 0.5 * treated + 1.4 * random.normal(size=800)
    found = effect_on_treated(Study(y, treated, x, team, 1))
    return (found if isinstance(found, Refused) else found.att), 0.5


def _by_lot(random: Random) -> tuple[Interval | Refused, float]:
    treated = random.permutation(100) < 40
    spread = np.where(treated, 1.5, 1.0)  # the course makes people differ more
    y = spread * random.normal(size=100) + 0.5 * treated
    found = trial(Drawn(y, treated))
    return (found if isinstance(found, Refused) else found.effect), 0.5


def _by_lot_adjusted(random: Random) -> tuple[Interval | Refused, float]:
    before = random.normal(size=(100, 1))
    treated = random.permutation(100) < 40
    y = 0.6 * before[:, 0] + 0.8 * random.normal(size=100) + 0.5 * treated
    found = trial(Drawn(y, treated, before))
    return (found if isinstance(found, Refused) else found.adjusted), 0.5


def _sites_by_lot(random: Random) -> tuple[Interval | Refused, float]:
    cluster = np.repeat(np.arange(12), random.integers(10, 40, 12))
    side = random.permutation(12) < 5
    y = 0.5 * random.normal(size=12)[cluster] + random.normal(size=len(cluster))
    found = trial(Drawn(y + 0.5 * side[cluster], side[cluster], cluster=cluster))
    return (found if isinstance(found, Refused) else found.effect), 0.5


def _takers(random: Random) -> tuple[Interval | Refused, float]:
    treated, keen = random.permutation(300) < 150, random.random(300) < 0.6
    y = 0.5 * keen + 1.0 * (treated & keen) + random.normal(size=300)
    found = trial(Drawn(y, treated, took=treated & keen))
    told = found if isinstance(found, Refused) else found.complied
    return (told.effect if isinstance(told, Complied) else Refused("low_n", "")), 1.0


def _teams_moved(random: Random) -> tuple[Interval | Refused, float]:
    cluster = np.repeat(np.arange(24), 10)
    treated = cluster < 12
    change = 0.5 * treated + 0.3 * random.normal(size=24)[cluster] + random.normal(size=240)
    found = two_by_two(change, treated, cluster, 1)
    return (found if isinstance(found, Refused) else found.effect), 0.5


def _rates(random: Random) -> tuple[Interval | Refused, float]:
    found = rate_ratio(comparisons.counts(random, 0.6))
    return (found if isinstance(found, Refused) else found.ratio), 0.6


def _telling(random: Random) -> tuple[Interval | Refused, float]:
    mark, rest = random.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], 60).T
    return item_rest(pair_sums(mark, rest)), 0.3


def _apart(random: Random) -> tuple[Interval, float]:
    strata = []
    for level in np.linspace(-1.5, 1.5, 6):
        right = [int(random.binomial(50, 1 / (1 + np.exp(-level - d)))) for d in (0.0, -0.7)]
        strata.append(TwoByTwo(right[0], 50 - right[0], right[1], 50 - right[1]))
    return mantel_haenszel(strata), float(np.exp(0.7))


WORLDS_OF: dict[str, World] = {
    "one share, n=50 (Wilson)": _share,
    "two shares, n=60 and 50 (Newcombe)": _difference,
    "share of rows of 60 people": _clustered,
    "reliability, 60 people, 8 questions (Feldt)": _alpha,
    "days gained, 80 people an arm (restricted means)": _mean_time,
    "share competent by day 30 with leavers (Aalen-Johansen)": _incidence,
    "retention ratio, 60 people (Fieller)": _kept,
    "area under the curve, 200 people (DeLong)": _area,
    "step in a series, 24 points a side": _step,
    "staggered change, 60 sites (Callaway-Sant'Anna)": _adopted,
    "effect on the trained, 800 people of 80 teams (AIPW)": _weighted,
    "by lot, 40 and 60 people (Neyman)": _by_lot,
    "by lot, adjusted, 40 and 60 people (Lin)": _by_lot_adjusted,
    "by lot, 5 of 12 unequal sites (CR2)": _sites_by_lot,
    "by lot, per taker, 150 an arm (Wald)": _takers,
    "12 of 24 teams (difference in differences)": _teams_moved,
    "rate ratio, 300 people over 24 months": _rates,
    "item-rest correlation, 60 people (Fisher)": _telling,
    "odds between groups of equal totals, 300 each": _apart,
}
SLOW = {
    "by lot, 40 and 60 people (Neyman)",
    "by lot, adjusted, 40 and 60 people (Lin)",
    "by lot, 5 of 12 unequal sites (CR2)",
    "by lot, per taker, 150 an arm (Wald)",
    "12 of 24 teams (difference in differences)",
    "staggered change, 60 sites (Callaway-Sant'Anna)",
    "effect on the trained, 800 people of 80 teams (AIPW)",
}
