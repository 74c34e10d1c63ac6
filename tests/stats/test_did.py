"""Difference in differences: R did's digits (METHODS L 16) and worlds of known truth."""

import numpy as np
import pytest
from scipy import special

from leadline.stats.did import Panel, breakdown, staggered, two_by_two
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused

from .reference import reference

# Means of log teenage employment 2003-2007 by the year of the minimum wage, counties of each
# (Callaway and Sant'Anna 2021, R did's `mpdta`).
MEANS = {
    -1: (309, [5.654630, 5.592000, 5.604808, 5.638896, 5.661133]),
    1: (20, [6.179697, 6.106564, 6.059452, 6.026704, 6.085388]),
    3: (40, [6.573994, 6.517884, 6.527941, 6.557435, 6.543041]),
    4: (131, [5.842906, 5.810783, 5.820866, 5.823866, 5.820048]),
}
ATT = {
    1: [-0.0105, -0.0704, -0.1373, -0.1008],
    3: [0.0065, -0.0028, -0.0046, -0.0412],
    4: [0.0305, -0.0027, -0.0311, -0.0261],
}


def check(found):
    for g, expected in ATT.items():
        effects = [each.effect.estimate for each in found.atts if each.group == g]
        assert effects == pytest.approx(expected, abs=6e-5)
    assert round(found.simple.estimate, 4) == -0.0400
    assert round(found.group.estimate, 4) == -0.0310
    assert [found.by_age[e].estimate for e in range(4)] == pytest.approx(
        [-0.0199, -0.0510, -0.1373, -0.1008], abs=6e-5
    )
    assert round(found.age.estimate, 4) == -0.0772


def test_l16_county_employment_from_the_means():
    y = np.concatenate([np.tile(means, (n, 1)) for n, means in MEANS.values()])
    first = np.concatenate([np.full(n, g) for g, (n, _) in MEANS.items()])
    check(staggered(Panel(y, first, np.arange(500))))


def test_l16_county_employment_with_errors():
    rows = reference("mpdta")
    place = np.unique(rows["countyreal"], return_inverse=True)[1]
    y, year = np.zeros((500, 5)), np.zeros(500, dtype=int)
    y[place, rows["year"] - 2003] = rows["lemp"]
    year[place] = rows["firsttreat"]
    found = staggered(Panel(y, np.where(year == 0, -1, year - 2003), np.arange(500)))
    check(found)
    # R did's vignette: pre-test of parallel trends .16812; its errors are bootstrapped.
    # by chi-square; ours is Hotelling's F.
    assert special.chdtrc(5, found.trend_before.statistic * 500 / 496) == pytest.approx(
        0.16812, abs=5e-6
    )
    assert found.trend_holds
    half = (found.simple.high - found.simple.low) / 2 / 1.96
    assert half == pytest.approx(0.012, abs=0.0005)


def teams(effect=0.0, seed=0, drift=0.0, units=60):
    generator = np.random.default_rng(seed)
    cluster = np.arange(units) // 2
    first = np.array([-1, 4, 6])[cluster % 3]
    t = np.arange(10)
    y = (
        generator.normal(size=(units, 1))
        + 0.1 * t
        + 0.3 * generator.normal(size=(units // 2, 10))[cluster]
    )
    y += 0.3 * generator.normal(size=(units, 10))
    started = (first[:, None] >= 0) & (t >= first[:, None])
    y += effect * started + drift * t * (first[:, None] >= 0)
    return Panel(y, first, cluster)


def test_a_staggered_effect_is_found_and_covered():
    found = staggered(teams(1.0, seed=1))
    for each in (found.simple, found.group, found.age):
        assert each.low < 1.0 < each.high
        assert each.low > 0
    assert found.trend_holds
    later = staggered(teams(1.0), controls="not yet")
    assert later.simple.low < 1.0 < later.simple.high


def test_staggered_intervals_cover_as_often_as_they_say():
    hits = alarms = 0
    for seed in range(200):
        found = staggered(teams(0.5, seed=seed))
        hits += found.simple.low <= 0.5 <= found.simple.high
        alarms += not found.trend_holds
    assert 0.91 <= hits / 200 <= 0.99
    assert alarms / 200 <= 0.09


def test_a_trend_that_was_there_before_is_seen():
    found = staggered(teams(0.0, drift=0.5))
    assert not found.trend_holds
    before = [each.effect.estimate for each in found.atts if each.period < each.group]
    assert breakdown(found.by_age[0], before) < 1.5


def test_all_changed_leaves_nobody_to_compare_with():
    panel = teams()
    all_changed = Panel(panel.y, np.full(60, 4), panel.cluster)
    assert staggered(all_changed).gate == "not_identified"
    assert isinstance(staggered(Panel(panel.y, np.full(60, -1), panel.cluster)), Refused)


def test_two_by_two_by_hand():
    # Changes: treated sites 3 and 5, others 1 and 1: 4 − 1 = 3.
    change, treated = np.array([3.0, 3, 5, 5, 1, 1, 1, 1]), np.arange(8) < 4
    found = two_by_two(change, treated, np.arange(8) // 2, seed=1)
    assert found.effect.estimate == pytest.approx(3)
    assert found.permuted
    # Two of six ways to choose two sites of four are as far apart: these two and the other two.
    assert found.p_value == pytest.approx(2 / 6)


def test_many_sites_use_the_clustered_test_and_few_are_refused():
    generator = np.random.default_rng(4)
    cluster = np.repeat(np.arange(40), 5)
    change = generator.normal(size=40)[cluster] + generator.normal(size=200)
    found = two_by_two(change, cluster < 20, cluster, seed=1)
    assert not found.permuted
    assert found.effect.low < 0 < found.effect.high
    assert 0.05 < found.p_value < 1
    assert two_by_two(change[:10], cluster[:10] < 1, cluster[:10], seed=1).gate == "low_n"


def test_permutation_holds_its_error_rate():
    alarms = 0
    for seed in range(200):
        generator = np.random.default_rng(seed)
        cluster = np.repeat(np.arange(10), 4)
        change = generator.normal(size=10)[cluster] + generator.normal(size=40)
        alarms += two_by_two(change, cluster < 5, cluster, seed=seed).p_value <= 0.05
    assert alarms / 200 <= 0.09


def test_breakdown():
    assert breakdown(Interval(3, 1, 5, ""), [0.5, -0.2]) == 2
    assert breakdown(Interval(3, -1, 5, ""), [0.5]) == 0
    assert breakdown(Interval(3, 1, 5, ""), []) is None
