"""Intervals against Newcombe's published digits, statsmodels, and arithmetic done by hand."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from leadline.stats.intervals import (
    ClusterSums,
    clustered_ratio,
    clustered_share,
    design_effect,
    newcombe,
    quantile_levels,
    wilson,
)


def sums_of(y, n):
    y, n = np.asarray(y, float), np.asarray(n, float)
    return ClusterSums(len(y), int(n.sum()), y.sum(), n.sum(), y @ y, y @ n, n @ n)


@pytest.mark.parametrize(
    ("x", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_digits_of_newcombe_1998a(x, n, low, high):
    found = wilson(x, n)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1),
        ((10, 10), (0, 10), 0.6075, 1),
    ],
)
def test_newcombe_gives_the_digits_of_newcombe_1998b(first, second, low, high):
    found = newcombe(first, second)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_a_proportion_of_nothing_is_refused():
    with pytest.raises(ValueError, match="n must be above 0"):
        wilson(0, 0)
    with pytest.raises(ValueError, match="3 successes of 2"):
        wilson(3, 2)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_its_share_and_stays_within_0_and_1(case):
    x, n = case
    found = wilson(x, n)
    assert 0 <= found.low <= found.estimate <= found.high <= 1
    assert found.high > found.low


def test_clustered_ratio_equals_the_cluster_robust_regression_of_statsmodels():
    generator = np.random.default_rng(5)
    person = np.repeat(np.arange(40), generator.integers(1, 9, 40))
    value = generator.normal(size=40)[person] + generator.normal(size=len(person))
    fit = sm.OLS(value, np.ones(len(value))).fit(
        cov_type="cluster",
        cov_kwds={"groups": person, "use_correction": False, "df_correction": True},
        use_t=True,
    )
    sums = sums_of(np.bincount(person, value), np.bincount(person))
    found = clustered_ratio(sums)
    assert found.estimate == pytest.approx(value.mean())
    # statsmodels without correction leaves out G/(G−1), which Cochran's ratio estimator has.
    half = (found.high - found.low) / 2 / np.sqrt(40 / 39)
    low, high = fit.conf_int()[0]
    assert half == pytest.approx((high - low) / 2, rel=1e-6)


def test_one_row_per_person_makes_the_clustered_share_nearly_wilson():
    sums = sums_of([1] * 30 + [0] * 70, [1] * 100)
    plain, robust = wilson(30, 100), clustered_share(sums)
    assert robust.low == pytest.approx(plain.low, abs=0.003)
    assert robust.high == pytest.approx(plain.high, abs=0.003)
    assert design_effect(sums) == pytest.approx(100 / 99)


def test_rows_that_repeat_the_person_tell_no_more_than_the_person():
    once = sums_of([1] * 30 + [0] * 70, [1] * 100)
    five = sums_of([5] * 30 + [0] * 70, [5] * 100)
    assert design_effect(five) == pytest.approx(5 * 100 / 99)
    assert clustered_share(five).low == pytest.approx(clustered_share(once).low)


def test_a_share_of_nought_is_judged_by_people_not_by_rows():
    found = clustered_share(sums_of([0] * 25, [4] * 25))
    assert found.low == 0
    assert found.high == pytest.approx(wilson(0, 25).high, abs=0.02)


def test_woodruff_covers_the_median_as_often_as_it_says():
    generator = np.random.default_rng(8)
    hits = 0
    for _ in range(300):
        value = generator.lognormal(size=400)
        below = sums_of(value <= np.median(value), np.ones(400))
        low, high = np.quantile(value, quantile_levels(below))
        hits += low <= 1.0 <= high
    assert 0.91 <= hits / 300 <= 0.985
