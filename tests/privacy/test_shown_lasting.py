"""What is shown of a delayed check: nothing of a few, and not how many were silent if few were."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from leadline.metrics.retention import Declared, Lasting
from leadline.privacy.shapes import safe_lasting
from leadline.stats.contrasts import Pairs
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused
from leadline.stats.retention import pass_retention

NOW = datetime(2026, 6, 1, tzinfo=UTC)
HALF = Interval(0.5, 0.4, 0.6, "")
REFUSED = Refused("low_n", "")
FOUND = Lasting(
    declared=Declared("D", "A", 14, 28),
    course="C",
    tested=30,
    due=60,
    not_due=20,
    since=NOW,
    as_of=NOW,
    response=HALF,
    complete=False,
    ratio=HALF,
    means=(0.8, 0.4),
    mean_due=0.7,
    change=HALF,
    weighted=0.5,
    bounds=(0.2, 0.9),
    passes=pass_retention(Pairs(10, 10, 5, 5)),
    passed=(0.7, 0.5),
    curve=REFUSED,
)


def test_a_check_that_enough_took_and_enough_did_not_is_shown_as_it_is():
    shown = safe_lasting(FOUND, 10)
    assert (shown.due, shown.not_due, shown.response, shown.bounds) == (60, 20, HALF, (0.2, 0.9))
    assert safe_lasting(replace(FOUND, tested=9), 10) is None


@pytest.mark.parametrize(("due", "shows"), [(30, True), (31, False), (39, False), (40, True)])
def test_where_few_were_silent_nothing_tells_how_many_or_how_they_were(due, shows):
    shown = safe_lasting(replace(FOUND, due=due), 10)
    told = (shown.due, shown.response, shown.mean_due, shown.weighted, shown.bounds)
    assert told == ((due, HALF, 0.7, 0.5, (0.2, 0.9)) if shows else (None,) * 5)
    assert shown.ratio == HALF


def test_a_few_who_are_not_due_yet_are_not_counted():
    assert safe_lasting(replace(FOUND, not_due=9), 10).not_due is None
    assert safe_lasting(replace(FOUND, not_due=0), 10).not_due == 0


def test_passes_of_fewer_than_the_minimum_are_not_shown():
    shown = safe_lasting(FOUND, 31)
    assert shown is None
    shown = safe_lasting(replace(FOUND, tested=40, due=80), 31)
    assert isinstance(shown.passes, Refused) and shown.passed is None
