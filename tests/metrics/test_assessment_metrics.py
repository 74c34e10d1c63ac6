"""Attempts, pass rates, scores and certificates by hand (METHODS A; MISSION S006, S038)."""

import numpy as np
import pytest
from tiny_world import copies, day, measure, world

from leadline.metrics import Gate

TRY = {
    "course": "first aid",
    "module": "bleeding",
    "assessment": "quiz",
    "cycle_no": 1,
    "attempt_no": 1,
    "source": "lms",
    "transferred": False,
}


def tries(people, number, *, passed=None, score=None, graded=True, submitted=True):
    row = {**TRY, "attempt_no": number, "passed": passed, "score": score}
    row["started_at"] = day(10 + number)
    if submitted:
        row["submitted_at"] = day(10 + number, 1)
    if graded and submitted:
        row["graded_at"] = day(10 + number, 2)
    return copies(row, people)


FORTY_FAIL = [
    *tries(range(60), 1, passed=True, score=0.9),
    *tries(range(60, 100), 1, passed=False, score=0.4),
    *tries(range(60, 95), 2, passed=True, score=0.8),
    *tries(range(95, 100), 2, passed=False, score=0.3),
]


def test_first_and_any_attempt_pass_rates():
    facts = world(attempt=FORTY_FAIL)
    assert measure("first_attempt_pass_rate", facts).estimate == 0.60
    assert measure("any_attempt_pass_rate", facts).estimate == 0.95
    assert measure("first_attempt_pass_rate", facts, by=["module"])["bleeding"].n == 100


def test_pending_abandoned_and_unjudged_first_attempts_are_excluded_by_name():
    facts = world(
        attempt=[
            *tries(range(30), 1, passed=True),
            *tries(range(30, 34), 1, graded=False),
            *tries(range(34, 39), 1, submitted=False),
            *tries(range(39, 45), 1, passed=None, score=0.7),
        ]
    )
    result = measure("first_attempt_pass_rate", facts)
    assert (result.estimate, result.n) == (1.0, 30)
    assert result.n_excluded == {
        "pending grading": 4,
        "not submitted": 5,
        "graded without pass or fail": 6,
    }


def test_the_average_score_of_first_best_and_last_attempt():
    facts = world(attempt=FORTY_FAIL)
    first = measure("average_score", facts)
    assert first.estimate == pytest.approx(0.6 * 0.9 + 0.4 * 0.4)
    best = measure("average_score", facts, attempt="best")
    assert best.estimate == pytest.approx((60 * 0.9 + 35 * 0.8 + 5 * 0.4) / 100)
    last = measure("average_score", facts, attempt="last")
    assert last.estimate == pytest.approx((60 * 0.9 + 35 * 0.8 + 5 * 0.3) / 100)
    assert first.ci_low < first.estimate < first.ci_high


def test_an_ungraded_attempt_is_excluded_from_the_score_not_counted_as_nought():
    facts = world(attempt=[*tries(range(25), 1, score=0.8), *tries(range(25, 30), 1, graded=False)])
    result = measure("average_score", facts)
    assert result.estimate == pytest.approx(0.8)
    assert result.n_excluded == {"pending grading": 5}


def test_attempts_are_counted_per_person_and_assessment():
    facts = world(attempt=FORTY_FAIL)
    assert measure("attempts_total", facts).estimate == 140
    median = measure("attempts", facts)
    assert (median.estimate, median.beside["p75"]) == (1.0, 2.0)
    one = world(attempt=[row for row in FORTY_FAIL if row["person"] == 60])
    assert measure("attempts_total", one).estimate == 2


def test_transferred_results_count_and_can_be_seen_apart():
    carried = [{**row, "transferred": True} for row in tries(range(100, 130), 1, passed=False)]
    results = measure(
        "first_attempt_pass_rate", world(attempt=[*FORTY_FAIL, *carried]), by=["transferred"]
    )
    assert results["False"].estimate == 0.60
    assert results["True"].estimate == 0.0


def test_the_interval_of_a_score_in_many_people_is_cluster_robust():
    score = np.random.default_rng(3).uniform(size=300)
    rows = [
        {**row, "score": float(score[row["person"]])} for row in tries(range(300), 1, score=0.0)
    ]
    result = measure("average_score", world(attempt=rows))
    half = 1.968 * score.std(ddof=1) / np.sqrt(300)
    assert result.ci_method == "cluster-robust"
    assert result.ci_high - result.estimate == pytest.approx(half, rel=1e-3)


def test_expiring_certificates_are_of_those_valid_now_without_a_successor():
    def held(people, issued, expires):
        row = {"certificate": "c", "course": "first aid", "source": "lms"}
        return copies({**row, "issued_at": issued, "expires_at": expires}, people)

    facts = world(
        certificate=[
            *held(range(10), day(1), day(190)),
            *held(range(10, 20), day(1), day(190)),
            *held(range(10, 20), day(180), day(400)),
            *held(range(20, 30), day(1), None),
            *held(range(30, 40), day(1), day(100)),
        ]
    )
    assert measure("expiring", facts).estimate == 10 / 30
    assert measure("certificates", facts).estimate == 50


def test_no_attempt_at_all_is_no_number():
    result = measure("first_attempt_pass_rate", world())
    assert (result.estimate, result.n, result.gate) == (None, 0, Gate.LOW_N)


def test_content_opened_before_the_first_attempt_by_whether_it_was_passed():
    def page(person, at, **row):
        fixed = {
            "statement_id": f"s{person}",
            "kind": "page",
            "module": "bleeding",
            "did": "experienced",
        }
        return {**fixed, "person": person, "timestamp": at, **row}

    facts = world(
        attempt=[*tries(range(40), 1, passed=True), *tries(range(40, 80), 1, passed=False)],
        event=[
            *(page(person, day(5)) for person in range(30)),
            *(page(person, day(90)) for person in range(30, 40)),  # only afterwards
            *(page(person, day(5)) for person in range(40, 50)),
            *(page(person, day(5), kind="assessment") for person in range(50, 60)),
            *(page(person, day(5), module="burns") for person in range(60, 70)),
        ],
    )
    opened = measure("content_opened", facts, by=["passed"])
    assert opened["True"].estimate == 30 / 40
    assert opened["False"].estimate == 10 / 40


def test_answers_correct_counts_blanks_as_wrong_and_first_attempts_only():
    answer = {**TRY, "question": "q1", "answered_at": day(11)}
    facts = world(
        response=[
            *copies({**answer, "state": "correct"}, range(15)),
            *copies({**answer, "state": "incorrect"}, range(15, 20)),
            *copies({**answer, "state": "omitted"}, range(20, 30)),
            *copies({**answer, "state": "unmarked"}, range(30, 33)),
            *copies({**answer, "attempt_no": 2, "state": "correct"}, range(15, 30)),
        ]
    )
    result = measure("answers_correct", facts)
    assert (result.estimate, result.n_excluded) == (0.5, {"not marked": 3})


def test_a_delayed_check_is_no_result_of_the_day():
    """Ana passes the test and fails its check weeks later; only the test is a pass rate."""
    test = {"person": 1, "course": "C", "assessment": "A", "cycle_no": 1, "attempt_no": 1}
    done = {"submitted_at": day(10), "graded_at": day(10), "score": 0.9, "passed": True}
    check = {"assessment": "B", "submitted_at": day(30), "graded_at": day(30)}
    facts = world(
        attempt=[test | done, test | check | {"score": 0.2, "passed": False}],
        check=[{"assessment": "B", "of": "A", "from_day": 14, "to_day": 28}],
    )
    for name in ("first_attempt_pass_rate", "any_attempt_pass_rate"):
        found = measure(name, facts)
        assert (found.n_events, found.n_excluded) == (
            1,
            {"delayed check of another assessment": 1},
        )
    assert measure("average_score", facts).n_events == 1
