"""How much holds on a later day: against closed forms and against worlds that were drawn."""

from itertools import pairwise

import numpy as np
import pytest

from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused
from leadline.stats.renewal import Pace, Waiting, met_on

EDGES = (-1000.0, -30.0, 0.0, 1000.0)


def test_a_constant_pace_gives_the_exponential():
    pace = Pace(EDGES, (10_000, 10_000, 10_000), (1e6, 1e6, 1e6))
    found = met_on([(pace, [Waiting(-50.0, 20.0, 1_000)])], sure=0, seed=1)
    assert found.estimate == pytest.approx(1 - np.exp(-0.7), abs=0.005)


def test_each_span_counts_with_its_own_pace():
    pace = Pace(EDGES, (0, 30_000, 0), (1e9, 1e6, 1e9))
    found = met_on([(pace, [Waiting(-50.0, 20.0, 100)])], sure=100, seed=1)
    assert found.estimate == pytest.approx((1 + 1 - np.exp(-0.9)) / 2, abs=0.005)


def test_what_is_sure_is_sure_and_nobody_is_nobody():
    pace = Pace(EDGES, (0, 0, 0), (0, 0, 0))
    assert met_on([(pace, [])], sure=7, seed=1).estimate == 1.0
    assert isinstance(met_on([(pace, [])], sure=0, seed=1), Refused)
    few = Pace(EDGES, (5, 5, 5), (100, 100, 100))
    assert isinstance(met_on([(few, [Waiting(-5.0, 5.0, 3)])], sure=7, seed=1), Refused)


def test_eight_of_ten_intervals_hold_what_then_happens():
    """METHODS F9: coverage of the 80 % interval must be 70 to 90 %."""
    rng = np.random.default_rng(9)
    rates = np.array([0.001, 0.02, 0.008])
    days = np.array([40_000.0, 3_000.0, 2_000.0])
    held = 0
    for world in range(300):
        pace = Pace(EDGES, tuple(rng.poisson(rates * days)), tuple(days))
        waiting = [Waiting(-d, 30.0 - d, 4) for d in range(5, 60, 3)]
        found = met_on([(pace, waiting)], sure=100, seed=world)
        assert isinstance(found, Interval)
        met = 100
        for group in waiting:
            inside = [
                max(0.0, min(high, group.then) - max(low, group.now))
                for low, high in pairwise(EDGES)
            ]
            met += rng.binomial(group.people, 1 - np.exp(-rates @ inside))
        share = met / (100 + 4 * len(waiting))
        held += found.low <= share <= found.high
    assert 0.7 <= held / 300 <= 0.9
