"""The CSV files of programmes, costs and questions: read whole, each bad row with its remedy."""

from datetime import date

import pytest

from leadline.curriculum import Cost, Programme, Question
from leadline.sources.curriculum_csv import read_list

PROGRAMMES = (
    "programme,valid_from,audience,courses,unit,role,owner,goal,thing,target,due,"
    "worth,worth_low,worth_high,worth_source\n"
)
ONBOARDING = (
    "Onboarding,2026-01-01,employees,https://l.example/c/1; https://l.example/c/2,Org/North,,Ana,"
    "competency,dock worker,45,2026-12-31,,,,\n"
)
CARE = (
    "Care,2026-01-01,customers,https://l.example/c/3,,,Ben,outcome,Customer rating,4.2,2026-12-31,"
    "20,15,25,Sales 2025\n"
)


def read(tmp_path, text, of):
    path = tmp_path / "list.csv"
    path.write_text(text)
    return read_list(path, of)


def test_a_programme_has_its_courses_its_goal_and_what_that_is_worth(tmp_path):
    found = read(tmp_path, PROGRAMMES + ONBOARDING + CARE, Programme)
    assert found.refused == ()
    onboarding, care = found.rows
    assert onboarding == Programme(
        programme="Onboarding",
        valid_from=date(2026, 1, 1),
        audience="employees",
        courses=("https://l.example/c/1", "https://l.example/c/2"),
        owner="Ana",
        goal="competency",
        thing="dock worker",
        target=45.0,
        due=date(2026, 12, 31),
        unit="Org/North",
    )
    assert care.thing == "urn:leadline:outcome:customer-rating"
    assert (care.worth, care.worth_low, care.worth_high) == (20, 15, 25)


def test_costs_are_of_days_and_in_a_currency(tmp_path):
    found = read(
        tmp_path,
        "programme,kind,amount,currency,since,until,per\n"
        "Care,design,9000,eur,2026-01-01,2026-02-01,\n"
        "Care,learners' time,31.5,EUR,2026-01-01,2027-01-01,hour\n",
        Cost,
    )
    assert found.rows == (
        Cost("Care", "design", 9000, "EUR", date(2026, 1, 1), date(2026, 2, 1)),
        Cost("Care", "learners' time", 31.5, "EUR", date(2026, 1, 1), date(2027, 1, 1), "hour"),
    )


def test_a_question_names_the_metrics_that_answer_it(tmp_path):
    text = "programme,question,metrics\nCare,Do they pass?,first_attempt_pass_rate; average_score\n"
    assert read(tmp_path, text, Question).rows == (
        Question("Care", "Do they pass?", ("first_attempt_pass_rate", "average_score")),
    )


@pytest.mark.parametrize(
    ("before", "after", "column"),
    [
        ("customers", "aliens", "audience"),
        ("https://l.example/c/3", "third course", "courses"),
        (",outcome,", ",wish,", "goal"),
        ("4.2", "", "target"),
        ("4.2", "high", "target"),
        ("2026-12-31", "31.12.2026", "due"),
        ("20,15,25", ",15,25", "worth"),
        ("20,15,25", "20,25,15", "worth_low"),
        ("Sales 2025", "", "worth_source"),
        (",outcome,Customer rating", ",metric,completion_rate", "worth"),
    ],
)
def test_a_bad_cell_is_named(tmp_path, before, after, column):
    assert before in CARE
    found = read(tmp_path, PROGRAMMES + CARE.replace(before, after), Programme)
    assert found.rows == ()
    assert [refused.field for refused in found.refused] == [column]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("Care,design,0,EUR,2026-01-01,2026-02-01,", "amount"),
        ("Care,design,9,euro,2026-01-01,2026-02-01,", "currency"),
        ("Care,design,9,EUR,2026-02-01,2026-02-01,", "until"),
        ("Care,design,9,EUR,2026-01-01,2026-02-01,week", "per"),
    ],
)
def test_a_bad_cost_is_named(tmp_path, row, column):
    text = f"programme,kind,amount,currency,since,until,per\n{row}\n"
    assert [refused.field for refused in read(tmp_path, text, Cost).refused] == [column]


def test_two_versions_of_one_day_are_refused(tmp_path):
    found = read(tmp_path, PROGRAMMES + CARE + CARE.replace("Ben", "Cleo"), Programme)
    assert [refused.field for refused in found.refused] == ["valid_from"]
    assert len(found.rows) == 1
