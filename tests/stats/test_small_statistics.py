"""Power, multiplicity, shrinkage and survival against published digits and other packages."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportions_chisquare

from leadline.stats.multiplicity import benjamini_hochberg
from leadline.stats.power import detectable_difference, sample_size
from leadline.stats.shrinkage import fit_prior, james_stein, shrink
from leadline.stats.survival import kaplan_meier, median
from leadline.stats.tables import homogeneity

# Benjamini and Hochberg 1995, section 4.1.
PUBLISHED = [
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
    *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0),
]


def test_sample_sizes_of_r_power_prop_test():
    assert sample_size(0.5, 0.75, power=0.90) == pytest.approx(76.7069, abs=5e-5)
    assert sample_size(0.60, 0.65, power=0.80) == pytest.approx(1470.5, abs=0.05)


def test_the_detectable_difference_undoes_the_sample_size():
    assert detectable_difference(0.60, 1471) == pytest.approx(0.05, abs=1e-4)
    assert detectable_difference(0.9, 10) is None


def test_benjamini_hochberg_gives_the_digits_of_r_p_adjust():
    q = benjamini_hochberg(PUBLISHED)
    assert sum(value <= 0.05 for value in q) == 4
    assert sum(value * 15 <= 0.05 for value in PUBLISHED) == 3
    assert [round(value, 5) for value in q[3:6]] == [0.03562, 0.0603, 0.06386]


@given(st.lists(st.floats(0, 1), max_size=40))
def test_benjamini_hochberg_equals_statsmodels_in_any_order(p_values):
    expected = multipletests(p_values, method="fdr_bh")[1] if p_values else []
    assert benjamini_hochberg(p_values) == pytest.approx(list(expected))


def test_the_batting_averages_of_efron_and_morris():
    hits = [18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]
    values = [hit / 45 for hit in hits]
    mean = sum(values) / 18
    factor, shrunk = james_stein(values, mean * (1 - mean) / 45)
    assert round(factor, 3) == pytest.approx(0.212, abs=0.002)
    assert round(shrunk[0], 3) == pytest.approx(0.294, abs=0.001)
    assert round(shrunk[-1], 3) == pytest.approx(0.242, abs=0.001)


def test_the_prior_is_the_most_likely_one():
    counts = [(2, 20), (9, 20), (5, 20), (1, 20), (14, 20)]
    prior = fit_prior(counts)

    def likelihood(alpha, beta):
        return sum(
            special.betaln(x + alpha, n - x + beta) - special.betaln(alpha, beta) for x, n in counts
        )

    best = likelihood(prior.alpha, prior.beta)
    for change in (0.9, 1.1):
        assert likelihood(prior.alpha * change, prior.beta) < best
        assert likelihood(prior.alpha, prior.beta * change) < best


def test_a_small_group_is_pulled_further_than_a_large_one():
    prior = fit_prior([(2, 20), (9, 20), (5, 20), (1, 20), (14, 20)])
    small, large = shrink(3, 3, prior), shrink(300, 300, prior)
    assert prior.mean < small.estimate < large.estimate < 1
    assert small.high - small.low > large.high - large.low


def test_groups_that_differ_by_chance_alone_go_to_the_common_mean():
    prior = fit_prior([(30, 100), (31, 100), (29, 100), (30, 100)])
    assert prior.strength > 10_000
    assert shrink(29, 100, prior).estimate == pytest.approx(0.3, abs=0.001)


def test_kaplan_meier_equals_statsmodels():
    generator = np.random.default_rng(2)
    time, event = generator.integers(1, 30, 80), generator.integers(0, 2, 80)
    counts = [
        (float(t), int(((time == t) & (event == 1)).sum()), int(((time == t) & (event == 0)).sum()))
        for t in np.unique(time)
    ]
    steps, other = kaplan_meier(counts), SurvfuncRight(time, event)
    assert [step.survival for step in steps] == pytest.approx(list(other.surv_prob))
    assert [step.at_risk for step in steps] == list(other.n_risk)
    assert median(steps) == other.quantile(0.5)


def test_the_median_that_was_not_reached_is_none():
    assert median(kaplan_meier([(1, 1, 0), (2, 0, 9)])) is None


def test_everyone_gone_is_a_survival_of_nought():
    assert kaplan_meier([(1, 2, 0), (2, 3, 0)])[-1].survival == 0.0


def test_homogeneity_equals_statsmodels():
    counts = [(10, 40), (22, 50), (9, 30)]
    expected = proportions_chisquare([x for x, _ in counts], [n for _, n in counts])[1]
    assert homogeneity(counts) == pytest.approx(expected)


def test_groups_in_which_everybody_has_it_do_not_differ():
    assert homogeneity([(5, 5), (7, 7)]) == 1.0
