"""The bootstrap against scipy's own BCa, and its own promises."""

import numpy as np
import pytest
from scipy import stats

from leadline.stats.bootstrap import bca_median, bca_ratio, seed_of


def test_the_mean_agrees_with_scipys_bca():
    value = np.random.default_rng(3).lognormal(size=80)
    found = bca_ratio(value, np.ones(80), seed_of("a metric"))
    other = stats.bootstrap((value,), np.mean, n_resamples=9_999, method="BCa", rng=1)
    assert found.estimate == pytest.approx(value.mean())
    width = other.confidence_interval.high - other.confidence_interval.low
    assert found.low == pytest.approx(other.confidence_interval.low, abs=0.06 * width)
    assert found.high == pytest.approx(other.confidence_interval.high, abs=0.08 * width)


def test_the_median_agrees_with_scipys_bca():
    value = np.random.default_rng(4).lognormal(size=61)
    found = bca_median(value, np.arange(61), seed_of("a metric"))
    other = stats.bootstrap((value,), np.median, n_resamples=9_999, method="percentile", rng=1)
    assert found.estimate == np.median(value)
    width = other.confidence_interval.high - other.confidence_interval.low
    assert found.low == pytest.approx(other.confidence_interval.low, abs=0.15 * width)
    assert found.high == pytest.approx(other.confidence_interval.high, abs=0.15 * width)


def test_the_same_name_gives_the_same_digits():
    value = np.random.default_rng(5).gamma(2.0, size=30)
    one, two = (bca_ratio(value, np.ones(30), seed_of("active_time")) for _ in range(2))
    assert one == two
    assert bca_ratio(value, np.ones(30), seed_of("another")) != one


def test_people_are_resampled_not_their_rows():
    value = np.random.default_rng(6).normal(size=40)
    once = bca_median(value, np.arange(40), 1)
    copied = bca_median(np.repeat(value, 10), np.repeat(np.arange(40), 10), 1)
    assert copied.high - copied.low == pytest.approx(once.high - once.low, rel=0.3)


def test_a_constant_has_an_interval_of_no_width():
    assert bca_ratio(np.full(25, 2.0), np.ones(25), 1).low == 2.0
    assert bca_ratio(np.full(25, 2.0), np.ones(25), 1).high == 2.0
