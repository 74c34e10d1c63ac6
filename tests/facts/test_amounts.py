"""Sums of fractions: the same in whatever order, and bounded."""

from itertools import permutations

import pytest
from facts_world import event, row, watched

PARTS = ((0, 0.1), (1, 1.2), (2, 2.3))  # as floating-point numbers their lengths add up to less


@pytest.mark.parametrize("parts", list(permutations(PARTS)))
def test_a_sum_is_the_same_in_whatever_order(parts):
    assert row("watch", [event(0, "paused", "video", **watched(*parts))])["watched_s"] == 0.6


def test_an_absurd_amount_is_bounded_and_stops_nothing():
    events = [
        event(0, "paused", "video", session_id="s", speed=1e-300, **watched((0, 1e300))),
        event(60, "experienced", "video"),
    ]
    assert row("watch", events)["watched_s"] == 1e9
    assert row("session", events)["active_s"] <= 1e9


def test_what_is_not_told_is_not_the_limit():
    assert row("watch", [event(0, "played", "video")])["watched_s"] is None
