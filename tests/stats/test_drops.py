"""The drop detector: the product-limit property, planted cliffs found, even stops left alone."""

from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.stats.drops import Stops, abnormal_drops, bins
from leadline.stats.survival import kaplan_meier

LENGTH_S = 600
WORLDS = 20


def world(generator, people, cliff=(0.0, 0.0, 0.0), background=0.35):
    """People of whom a share stops at a point (± jitter), some anywhere, the rest at the end."""
    share, at, jitter = cliff
    stops = []
    for _ in range(people):
        if generator.random() < share:
            stops.append(Stops(float(int(at + generator.uniform(-jitter, jitter))), 1, 0))
        elif generator.random() < background:
            stops.append(Stops(float(int(generator.uniform(0, LENGTH_S))), 1, 0))
        else:
            stops.append(Stops(float(LENGTH_S), 0, 1))
    return stops


@given(st.lists(st.floats(0, 599), min_size=1, max_size=80))
def test_without_censoring_the_hazards_multiply_to_the_product_limit_curve(positions):
    table = bins([Stops(at, 1, 0) for at in positions], LENGTH_S)
    at_risk = [each for each in table if each.at_risk]
    counts = [(each.start_s, each.exits, 0) for each in table if each.exits]
    curve = {step.t: step.survival for step in kaplan_meier(counts)}
    for place, each in enumerate(at_risk):
        if each.exits:
            product = prod(1 - before.hazard for before in at_risk[: place + 1])
            assert product == pytest.approx(curve[each.start_s])


def test_bins_are_5_seconds_at_least_and_60_at_most():
    assert [len(bins([Stops(1.0, 1, 0)], length)) for length in (4, 60, 300, 301, 6000)] == [
        1,
        12,
        60,
        60,
        60,
    ]
    assert bins([Stops(1.0, 1, 0)], 62)[-1].end_s == 62


def test_the_censored_are_at_risk_where_they_were_last_seen_and_not_after():
    table = bins([Stops(2.0, 1, 1), Stops(12.0, 1, 0)], 60)
    assert [each.at_risk for each in table[:4]] == [3, 1, 1, 0]


def test_sixty_of_a_hundred_leaving_at_one_timestamp_are_found_within_5_seconds():
    generator, found = np.random.default_rng(20), 0
    for _ in range(WORLDS):
        drops = abnormal_drops(world(generator, 100, (0.6, 200, 0.0)), LENGTH_S)
        found += any(abs(drop.peak_s - 200) <= 5 for drop in drops)
    assert found >= 19


def test_the_span_and_the_share_of_a_spread_cliff_are_told():
    stops = [Stops(195.0 + second, 6, 0) for second in range(10)] + [Stops(600.0, 0, 40)]
    (drop,) = abnormal_drops(stops, LENGTH_S)
    assert (drop.start_s, drop.end_s) == (195, 205)
    assert drop.exits == 60
    assert drop.share.estimate == 0.6
    assert drop.share.low == pytest.approx(0.5020, abs=5e-5)  # Wilson 60/100
    assert drop.expected_share < 0.01


@pytest.mark.parametrize(("background", "at_most"), [(0.35, 1), (1.0, 2)])
def test_stops_spread_evenly_raise_no_alarm(background, at_most):
    generator = np.random.default_rng(21)
    worlds = (world(generator, 100, background=background) for _ in range(2 * WORLDS))
    assert sum(bool(abnormal_drops(each, LENGTH_S)) for each in worlds) <= at_most


def test_stopping_at_the_end_credits_is_no_drop():
    generator = np.random.default_rng(22)
    worlds = (world(generator, 100, (0.6, 580, 9.0)) for _ in range(2 * WORLDS))
    assert not any(abnormal_drops(each, LENGTH_S) for each in worlds)


def test_nothing_is_claimed_of_29_starters():
    stops = [Stops(200.0, 25, 0), Stops(600.0, 0, 4)]
    assert abnormal_drops(stops, LENGTH_S) == []
    assert abnormal_drops([*stops, Stops(600.0, 0, 1)], LENGTH_S) != []


def test_two_cliffs_far_apart_are_two_drops():
    stops = [Stops(100.0, 30, 0), Stops(400.0, 30, 0), Stops(600.0, 0, 60)]
    assert [drop.peak_s for drop in abnormal_drops(stops, LENGTH_S)] == [100, 400]
