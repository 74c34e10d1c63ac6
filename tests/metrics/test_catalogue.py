"""Every metric keeps the contract: area, question, companions, columns, choices (S003, S013, S035)."""

import ibis
import pytest
from tiny_world import NOW, schema_of

from leadline.metrics import Area, Summary, catalogue, document, metric

METRICS = catalogue()


class Unbound:
    """Facts without rows: what a metric is made of can be seen without any."""

    now = NOW
    reporting_zone = "UTC"

    def __getattr__(self, name):
        return ibis.table(schema_of(name), name=name)


@pytest.mark.parametrize("name", METRICS)
def test_rows_have_the_columns_of_the_contract(name):
    each = METRICS[name]
    columns = each.rows(Unbound()).columns
    wanted = {"person", "at", "value", "excluded", *each.by}
    wanted |= {"exposure"} if each.summary is Summary.RATE else set()
    assert wanted <= set(columns)
    assert each.rows(Unbound()).value.type() == ibis.dtype("float64")


@pytest.mark.parametrize("name", METRICS)
def test_every_choice_can_be_asked(name):
    for choice, allowed in METRICS[name].choices.items():
        for value in allowed:
            ibis.to_sql(METRICS[name].rows(Unbound(), **{choice: value}), dialect="duckdb")


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_is_named_as_its_file_and_has_companions_that_exist(name):
    each = METRICS[name]
    assert each.name == name
    assert each.companions
    assert set(each.companions) <= set(METRICS) - {name}


def test_each_of_the_four_areas_has_at_least_three_metrics():
    for area in Area:
        assert sum(each.area is area for each in METRICS.values()) >= 3


def test_completions_and_logins_are_activity_and_never_stand_without_a_learning_metric():
    for name in ("logins", "completions", "completion_rate", "enrolments"):
        each = METRICS[name]
        assert each.activity
        assert any(not METRICS[beside].activity for beside in each.companions)
    assert not METRICS["first_attempt_pass_rate"].activity


def test_the_document_names_every_metric_with_its_question():
    text = document()
    for each in METRICS.values():
        assert f"### {each.name}\n\n*{each.question}*" in text
    assert document() == text


def test_a_metric_without_a_question_is_refused():
    with pytest.raises(ValueError, match="nameless: the docstring must be a question"):

        @metric(summary=Summary.TOTAL)
        def nameless(facts):
            """Counts things."""


def test_a_choice_that_the_function_does_not_take_is_refused():
    with pytest.raises(ValueError, match="undecided: days must be an argument, default 30"):

        @metric(summary=Summary.TOTAL, choices={"days": ("30", "60")})
        def undecided(facts, days="60"):
            """How many?

            Many."""
