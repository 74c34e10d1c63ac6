"""Which answer belongs to which attempt, and what it says."""

import pytest
from facts_world import at, event, row, rows, told


def quiz(when, did, **fields):
    return event(when, did, "assessment", module="M1", **fields)


def answer(when, question="q1", did="answered", **fields):
    return event(when, did, "question", object=question, assessment="Q", module="M1", **fields)


def test_answers_belong_to_the_submission_that_follows_them():
    found = rows(
        "response",
        [
            answer(10, success=True, response="a"),
            quiz(20, "completed"),
            quiz(25, "failed", success=False),
            answer(3610, success=False, response="b"),
            quiz(3620, "passed", success=True),
        ],
    )
    assert told(found, "attempt_no", "question", "state", "response", "answered_at") == [
        (1, "q1", "correct", "a", at(10)),
        (2, "q1", "incorrect", "b", at(3610)),
    ]


def test_answers_that_arrive_after_the_submission_still_belong_to_it():
    events = [quiz(0, "initialized"), quiz(20, "completed"), answer(21, success=True)]
    assert row("response", [*events, quiz(3600, "initialized")])["attempt_no"] == 1


def test_answers_of_an_open_attempt_belong_to_it():
    events = [quiz(0, "initialized"), quiz(1, "passed", success=True), quiz(9, "initialized")]
    assert row("response", [*events, answer(10, success=True)])["attempt_no"] == 2


def test_between_two_attempts_the_next_marker_decides():
    before_a_submission = [
        quiz(0, "completed"),
        answer(3600, success=True),
        quiz(3610, "completed"),
    ]
    reopened = quiz(3700, "initialized")
    assert row("response", [*before_a_submission, reopened])["attempt_no"] == 2
    before_an_opening = [quiz(0, "completed"), answer(10, success=True), quiz(20, "initialized")]
    assert row("response", [*before_an_opening, quiz(30, "completed")])["attempt_no"] == 1


def test_without_any_attempt_the_number_is_zero():
    practice = event(0, "answered", "question", object="q1", success=True)
    assert told(rows("response", [practice]), "assessment", "attempt_no") == [(None, 0)]


def test_the_last_answer_of_an_attempt_counts():
    found = row(
        "response",
        [
            quiz(0, "initialized"),
            answer(1, success=True, response="a", score_scaled=1.0),
            answer(2, success=False, response="b"),
            quiz(9, "completed"),
        ],
    )
    assert (found["answers"], found["state"], found["response"]) == (2, "incorrect", "b")
    assert found["score"] is None


@pytest.mark.parametrize(
    "sent, state",
    [
        ({"success": True, "response": "a"}, "correct"),
        ({"success": False, "response": "a"}, "incorrect"),
        ({"success": False, "response": ""}, "omitted"),
        ({"response": " "}, "omitted"),
        ({"response": "a"}, "unmarked"),
        ({}, "unmarked"),
        ({"score_scaled": 1.0}, "unmarked"),
    ],
)
def test_states(sent, state):
    assert row("response", [answer(0, **sent), quiz(1, "completed")])["state"] == state


def test_seen_and_left_blank_is_omitted_once_handed_in():
    seen = [quiz(0, "initialized"), answer(1, did="experienced")]
    assert rows("response", seen) == []
    found = row("response", [*seen, quiz(2, "completed")])
    assert (found["state"], found["answers"], found["answered_at"]) == ("omitted", 0, None)


def test_seen_and_answered_is_answered():
    events = [answer(1, did="experienced"), answer(2, success=True), quiz(3, "completed")]
    assert row("response", events)["state"] == "correct"


def test_part_scores_are_relative_to_their_scale():
    events = [answer(0, score_raw=1.0, score_min=0.0, score_max=4.0), quiz(1, "completed")]
    assert row("response", events)["score"] == 0.25
