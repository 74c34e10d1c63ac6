"""Time to competency: who met the standard when, who left, who waits, and what a change did."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from tiny_world import day, world

from leadline.metrics.competency import COMPETENT, LEFT, WAITING, competency, roles, waits
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused

COURSE = {"role": "nurse", "valid_from": date(2025, 1, 1), "needs": "course", "thing": "C"}
RATED = {
    **COURSE,
    "needs": "outcome",
    "thing": "rating",
    "at_least": 3.5,
}
CHANGE = date(2026, 1, 1)


def seat(person, first, last=None, role="nurse", **more):
    return {"person": person, "role": role, "valid_from": first, "valid_to": last, **more}


def completed(person, at, course="C"):
    return {"person": person, "course": course, "cycle_no": 1, "completed_at": at}


def fates(*seats, standard=(COURSE,), **facts):
    """(first day, days, fate) of person 1's stays, in order."""
    made = world(position=list(seats), standard=list(standard), **facts)
    rows = waits(made).order_by("started").to_pyarrow().to_pylist()
    return [(row["started"], row["days"], row["fate"]) for row in rows]


JAN = date(2026, 1, 1)


def test_competent_is_the_day_on_which_the_last_thing_is_met():
    found = fates(
        seat(1, JAN),
        standard=[COURSE, RATED],
        cycle=[completed(1, day(11))],
        outcome=[
            {"person": 1, "outcome": "rating", "at": day(21), "value": 3.0},
            {"person": 1, "outcome": "rating", "at": day(31), "value": 4.0},
        ],
    )
    assert found == [(JAN, 30, COMPETENT)]


def test_who_has_not_met_it_waits_and_who_left_is_gone():
    assert fates(seat(1, JAN)) == [(JAN, 180, WAITING)]
    assert fates(seat(1, JAN, date(2026, 1, 21))) == [(JAN, 20, LEFT)]
    assert fates(seat(1, JAN, left_on=date(2026, 1, 11))) == [(JAN, 10, LEFT)]
    late = completed(1, day(40))
    assert fates(seat(1, JAN, date(2026, 1, 21)), cycle=[late]) == [(JAN, 20, LEFT)]


def test_what_was_met_before_counts_from_the_first_day_but_a_measurement_does_not():
    assert fates(seat(1, JAN), cycle=[completed(1, day(-50))]) == [(JAN, 0, COMPETENT)]
    early = [{"person": 1, "outcome": "rating", "at": day(-5), "value": 5.0}]
    assert fates(seat(1, JAN), standard=[RATED], outcome=early) == [(JAN, 180, WAITING)]


def test_a_certificate_that_has_run_out_is_none():
    needs = {**COURSE, "needs": "certificate", "thing": "T"}
    held = {"person": 1, "certificate": "T", "issued_at": day(-400), "expires_at": day(-35)}
    assert fates(seat(1, JAN), standard=[needs], certificate=[held]) == [(JAN, 180, WAITING)]
    valid = held | {"expires_at": day(30)}
    assert fates(seat(1, JAN), standard=[needs], certificate=[valid]) == [(JAN, 0, COMPETENT)]


def test_a_move_within_the_role_is_no_new_start_and_a_return_is_one():
    moved = [seat(1, JAN, date(2026, 2, 1)), seat(1, date(2026, 2, 1))]
    assert fates(*moved, cycle=[completed(1, day(60))]) == [(JAN, 59, COMPETENT)]
    back = [seat(1, JAN, date(2026, 2, 1)), seat(1, date(2026, 4, 1))]
    found = fates(*back)
    assert [fate for *_, fate in found] == [LEFT, WAITING]


def test_the_standard_of_the_first_day_holds():
    harder = {**COURSE, "valid_from": date(2026, 2, 1), "thing": "D"}
    both = [COURSE, harder]
    assert fates(seat(1, JAN), standard=both, cycle=[completed(1, day(5))])[0][2] == COMPETENT
    march = seat(1, date(2026, 3, 1))
    assert fates(march, standard=both, cycle=[completed(1, day(65))])[0][2] == WAITING


def test_who_came_before_there_was_a_standard_is_left_out():
    assert fates(seat(1, date(2024, 1, 1))) == []
    assert roles(world(standard=[COURSE])) == ["nurse"]


def organisation(seed, faster, drift=0.0, people=300):
    """Starts over two years around the change; days to competence normal around 90."""
    chance = np.random.default_rng(seed)
    seats, cycles = [], []
    for person in range(people):
        first = date(2025, 1, 1) + timedelta(days=int(chance.integers(0, 500)))
        after = first >= CHANGE
        usual = 90 - faster * after - drift * (first - date(2025, 1, 1)).days / 100
        done = first + timedelta(days=max(1, round(chance.normal(usual, 15))))
        gone = first + timedelta(days=int(chance.exponential(400)) + 5)
        seats.append(seat(person, first, gone if gone < date(2026, 6, 30) else None))
        at = datetime(done.year, done.month, done.day, 9, tzinfo=UTC)
        cycles.append(completed(person, at))
    return world(position=seats, standard=[COURSE], cycle=cycles)


def test_a_planted_change_is_found_in_days_and_claimed_as_consistent_only():
    found = competency(organisation(1, faster=14), "nurse", CHANGE).change
    assert isinstance(found.faster, Interval)
    assert found.faster.low < 14 < found.faster.high and found.faster.low > 0
    assert found.claim.wording == "is consistent with a change in"


def test_in_the_null_twin_nothing_became_faster():
    found = competency(organisation(2, faster=0), "nurse", CHANGE).change
    assert found.faster.low < 0 < found.faster.high


def test_a_drift_that_began_before_the_change_vetoes_it():
    found = competency(organisation(3, faster=0, drift=12.0), "nurse", CHANGE).change
    assert found.faster.low > 0
    assert found.claim.wording == "not established"


def test_of_those_before_nothing_after_the_change_counts():
    facts = world(
        position=[seat(1, date(2025, 12, 22)), seat(2, JAN)],
        standard=[COURSE],
        cycle=[completed(1, day(20)), completed(2, day(20))],
    )
    before = competency(facts, "nurse", CHANGE).change.before
    assert before.counts == [(10.0, 0, 1)]


def test_too_few_get_no_median_and_no_mean():
    facts = world(position=[seat(1, JAN)], standard=[COURSE], cycle=[completed(1, day(5))])
    whole = competency(facts, "nurse").whole
    assert isinstance(whole.median, Refused)
    assert competency(facts, "driver") is None


@pytest.mark.parametrize("share", [0.25])
def test_leavers_are_not_slow_learners(share):
    """A quarter leave on day 10, the rest are competent on day 20: 75 % become competent."""
    people = range(100)
    gone = {n for n in people if n < 100 * share}
    facts = world(
        position=[seat(n, JAN, date(2026, 1, 11) if n in gone else None) for n in people],
        standard=[COURSE],
        cycle=[completed(n, day(21)) for n in people if n not in gone],
    )
    whole = competency(facts, "nurse").whole
    assert whole.share[-1].share == pytest.approx(0.75)
    assert (whole.competent, whole.left) == (75, 25)
