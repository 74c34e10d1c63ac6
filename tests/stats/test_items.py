"""Item analysis, response models and DIF: R's digits (METHODS L 6-10)."""

import numpy as np
import pytest

from leadline.stats import irt
from leadline.stats.dif import (
    Differential,
    differential,
    purified,
    tables_by_total,
)
from leadline.stats.intervals import Interval
from leadline.stats.items import (
    PairSums,
    item_rest,
    judge_item,
    options,
    pair_sums,
    reliability,
    upper_minus_lower,
)
from leadline.stats.multiplicity import benjamini_hochberg
from leadline.stats.refusal import Refused
from leadline.stats.tables import TwoByTwo, conditional_independence, mantel_haenszel

from .reference import reference, shared

# Covariances of R's `attitude` (Chatterjee and Price 1977), 30 departments, seven questions.
ATTITUDE = [
    [148.171264],
    [133.779310, 177.282759],
    [63.464368, 90.951724, 149.705747],
    [89.104598, 93.255172, 70.845977, 137.757471],
    [74.688506, 92.641379, 56.671264, 78.139080, 108.102299],
    [18.842529, 24.731034, 17.825287, 13.467816, 38.773563, 97.909195],
    [19.422989, 30.765517, 43.216092, 64.197701, 61.422989, 28.845977, 105.857471],
]
# Bock and Lieberman 1970, LSAT section 7: counts of the patterns 00000, 00001 ... 11111.
LSAT7 = [
    *(12, 19, 1, 7, 3, 19, 3, 17, 10, 5, 3, 7, 7, 23, 8, 28),
    *(7, 39, 11, 34, 14, 51, 15, 90, 6, 25, 7, 35, 18, 136, 32, 308),
]
# De Boeck and Wilson 2004, verbal aggression: men yes, no; women yes, no, by total.
WANT_SHOUT = [
    *[(0, 4, 0, 0), (0, 3, 0, 1), (1, 8, 0, 1), (1, 6, 0, 0), (3, 12, 0, 3), (2, 7, 1, 3)],
    *[(1, 8, 0, 2), (6, 8, 1, 2), (4, 10, 2, 5), (7, 8, 1, 4), (7, 9, 0, 3), (7, 6, 0, 2)],
    *[(9, 6, 1, 3), (4, 5, 3, 3), (16, 4, 0, 5), (12, 6, 3, 2), (7, 2, 5, 2), (5, 1, 3, 0)],
    *[
        (8, 1, 1, 2),
        (8, 0, 2, 0),
        (5, 0, 0, 1),
        (6, 0, 3, 0),
        (5, 0, 0, 0),
        (1, 0, 2, 0),
        (4, 0, 1, 0),
    ],
]
DO_SCOLD = [
    *[(0, 4, 0, 0), (0, 3, 0, 1), (0, 9, 0, 1), (0, 7, 0, 0), (1, 14, 0, 3), (1, 8, 1, 3)],
    *[(1, 8, 2, 0), (3, 11, 2, 1), (3, 11, 4, 3), (1, 14, 0, 5), (6, 10, 2, 1), (5, 8, 2, 0)],
    *[(8, 7, 3, 1), (6, 3, 4, 2), (11, 9, 4, 1), (12, 6, 4, 1), (9, 0, 7, 0), (5, 1, 1, 2)],
    *[
        (7, 2, 3, 0),
        (6, 2, 2, 0),
        (5, 0, 1, 0),
        (6, 0, 3, 0),
        (5, 0, 0, 0),
        (1, 0, 2, 0),
        (4, 0, 1, 0),
    ],
]


def from_covariance(covariance, n):
    return reliability(np.diag(covariance), covariance.sum(axis=1), n)


def plain(table):
    return np.array(table.tolist(), dtype=float)


def symmetric(lower):
    k = len(lower)
    return np.array([[lower[max(i, j)][min(i, j)] for j in range(k)] for i in range(k)])


def test_l6_attitude_alpha_feldt_and_item_rest():
    found = from_covariance(symmetric(ATTITUDE), 30)
    assert found.alpha.estimate == pytest.approx(0.8431, abs=5e-5)
    assert (round(found.alpha.low, 2), round(found.alpha.high, 2)) == (0.74, 0.92)
    assert [round(r, 3) for r in found.item_rest] == [
        *(0.671, 0.742, 0.561, 0.714, 0.786, 0.265, 0.461),
    ]


def test_l7_lsat6_classical():
    answers = plain(shared("items/lsat6.csv.gz"))
    assert [round(p, 3) for p in answers.mean(axis=0)] == [0.924, 0.709, 0.553, 0.763, 0.870]
    found = from_covariance(np.cov(answers.T), len(answers))
    assert [round(r, 4) for r in found.item_rest] == [0.1128, 0.1532, 0.1728, 0.1444, 0.1216]
    assert round(found.alpha.estimate, 3) == 0.295
    rest = item_rest(pair_sums(answers[:, 2], answers.sum(axis=1) - answers[:, 2]))
    assert rest.estimate == pytest.approx(found.item_rest[2])


def test_l8_lsat6_two_parameters():
    found = irt.fit(irt.patterns(plain(shared("items/lsat6.csv.gz"))), "2PL")
    assert found.log_likelihood == pytest.approx(-2466.653, abs=5e-4)
    assert found.a == pytest.approx([0.8254, 0.7229, 0.8905, 0.6886, 0.6575], abs=0.008)
    assert found.b == pytest.approx([-3.360, -1.370, -0.280, -1.866, -3.124], abs=0.008)
    # Standard errors as printed by R ltm.
    assert found.a_se == pytest.approx([0.2581, 0.1867, 0.2326, 0.1852, 0.2100], abs=5e-4)
    assert found.b_se == pytest.approx([0.8669, 0.3073, 0.0997, 0.4341, 0.8700], abs=2e-3)
    theta, sd = irt.ability(found, np.array([[0.0] * 5, [1.0] * 5]))
    assert theta == pytest.approx([-1.895, 0.65], abs=0.01)
    assert sd[0] == pytest.approx(0.795, abs=0.01)


def test_l8_lsat6_one_parameter():
    found = irt.fit(irt.patterns(plain(shared("items/lsat6.csv.gz"))), "1PL")
    assert found.log_likelihood == pytest.approx(-2466.938, abs=5e-4)
    assert found.a == pytest.approx([0.7551] * 5, abs=5e-5)
    assert found.b == pytest.approx([-3.6153, -1.3224, -0.3176, -1.7301, -2.7802], abs=5e-5)


def test_lsat6_in_the_terms_of_mirts_rasch_model():
    # There the slope is 1 and the variance of ability is free: R mirt's own tests.
    found = irt.fit(irt.patterns(plain(shared("items/lsat6.csv.gz"))), "1PL")
    assert found.d == pytest.approx([2.73, 0.999, 0.24, 1.306, 2.099], abs=5e-4)
    assert found.a[0] ** 2 == pytest.approx(0.57, abs=0.005)


def lsat7():
    answers = np.array([[k >> 4 - j & 1 for j in range(5)] for k in range(32)], dtype=float)
    return irt.patterns(answers, LSAT7)


def test_l9_lsat7_two_parameters():
    found = irt.fit(lsat7(), "2PL")
    assert found.log_likelihood == pytest.approx(-2658.805, abs=5e-4)
    assert found.a == pytest.approx([0.988, 1.081, 1.706, 0.765, 0.736], abs=0.002)
    assert found.d == pytest.approx([1.856, 0.808, 1.804, 0.486, 1.855], abs=0.002)


def test_few_people_get_a_prior_and_fewer_get_none():
    few = irt.patterns(lsat7().answers, [round(count * 0.3) for count in lsat7().counts])
    found = irt.fit(few, "2PL")
    assert found.penalised
    assert np.all(found.a > 0.6)
    assert found.a.max() < irt.fit(lsat7(), "2PL").a.max()
    fewer = irt.patterns(lsat7().answers, [round(count * 0.2) for count in lsat7().counts])
    assert isinstance(irt.fit(fewer, "2PL"), Refused)
    assert isinstance(irt.fit(fewer, "1PL"), irt.Fitted)
    assert "needs 100" in irt.fit(irt.patterns(lsat7().answers), "1PL").reason


def test_a_question_that_all_got_right_has_no_difficulty():
    answers = np.ones((600, 4))
    answers[:300, :3] = 0
    assert irt.fit(irt.patterns(answers), "2PL").gate == "not_identified"


def test_planted_slopes_and_missing_answers_are_found_again():
    generator = np.random.default_rng(4)
    a, b = np.array([0.6, 1.0, 1.5, 1.0, 2.0, 0.8]), np.array([-1, -0.5, 0, 0.5, 1, 0.2])
    theta = generator.normal(size=(8000, 1))
    answers = (generator.random((8000, 6)) < 1 / (1 + np.exp(-a * (theta - b)))).astype(float)
    answers[generator.random(answers.shape) < 0.2] = np.nan
    found = irt.fit(irt.patterns(answers), "2PL")
    assert np.abs((found.a - a) / found.a_se).max() < 3
    assert np.abs((found.b - b) / found.b_se).max() < 3


def test_two_questions_that_give_each_other_away_are_seen():
    generator = np.random.default_rng(6)
    theta = generator.normal(size=(4000, 1))
    answers = (generator.random((4000, 6)) < 1 / (1 + np.exp(-theta))).astype(float)
    same = generator.random(4000) < 0.5
    answers[same, 5] = answers[same, 4]
    found = irt.patterns(answers)
    q3 = irt.local_dependence(irt.fit(found, "1PL"), found)
    off = q3 - np.eye(6)
    assert np.unravel_index(off.argmax(), off.shape) in {(4, 5), (5, 4)}
    assert off.max() > 0.2 > np.sort(off.ravel())[-3]


def test_l10_verbal_aggression_odds_and_chi_square():
    for tables, odds, chi in ((WANT_SHOUT, 0.3472, 9.6032), (DO_SCOLD, 2.6693, 6.8395)):
        # R's table has the women first.
        strata = [TwoByTwo(c, d, a, b) for a, b, c, d in tables]
        ratio, test = mantel_haenszel(strata).estimate, conditional_independence(strata)
        assert ratio == pytest.approx(odds, abs=5e-5) or 1 / ratio == pytest.approx(odds, abs=5e-5)
        assert test.statistic == pytest.approx(chi, abs=5e-5)


def test_l10_verbal_aggression_all_items():
    rows = reference("VerbAgg")
    ids, items = np.unique(rows["id"]), np.unique(rows["item"])
    answers = np.zeros((len(ids), len(items)))
    answers[np.searchsorted(ids, rows["id"]), np.searchsorted(items, rows["item"])] = (
        rows["r2"] == "Y"
    )
    focal = np.zeros(len(ids), dtype=bool)
    focal[np.searchsorted(ids, rows["id"])] = rows["Gender"] == "M"
    tables = tables_by_total(answers, focal)
    p = [conditional_independence(strata).p_value for strata in tables]
    assert sum(each < 0.05 for each in p) == 6
    assert sum(each < 0.05 for each in benjamini_hochberg(p)) == 1


def test_73_men_are_too_few_to_judge_a_question_by():
    assert "73 people" in differential([[TwoByTwo(*each) for each in DO_SCOLD]])[0].reason


def biased(size, people=1500, seed=3):
    generator = np.random.default_rng(seed)
    focal = np.arange(people) % 2 == 0
    theta = generator.normal(size=people) - 0.5 * focal
    difficulty = np.linspace(-1.5, 1.5, 20)
    shift = np.zeros((people, 20))
    shift[focal, 7] = size
    chance = 1 / (1 + np.exp(-(theta[:, None] - difficulty - shift)))
    return (generator.random((people, 20)) < chance).astype(float), focal


def test_a_question_harder_for_one_group_is_class_c_and_no_other_is():
    found = purified(*biased(1.2))
    assert [place for place, each in enumerate(found) if each.class_ == "C"] == [7]
    assert found[7].delta.high < 0
    assert found[7].q_value < 0.001
    assert {each.class_ for each in purified(*biased(0.0))} == {"A"}


def test_a_class_is_moderate_between_the_bounds():
    even = [TwoByTwo(160, 140, 130, 170)] * 4
    found = differential([even])[0]
    assert isinstance(found, Differential)
    assert found.class_ == "A"
    wider = differential([[TwoByTwo(190, 110, 150, 150)] * 4])[0]
    assert 1.0 <= abs(wider.delta.estimate) < 1.5
    assert wider.class_ == "B"


def test_sat12_key_of_question_32_is_suspected():
    # R mirt's manual: "the key for item 32 is likely wrong, 5 should be 3".
    raw = plain(shared("items/sat12_raw.csv.gz"))
    scored = plain(shared("items/sat12_scored.csv.gz"))
    rest = scored.sum(axis=1) - scored[:, 31]
    fifth = np.minimum(4, np.argsort(np.argsort(rest, kind="stable")) * 5 // len(rest))
    chosen = {
        str(int(option)): (
            pair_sums((raw[:, 31] == option).astype(float), rest),
            np.bincount(fifth[raw[:, 31] == option], minlength=5).tolist(),
        )
        for option in (1, 2, 3, 4, 5)
    }
    found = judge_item(pair_sums(scored[:, 31], rest), options(chosen, "5", len(rest)), 5)
    assert found.suspect == "3"
    assert found.defective
    assert found.flags[0] == "possible mis-key"


def test_a_good_question_has_no_flag():
    generator = np.random.default_rng(2)
    rest = generator.binomial(19, 0.6, 400).astype(float)
    x = (generator.random(400) < rest / 19).astype(float)
    found = judge_item(pair_sums(x, rest), options_given=4)
    assert found.flags == ()
    assert not found.defective
    assert upper_minus_lower(rest, x) > 0.15


def test_few_answers_give_a_share_but_no_correlation():
    found = judge_item(PairSums(20, 12, 100, 12, 620, 60))
    assert isinstance(found.difficulty, Interval)
    assert found.discrimination.gate == "low_n"
    assert judge_item(PairSums(0, 0, 0, 0, 0, 0)).gate == "low_n"


def test_four_questions_have_no_reliability():
    assert "at least 5" in from_covariance(np.eye(4), 100).reason


def test_feldt_covers_as_often_as_it_says():
    generator, hits, true = np.random.default_rng(9), 0, 8 / 7 * (1 - 8 / (8 + 56 * 0.3))
    for _ in range(400):
        marks = np.sqrt(0.3) * generator.normal(size=(60, 1)) + np.sqrt(0.7) * generator.normal(
            size=(60, 8)
        )
        found = from_covariance(np.cov(marks.T), 60).alpha
        hits += found.low <= true <= found.high
    assert 0.92 <= hits / 400 <= 0.98
