"""Power and false alarms of the comparisons, in seeded worlds with an effect and without.

Each world is as small as those in which the product first shows such a comparison."""

from collections.abc import Callable, Sequence

import numpy as np

from leadline.stats.did import two_by_two
from leadline.stats.dif import Differential, purified
from leadline.stats.intervals import Interval
from leadline.stats.items import ItemJudged, judge_item, options, pair_sums
from leadline.stats.rates import Counts, RateRatio, rate_ratio
from leadline.stats.refusal import Refused
from leadline.stats.retention import ratio_of_means
from leadline.stats.survival import daily, restricted_mean_difference
from leadline.stats.trials import Drawn, trial
from leadline.stats.wild import wild_cluster

Random = np.random.Generator
World = Callable[[Random, bool], bool]  # whether something is planted; whether it is found

QUESTIONS = 10
KEY, TRUE = "a", "b"  # a wrong key says a where b is right
LEVEL = 0.05


def lines(generator: Random, worlds: int) -> Sequence[str]:
    """What each comparison finds of what is planted, and of what is not."""
    found = []
    for name, world in WORLDS_OF.items():
        planted, null = (
            sum(world(generator, there) for _ in range(worlds)) / worlds for there in (True, False)
        )
        found.append(f"{name}: found {planted:.3f}, false alarms {null:.3f}")
    return found


def _miskeyed(people: int) -> World:
    def world(random: Random, planted: bool) -> bool:
        able = random.normal(size=(people, 1))
        hard = np.linspace(-1.2, 1.2, QUESTIONS)
        knows = random.random((people, QUESTIONS)) < 1 / (1 + np.exp(hard - 1.3 * able))
        chosen = np.where(knows, 0, random.integers(1, 4, (people, QUESTIONS)))
        keys = np.zeros(QUESTIONS, dtype=int)
        keys[4] = 1 if planted else 0
        marks = (chosen == keys).astype(float)
        suspects = [n for n in range(QUESTIONS) if _suspect(chosen[:, n], keys[n], marks, n)]
        return 4 in suspects if planted else bool(suspects)

    return world


def _suspect(chosen: np.ndarray, key: int, marks: np.ndarray, n: int) -> bool:
    rest = (marks.sum(axis=1) - marks[:, n]) / (QUESTIONS - 1)
    told = {
        str(option): (pair_sums((chosen == option).astype(float), rest), [0] * 5)
        for option in np.unique(chosen).tolist()
    }
    judged = judge_item(pair_sums(marks[:, n], rest), options(told, str(key), len(chosen)))
    return isinstance(judged, ItemJudged) and judged.suspect is not None


def _harder(people: int) -> World:
    """In one group of two, a question is harder by a logit at equal ability."""

    def world(random: Random, planted: bool) -> bool:
        focal = np.arange(2 * people) % 2 == 0
        able = random.normal(size=(2 * people, 1))
        hard = np.linspace(-1, 1, QUESTIONS) + np.where(
            planted & focal[:, None] & (np.arange(QUESTIONS) == 5), 1.0, 0.0
        )
        marks = (random.random(hard.shape) < 1 / (1 + np.exp(hard - 1.3 * able))).astype(float)
        found = [
            n
            for n, each in enumerate(purified(marks, focal))
            if isinstance(each, Differential) and each.class_ == "C" and each.q_value <= LEVEL
        ]
        return 5 in found if planted else bool(found)

    return world


def _lost(random: Random, planted: bool) -> bool:
    """Of what sixty people knew, a tenth is gone."""
    skill = np.clip(random.normal(0.7, 0.12, 60), 0.2, 1)
    later = random.binomial(20, skill * (0.9 if planted else 1.0)) / 20
    return _apart(ratio_of_means(later, random.binomial(20, skill) / 20), 1.0)


def _sooner(random: Random, planted: bool) -> bool:
    """Eighty people of each cohort; the later one is competent in two thirds of the time."""
    arms = []
    for mean in (40, 40 if not planted else 27):
        time, seen = random.exponential(mean, 80), random.uniform(40, 120, 80)
        arms.append(daily(np.minimum(time, seen), time <= seen))
    return _apart(restricted_mean_difference(arms[0], arms[1], 40), 0.0)


def _moved(random: Random, planted: bool) -> bool:
    """Twelve of twenty-four teams of ten change, by half a standard deviation."""
    cluster = np.repeat(np.arange(24), 10)
    treated = cluster < 12
    change = 0.5 * treated * planted + 0.3 * random.normal(size=24)[cluster]
    found = two_by_two(change + random.normal(size=240), treated, cluster, 1)
    return not isinstance(found, Refused) and found.p_value <= LEVEL


def _drawn(random: Random, planted: bool) -> bool:
    """A hundred people an arm, an effect of 0.4 standard deviations, known beforehand r = 0.6."""
    before = random.normal(size=(200, 1))
    treated = random.permutation(200) < 100
    y = 0.6 * before[:, 0] + 0.8 * random.normal(size=200) + 0.4 * treated * planted
    found = trial(Drawn(y, treated, before))
    return not isinstance(found, Refused) and _apart(found.adjusted, 0.0)


def _drawn_together(random: Random, planted: bool) -> bool:
    """Twelve sites of 25, six by lot, an effect of 0.8 standard deviations."""
    cluster = np.repeat(np.arange(12), 25)
    side = random.permutation(12) < 6
    y = 0.3 * random.normal(size=12)[cluster] + random.normal(size=300)
    found = trial(Drawn(y + 0.8 * side[cluster] * planted, side[cluster], cluster=cluster))
    return not isinstance(found, Refused) and _apart(found.effect, 0.0)


def _turned(random: Random, planted: bool) -> bool:
    cluster = np.repeat(np.arange(12), 25)
    treated = (cluster % 2).astype(float)
    y = 0.3 * random.normal(size=12)[cluster] + random.normal(size=300) + 0.8 * treated * planted
    return wild_cluster(np.column_stack([np.ones(300), treated]), y, cluster, 1, 1) <= LEVEL


def counts(random: Random, ratio: float) -> Counts:
    """Three hundred people over two years, each with an own rate, trained one month or never."""
    person, month = np.repeat(np.arange(300), 24), np.tile(np.arange(24), 300)
    own = random.gamma(2, 0.5, 300)[person]
    exposed = month >= np.repeat(random.integers(4, 40, 300), 24)
    events = random.poisson(0.1 * own * np.where(exposed, ratio, 1.0)).astype(float)
    return Counts(events, np.ones(7200), exposed, month, person)


def _fewer(random: Random, planted: bool) -> bool:
    found = rate_ratio(counts(random, 0.6 if planted else 1.0))
    return isinstance(found, RateRatio) and _apart(found.ratio, 1.0)


def _apart(found: Interval | Refused, nothing: float) -> bool:
    return isinstance(found, Interval) and not found.low <= nothing <= found.high


WORLDS_OF: dict[str, World] = {
    "wrong key among 10 questions, n=60": _miskeyed(60),
    "wrong key among 10 questions, n=150": _miskeyed(150),
    "question one logit harder for a group, 200 each": _harder(200),
    "question one logit harder for a group, 500 each": _harder(500),
    "a tenth forgotten, 60 people": _lost,
    "competent in two thirds of the time, 80 a cohort": _sooner,
    "half an SD in 12 of 24 teams (difference in differences)": _moved,
    "0.4 SD by lot, 100 an arm, adjusted": _drawn,
    "0.8 SD by lot, 12 sites of 25": _drawn_together,
    "0.8 SD in 6 of 12 sites (wild cluster bootstrap)": _turned,
    "rate down by 40 %, 300 people over 24 months": _fewer,
}
