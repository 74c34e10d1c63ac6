"""Enrolment, completion and lateness on worlds counted by hand (METHODS A)."""

import pytest
from tiny_world import copies, day, measure, world

from leadline.metrics import Gate
from leadline.stats.intervals import wilson

CYCLE = {"course": "first aid", "cycle_no": 1, "source": "lms"}


def cycle(people, **row):
    return copies({**CYCLE, **row}, people)


def test_completion_rate_leaves_out_who_left_or_was_waived_and_lists_them():
    facts = world(
        cycle=[
            *cycle(range(15), assigned_at=day(10), completed_at=day(20)),
            *cycle(range(15, 25), assigned_at=day(10)),
            *cycle([25, 26], assigned_at=day(10), withdrawn_at=day(15)),
            *cycle([27], assigned_at=day(10), waived_at=day(15)),
            *cycle([28], assigned_at=day(10), completed_at=day(20), withdrawn_at=day(30)),
        ]
    )
    result = measure("completion_rate", facts)
    assert result.estimate == 16 / 26
    assert result.n_excluded == {"left before due": 2, "waived": 1}
    assert (result.ci_low, result.ci_high) == (wilson(16, 26).low, wilson(16, 26).high)
    assert result.ci_method == "Wilson"


def test_who_left_after_the_due_date_stays_in_as_incomplete():
    facts = world(
        cycle=[
            *cycle(range(20), assigned_at=day(1), due_at=day(30), completed_at=day(9)),
            *cycle([20], assigned_at=day(1), due_at=day(30), withdrawn_at=day(40)),
            *cycle([21], assigned_at=day(1), due_at=day(30), withdrawn_at=day(29)),
        ]
    )
    result = measure("completion_rate", facts)
    assert result.estimate == 20 / 21
    assert result.n_excluded == {"left before due": 1}


def test_what_happens_after_the_instant_asked_about_has_not_happened():
    rows = cycle(range(20), assigned_at=day(1), completed_at=day(50))
    assert measure("completion_rate", world(now=day(49), cycle=rows)).estimate == 0.0
    assert measure("completion_rate", world(now=day(51), cycle=rows)).estimate == 1.0
    assert measure("completions", world(now=day(49), cycle=rows)).gate is Gate.LOW_N


def test_a_second_cycle_of_the_same_people_makes_the_interval_cluster_robust():
    rows = [
        *cycle(range(20), assigned_at=day(1), completed_at=day(9)),
        *cycle(range(40), assigned_at=day(90), cycle_no=2),
    ]
    result = measure("completion_rate", world(cycle=rows))
    assert (result.n, result.n_events, result.estimate) == (40, 60, 20 / 60)
    assert result.ci_method == "Wilson, cluster-robust effective n"


def test_completion_within_30_days_is_immature_until_30_days_have_passed():
    young = cycle(range(25), assigned_at=day(170), completed_at=day(171))
    result = measure("completion_within_days", world(cycle=young))
    assert (result.gate, result.estimate) == (Gate.IMMATURE, None)
    assert result.note == "Too early: from 2026-07-19."  # day 170 + 30
    assert result.n_excluded == {"immature": 25}


def test_completion_within_days_counts_leavers_as_not_completed_and_the_30th_day_in():
    facts = world(
        cycle=[
            *cycle(range(10), assigned_at=day(1), completed_at=day(31)),
            *cycle(range(10, 15), assigned_at=day(1), completed_at=day(31, 0.1)),
            *cycle(range(15, 20), assigned_at=day(1), withdrawn_at=day(5)),
            *cycle([20], assigned_at=day(1), waived_at=day(5)),
        ]
    )
    assert measure("completion_within_days", facts).estimate == 10 / 20
    assert measure("completion_within_days", facts, days="60").estimate == 15 / 20
    assert measure("completion_within_days", facts).n_excluded == {"waived": 1}


def test_on_time_and_overdue_look_only_at_what_has_fallen_due():
    facts = world(
        cycle=[
            *cycle(range(12), assigned_at=day(1), due_at=day(30), completed_at=day(30)),
            *cycle(range(12, 18), assigned_at=day(1), due_at=day(30), completed_at=day(31)),
            *cycle(range(18, 24), assigned_at=day(1), due_at=day(171)),
            *cycle([24], assigned_at=day(1), due_at=day(30), withdrawn_at=day(40)),
            *cycle([25], assigned_at=day(1), due_at=day(200)),
            *cycle([26], assigned_at=day(1)),
        ]
    )
    on_time = measure("on_time_rate", facts)
    assert on_time.estimate == 12 / 25
    assert on_time.n_excluded == {"immature": 1}
    overdue = measure("overdue_rate", facts)
    assert overdue.estimate == 6 / 24
    assert overdue.n_excluded == {"left": 1}


def test_overdue_age_is_the_median_of_days_since_due():
    rows = [
        {**CYCLE, "person": person, "assigned_at": day(1), "due_at": day(181 - person)}
        for person in range(1, 22)
    ]
    result = measure("overdue_age", world(cycle=rows))
    assert result.estimate == 11.0
    assert result.beside["p90"] == 19.0
    assert result.ci_low < 11 < result.ci_high


def test_enrolments_starters_and_withdrawals_are_counts_without_interval():
    rows = [
        *cycle(range(6), assigned_at=day(1), started_at=day(2)),
        *cycle(range(6, 12), assigned_at=day(1), withdrawn_at=day(3)),
        *cycle(range(12, 18), started_at=day(4)),
        *cycle(range(6), cycle_no=2, assigned_at=day(90), started_at=day(91)),
    ]
    facts = world(cycle=rows)
    assert measure("enrolments", facts).estimate == 18
    assert measure("withdrawals", facts).estimate == 6
    assert measure("starters", facts).estimate == 12
    assert measure("starters", facts).n_events == 18
    assert measure("enrolments", facts).ci_low is None


def test_active_days_count_days_once_and_weeks_until_completed():
    cycles = [
        *cycle(
            range(20), assigned_at=day(1), started_at=day(1), completed_at=day(15), last_at=day(20)
        ),
        *cycle(range(20, 40), assigned_at=day(153)),
    ]
    sessions = [
        {
            "person": person,
            "session_no": number,
            "course": "first aid",
            "local_date": when.date(),
            "started_at": when,
            "active_s": 60.0,
        }
        for person in range(20)
        for number, when in enumerate([day(1), day(1, 5), day(8), day(20)], start=1)
    ]
    result = measure("active_days", world(cycle=cycles, session=sessions))
    # 20 people on days 1 and 8 of 2 weeks (day 20 is after completion), 20 never in 4 weeks.
    assert result.estimate == pytest.approx(40 / (20 * 2 + 20 * 4))
    assert result.n == 40


def test_a_course_that_nobody_assigned_and_nobody_completed_is_unknown_not_nought():
    begun = cycle(range(30), started_at=day(5))
    result = measure("completion_rate", world(cycle=begun))
    assert (result.estimate, result.n_excluded) == (None, {"completion not reported": 30})
    one = [*begun, *cycle([30], started_at=day(5), completed_at=day(6))]
    assert measure("completion_rate", world(cycle=one)).estimate == 1 / 31
