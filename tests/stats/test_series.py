"""Interrupted series and charts: published digits (METHODS L 15, 25) and planted changes."""

import numpy as np
import pytest
import statsmodels.api as sm

from leadline.stats.refusal import Refused
from leadline.stats.regression import least_squares, newey_west
from leadline.stats.series import (
    Series,
    between_events,
    break_point,
    controlled,
    individuals,
    interrupted,
    p_chart,
    share_limits,
    xmr,
)

from .reference import reference

# NIST/SEMATECH e-Handbook 6.3.2.2, flow rates; Montgomery, table 7.1, cans of 50 that leak.
FLOW = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
CANS = [
    *(12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22),
    *(8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6),
]


def sicily(**more):
    rows = reference("sicily")
    start = int((rows["smokban"] == 0).sum())
    return rows, Series(rows["aces"].astype(float), start, rows["stdpop"].astype(float), **more)


def digits(found):
    return [round(each, 3) for each in (found.estimate, found.low, found.high)]


def test_l15_sicily_poisson_and_quasi():
    _, series = sicily()
    assert digits(interrupted(series, bend=False, errors="model").level) == [0.894, 0.865, 0.925]
    quasi = interrupted(series, bend=False, errors="quasi").level
    assert digits(quasi) == [0.894, 0.839, 0.953]
    cautious = interrupted(series, bend=False).level
    assert cautious.low <= quasi.low < quasi.high <= cautious.high


def test_l15_sicily_with_the_year():
    found = interrupted(sicily(season=12)[1], bend=False, errors="quasi")
    assert digits(found.level) == [0.885, 0.839, 0.933]
    assert round(found.dispersion, 3) == 2.262


def test_l15_sicily_newey_west():
    rows, series = sicily()
    x = np.column_stack([np.ones(len(rows)), rows["time"], rows["smokban"]]).astype(float)
    found = np.sqrt(np.diag(newey_west(least_squares(x, series.y), 4)))
    assert found == pytest.approx([14.2802, 0.65503, 29.3926], abs=5e-5)


def stepped(step=5.0, points=48, seed=1):
    generator = np.random.default_rng(seed)
    t = np.arange(points)
    year = 3 * np.sin(2 * np.pi * (t + 1) / 12)
    return 50 + 0.2 * t + year + step * (t >= 24) + generator.normal(size=points)


def test_a_planted_step_is_found_and_its_twin_is_not():
    found = interrupted(Series(stepped(), 24, season=12))
    assert found.level.low < 5 < found.level.high
    assert found.level.low > 0
    assert found.slope.low < 0 < found.slope.high
    assert not found.ratio
    twin = interrupted(Series(stepped(0.0), 24, season=12)).level
    assert twin.low < 0 < twin.high


def test_the_expected_course_continues_the_earlier_trend():
    y = np.concatenate([np.arange(10.0), np.arange(10.0, 20.0) + 7]) + np.tile([0.1, -0.1], 10)
    found = interrupted(Series(y, 10))
    assert found.expected == pytest.approx(np.arange(20.0), abs=0.15)


def test_the_time_in_which_a_change_takes_hold_is_left_out():
    y = stepped()
    y[24:27] = 0.0
    assert interrupted(Series(y, 24, season=12, transition=3)).level.low > 0
    assert interrupted(Series(y, 24, season=12, transition=3)).after == 21


def test_what_happened_to_both_is_taken_out():
    # Everyone jumps by 5 at the date; only the changed series jumps by 3 more.
    found = controlled(
        Series(stepped(8.0), 24, season=12), Series(stepped(5.0, seed=2), 24, season=12)
    )
    assert found.changed.level.low > 5
    assert found.level.low < 3 < found.level.high
    assert found.trend_p_value > 0.05
    alike = controlled(
        Series(stepped(5.0), 24, season=12), Series(stepped(5.0, seed=2), 24, season=12)
    )
    assert alike.level.low < 0 < alike.level.high


def test_rates_are_compared_by_their_ratio():
    generator = np.random.default_rng(4)
    hours = np.full(48, 1000.0)
    after = np.arange(48) >= 24
    changed = generator.poisson(hours * 0.1 * np.where(after, 0.6, 1)).astype(float)
    control = generator.poisson(hours * 0.2).astype(float)
    found = controlled(Series(changed, 24, hours), Series(control, 24, hours), bend=False)
    assert found.level.low < 0.6 < found.level.high < 1
    with pytest.raises(ValueError, match="same date"):
        controlled(Series(changed, 24, hours), Series(control, 20, hours))


def test_a_control_with_another_trend_is_none():
    drifting = stepped(0.0, seed=2) + 0.5 * np.arange(48)
    found = controlled(Series(stepped(), 24, season=12), Series(drifting, 24, season=12))
    assert found.trend_p_value < 0.001


def test_seven_points_are_too_few():
    found = interrupted(Series(stepped()[:31], 24))
    assert isinstance(found, Refused)
    assert "7 after" in found.reason
    assert interrupted(Series(stepped()[:34], 24)).thin


def test_autocorrelated_limits_hold_their_error_rate():
    generator, alarms = np.random.default_rng(3), 0
    for _ in range(300):
        noise = generator.normal(size=60)
        for t in range(1, 60):
            noise[t] += 0.3 * noise[t - 1]
        level = interrupted(Series(noise + 10, 30), bend=False).level
        alarms += not level.low <= 0 <= level.high
    assert alarms / 300 <= 0.14


def test_l25_flow_rates():
    found = individuals(FLOW)
    assert round(found.centre, 2) == 50.81
    assert round(found.range_mean, 4) == 1.8778
    assert (round(found.upper, 4), round(found.lower, 4)) == (55.8041, 45.8159)


def test_l25_cans_that_leak():
    found = p_chart([(x, 50) for x in CANS])
    assert round(found.centre, 4) == 0.2313
    low, high = share_limits(found.centre, 50)
    assert (round(high, 4), round(low, 4)) == (0.4102, 0.0524)
    assert found.sigma_z == pytest.approx(1.66, abs=0.005)
    assert found.method == "Laney p′-chart"
    assert found.upper[0] > high


def test_l25_the_nile_breaks_after_28_years():
    flow = sm.datasets.nile.load_pandas().data["volume"].to_numpy(float)
    assert break_point(flow) == 28


def test_shares_that_vary_by_chance_keep_binomial_limits():
    counts = [(int(x), 80) for x in np.random.default_rng(2).binomial(80, 0.3, 40)]
    found = p_chart(counts, baseline=20)
    assert found.method == "p-chart"
    worse = p_chart([*counts, (50, 80)], baseline=20)
    assert worse.signals[40] == "outside"


def test_a_chart_marks_the_point_outside_and_the_run():
    steady = [10, 11, 9, 10, 11, 9, 10, 11, 9, 10, 11, 9]
    found = xmr([*steady, 30], 12)
    assert found.signals == {12: "outside"}
    shifted = xmr([*steady, *[11.5] * 8], 12)
    assert [place for place, why in shifted.signals.items() if why == "run"] == list(range(12, 20))
    assert xmr(steady, 12).signals == {}
    assert xmr(steady[:8], 8).gate == "low_n"


def test_accidents_that_became_rarer():
    days = [3, 5, 2, 9, 4, 1, 7, 3, 6, 2, 5, 4, 3, 8, 2, 4, 6, 1, 5, 3, 90]
    found = between_events(days)
    assert found.signals[20] == "outside"
    assert between_events(days[:5]).gate == "low_n"
