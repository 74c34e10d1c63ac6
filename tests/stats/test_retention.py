"""What is kept and for how long (METHODS C), against arithmetic and worlds of known truth."""

import numpy as np
import pytest

from leadline.stats.contrasts import Pairs
from leadline.stats.forgetting import Curve, Recalled, curves, refresher, shape
from leadline.stats.retention import Later, pass_retention, ratio_of_means, retention


def remembered(people=400, seed=0, kept=0.936):
    """Ability, two noisy tests of it, the second after some was lost."""
    generator = np.random.default_rng(seed)
    skill = np.clip(generator.normal(0.7, 0.12, people), 0.2, 1)
    first = generator.binomial(10, skill) / 10
    return first, generator.binomial(10, skill * kept) / 10, generator


def test_everyone_shows_the_truth_and_passers_do_not():
    first, later, _ = remembered(4000)
    everyone = retention(Later(first, later))
    assert everyone.ratio.low < 0.936 < everyone.ratio.high
    assert everyone.standing == "as measured"
    passed = first >= 0.8
    passers = retention(Later(first[passed], later[passed]))
    assert passers.ratio.high < 0.92  # regression to the mean


def test_fieller_by_hand():
    # Differences of ratio 0.5 without noise in the ratio: the limits are the ratio.
    bottom = np.tile([0.6, 0.8], 15)
    found = ratio_of_means(bottom / 2, bottom)
    assert (found.low, found.estimate, found.high) == pytest.approx((0.5, 0.5, 0.5))


def test_fieller_covers_as_often_as_it_says():
    hits = 0
    for seed in range(400):
        first, later, _ = remembered(60, seed)
        ratio = ratio_of_means(later, first)
        hits += ratio.low <= 0.936 <= ratio.high
    assert 0.92 <= hits / 400 <= 0.98


def test_guessing_is_taken_out():
    first, later = np.tile([0.8, 0.6], 20), np.tile([0.5, 0.45], 20)
    # (0.475 − 0.25) / (0.7 − 0.25) = 0.5
    assert retention(Later(first, later, guessing=0.25)).ratio.estimate == pytest.approx(0.5)


def test_half_who_answer_are_only_indicative():
    first, later, generator = remembered(2000)
    truth = later.mean() / first.mean()
    answers = generator.random(2000) < 1 / (1 + np.exp(-8 * (first - 0.7)))
    seen = np.where(answers, later, np.nan)
    found = retention(Later(first, seen, known=generator.normal(size=(2000, 1))))
    assert found.standing == "indicative"
    assert found.response.estimate < 0.7
    assert found.mean_later > later.mean() + 0.02  # the better ones answered
    assert found.bounds[0] < truth < found.bounds[1]
    assert abs(found.weighted - truth) < 0.02
    assert (found.n, found.due) == (answers.sum(), 2000)


def test_a_handful_is_refused_and_so_is_a_start_at_nothing():
    few = retention(Later(np.ones(30), np.concatenate([np.ones(5), np.full(25, np.nan)])))
    assert "5 delayed checks" in few.reason
    nothing = retention(Later(np.tile([0.0, 0.1], 20), np.tile([0.0, 0.1], 20), guessing=0.1))
    assert nothing.gate == "not_identified"


def test_of_forty_who_passed_thirty_still_do():
    found = pass_retention(Pairs(30, 10, 2, 8))
    assert found.kept.estimate == pytest.approx(0.75)
    assert found.change.estimate == pytest.approx(-8 / 50)
    assert found.change.high < 0
    assert found.test.p_value < 0.05
    assert pass_retention(Pairs(5, 2, 1, 1)).gate == "low_n"


def test_ebbinghaus_prefers_the_power_law():
    minutes = [20, 64, 526, 1440, 2 * 1440, 6 * 1440, 31 * 1440]
    found = shape(
        [each / 1440 for each in minutes], [0.582, 0.442, 0.358, 0.337, 0.278, 0.254, 0.211]
    )
    assert found.power == pytest.approx(0.972, abs=0.002)
    assert found.exponential == pytest.approx(0.397, abs=0.002)


def modules(seed=3, count=8, days=(0, 14, 28, 90), people=60):
    generator = np.random.default_rng(seed)
    tests, truth = {}, {}
    for k in range(count):
        a, b = 2 + 0.5 * generator.normal(), 0.4 + 0.15 * generator.normal()
        truth[f"m{k}"] = (a, b)
        chance = [1 / (1 + np.exp(b * np.log1p(t) - a)) for t in days]
        tests[f"m{k}"] = [
            Recalled(t, int(generator.binomial(people, p)), people)
            for t, p in zip(days, chance, strict=True)
        ]
    return tests, truth


def test_pooled_curves_cover_the_truth():
    hits = total = 0
    for seed in range(24):
        tests, truth = modules(seed)
        for name, curve in curves(tests).items():
            a, b = truth[name]
            chance = curve.chance(60)
            hits += chance.low <= 1 / (1 + np.exp(b * np.log1p(60) - a)) <= chance.high
            total += 1
    assert 0.90 <= hits / total <= 0.98


def test_a_module_with_one_delay_borrows_the_rate_of_the_others():
    tests, _ = modules()
    tests["new"] = [Recalled(0, 50, 60), Recalled(14, 40, 60)]
    tests["few"] = [Recalled(0, 50, 60), Recalled(14, 10, 20)]
    found = curves(tests)
    assert found["new"].pooled
    assert found["new"].faster_q is None
    own = [found[f"m{k}"].b for k in range(8)]
    assert min(own) < found["new"].b < max(own)
    assert found["few"].gate == "low_n"


def test_the_module_that_is_forgotten_fastest_is_named():
    tests, _ = modules(seed=5)
    for t in (0, 14, 28, 90):
        chance = 1 / (1 + np.exp(1.2 * np.log1p(t) - 2.5))
        tests["fast"] = [*tests.get("fast", []), Recalled(t, round(300 * chance), 300)]
    found = curves(tests)
    assert found["fast"].faster_q < 0.01
    assert found["fast"].b == max(curve.b for curve in found.values())


def sure(a, b):
    return Curve(a, b, ((1e-12, 0.0), (0.0, 1e-12)), 100, pooled=False, faster_q=None)


def test_the_day_on_which_a_known_curve_passes_its_target():
    # logit 0.8 = 1.3863; (3 − 1.3863) / 0.5 = 3.2274; e^3.2274 − 1 = 24.2 days.
    found = refresher(sure(3.0, 0.5), 0.8)
    assert found.days == pytest.approx(24.2, abs=0.05)
    assert found.low == pytest.approx(found.high, abs=0.01)
    assert found.bound == "none"
    assert refresher(sure(3.0, 0.5), 0.8, latest=20).bound == "expiry"
    assert refresher(sure(3.0, 0.5), 0.8, latest=20).days == 20
    assert refresher(sure(1.6, 0.5), 0.8).days == 7
    assert refresher(sure(1.0, 0.5), 0.8).bound == "below at once"


def test_what_is_not_forgotten_needs_no_date():
    assert refresher(sure(3.0, -0.1), 0.8).gate == "not_identified"
    assert refresher(sure(3.0, -0.1), 0.8, latest=300).days == 300


def test_the_less_is_known_the_sooner_the_refresher():
    unsure = Curve(3.0, 0.5, ((0.05, 0.0), (0.0, 0.003)), 60, pooled=False, faster_q=None)
    found = refresher(unsure, 0.8)
    assert found.days == found.low < found.middle < found.high
    assert found.middle == pytest.approx(24.2, abs=0.05)
