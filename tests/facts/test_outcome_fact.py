"""Outcomes: each measurement of a person is a row; a later word about the same instant corrects."""

from facts_world import at, event, row, rows, told


def measured(when, value, **fields):
    return event(when, "measured", "outcome", object="csat", course=None, score_raw=value, **fields)


def test_each_instant_is_a_measurement():
    found = rows("outcome", [measured(at(days=30), 4.5), measured(at(days=60), 3.5)])
    assert told(found, "outcome", "at", "value") == [
        ("csat", at(days=30), 4.5),
        ("csat", at(days=60), 3.5),
    ]


def test_the_word_that_came_last_counts():
    found = row("outcome", [measured(0, 4.5, measure="stars", better="up"), measured(0, 2.0)])
    assert (found["value"], found["measure"], found["better"]) == (2.0, "stars", "up")


def test_a_measurement_without_a_number_is_none():
    assert rows("outcome", [measured(0, None)]) == []


def test_being_measured_is_not_being_active():
    assert rows("session", [measured(0, 4.5)]) == []
