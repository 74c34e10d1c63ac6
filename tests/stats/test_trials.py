"""Draws by lot: LaLonde's experiment and worlds of known truth."""

import numpy as np
import pytest

from leadline.stats.trials import Drawn, sizes_as_drawn, trial

from .reference import shared


def test_the_training_experiment():
    rows = shared("lalonde/nsw_dehejia_wahba_445.csv.gz")
    drawn = rows["treat"] == 1
    before = np.column_stack([rows[name] for name in rows.dtype.names[1:-1]]).astype(float)
    found = trial(Drawn(rows["re78"].astype(float), drawn, before))
    assert round(found.effect.estimate, 2) == 1794.34
    # 671.0 with t(443); METHODS' 479 to 3,109 is the same with z.
    assert (found.effect.low, found.effect.high) == pytest.approx((475.6, 3113.1), abs=0.5)
    assert (found.treated, found.others) == (185, 260)
    assert found.adjusted.low > 0
    # (1.96 + 0.84) standard errors.
    assert found.detectable == pytest.approx(2.8 * 671, rel=0.05)


def world(effect, seed, people=200, teams=None):
    generator = np.random.default_rng(seed)
    before = generator.normal(size=(people, 2))
    cluster = None if teams is None else np.arange(people) % teams
    lot = generator.permutation(people if teams is None else teams) % 2 == 0
    treated = lot if cluster is None else lot[cluster]
    y = before @ [1.0, 0.5] + effect * treated + generator.normal(size=people)
    if cluster is not None:
        y += generator.normal(size=teams)[cluster]
    return Drawn(y, treated, before, cluster)


@pytest.mark.parametrize("teams", [None, 40])
def test_trial_intervals_cover_as_often_as_they_say(teams):
    hits = adjusted = narrower = 0
    for seed in range(300):
        found = trial(world(0.5, seed, teams=teams))
        hits += found.effect.low <= 0.5 <= found.effect.high
        adjusted += found.adjusted.low <= 0.5 <= found.adjusted.high
        narrower += found.adjusted.high - found.adjusted.low < found.effect.high - found.effect.low
    assert 0.915 <= hits / 300 <= 0.98
    assert 0.90 <= adjusted / 300 <= 0.98
    assert narrower / 300 > 0.9


def test_small_draws_are_refused_or_marked():
    assert "10 in the smaller arm" in trial(Drawn(np.arange(60.0), np.arange(60) < 10)).reason
    few = trial(world(0.5, 1, teams=8))
    assert few.few
    assert "2 groups" in trial(world(0.5, 1, teams=2)).reason


def test_what_never_varied_cannot_sharpen():
    known = world(0.5, 1)
    found = trial(Drawn(known.y, known.treated, np.ones((200, 1))))
    assert found.adjusted == found.effect


def test_sizes_that_no_lot_gives():
    assert sizes_as_drawn([5000, 5010], [1, 1]).p_value > 0.5
    assert sizes_as_drawn([5000, 5400], [1, 1]).p_value < 0.001
    assert sizes_as_drawn([900, 100], [9, 1]).p_value == 1
