"""What is still known weeks later: who is due, which attempts are compared, who did not answer."""

import numpy as np
import pytest
from tiny_world import day, world

from leadline.metrics.retention import Declared, declared, lasting, pairs
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused

CHECK = Declared("D", "A", 14, 28)
LEARNED = 20  # day of the year


def sat(person, assessment, at, score, **more):
    """One graded attempt; passed from 0.7 on."""
    plain = {"person": person, "assessment": assessment, "course": "C", "cycle_no": 1}
    when = {"attempt_no": 1, "submitted_at": day(at), "graded_at": day(at)}
    return {**plain, **when, "score": score, "passed": (score or 0) >= 0.7, **more}


def facts(*attempts, checks=(CHECK,), invited=False, **more):
    rows = [{"assessment": c.check, "invited": invited, **c._asdict()} for c in checks]
    return world(check=rows, attempt=list(attempts), **more)


def told(made):
    rows = pairs(made).order_by("person").to_pyarrow().to_pylist()
    return {r["person"]: (r["first"], r["later"], r["days"], r["due"]) for r in rows}


@pytest.mark.parametrize(("days", "counts"), [(13, False), (14, True), (28, True), (29, False)])
def test_a_check_counts_from_its_first_day_to_its_last(days, counts):
    """Days of the calendar: late in the evening of the first day, early in the morning of the other
    and the other way round."""
    for first, second in ((23.5, 0.5), (0.5, 23.5)):
        learned = sat(1, "A", LEARNED, 0.9, submitted_at=day(LEARNED, first))
        later = sat(1, "D", 0, 0.6, submitted_at=day(LEARNED + days, second), graded_at=day(60))
        expected = (0.9, 0.6, days, True) if counts else (0.9, None, None, True)
        assert told(facts(learned, later)) == {1: expected}


def test_days_go_by_the_reporting_zone():
    """23:30 on the 20th in New York is the 21st by UTC; noon of the 3rd is 14 days after it."""
    learned = sat(1, "A", 0, 0.9, submitted_at=day(21, 4.5), graded_at=day(21, 5))
    later = sat(1, "D", 34.5, 0.6)
    made = facts(learned, later)
    assert told(made) == {1: (0.9, None, None, True)}
    made.reporting_zone = "America/New_York"
    assert told(made) == {1: (0.9, 0.6, 14, True)}


def test_the_first_attempt_is_compared_with_the_first_within_the_days():
    attempts = [
        sat(1, "A", LEARNED, 0.4),
        sat(1, "A", LEARNED + 1, 0.9, attempt_no=2),
        sat(1, "D", LEARNED + 5, 1.0),
        sat(1, "D", LEARNED + 15, 0.3, attempt_no=2),
        sat(1, "D", LEARNED + 20, 0.8, attempt_no=3),
    ]
    assert told(facts(*attempts)) == {1: (0.4, 0.3, 15, True)}


def asked(person, at, hour=0.0, **more):
    return {"person": person, "assessment": "D", "invited_at": day(at, hour), **more}


def test_of_a_check_by_invitation_those_count_who_were_invited():
    """Two learned and one was asked; who was silent is due, who was never asked is not."""
    learned = [sat(person, "A", LEARNED, 0.9) for person in (1, 2, 3)]
    answered = sat(1, "D", LEARNED + 15, 0.6)
    invited = [asked(1, LEARNED + 14), asked(2, LEARNED + 14)]
    made = facts(*learned, answered, invited=True, invitation=invited)
    assert told(made) == {1: (0.9, 0.6, 15, True), 2: (0.9, None, None, True)}


def test_an_invitation_is_for_the_learning_that_it_followed_within_its_days():
    """Last year's attempt is not what is asked about, nor is the second try of three days later."""
    attempts = [
        sat(1, "A", LEARNED - 19, 0.2),
        sat(1, "A", LEARNED + 20, 0.8, cycle_no=2),
        sat(1, "A", LEARNED + 23, 1.0, cycle_no=2, attempt_no=2),
        sat(1, "D", LEARNED + 36, 0.6),
    ]
    invitation = [asked(1, LEARNED + 34, 9)]
    assert told(facts(*attempts, invited=True, invitation=invitation)) == {1: (0.8, 0.6, 16, True)}


def test_the_same_test_can_be_its_own_check():
    again = Declared("A", "A", 14, 28)
    attempts = [sat(1, "A", LEARNED, 0.9), sat(1, "A", LEARNED + 14, 0.5, attempt_no=2)]
    assert told(facts(*attempts, checks=[again])) == {1: (0.9, 0.5, 14, True)}


def test_who_failed_counts_and_who_has_no_own_score_does_not():
    attempts = [
        sat(1, "A", LEARNED, 0.2),
        sat(2, "A", LEARNED, None),
        sat(3, "A", LEARNED, 0.9, transferred=True),
        sat(4, "A", LEARNED, 0.9, graded_at=None),
        sat(5, "A", LEARNED, -0.5),
    ]
    assert told(facts(*attempts)) == {1: (0.2, None, None, True), 5: (0.0, None, None, True)}


def test_who_is_still_within_the_days_is_not_due():
    made = facts(sat(1, "A", LEARNED, 0.9), sat(1, "D", LEARNED + 14, 0.9), now=day(LEARNED + 28))
    assert told(made) == {1: (0.9, 0.9, 14, False)}
    found = lasting(made)[CHECK]
    assert (found.due, found.not_due, found.response) == (0, 1, None)
    assert isinstance(found.ratio, Refused) and found.ratio.gate == "immature"
    made.now = day(LEARNED + 29)
    assert told(made) == {1: (0.9, 0.9, 14, True)}


def course(firsts, laters, days=21):
    attempts = [sat(n, "A", LEARNED, float(s)) for n, s in enumerate(firsts)]
    later = [
        sat(n, "D", LEARNED + (days if isinstance(days, int) else days[n % len(days)]), float(s))
        for n, s in enumerate(laters)
    ]
    return facts(*attempts, *later)


def test_the_loss_is_that_of_the_same_people():
    """100 in pairs: half fall from .8 to .6, half from 1 to .8. The ten others who were tested on
    the day alone, all at 0, touch the response only."""
    firsts = [0.8, 1.0] * 50 + [0.0] * 10
    found = lasting(course(firsts, [0.6, 0.8] * 50))[CHECK]
    assert found.means == pytest.approx((0.9, 0.7))
    assert found.ratio.estimate == pytest.approx(7 / 9)
    assert found.change.estimate == pytest.approx(-0.2)
    assert found.change.low == pytest.approx(-0.2) and found.change.high == pytest.approx(-0.2)
    assert (found.tested, found.due, found.course) == (100, 110, "C")
    assert found.complete and found.bounds is None
    assert found.passed == (1.0, 0.5)
    assert found.passes.kept.estimate == 0.5


def test_the_interval_of_the_change_is_that_of_the_paired_t_test():
    """Twenty differences, half -.3 and half -.1; t(19) = 2.093024."""
    found = lasting(course([0.8] * 20, [0.5, 0.7] * 10))[CHECK]
    assert found.change.estimate == pytest.approx(-0.2)
    half = 2.093024 * np.std([-0.3, -0.1] * 10, ddof=1) / 20**0.5
    assert found.change.high == pytest.approx(-0.2 + half, abs=1e-6)


def test_few_answers_are_indicative_and_bounded():
    """200 due, 24 tested (12 %), who keep all that they knew."""
    found = lasting(course([0.5] * 200, [0.5] * 24))[CHECK]
    assert found.response.estimate == 0.12
    assert not found.complete
    assert found.bounds == pytest.approx((0.12, 0.12 + 0.88 / 0.5))


def test_selecting_those_who_passed_would_show_forgetting_where_there_is_little():
    """METHODS C: true retention .936; of those who passed alone it would read .85."""
    rng = np.random.default_rng(4)
    able = rng.normal(0.70, 0.10, 4000)
    firsts = np.clip(able + rng.normal(0, 0.12, 4000), 0, 1)
    laters = np.clip(0.936 * able + rng.normal(0, 0.12, 4000), 0, 1)
    found = lasting(course(firsts, laters))[CHECK]
    assert found.ratio.low < 0.936 < found.ratio.high
    passers = firsts >= 0.8
    assert laters[passers].mean() / firsts[passers].mean() < 0.87


def test_with_three_weeks_there_is_a_curve_and_without_checks_nothing():
    """One at four weeks stands lower than at two."""
    laters = [{15: 0.8, 21: 0.7, 27: 0.6}[(15, 21, 27)[n % 3]] for n in range(120)]
    found = lasting(course([0.95] * 120, laters, days=(15, 21, 27)))[CHECK]
    assert not found.curve.pooled
    assert found.curve.chance(15).estimate > found.curve.chance(27).estimate
    assert isinstance(found.curve.rate, Interval) and found.curve.rate.low > 0
    assert lasting(facts(sat(1, "A", LEARNED, 0.9), checks=())) == {}
    assert declared(facts(checks=(CHECK,))) == [CHECK]
