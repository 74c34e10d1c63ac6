"""Effects from observation, and what may be said of them (METHODS L 17, 20, 21, 22, 26)."""

import numpy as np
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM

from leadline.stats.claims import (
    Check,
    assignment_check,
    attrition_check,
    balance_check,
    claim,
    declared_check,
    overlap_check,
    placebo_check,
    sensitivity_check,
    trend_check,
    unmeasured_check,
    verdict,
)
from leadline.stats.effects import (
    Study,
    difference,
    e_value,
    e_value_of_difference,
    effect_on_treated,
    effective_size,
    inverse_probability,
    standardised_differences,
)
from leadline.stats.intervals import Interval
from leadline.stats.pooling import combine, mixed_model, within_and_between
from leadline.stats.power import (
    clustering_effect,
    detectable_beside,
    detectable_mean_difference,
    power_of_means,
    sample_size,
    sample_size_of_means,
    worth_asking,
)
from leadline.stats.refusal import Refused
from leadline.stats.regression import classical, hc2, least_squares

from .reference import reference, shared

COVARIATES = ["age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75"]


def columns(rows, names):
    return np.column_stack([rows[name].astype(float) for name in names])


def survey():
    """The trained of the National Supported Work trial against the survey's untrained."""
    trial = shared("lalonde/nsw_dehejia_wahba_445.csv.gz")
    trained = trial[trial["treat"] == 1]
    others = shared("lalonde/cps_controls_15992.csv.gz")
    x = np.vstack([columns(trained, COVARIATES), columns(others, COVARIATES)])
    y = np.concatenate([trained["re78"], others["re78"]]).astype(float)
    return x, y, np.arange(len(y)) < len(trained)


def test_l20_the_experiment():
    trial = shared("lalonde/nsw_dehejia_wahba_445.csv.gz")
    x = np.column_stack([np.ones(len(trial)), trial["treat"]]).astype(float)
    fit = least_squares(x, trial["re78"].astype(float))
    assert round(fit.coefficients[1], 2) == 1794.34
    assert round(classical(fit)[1, 1] ** 0.5, 2) == 632.85
    assert round(hc2(fit)[1, 1] ** 0.5, 1) == 671.0


def test_l20_survey_controls_look_right_and_are_vetoed():
    x, y, treated = survey()
    everyone = np.arange(len(y))
    study = Study(y, treated, x, everyone, seed=1)
    assert round(difference(study).estimate, 2) == -8497.52
    found = effect_on_treated(study)
    # It looks right: the experiment's 1,794 is inside.
    assert found.att.low < 1794 < found.att.high
    assert found.balance.effective > 50
    # The same on 1975, before anybody was trained: it should be nothing.
    before = x[:, COVARIATES.index("re75")]
    without = np.delete(x, COVARIATES.index("re75"), axis=1)
    placebo = effect_on_treated(Study(before, treated, without, everyone, seed=1)).att
    assert placebo.estimate == pytest.approx(-1139, abs=269)
    assert placebo.high < 0
    said = claim(
        "weighted",
        [
            balance_check(found.balance),
            overlap_check(found.balance),
            placebo_check(placebo, found.att),
            unmeasured_check(e_value_of_difference(found.att, float(y.std())).limit),
        ],
    )
    assert said.wording == "not established"
    assert not said.established
    assert said.level <= 2
    assert "placebo" in {check.name for check in said.vetoes}


def test_l20_matchit_614():
    rows = reference("lalonde")
    race = np.column_stack([rows["race"] == "black", rows["race"] == "hispan"])
    rest = columns(rows, ["age", "educ", "married", "nodegree", "re74", "re75"])
    study = Study(
        rows["re78"].astype(float),
        rows["treat"] == 1,
        np.column_stack([race, rest]).astype(float),
        np.arange(614),
        seed=1,
    )
    assert round(difference(study).estimate, 2) == -635.03
    estimate, balance = inverse_probability(study)
    assert round(estimate, 2) == 1214.07
    assert round(balance.effective, 1) == 99.8


def selected(effect, size=3000, seed=0, hidden=0.0):
    """People of 100 teams; the able are trained more often and do better anyway."""
    generator = np.random.default_rng(seed)
    team = np.arange(size) % 100
    x = generator.normal(size=(size, 3)) + 0.3 * generator.normal(size=(100, 3))[team]
    luck = generator.normal(size=size)
    chance = 1 / (1 + np.exp(-(x[:, 0] - 0.5 * x[:, 1] + hidden * luck)))
    treated = generator.random(size) < chance
    y = 2 * x[:, 0] + x[:, 2] + luck + effect * treated + generator.normal(size=size)
    return Study(y, treated, x, team, seed)


def test_weighting_finds_what_the_plain_difference_misses():
    found = effect_on_treated(selected(1.0))
    assert found.att.low < 1.0 < found.att.high
    assert found.naive.low > 1.5
    assert balance_check(found.balance).passing == "pass"
    assert max(map(abs, found.balance.before)) > 0.5
    twin = effect_on_treated(selected(0.0)).att
    assert twin.low < 0 < twin.high


def test_weighted_intervals_cover_as_often_as_they_say():
    hits = 0
    for seed in range(60):
        found = effect_on_treated(selected(0.5, size=800, seed=seed)).att
        hits += found.low <= 0.5 <= found.high
    assert 0.88 <= hits / 60 <= 1.0


def test_something_hidden_fools_weighting_and_the_e_value_says_how_strong():
    study = selected(0.0, hidden=1.0)
    found = effect_on_treated(study).att
    assert found.low > 0
    assert 1 < e_value_of_difference(found, float(study.y.std())).limit < 3


def test_trees_may_learn_the_outcome():
    found = effect_on_treated(selected(1.0, size=1200), learner="trees")
    assert found.att.low < 1.0 < found.att.high


def test_too_few_to_weight():
    study = selected(1.0, size=150)
    assert isinstance(effect_on_treated(study), Refused)
    assert "100 are needed" in effect_on_treated(study).reason


def test_nobody_comparable_is_refused():
    x = np.repeat([[0.0], [5.0]], 300, axis=0) + np.random.default_rng(0).normal(size=(600, 1)) / 2
    found = effect_on_treated(Study(x[:, 0], np.arange(600) >= 300, x, np.arange(600), 1))
    assert isinstance(found, Refused) or found.balance.trimmed > 0.2


def test_balance_by_hand():
    x = np.array([[1.0], [3.0], [0.0], [2.0]])
    treated = np.array([True, True, False, False])
    # (2 − 1) / SD of 1 and 3.
    assert standardised_differences(x, treated, np.ones(4))[0] == pytest.approx(1 / np.sqrt(2))
    assert effective_size(np.array([1.0, 1.0, 1.0, 1.0])) == 4
    assert effective_size(np.array([1.0, 0.0, 0.0, 0.0])) == 1


def test_l21_e_value_of_the_paper():
    found = e_value(Interval(3.9, 1.8, 8.7, ""))
    assert (round(found.estimate, 2), round(found.limit, 1)) == (7.26, 3.0)
    assert e_value(Interval(1 / 3.9, 1 / 8.7, 1 / 1.8, "")).estimate == pytest.approx(
        found.estimate
    )
    assert e_value(Interval(1.3, 0.9, 1.9, "")).limit == 1.0


def test_l22_sample_sizes_of_r():
    assert sample_size_of_means(1.0, power=0.90) == pytest.approx(22.0211, abs=5e-5)
    assert sample_size(0.5, 0.75, power=0.90) == pytest.approx(76.7069, abs=5e-5)
    assert sample_size(0.60, 0.65, power=0.80) == pytest.approx(1470.5, abs=0.05)
    assert sample_size_of_means(0.2) == pytest.approx(394, abs=1)


def test_the_detectable_mean_difference_undoes_the_sample_size():
    assert detectable_mean_difference(1.0, 394, 394) == pytest.approx(0.2, abs=5e-4)
    assert power_of_means(0.2, 394) == pytest.approx(0.8, abs=0.001)
    assert detectable_mean_difference(1, 100, 100, clustering_effect(11, 0.3)) == pytest.approx(
        2 * detectable_mean_difference(1, 100, 100)
    )
    assert worth_asking(0.1, 0.2, 300) is None
    assert "takes about 394" in worth_asking(0.5, 0.2, 394).reason


# Colditz et al. 1994: tuberculosis cases and people, vaccinated and not, thirteen trials.
BCG = [
    *[(4, 123, 11, 139), (6, 306, 29, 303), (3, 231, 11, 220), (62, 13598, 248, 12867)],
    *[(33, 5069, 47, 5808), (180, 1541, 372, 1451), (8, 2545, 10, 629)],
    *[(505, 88391, 499, 88391), (29, 7499, 45, 7277), (17, 1716, 65, 1665)],
    *[(186, 50634, 141, 27338), (5, 2498, 3, 2341), (27, 16913, 29, 17854)],
]


def test_l26_bcg_by_dersimonian_and_laird():
    effects = [
        (np.log(a / n1 * n2 / c), np.sqrt(1 / a - 1 / n1 + 1 / c - 1 / n2)) for a, n1, c, n2 in BCG
    ]
    found = combine(effects)
    assert (round(found.tau2, 4), round(found.q, 3)) == (0.3088, 152.233)
    assert (round(found.mean.estimate, 4), round(found.error, 4)) == (-0.7141, 0.1787)


def test_few_studies_get_the_wider_interval_and_one_gets_none():
    few = combine([(0.3, 0.1), (0.5, 0.1), (-0.2, 0.1)])
    assert few.mean.low < 0 < few.mean.high
    assert "Hartung" in few.mean.method
    alike = combine([(0.3, 0.1)] * 12)
    assert (alike.tau2, alike.i2) == (0, 0)
    assert isinstance(combine([(0.3, 0.1)]), Refused)


def test_l17_sleepstudy():
    rows = reference("sleepstudy")
    x = np.column_stack([np.ones(180), rows["Days"]]).astype(float)
    found = mixed_model(rows["Reaction"].astype(float), x, rows["Subject"], random=x)
    assert [round(each.estimate, 3) for each in found.fixed] == [251.405, 10.467]
    assert found.errors == pytest.approx([6.825, 1.546], abs=6e-4)
    assert found.random_variances == pytest.approx([612.10, 35.07], abs=0.06)
    assert found.residual_variance == pytest.approx(654.94, abs=0.006)


def test_a_random_intercept_equals_statsmodels():
    generator = np.random.default_rng(5)
    team = np.repeat(np.arange(20), generator.integers(3, 12, 20))
    x = np.column_stack([np.ones(len(team)), generator.normal(size=len(team))])
    y = x @ [1, 2] + generator.normal(size=20)[team] + generator.normal(size=len(team))
    found, other = mixed_model(y, x, team), MixedLM(y, x, team).fit(reml=True)
    assert [each.estimate for each in found.fixed] == pytest.approx(other.fe_params, rel=1e-4)
    assert found.errors == pytest.approx(other.bse_fe, rel=0.01)  # its Hessian is of all parameters
    assert found.random_variances[0] == pytest.approx(other.cov_re[0, 0], rel=1e-3)
    alike = mixed_model(x @ [1, 2] + generator.normal(size=len(team)) * 0.1 - 0.0, x, team)
    assert alike.random_variances[0] < 0.001


def test_good_teams_that_train_more_are_told_from_training():
    generator = np.random.default_rng(2)
    team = np.repeat(np.arange(40), 25)
    good = generator.normal(size=40)
    hours = 2 * good[team] + generator.normal(size=1000)
    y = 3 * good[team] + 0.5 * hours + generator.normal(size=1000)
    found = within_and_between(y, hours, team)
    assert found.within.low < 0.5 < found.within.high
    assert found.between.low > found.within.high
    assert isinstance(within_and_between(y[:100], hours[:100], team[:100]), Refused)
    assert within_and_between(y, good[team], team).gate == "not_identified"


LOT = [
    declared_check(0, 200),
    attrition_check((100, 100), (96, 93)),
]
PASSED = [Check(name, "pass", "") for name in ("balance", "overlap", "placebo", "unmeasured")]


@pytest.mark.parametrize(
    ("design", "checks", "level", "established"),
    [
        ("same window", [], 0, False),
        ("exposure first", [], 1, False),
        ("before and after", [], 1, False),
        ("adjusted", [], 2, False),
        ("weighted", PASSED, 3, True),
        ("weighted", PASSED[:3], 2, False),
        ("weighted", [*PASSED[:2], Check("placebo", "fail", ""), PASSED[3]], 2, False),
        ("controlled change", [trend_check(0.4), sensitivity_check(1.5)], 4, True),
        ("controlled change", [trend_check(0.01), sensitivity_check(1.5)], 2, False),
        ("controlled change", [trend_check(None), sensitivity_check(None)], 2, False),
        ("randomised", [*LOT, assignment_check(0.5)], 5, True),
        ("randomised", [*LOT, assignment_check(1e-5)], 2, False),
        ("randomised", [assignment_check(0.5)], 2, False),
    ],
)
def test_the_ladder(design, checks, level, established):
    found = claim(design, checks)
    assert (found.level, found.established) == (level, established)
    if any(check.passing == "fail" for check in checks):
        assert found.wording == "not established"


def test_only_a_draw_says_caused():
    assert claim("randomised", [*LOT, assignment_check(0.5)]).wording == "caused"
    assert claim("before and after").wording == "is consistent with a change in"
    assert claim("same window").wording == "moves together with"


def test_a_draw_put_on_record_afterwards_is_no_draw():
    assert declared_check(0, 200).passing == "pass"
    assert declared_check(1, 200).passing == "fail"
    assert declared_check(1, 200).finding == "1 of 200 draws came in after the outcome"


def test_who_is_lost_may_be_lost_because_of_the_draw():
    assert attrition_check((200, 200), (170, 165)).passing == "pass"
    assert attrition_check((200, 200), (150, 145)).passing == "fail"  # a quarter
    assert attrition_check((200, 200), (190, 170)).passing == "fail"  # ten points apart


def test_a_placebo_passes_only_if_it_is_small_and_about_nothing():
    effect = Interval(5, 3, 7, "")
    assert placebo_check(Interval(0.3, -1, 1.6, ""), effect).passing == "pass"
    assert placebo_check(Interval(2, 1, 3, ""), effect).passing == "fail"
    assert placebo_check(Interval(6, -1, 13, ""), effect).passing == "fail"
    assert placebo_check(None, effect).passing == "na"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (6, 9, "improved"),
        (1, 9, "improved, size uncertain"),
        (-2, 3, "no meaningful change"),
        (1, 4, "no meaningful change"),
        (-9, -1, "worsened"),
        (-9, 9, "inconclusive"),
    ],
)
def test_verdicts_against_a_worthwhile_five(low, high, expected):
    assert verdict(Interval((low + high) / 2, low, high, ""), 5) == expected


def test_an_estimate_tells_what_it_could_have_seen():
    """394 a group with SD 1: error √(2/394), and 0.2 is seen with 80 %."""
    error = (2 / 394) ** 0.5
    found = Interval(0.0, -1.959964 * error, 1.959964 * error, "")
    assert detectable_beside(found) == pytest.approx(detectable_mean_difference(1, 394, 394))
