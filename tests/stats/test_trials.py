"""Draws by lot: LaLonde's experiment and worlds of known truth."""

import numpy as np
import pytest
from scipy import stats

from leadline.stats.refusal import Refused
from leadline.stats.regression import clustered_few, least_squares
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


def test_two_arms_have_neymans_error():
    known = world(0.5, 3)
    one, other = known.y[known.treated], known.y[~known.treated]
    found = trial(known).effect
    assert found.estimate == pytest.approx(one.mean() - other.mean())
    error = np.sqrt(one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other))
    assert (found.high - found.low) / 2 == pytest.approx(stats.t(198).ppf(0.975) * error)


def test_strata_count_by_their_people():
    """Half of a small stratum and a tenth of a large one are drawn; in the large one all do worse."""
    generator = np.random.default_rng(2)
    stratum = np.repeat([0, 1], [100, 400])
    treated = np.arange(500) % np.where(stratum == 0, 2, 10) == 0
    y = 10.0 - 5 * stratum + 1.0 * treated + generator.normal(size=500)
    found = trial(Drawn(y, treated, stratum=stratum))
    gaps, errors = [], []
    for level in (0, 1):
        one, other = y[treated & (stratum == level)], y[~treated & (stratum == level)]
        gaps.append(one.mean() - other.mean())
        errors.append(one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other))
    assert found.effect.estimate == pytest.approx(0.2 * gaps[0] + 0.8 * gaps[1])
    error = np.sqrt(0.2**2 * errors[0] + 0.8**2 * errors[1])
    assert (found.effect.high - found.effect.low) / 2 == pytest.approx(1.96 * error, rel=0.01)
    assert found.p_value == 1 / (1 + found.lots)
    plain = trial(Drawn(y, treated))
    assert plain.effect.estimate > 2  # who ignores the strata is misled
    alone = trial(Drawn(y, treated & (stratum == 1), stratum=stratum))
    assert isinstance(alone, Refused)


def test_equal_clusters_are_compared_like_their_means():
    """CR2 is then Welch's variance of cluster means, with Satterthwaite's degrees of freedom."""
    generator = np.random.default_rng(8)
    groups, size, drawn = 12, 30, 4
    cluster = np.repeat(np.arange(groups), size)
    treated = cluster < drawn
    y = generator.normal(size=groups)[cluster] + generator.normal(size=groups * size)
    fit = least_squares(np.column_stack([np.ones(len(y)), treated.astype(float)]), y)
    variance, df = clustered_few(fit, cluster, 1)
    means = y.reshape(groups, size).mean(axis=1)
    one, other = means[:drawn].var(ddof=1) / drawn, means[drawn:].var(ddof=1) / (groups - drawn)
    assert variance == pytest.approx(one + other)
    alike = (1 / 4 + 1 / 8) ** 2 / (1 / 4**2 / 3 + 1 / 8**2 / 7)
    assert df == pytest.approx(alike)


def test_few_clusters_cover_as_often_as_they_say():
    hits = sum(
        (found := trial(world(0.5, seed, people=400, teams=10)).effect).low <= 0.5 <= found.high
        for seed in range(300)
    )
    assert 0.92 <= hits / 300 <= 0.985


def test_lots_drawn_again_agree_with_fisher():
    """Of eight clusters four were drawn, and those are the four best: 2 of 70 lots are as extreme."""
    cluster = np.repeat(np.arange(8), 10)
    y = cluster + 0.01 * np.tile(np.arange(10), 8)
    found = trial(Drawn(y, cluster >= 4, cluster=cluster))
    assert found.p_value == pytest.approx(2 / 70, abs=0.008)
    assert found.few and found.clusters == (4, 4)
    assert trial(world(0.0, 4)).p_value > 0.05


def test_the_effect_on_takers_is_walds():
    generator = np.random.default_rng(5)
    treated = np.arange(600) % 2 == 0
    keen = generator.random(600) < 0.6
    took = treated & keen
    y = 1.0 * keen + 2.0 * took + generator.normal(size=600)
    found = trial(Drawn(y, treated, took=took))
    moved = took[treated].mean()
    assert found.complied.effect.estimate == pytest.approx(found.effect.estimate / moved)
    assert found.complied.effect.low < 2.0 < found.complied.effect.high
    assert (found.complied.taken, found.complied.taken_others) == (moved, 0.0)
    # Two-stage least squares with robust errors (statsmodels' formula by hand).
    left = y - found.complied.effect.estimate * took
    error = np.sqrt(sum(left[arm].var(ddof=1) / 300 for arm in (treated, ~treated))) / moved
    half = (found.complied.effect.high - found.complied.effect.low) / 2
    assert half == pytest.approx(stats.t(598).ppf(0.975) * error)
    nobody = trial(Drawn(y, treated, took=generator.random(600) < 0.3))
    assert "hardly changed" in nobody.complied.reason
