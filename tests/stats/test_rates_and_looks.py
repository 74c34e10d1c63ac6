"""Times between looks, few clusters, and rates: published digits and independent packages."""

from itertools import product
from math import inf

import numpy as np
import pytest
from statsmodels.discrete.discrete_model import NegativeBinomial

from leadline.stats.rates import Counts, Overdispersed, negative_binomial, rate_ratio
from leadline.stats.refusal import Refused
from leadline.stats.regression import clustered, least_squares
from leadline.stats.turnbull import Between, middle, share_by, too_wide, turnbull
from leadline.stats.wild import wild_cluster

# Finkelstein and Wolfe 1985, breast retraction in months, radiotherapy alone (46 women).
RADIATION = [
    *[(45, inf), (6, 10), (0, 7), (46, inf), (46, inf), (7, 16), (17, inf), (7, 14), (37, 44)],
    *[(0, 8), (4, 11), (15, inf), (11, 15), (22, inf), (46, inf), (46, inf), (25, 37), (46, inf)],
    *[(26, 40), (46, inf), (27, 34), (36, 44), (46, inf), (36, 48), (37, inf), (40, inf)],
    *[(17, 25), (46, inf), (11, 18), (38, inf), (5, 12), (37, inf), (0, 5), (18, inf), (24, inf)],
    *[(36, inf), (5, 11), (19, 35), (17, 25), (24, inf), (32, inf), (33, inf), (19, 26)],
    *[(37, inf), (34, inf), (36, inf)],
]
# Doll and Hill 1966, British doctors: deaths and person-years by age, smokers and others.
DOCTORS = [
    *[(32, 52407, 2, 18790), (104, 43248, 12, 10673), (206, 28612, 28, 5710)],
    *[(186, 12663, 28, 2585), (102, 5317, 31, 1462)],
]


def test_times_between_looks():
    """R `interval` (Fay and Shaw 2010) gives these shares of the same women."""
    found = turnbull([Between(*each) for each in RADIATION])
    assert [(each.left, each.right) for each in found[:-1]] == [
        *[(4, 5), (6, 7), (7, 8), (11, 12), (24, 25), (33, 34), (38, 40)]
    ]
    shares = [round(each.share, 4) for each in found]
    assert shares == [0.0463, 0.0334, 0.0887, 0.0708, 0.0926, 0.0818, 0.1209, 0.4656]
    assert share_by(found, 7.5) == pytest.approx((0.0797, 0.1684), abs=1e-3)
    assert middle(found)[0] == 38 or middle(found)[1] > 40


def test_exact_times_give_kaplan_meier():
    looks = [Between(t - 1, t) for t in (3, 3, 5, 6, 8, 9)] + [
        Between(t, inf) for t in (4, 6, 7, 9)
    ]
    found = turnbull(looks)
    alive, curve = 1.0, []
    for at, risk, events in ((3, 10, 2), (5, 7, 1), (6, 6, 1), (8, 3, 1), (9, 2, 1)):
        curve.append((at, alive * events / risk))
        alive *= 1 - events / risk
    assert [(each.right, each.share) for each in found if each.right < inf] == [
        (at, pytest.approx(share, abs=1e-6)) for at, share in curve
    ]
    assert isinstance(turnbull(looks[:9]), Refused)
    assert too_wide([Between(0, 30)] * 3, 60) and not too_wide([Between(0, 7)] * 3, 60)
    with pytest.raises(ValueError, match="before right"):
        turnbull([Between(5, 5)] * 10)


def few(effect, seed, groups=8):
    generator = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(groups), 20)
    treated = (cluster < groups // 2).astype(float)
    y = (
        effect * treated
        + generator.normal(size=groups)[cluster]
        + generator.normal(size=len(cluster))
    )
    return np.column_stack([np.ones(len(y)), treated]), y, cluster


def test_turned_signs_are_those_of_the_definition():
    """All 256 sign patterns, refitted one by one."""
    x, y, cluster = few(1.0, 2)
    rest = y - y.mean()

    def t(outcome):
        fit = least_squares(x, outcome)
        return abs(fit.coefficients[1] / np.sqrt(clustered(fit, cluster)[1, 1]))

    every = [t(y.mean() + np.array(signs)[cluster] * rest) for signs in product((-1, 1), repeat=8)]
    more = sum(each >= t(y) * (1 - 1e-10) for each in every)
    assert wild_cluster(x, y, cluster, 1, seed=0) == pytest.approx(more / 256)


@pytest.mark.parametrize("groups", [8, 14])
def test_few_clusters_are_rarely_wrong_and_see_a_large_effect(groups):
    wrong = sum(wild_cluster(*few(0.0, seed, groups), 1, seed) <= 0.05 for seed in range(200))
    seen = sum(wild_cluster(*few(3.0, seed, groups), 1, seed) <= 0.05 for seed in range(50))
    assert wrong / 200 <= 0.09
    assert seen / 50 >= 0.8
    assert 0 < wild_cluster(*few(1.0, 1, groups=4), 1, seed=1) <= 1


def doctors():
    """Each death and each year of everybody its own row, nobody known twice."""
    rows = [
        (events, time, exposed, age)
        for age, (a, t1, b, t0) in enumerate(DOCTORS)
        for exposed, deaths, years in ((True, a, t1), (False, b, t0))
        for events, time in [(1.0, 0.001)] * deaths
        + [(0.0, (years - 0.001 * deaths) / 10_000)] * 10_000
    ]
    events, time, exposed, age = (np.array(column) for column in zip(*rows, strict=True))
    return Counts(events, time, exposed, age, np.arange(len(rows)))


def test_the_british_doctors():
    """Stata's manual (epitab, ir by age): crude 1.719823, Mantel-Haenszel 1.424682 (1.154703,
    1.757784)."""
    found = rate_ratio(doctors())
    assert found.crude == pytest.approx(1.719823, abs=1e-6)
    assert found.ratio.estimate == pytest.approx(1.424682, abs=1e-6)
    # Poisson's variance there, what rows add up to here: the same where nobody counts twice.
    assert (found.ratio.low, found.ratio.high) == pytest.approx((1.154703, 1.757784), rel=0.005)
    assert found.events == (630, 101)


def test_people_who_do_it_again_and_again_widen_the_interval():
    generator = np.random.default_rng(4)
    careless = np.repeat(generator.gamma(0.5, 2, 300), 24)
    cluster, month = np.repeat(np.arange(300), 24), np.tile(np.arange(24), 300)
    events = generator.poisson(0.1 * careless).astype(float)
    exposed = month >= np.repeat(generator.integers(4, 20, 300), 24)
    whole = Counts(events, np.ones(7200), exposed, month, cluster)
    found, naive = (
        rate_ratio(whole),
        rate_ratio(Counts(events, np.ones(7200), exposed, month, np.arange(7200))),
    )
    assert found.ratio.low < 1 < found.ratio.high
    assert found.dispersion > 2
    assert found.ratio.high / found.ratio.low > 1.1 * naive.ratio.high / naive.ratio.low


def test_few_events_have_no_ratio():
    some = Counts(np.ones(4), np.ones(4), np.arange(4) > 1, np.zeros(4, int), np.arange(4))
    assert "5 are needed" in rate_ratio(some).reason
    crowd = Counts(np.ones(40), np.ones(40), np.arange(40) > 19, np.arange(40) // 20, np.arange(40))
    assert rate_ratio(crowd).gate == "not_identified"  # in no stratum are there both


def test_counts_that_vary_more_than_chance_against_statsmodels():
    generator = np.random.default_rng(1)
    trained = np.arange(800) % 2
    time = generator.uniform(1, 12, 800)
    means = time * np.exp(-1 - 0.5 * trained) * generator.gamma(1.25, 0.8, 800)
    counts = generator.poisson(means).astype(float)
    x = np.column_stack([np.ones(800), trained]).astype(float)
    found = negative_binomial(x, counts, time)
    assert isinstance(found, Overdispersed)
    other = NegativeBinomial(counts, x, exposure=time).fit(disp=0, gtol=1e-10, maxiter=200)
    assert found.coefficients == pytest.approx(other.params[:2], abs=1e-5)
    assert found.alpha == pytest.approx(other.params[2], rel=1e-3)
    assert found.log_likelihood == pytest.approx(other.llf, abs=1e-5)
    errors = np.sqrt(np.diag(found.covariance))
    assert errors == pytest.approx(other.bse[:2], rel=0.01)
    even = np.arange(800) % 2.0
    assert isinstance(negative_binomial(x[:, :1], even, np.ones(800)), Refused)
