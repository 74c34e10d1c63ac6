"""The demo's duties: the lapses that were planted are found, and no others."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadline.app import App, build
from leadline.config import Settings
from leadline.demo import duties
from leadline.demo.organisation import people_csv
from leadline.metrics import obligation
from leadline.privacy.duties import Wanted
from leadline.privacy.lens import Lens
from leadline.privacy.records import Page
from leadline.privacy.viewer import Role, Viewer
from leadline.sources.intake import Intake
from leadline.sources.people_csv import read_people
from leadline.sources.xapi_file import StatementFile

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
PEOPLE = duties.everybody(UNTIL.date())
TOLD = duties.planted(PEOPLE)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder: Path = tmp_path_factory.mktemp("duties")
    (folder / "people.csv").write_text(people_csv(PEOPLE))
    built = build(Settings(home=folder / "home"))
    assert not built.directory.apply(read_people(folder / "people.csv").rows).errors
    for _ in Intake(built.log).take(StatementFile(duties.write(folder, UNTIL.date())), "hr"):
        pass
    duties.come_back(built, PEOPLE, UNTIL.date())
    duties.declare(built, PEOPLE, UNTIL.date())
    built.refresh()
    yield built
    built.database.close()


def standing(app: App, requirement: str, state: str) -> Page:
    lens = Lens(app, Viewer("dov", Role.COMPLIANCE_OFFICER), now=UNTIL)
    return lens.standing(Wanted(requirement, [state]))


def numbers(page: Page) -> set[str | None]:
    return {page.names[row["person"]].employee_id for row in page.rows}


def test_the_file_is_the_same_every_time(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        folder.mkdir()
        duties.write(folder, UNTIL.date())
    assert (first / "hr.jsonl.gz").read_bytes() == (second / "hr.jsonl.gz").read_bytes()


def test_exactly_those_who_lapsed_are_violations_and_nobody_of_the_twin(app: App) -> None:
    found = standing(app, "forklift", obligation.VIOLATED)
    assert numbers(found) == set(TOLD.lapsed)
    assert numbers(standing(app, "first-aid", obligation.VIOLATED)) == set()


def test_who_came_back_has_to_earn_it_anew_and_who_is_let_off_or_away_is_told_so(app: App) -> None:
    assert TOLD.returned in numbers(standing(app, "forklift", obligation.NOT_YET_DUE))
    assert numbers(standing(app, "first-aid", obligation.EXEMPT)) == {TOLD.exempt}
    assert numbers(standing(app, "first-aid", obligation.ON_LEAVE)) == {TOLD.away}
