"""Scores (METHODS L 23, 24) and money (METHODS J)."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from leadline.stats.intervals import Interval
from leadline.stats.money import Programme, break_even, ratios, worth
from leadline.stats.prediction import auc, compare_auc, model_size

from .reference import reference


def test_l23_pmsampsize():
    found = model_size(0.288, 24, 0.174)
    assert (found.shrinkage, found.optimism, found.base_rate) == (623, 662, 221)
    assert found.needed == 662
    with pytest.raises(ValueError, match="ceiling"):
        model_size(0.9, 5, 0.1)


def test_l24_asah():
    rows = reference("aSAH")
    poor = rows["outcome"] == "Poor"
    s100b, wfns = rows["s100b"].astype(float), rows["wfns"].astype(float)
    found = auc(s100b, poor)
    assert [round(v, 4) for v in (found.estimate, found.low, found.high)] == [
        0.7314,
        0.6301,
        0.8326,
    ]
    assert round(auc(wfns, poor).estimate, 4) == 0.8237
    assert round(compare_auc(s100b, wfns, poor).statistic, 3) == -2.209


def world(seed, people=200):
    generator = np.random.default_rng(seed)
    happened = generator.random(people) < 0.3
    return (
        happened,
        np.round(generator.normal(size=people) + happened, 1),
        generator.normal(size=people),
    )


def test_auc_equals_scikit_learn_ties_included():
    happened, score, noise = world(1)
    assert auc(score, happened).estimate == pytest.approx(roc_auc_score(happened, score))
    assert compare_auc(score, noise, happened).p_value < 0.001
    assert compare_auc(score, score, happened).p_value == 1


def test_auc_limits_and_test_keep_their_rates():
    truth, hits, alarms = 0.7602, 0, 0  # Φ(1/√2)
    for seed in range(400):
        happened, score, noise = world(seed)
        found = auc(score, happened)
        hits += found.low <= truth <= found.high
        alarms += compare_auc(noise, np.roll(noise, 7), happened).p_value <= 0.05
    assert 0.92 <= hits / 400 <= 0.98
    assert alarms / 400 <= 0.08


def test_the_worked_example():
    found = ratios(1_078_750, 581_000)
    assert (round(found.benefit_cost, 2), round(found.roi, 3)) == (1.86, 0.857)
    assert found.payback_months == pytest.approx(6.46, abs=0.005)
    assert ratios(0, 100).payback_months is None


def exact(value):
    return Interval(value, value, value, "known")


def programme(**other):
    given = {
        "effect": Interval(0.10, 0.04, 0.16, "did"),
        "value": exact(500.0),
        "cost": exact(40_000.0),
        "people": 200,
        "months": 12.0,
        "level": 4,
    }
    return Programme(**{**given, **other})


def test_worth_is_an_interval_with_the_cautious_figure_in_front():
    found = worth(programme(), seed=1)
    # 0.10 · 500 · 200 · 12 = 120,000; with the lower limit 48,000.
    assert found.benefit.estimate == pytest.approx(120_000)
    assert found.roi.estimate == pytest.approx(2.0)
    assert found.cautious.roi == pytest.approx(0.2)
    assert found.roi.low == pytest.approx(0.2, abs=0.05)
    assert found.chance == pytest.approx(0.985, abs=0.01)
    assert found.payback_months.low < 4 < found.payback_months.high


def test_an_effect_that_may_be_nothing_may_never_pay_back():
    found = worth(programme(effect=Interval(0.03, -0.03, 0.09, "did")), seed=1)
    assert found.payback_months.high == np.inf
    assert 0.2 < found.chance < 0.5


def test_what_is_not_established_is_not_priced():
    found = worth(programme(level=2), seed=1)
    assert found.gate == "not_identified"
    assert "ROI not estimable" in found.reason
    assert break_even(programme()) == pytest.approx(40_000 / (500 * 200 * 12))


def test_what_cannot_be_priced_is_an_error():
    with pytest.raises(ValueError, match="above 0"):
        worth(programme(people=0, level=1), seed=1)


def test_more_than_a_year_is_not_counted():
    assert worth(programme(months=36.0), seed=1).benefit.estimate == pytest.approx(120_000)
