"""Person-months of the trained and of the untrained, and the incidents in them."""

from datetime import date, timedelta

import numpy as np
import pytest
from tiny_world import day, world

from leadline.metrics.impact import Outcome
from leadline.metrics.rates import MONTH_DAYS, counted, rates
from leadline.stats.rates import RateRatio
from leadline.stats.refusal import Refused

VIOLATIONS = Outcome("violation", "violations", "down", 0)
FIRST = date(2025, 12, 31)


def seat(person, since=date(2020, 1, 1), **more):
    return {"person": person, "valid_from": since, "unit_path": "Org/North", **more}


def completed(person, at):
    return {"person": person, "course": "C", "cycle_no": 1, "completed_at": at}


def violated(person, at, times=1.0, better="down"):
    row = {"person": person, "outcome": VIOLATIONS.outcome, "at": at, "value": times}
    return row | {"better": better, "stored_at": at}


def test_time_is_counted_by_day_and_training_begins_the_day_after():
    facts = world(
        position=[
            seat(1),
            seat(2, valid_to=date(2026, 2, 1)),
            seat(2, date(2026, 2, 1), left_on=date(2026, 3, 1), unit_path="Org/South"),
        ],
        cycle=[completed(1, day(31))],  # the last of January
        outcome=[
            violated(1, day(1)),
            violated(1, day(31)),
            violated(1, day(32), 2.0),
            violated(2, day(40)),
            violated(2, day(70)),  # she had left by then
            violated(1, day(90)),
        ],
    )
    found = rates(facts, "C", VIOLATIONS)
    assert (found.since, found.until) == (date(2026, 1, 1), FIRST + timedelta(days=90))
    assert found.trained.months == pytest.approx((90 - 31) / MONTH_DAYS)
    assert found.untrained.months == pytest.approx((31 + 59) / MONTH_DAYS)
    assert (found.trained.incidents, found.untrained.incidents, found.unplaced) == (3, 3, 1)
    assert (found.trained.people, found.untrained.people) == (1, 2)
    assert isinstance(found.found, Refused)


def test_only_what_counts_is_an_incident():
    rows = [violated(1, day(3)), violated(1, day(5), 0.0)]
    assert counted(world(outcome=rows)) == [VIOLATIONS.outcome]
    assert counted(world(outcome=[*rows, violated(2, day(3), 1.5)])) == []
    assert counted(world(outcome=[violated(1, day(3), better="up")])) == []
    assert (
        rates(world(outcome=[violated(1, day(3), 0.5)], position=[seat(1)]), "C", VIOLATIONS)
        is None
    )


def organisation(ratio, *, careless_first=False, seed=1):
    """600 people over a year; two in three are trained one day, those of the docks sooner, where
    there is more to go wrong. Training multiplies a person's rate by `ratio`."""
    chance = np.random.default_rng(seed)
    seats, cycle, outcome = [], [], []
    for n in range(600):
        docks = n % 2 == 0
        own = chance.gamma(2, 0.5)
        seats.append(seat(n, unit_path=f"Org/{'Docks' if docks else 'Office'}", role="driver"))
        likely = (0.9 if docks else 0.45) if not careless_first else min(1.0, own / 1.5)
        trained = (
            int(chance.integers(60, 200 if docks else 330)) if chance.random() < likely else 999
        )
        if trained < 365:
            cycle.append(completed(n, day(trained - 180)))
        rate = own * (0.012 if docks else 0.004)
        for d in range(365):
            if chance.random() < rate * (ratio if d > trained else 1.0):
                outcome.append(violated(n, day(d - 180)))
    return world(position=seats, cycle=cycle, outcome=outcome)


def test_a_planted_fall_is_found_within_unit_and_month():
    found = rates(organisation(0.5), "C", VIOLATIONS)
    assert isinstance(found.found, RateRatio)
    assert found.found.ratio.low < 0.5 < found.found.ratio.high < 1
    assert found.seen
    assert {check.name: check.passing for check in found.checks} == {
        "difference": "pass",
        "placebo": "pass",
    }
    assert found.claim.wording == "is associated with, after adjustment,"


def test_in_the_null_twin_the_docks_mislead_and_nothing_is_seen():
    found = rates(organisation(1.0), "C", VIOLATIONS)
    assert found.found.crude > 1.15  # the trained are those of the docks
    assert found.found.ratio.low < 1 < found.found.ratio.high
    assert not found.seen
    assert found.claim.wording == "not established"
    assert found.detectable < 0.35


def test_who_is_trained_for_being_careless_is_noticed_from_before():
    found = rates(organisation(1.0, careless_first=True), "C", VIOLATIONS)
    assert found.before.ratio.low > 1
    assert "placebo" in {check.name for check in found.claim.vetoes}
