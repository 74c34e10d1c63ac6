"""Stratified tables, paired shares and decompositions: published digits and statsmodels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.contingency_tables import mcnemar as sm_mcnemar
from statsmodels.stats.multitest import multipletests

from leadline.stats.contrasts import (
    Pairs,
    association,
    correlation_interval,
    mcnemar,
    mix_and_rate,
    paired_difference,
    partial_correlation,
    standardised,
)
from leadline.stats.intervals import newcombe
from leadline.stats.multiplicity import benjamini_yekutieli
from leadline.stats.tables import (
    TwoByTwo,
    common_difference,
    conditional_independence,
    confounding,
    equal_odds,
    mantel_haenszel,
    odds_ratio,
)

# Bickel, Hammel and O'Connell 1975: men admitted, rejected, women admitted, rejected; six schools.
BERKELEY = [
    TwoByTwo(*counts)
    for counts in [
        (512, 313, 89, 19),
        (353, 207, 17, 8),
        (120, 205, 202, 391),
        (138, 279, 131, 244),
        (53, 138, 94, 299),
        (22, 351, 24, 317),
    ]
]


def test_l5_berkeley_reverses_within_the_schools():
    found = confounding(BERKELEY)
    assert found.crude.estimate == pytest.approx(1.84, abs=0.005)
    within = found.within
    assert [round(each, 4) for each in (within.estimate, within.low, within.high)] == [
        *(0.9047, 0.7719, 1.0603),
    ]
    assert found.reversed_
    assert found.stratified_only
    assert found.test.statistic == pytest.approx(1.4269, abs=5e-5)
    plain = conditional_independence(BERKELEY, corrected=False)
    assert plain.statistic == pytest.approx(1.5246, abs=5e-5)


def test_l5_berkeley_crude_shares():
    men = sum(t.a for t in BERKELEY) / sum(t.a + t.b for t in BERKELEY)
    women = sum(t.c for t in BERKELEY) / sum(t.c + t.d for t in BERKELEY)
    assert (round(men, 3), round(women, 3)) == (0.445, 0.304)


cells = st.integers(1, 40)


@given(st.lists(st.tuples(cells, cells, cells, cells), min_size=2, max_size=6))
def test_stratified_tables_equal_statsmodels(counts):
    strata = [TwoByTwo(*each) for each in counts]
    other = StratifiedTable([np.array([[a, b], [c, d]], float) for a, b, c, d in counts])
    found = mantel_haenszel(strata)
    assert found.estimate == pytest.approx(other.oddsratio_pooled)
    assert (found.low, found.high) == pytest.approx(other.oddsratio_pooled_confint())
    plain = other.test_null_odds(correction=False)
    mine = conditional_independence(strata, corrected=False)
    assert (mine.statistic, mine.p_value) == pytest.approx((plain.statistic, plain.pvalue))
    if not np.isclose(other.oddsratio_pooled, 1):  # where statsmodels divides by 0
        homogeneous = other.test_equal_odds(adjust=True)
        assert equal_odds(strata).statistic == pytest.approx(homogeneous.statistic, abs=1e-6)


def test_tables_that_compare_nothing_say_so():
    nobody_second = [TwoByTwo(3, 4, 0, 0)]
    assert conditional_independence(nobody_second) is None
    assert common_difference(nobody_second) is None
    assert equal_odds(nobody_second) is None
    assert np.isnan(mantel_haenszel(nobody_second).estimate)


def test_the_common_difference_of_one_stratum_is_its_difference():
    found = common_difference([TwoByTwo(30, 70, 20, 80)])
    assert found.estimate == pytest.approx(0.10)
    half = 1.959964 * np.sqrt(0.3 * 0.7 / 100 + 0.2 * 0.8 / 100)
    assert (found.low, found.high) == pytest.approx((0.10 - half, 0.10 + half))


def test_an_empty_cell_gets_half_a_person():
    assert odds_ratio(TwoByTwo(5, 0, 3, 4)).estimate == pytest.approx(5.5 * 4.5 / (0.5 * 3.5))


def test_l27_mcnemar_with_correction():
    found = mcnemar(Pairs(794, 150, 86, 570))
    assert found.statistic == pytest.approx(16.818, abs=5e-4)
    assert "corrected" in found.method


def test_few_discordant_pairs_are_tested_exactly():
    found = mcnemar(Pairs(40, 9, 2, 10))
    assert found.p_value == pytest.approx(sm_mcnemar([[40, 9], [2, 10]], exact=True).pvalue)
    assert mcnemar(Pairs(4, 0, 0, 4)).p_value == 1.0


def test_paired_difference_gives_the_digits_of_newcombe_1998c():
    found = paired_difference(Pairs(36, 12, 2, 0))
    assert (round(found.low, 4), round(found.high, 4)) == (0.0569, 0.3404)


def test_without_correlation_the_pairs_are_two_samples():
    paired, apart = paired_difference(Pairs(0, 20, 0, 30)), newcombe((20, 50), (0, 50))
    assert (paired.low, paired.high) == pytest.approx((apart.low, apart.high))


def test_l19_partial_correlation_of_the_motor_cars():
    # mpg, hp and wt of R's mtcars (Henderson and Velleman 1981): their three correlations.
    r = np.array(
        [
            [1, -0.7761683718, -0.8676593765],
            [-0.7761683718, 1, 0.6587478873],
            [-0.8676593765, 0.6587478873, 1],
        ]
    )
    found = partial_correlation(r, 32)
    assert found.estimate == pytest.approx(-0.5469926, abs=5e-7)
    assert found.high < 0


def test_a_variable_that_follows_from_the_others_is_refused():
    with pytest.raises(ValueError, match="follows exactly"):
        partial_correlation(np.array([[1.0, 0.5, 1.0], [0.5, 1.0, 0.5], [1.0, 0.5, 1.0]]), 30)


def test_fisher_by_hand():
    found = correlation_interval(0.5, 103)
    assert (found.low, found.high) == pytest.approx((0.3393, 0.6323), abs=1e-4)


def test_one_person_a_team_gives_nearly_fishers_interval():
    generator = np.random.default_rng(3)
    x = generator.normal(size=400)
    y = 0.5 * x + generator.normal(size=400)
    found = association(x, y, np.arange(400))
    plain = correlation_interval(float(np.corrcoef(x, y)[0, 1]), 400)
    assert found.estimate == pytest.approx(plain.estimate)
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high), abs=0.02)


def test_teams_widen_a_correlation_and_a_common_cause_takes_it_away():
    generator = np.random.default_rng(4)
    team = np.repeat(np.arange(30), 20)
    size = generator.normal(size=30)[team]
    x, y = size + generator.normal(size=600) / 2, size + generator.normal(size=600) / 2
    found = association(x, y, team)
    plain = correlation_interval(found.estimate, 600)
    assert found.low < plain.low < plain.high < found.high
    held = association(x, y, team, controls=size[:, None])
    assert held.low < 0 < held.high
    expected = partial_correlation(np.corrcoef([x, y, size]), 600)
    assert held.estimate == pytest.approx(expected.estimate)


def test_an_association_needs_people_teams_and_variation():
    x = np.arange(100.0)
    assert association(x[:40], x[:40], np.arange(40)).gate == "low_n"
    assert association(x, x, np.arange(100) % 5).gate == "low_n"
    assert association(x, np.ones(100), np.arange(100)).gate == "not_identified"


def test_berkeley_by_mix_and_rate():
    men = {str(k): (t.a, t.a + t.b) for k, t in enumerate(BERKELEY)}
    women = {str(k): (t.c, t.c + t.d) for k, t in enumerate(BERKELEY)}
    found = mix_and_rate(men, women)
    assert found.mostly_mix
    assert found.mix > found.difference > 0 > found.rate


def test_a_fixed_mix_makes_rates_comparable():
    # North passes 80 of 100, South 20 of 40; half and half that is 0.65.
    counts = {"north": (80, 100), "south": (20, 40)}
    found = standardised(counts, {"north": 1, "south": 1})
    assert found.estimate == pytest.approx(0.65)
    half = 1.959964 * np.sqrt(0.25 * (0.8 * 0.2 / 100 + 0.5 * 0.5 / 40))
    assert (found.low, found.high) == pytest.approx((0.65 - half, 0.65 + half))
    assert standardised(counts, {"north": 1, "east": 1}) is None


levels = st.dictionaries(
    st.sampled_from("ABCD"),
    st.integers(1, 50).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=1,
)


@given(levels, levels)
def test_mix_and_rate_add_up_to_the_difference(after, before):
    found = mix_and_rate(after, before)
    rates = [
        sum(x for x, _ in side.values()) / sum(n for _, n in side.values())
        for side in (after, before)
    ]
    assert found.mix + found.rate == pytest.approx(rates[0] - rates[1], abs=1e-12)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_benjamini_yekutieli_equals_statsmodels(p_values):
    assert benjamini_yekutieli(p_values) == pytest.approx(
        list(multipletests(p_values, method="fdr_by")[1])
    )
