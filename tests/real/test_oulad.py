"""The Open University tables: the figures of every presentation, computed twice, independently."""

from pathlib import Path

import pandas as pd
import pytest

from leadline.app import App
from leadline.privacy.lens import Lens
from leadline.privacy.viewer import Role, Viewer
from leadline.sources import oulad
from leadline.sources.intake import Intake

from .conftest import real

pytestmark = pytest.mark.xdist_group("real")
COURSE = ["code_module", "code_presentation"]
COMPLETED = ["Pass", "Distinction"]


@pytest.fixture(scope="module")
def folder() -> Path:
    return real("oulad")


@pytest.fixture(scope="module")
def lens(app: App, folder: Path) -> Lens:
    tables = oulad.Tables(folder)
    assert not app.directory.apply(oulad.people(tables, oulad.courses(tables))).errors
    records = oulad.statements(tables, with_clicks=False)
    *_, taken = Intake(app.log).take(records, oulad.SOURCE)
    assert taken.quarantined == 0
    app.refresh()
    return Lens(app, Viewer("ana", Role.ANALYST))


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(folder / f"{name}.parquet")


def by_course(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Per course, as its activity id ends: AAA/2013J."""
    return {f"{module}/{run}": rows for (module, run), rows in frame.groupby(COURSE)}


def shown(lens: Lens, name: str) -> dict[str, float | None]:
    results = lens.measure(name, by=["course"]).results
    return {"/".join(str(r.group["course"]).split("/")[-2:]): r.estimate for r in results}


@pytest.mark.mission("S017")
def test_enrolments_and_withdrawals(lens: Lens) -> None:
    (enrolments,) = lens.measure("enrolments").results
    (withdrawals,) = lens.measure("withdrawals").results
    assert (enrolments.estimate, enrolments.n) == (32_593, 28_785)
    assert withdrawals.estimate == 10_156


def test_completions_and_completion_rate_of_each_presentation(lens: Lens, folder: Path) -> None:
    courses = by_course(table(folder, "studentInfo"))
    done = {name: rows.final_result.isin(COMPLETED).sum() for name, rows in courses.items()}
    stayed = {name: (rows.final_result != "Withdrawn").sum() for name, rows in courses.items()}
    assert len(done) == 22
    assert shown(lens, "completions") == done
    rates = {name: done[name] / stayed[name] for name in done}
    assert shown(lens, "completion_rate") == pytest.approx(rates, abs=1e-12)


def test_who_withdrew_is_listed_beside_the_completion_rate(lens: Lens) -> None:
    (rate,) = lens.measure("completion_rate").results
    assert sum(rate.n_excluded.values()) == 10_156


def test_first_attempt_pass_rate_and_average_score(lens: Lens, folder: Path) -> None:
    handed_in = table(folder, "studentAssessment").merge(table(folder, "assessments"))
    graded = by_course(handed_in[handed_in.score.notna()])
    passed = {name: float((rows.score >= 40).mean()) for name, rows in graded.items()}
    average = {name: float(rows.score.mean()) / 100 for name, rows in graded.items()}
    assert shown(lens, "first_attempt_pass_rate") == pytest.approx(passed, abs=1e-9)
    assert shown(lens, "average_score") == pytest.approx(average, abs=1e-9)
