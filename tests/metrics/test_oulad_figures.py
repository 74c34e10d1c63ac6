"""The Open University tables: the metrics against plain SQL over the same tables (METHODS L)."""

from pathlib import Path

import duckdb
import ibis
import pytest
from tiny_world import measure, schema_of

from leadline.metrics import Gate

OULAD = Path(__file__).resolve().parents[2] / "../shared/data/oulad"
if not OULAD.exists():
    pytest.skip("The OULAD tables are not here.", allow_module_level=True)

COURSE = "code_module || ' ' || code_presentation"
START = "case right(code_presentation, 1) when 'B' then 2 else 10 end"
BEGAN = f"make_timestamptz(left(code_presentation, 4)::int, {START}, 1, 12, 0, 0.0, 'UTC')"
CYCLES = f"""
select id_student as person, {COURSE} as course, 1 as cycle_no, 'oulad' as source,
  {BEGAN} + to_days(coalesce(date_registration, 0)) as assigned_at,
  case when final_result in ('Pass', 'Distinction') then {BEGAN} + to_days(260) end as completed_at,
  case when final_result = 'Withdrawn' then {BEGAN} + to_days(100) end as withdrawn_at
from '{OULAD}/studentInfo.parquet'
join '{OULAD}/studentRegistration.parquet' using (code_module, code_presentation, id_student)
"""
ATTEMPTS = f"""
select id_student as person, {COURSE} as course, 1 as cycle_no, id_assessment::varchar as assessment,
  1 as attempt_no, 'oulad' as source, is_banked = 1 as transferred,
  {BEGAN} + to_days(greatest(date_submitted, 0)) as submitted_at,
  case when score is not null then {BEGAN} + to_days(greatest(date_submitted, 0)) end as graded_at,
  score / 100.0 as score, score >= 40 as passed
from '{OULAD}/studentAssessment.parquet' join '{OULAD}/assessments.parquet' using (id_assessment)
"""


class Tables:
    """Facts made by plain SQL; columns that OULAD lacks are null."""

    reporting_zone = "UTC"

    def __init__(self):
        from tiny_world import NOW

        self.now = NOW
        self.cycle, self.attempt = self._table("cycle", CYCLES), self._table("attempt", ATTEMPTS)
        self.check = ibis.memtable([], schema=schema_of("check"))

    def _table(self, name, sql):
        plain = ibis.memtable(duckdb.sql(sql).to_arrow_table())
        missing = {
            c: ibis.null(kind) for c, kind in schema_of(name).items() if c not in plain.columns
        }
        return plain.mutate(**missing).select(*schema_of(name).names).cast(schema_of(name))


@pytest.fixture(scope="module")
def facts():
    return Tables()


def counted(sql):
    return dict(duckdb.sql(sql).fetchall())


def test_enrolments_and_withdrawals_are_those_of_the_table(facts):
    assert measure("enrolments", facts).estimate == 32_593
    assert measure("withdrawals", facts).estimate == 10_156
    assert measure("starters", facts).gate is Gate.LOW_N  # nothing is known of who began
    by_course = measure("enrolments", facts, by=["course"])
    plain = counted(f"select {COURSE}, count(*) from '{OULAD}/studentInfo.parquet' group by 1")
    assert {course: result.estimate for course, result in by_course.items()} == plain


def test_completion_is_passed_of_those_who_did_not_withdraw(facts):
    plain = counted(
        f"select {COURSE}, avg((final_result in ('Pass', 'Distinction'))::int) "
        f"from '{OULAD}/studentInfo.parquet' where final_result <> 'Withdrawn' group by 1"
    )
    found = measure("completion_rate", facts, by=["course"])
    assert {course: result.estimate for course, result in found.items()} == pytest.approx(plain)
    whole = measure("completion_rate", facts)
    assert whole.estimate == pytest.approx((12_361 + 3_024) / (32_593 - 10_156))
    assert whole.n_excluded == {"left before due": 10_156}
    assert whole.n < whole.n_events  # some study twice, so people are the clusters


def test_the_first_attempt_pass_rate_of_every_presentation(facts):
    plain = counted(
        f"select {COURSE}, avg((score >= 40)::int) from '{OULAD}/studentAssessment.parquet' "
        f"join '{OULAD}/assessments.parquet' using (id_assessment) where score is not null group by 1"
    )
    found = measure("first_attempt_pass_rate", facts, by=["course"])
    assert {course: result.estimate for course, result in found.items()} == pytest.approx(plain)
    assert all(result.ci_low < result.estimate < result.ci_high for result in found.values())
    assert set(measure("first_attempt_pass_rate", facts, by=["transferred"])) == {"False", "True"}
    assert measure("first_attempt_pass_rate", facts).n_excluded == {"pending grading": 173}


def test_the_average_score(facts):
    plain = counted(f"select 1, avg(score) / 100 from '{OULAD}/studentAssessment.parquet'")
    assert measure("average_score", facts).estimate == pytest.approx(plain[1])
