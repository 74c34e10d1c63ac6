"""What is one try at an assessment, and what is another."""

import pytest
from facts_world import ANA, BEN, at, event, row, rows, told


def quiz(when, did, **fields):
    return event(when, did, "assessment", module="M1", **fields)


def test_the_story_of_one_attempt():
    attempt = row(
        "attempt",
        [
            quiz(0, "launched", registration="r"),
            quiz(2, "initialized"),
            quiz(600, "completed", duration_s=590.0),
            quiz(86_400, "scored", score_raw=16.0, score_min=10.0, score_max=20.0, success=True),
        ],
    )
    assert (attempt["attempt_no"], attempt["state"]) == (1, "submitted")
    assert attempt["started_at"] == at(0)
    assert attempt["submitted_at"] == at(600)
    assert attempt["graded_at"] == at(86_400)
    assert (attempt["score_scaled"], attempt["score_raw"]) == (None, 16.0)
    assert attempt["score"] == pytest.approx(0.6)
    assert (attempt["success"], attempt["passed"], attempt["transferred"]) == (True, True, False)
    assert (attempt["duration_s"], attempt["registration"]) == (590.0, "r")
    assert (attempt["module"], attempt["assessment"]) == ("M1", "Q")


def test_three_attempts_are_three_even_if_one_statement_came_twice():
    tries = [
        quiz(0, "failed", success=False, score_scaled=0.2),
        quiz(3600, "failed", success=False, score_scaled=0.4, statement_id="twice"),
        quiz(3600, "failed", success=False, score_scaled=0.4, statement_id="twice"),
        quiz(7200, "passed", success=True, score_scaled=0.8),
    ]
    found = rows("attempt", tries)
    assert told(found, "attempt_no", "score", "passed") == [
        (1, 0.2, False),
        (2, 0.4, False),
        (3, 0.8, True),
    ]


@pytest.mark.parametrize("apart_s, attempts", [(0, 1), (60, 1), (61, 2)])
def test_completed_and_passed_within_a_minute_are_one(apart_s, attempts):
    either_order = [("completed", "passed"), ("passed", "completed")]
    for first, second in either_order:
        grade = {"passed": {"success": True, "score_scaled": 0.9}, "completed": {}}
        found = rows(
            "attempt", [quiz(0, first, **grade[first]), quiz(apart_s, second, **grade[second])]
        )
        # A grade that follows a submission grades it, however late.
        assert len(found) == (1 if second == "passed" else attempts)
        assert found[0]["score"] == 0.9


def test_two_grades_that_disagree_are_two_attempts_however_close():
    agreeing = [quiz(0, "completed", score_raw=8.0), quiz(1, "passed", score_raw=8.0, success=True)]
    assert len(rows("attempt", agreeing)) == 1
    for other in ({"score_raw": 9.0}, {"score_raw": 8.0, "success": False}):
        assert len(rows("attempt", [*agreeing, quiz(2, "passed", **other)])) == 2


def test_a_quick_retake_is_seen_through_the_echo_of_the_first():
    found = rows(
        "attempt",
        [
            quiz(0, "failed", success=False, score_scaled=0.5),
            quiz(1, "completed"),
            quiz(300, "passed", success=True, score_scaled=0.9),
            quiz(301, "completed"),
        ],
    )
    assert told(found, "attempt_no", "score", "submitted_at") == [
        (1, 0.5, at(0)),
        (2, 0.9, at(300)),
    ]


@pytest.mark.parametrize("hours, attempts", [(23.999, 1), (24, 2)])
def test_opened_again_after_24_hours_is_another_try(hours, attempts):
    found = rows("attempt", [quiz(at(0), "initialized"), quiz(at(hours=hours), "initialized")])
    assert [a["state"] for a in found] == ["started"] * attempts


def test_opened_after_handing_in_is_another_try():
    found = rows(
        "attempt", [quiz(0, "initialized"), quiz(60, "completed"), quiz(70, "initialized")]
    )
    assert told(found, "attempt_no", "state") == [(1, "pending_grading"), (2, "started")]


def test_leaving_the_room_is_not_handing_in():
    left = [quiz(0, "initialized"), quiz(60, "terminated"), quiz(3600, "initialized")]
    assert row("attempt", left)["state"] == "started"


def test_leaving_with_the_result_hands_in_and_leaving_after_it_adds_nothing():
    ended = quiz(60, "terminated", completion=True, score_scaled=0.7)
    assert told(rows("attempt", [quiz(0, "initialized"), ended]), "score", "state") == [
        (0.7, "submitted")
    ]
    graded = [quiz(0, "initialized"), quiz(30, "passed", score_scaled=0.7), quiz(900, "terminated")]
    assert len(rows("attempt", [*graded, ended | {"timestamp": at(901)}])) == 1


def test_what_was_sent_is_never_filled_in_from_something_else():
    said = row("attempt", [quiz(0, "passed")])
    assert (said["success"], said["passed"], said["score"]) == (None, True, None)
    scored = row("attempt", [quiz(0, "scored", score_scaled=1.0)])
    assert (scored["success"], scored["passed"]) == (None, None)
    overruled = row("attempt", [quiz(0, "passed", success=False)])
    assert (overruled["success"], overruled["passed"]) == (False, False)


@pytest.mark.parametrize(
    "sent, score",
    [
        ({"score_scaled": -0.5, "score_raw": 5.0, "score_min": 0.0, "score_max": 10.0}, -0.5),
        ({"score_raw": 5.0, "score_min": 0.0, "score_max": 10.0}, 0.5),
        ({"score_raw": 5.0, "score_max": 10.0}, None),
        ({"score_raw": 5.0, "score_min": 5.0, "score_max": 5.0}, None),
    ],
)
def test_a_score_is_relative_only_where_its_scale_was_sent(sent, score):
    assert row("attempt", [quiz(0, "scored", **sent)])["score"] == score


def test_a_late_submission_takes_its_place():
    known = [quiz(0, "initialized"), quiz(7200, "initialized"), quiz(7300, "completed")]
    assert len(rows("attempt", known)) == 1
    late = quiz(100, "completed", stored=at(days=10))
    assert told(rows("attempt", [*known, late]), "attempt_no", "submitted_at") == [
        (1, at(100)),
        (2, at(7300)),
    ]


def test_attempts_are_counted_per_person_assessment_and_cycle():
    final = quiz(5, "passed", success=True, object="R", assessment="R")
    found = rows(
        "attempt",
        [
            event(0, "assigned"),
            quiz(1, "passed", success=True),
            final,
            final | {"actor": BEN},
            event(10, "completed"),
            event(20, "assigned"),
            quiz(30, "passed", success=True),
            quiz(90, "passed", success=True, course=None),
        ],
    )
    assert sorted(told(found, "person", "assessment", "cycle_no", "attempt_no")) == [
        (ANA, "Q", 0, 1),
        (ANA, "Q", 1, 1),
        (ANA, "Q", 2, 1),
        (ANA, "R", 1, 1),
        (BEN, "R", 1, 1),
    ]


def test_a_result_carried_over_says_so():
    assert row("attempt", [quiz(0, "scored", score_scaled=0.8, transferred=True)])["transferred"]


def test_a_question_is_no_attempt_at_its_assessment():
    answer = event(0, "answered", "question", object="q1", assessment="Q", success=True)
    assert rows("attempt", [answer]) == []
