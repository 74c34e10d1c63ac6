"""From rows to results: gates, intervals, exclusions, and sums that tie out (METHODS 0.3, 0.4)."""

from datetime import UTC, datetime

import ibis
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_world import NOW, copies, day, measure, world

from leadline.metrics import Context, Gate, Metric, Summary, summarise
from leadline.metrics.estimate import withheld
from leadline.metrics.metric import Area
from leadline.stats.intervals import wilson

SCHEMA = {
    "person": "int64",
    "at": "timestamp('UTC', 6)",
    "value": "float64",
    "exposure": "float64",
    "excluded": "string",
    "unit": "string",
}


def asked(summary, rows, by=(), suppress_below=5, unit="share"):
    metric = Metric(
        name="asked",
        question="What?",
        definition="The thing itself. More words.",
        area=Area.PROGRAMME_TRENDS,
        unit=unit,
        good=None,
        summary=summary,
        version=3,
        fact="cycle",
        by=("unit",),
        rows=lambda facts: facts,
    )
    table = ibis.memtable(
        [{name: row.get(name) for name in SCHEMA} for row in rows], schema=ibis.schema(SCHEMA)
    )
    return summarise(
        table,
        metric,
        by,
        context=Context(NOW, NOW, "Europe/Berlin", {"course": "c"}, suppress_below),
    )


def rows(values, unit="North"):
    return [
        {"person": person, "value": value, "unit": unit, "exposure": 2.0}
        for person, value in enumerate(values)
    ]


def test_a_result_says_what_it_is_and_as_of_when():
    (result,) = asked(Summary.SHARE, rows([1.0] * 30 + [0.0] * 70))
    assert (result.metric_id, result.definition_version, result.estimand) == (
        "asked",
        3,
        "The thing itself.",
    )
    assert (result.as_of, result.watermark, result.tz) == (NOW, NOW, "Europe/Berlin")
    assert result.population_filter == {"course": "c"}
    assert (result.estimate, result.n, result.n_events, result.gate) == (0.3, 100, 100, Gate.OK)


@pytest.mark.parametrize("summary", list(Summary))
def test_nobody_is_no_number_never_nought_or_all(summary):
    (result,) = asked(summary, [])
    assert (result.estimate, result.gate, result.n) == (None, Gate.LOW_N, 0)


@pytest.mark.parametrize(
    ("people", "gate", "shown", "counted"),
    [
        (4, Gate.SUPPRESSED, False, False),
        (5, Gate.LOW_N, False, True),
        (19, Gate.LOW_N, False, True),
        (20, Gate.OK, True, True),
    ],
)
def test_the_display_gates_of_a_rate(people, gate, shown, counted):
    (result,) = asked(Summary.SHARE, rows([1.0, 0.0] * (people // 2) + [1.0] * (people % 2)))
    assert result.gate is gate
    assert (result.estimate is not None) == shown
    assert (result.n is not None) == counted


def test_under_50_people_a_rate_is_not_for_comparing():
    assert "too few to compare" in asked(Summary.SHARE, rows([1.0] * 49))[0].note
    assert asked(Summary.SHARE, rows([1.0] * 50))[0].note is None


def test_counts_are_shown_from_5_people_and_have_no_interval():
    (result,) = asked(Summary.TOTAL, rows([2.0] * 6))
    assert (result.estimate, result.ci_low, result.gate) == (12.0, None, Gate.OK)
    assert asked(Summary.PEOPLE, rows([1.0] * 4))[0].gate is Gate.SUPPRESSED
    assert asked(Summary.PEOPLE, rows([1.0] * 4), suppress_below=1)[0].estimate == 4


def test_a_withheld_result_carries_no_number_at_all():
    (result,) = asked(Summary.MEDIAN, rows([float(number) for number in range(30)]))
    hidden = withheld(result, "why")
    numbers = (hidden.estimate, hidden.ci_low, hidden.ci_high, hidden.n, hidden.n_events)
    assert numbers == (None,) * 5
    assert (hidden.beside, hidden.n_excluded, hidden.note) == ({}, {}, "why")


def test_exclusions_are_counted_by_reason_in_their_group():
    excluded = [
        {"person": 900 + number, "excluded": "waived", "unit": "South"} for number in range(3)
    ]
    north, south = asked(Summary.SHARE, [*rows([1.0] * 25), *excluded], ["unit"])
    assert (north.group, north.n_excluded) == ({"unit": "North"}, {})
    assert (south.estimate, south.n_excluded, south.gate) == (None, {"waived": 3}, Gate.LOW_N)


def test_a_group_without_a_value_comes_last_and_is_called_none():
    results = asked(Summary.SHARE, [*rows([1.0] * 25, None), *rows([0.0] * 25)], ["unit"])
    assert [result.group["unit"] for result in results] == ["North", None]
    assert [result.estimate for result in results] == [0.0, 1.0]


def test_a_rate_is_the_sum_over_the_exposure():
    (result,) = asked(Summary.RATE, rows([1.0, 3.0] * 20), unit="per week")
    assert result.estimate == 1.0
    assert result.ci_method.startswith("BCa")


def test_the_interval_of_a_mean_hardly_changes_where_the_method_does():
    values = np.random.default_rng(1).gamma(3.0, size=201)
    (small,) = asked(Summary.MEAN, rows(values[:200].tolist()))
    (large,) = asked(Summary.MEAN, rows(values.tolist()))
    assert small.ci_method.startswith("BCa")
    assert large.ci_method == "cluster-robust"
    assert large.ci_low == pytest.approx(small.ci_low, rel=0.02)
    assert large.ci_high == pytest.approx(small.ci_high, rel=0.02)


def test_the_interval_of_a_median_hardly_changes_where_the_method_does():
    values = np.random.default_rng(2).gamma(3.0, size=201)
    (small,) = asked(Summary.MEDIAN, rows(values[:200].tolist()))
    (large,) = asked(Summary.MEDIAN, rows(values.tolist()))
    assert large.ci_method == "Woodruff, cluster-robust"
    assert large.estimate == pytest.approx(np.median(values))
    assert large.ci_low == pytest.approx(small.ci_low, rel=0.06)
    assert large.ci_high == pytest.approx(small.ci_high, rel=0.06)


def test_medians_of_large_and_small_groups_in_one_question():
    values = np.random.default_rng(3).gamma(3.0, size=300).tolist()
    table = [*rows(values, None), *rows(values[:40], "South")]
    south, none = asked(Summary.MEDIAN, table, ["unit"])
    assert south.estimate == pytest.approx(np.median(values[:40]))
    assert none.estimate == pytest.approx(np.median(values))
    assert south.ci_method != none.ci_method


def test_the_same_question_gives_the_same_digits_in_whatever_order_the_rows_lie():
    table = rows(np.random.default_rng(4).gamma(3.0, size=60).tolist())
    assert asked(Summary.MEAN, table) == asked(Summary.MEAN, table[::-1])


people = st.integers(0, 12)
cycles = st.lists(
    st.tuples(people, st.sampled_from(["a", "b", "c"]), st.booleans(), st.booleans()), max_size=30
)


@pytest.mark.parametrize("name", ["enrolments", "completions", "withdrawals"])
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cycles)
def test_counts_of_groups_and_of_learners_add_up_to_the_total(name, drawn):
    table = [
        {
            "person": person,
            "course": course,
            "cycle_no": number,
            "source": "lms",
            "assigned_at": day(1),
            "completed_at": day(5) if done else None,
            "withdrawn_at": day(6) if left else None,
        }
        for number, (person, course, done, left) in enumerate(drawn)
    ]
    facts = world(cycle=table)
    total = measure(name, facts).estimate or 0
    by_course = measure(name, facts, by=["course"]).values()
    assert sum(result.estimate for result in by_course) == total
    each = (
        world(cycle=[row for row in table if row["person"] == person])
        for person in {row["person"] for row in table}
    )
    assert sum(measure(name, one).estimate or 0 for one in each) == total


def test_a_share_is_the_weighted_mean_of_its_groups():
    table = [
        *copies(
            {"course": "a", "cycle_no": 1, "assigned_at": day(1), "completed_at": day(2)}, range(30)
        ),
        *copies({"course": "b", "cycle_no": 1, "assigned_at": day(1)}, range(100, 120)),
    ]
    facts = world(cycle=table)
    groups = measure("completion_rate", facts, by=["course"]).values()
    whole = measure("completion_rate", facts)
    assert whole.estimate == sum(g.estimate * g.n_events for g in groups) / whole.n_events
    assert whole.ci_low == wilson(30, 50).low


def test_a_minute_before_it_happened_it_had_not():
    row = {
        "person": 1,
        "course": "a",
        "cycle_no": 1,
        "assigned_at": datetime(2026, 6, 29, 23, 30, tzinfo=UTC),
    }
    before = datetime(2026, 6, 29, 23, 29, tzinfo=UTC)
    assert measure("enrolments", world(now=before, cycle=[row])).n == 0
    assert measure("enrolments", world(cycle=[row])).n == 1
