"""The funnel's judge: the planted step found, the undecided not counted, an even funnel left alone."""

import numpy as np
import pytest

from leadline.stats.funnel import StepCounts, judge
from leadline.stats.intervals import wilson


def path(rates, people):
    """Counts of people who stop at step k with rates[k], and the same as a world drawn by chance."""
    steps, reached = [], people
    for rate in rates:
        stopped = round(reached * rate)
        steps.append(StepCounts(reached, reached - stopped, stopped))
        reached -= stopped
    return steps


def test_the_step_that_loses_a_third_is_the_abnormal_one():
    judged = judge(path([0.03, 0.04, 0.03, 0.33, 0.05, 0.03, 0.04], 300))
    assert [each.abnormal for each in judged] == [False, False, False, True, False, False, False]
    worst = judged[3]
    assert worst.expected_rate == pytest.approx(0.036, abs=0.005)
    assert worst.excess.low < worst.excess.estimate < worst.excess.high
    assert worst.excess.estimate == pytest.approx(
        worst.counts.stopped - worst.expected_rate * worst.counts.at_risk
    )


def test_an_even_funnel_blames_no_step():
    generator, blamed = np.random.default_rng(4), 0
    for _ in range(200):
        steps, reached = [], 300
        for rate in [0.06] * 8:
            stopped = int(generator.binomial(reached, rate))
            steps.append(StepCounts(reached, reached - stopped, stopped))
            reached -= stopped
        blamed += any(each.abnormal for each in judge(steps))
    assert blamed / 200 <= 0.05


def test_those_still_on_the_way_are_neither_kept_nor_lost():
    (step, _) = judge([StepCounts(100, 40, 20), StepCounts(40, 40, 0)])
    assert step.counts.undecided == 40
    assert step.continue_rate == wilson(40, 60)


def test_fewer_than_30_at_risk_are_not_judged():
    judged = judge([StepCounts(29, 9, 20), StepCounts(300, 290, 10)])
    assert judged[0].q_value is None
    assert judged[1].q_value is not None


def test_a_step_nobody_reached_has_no_rate():
    assert judge([StepCounts(0, 0, 0)])[0].continue_rate is None
