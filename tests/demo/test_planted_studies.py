"""The demo's trials and violations: what is planted is caused or seen, and of the twins nothing."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from leadline.app import App, build
from leadline.config import Settings
from leadline.demo.courses import BASE
from leadline.demo.story import write
from leadline.demo.studies import CHECK, FEWER, POSTERS, RAISED_POINTS, TALKS, VIOLATION, bring
from leadline.metrics.impact import Outcome
from leadline.privacy.lens import Lens
from leadline.privacy.viewer import Role, Viewer
from leadline.sources.intake import Intake
from leadline.sources.outcomes_csv import outcome_id
from leadline.sources.people_csv import read_people
from leadline.sources.trial_csv import trial_id
from leadline.sources.xapi_file import StatementFile
from leadline.stats.intervals import Interval
from leadline.stats.rates import RateRatio

pytestmark = pytest.mark.xdist_group("demo")
UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
COURSES = (b"/fire-safety", b"/first-aid-at-work")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The people of the demo, and of its records those of the two courses."""
    files = write(tmp_path_factory.mktemp("files"), UNTIL.date())
    built = build(Settings(home=tmp_path_factory.mktemp("demo")))
    assert not built.directory.apply(read_people(files.people).rows).errors
    for name, path in files.statements.items():
        with gzip.open(path) as lines:
            kept = [line for line in lines if any(course in line for course in COURSES)]
        path.write_bytes(gzip.compress(b"".join(kept), 1))
        for _ in Intake(built.log).take(StatementFile(path), name):
            pass
    bring(built, files, UNTIL.date())
    built.refresh()
    yield built
    built.database.close()


@pytest.fixture
def lens(app: App) -> Lens:
    return Lens(app, Viewer("ana", Role.TRAINING_LEAD), now=UNTIL)


def outcome(lens: Lens, name: str) -> Outcome:
    return next(each for each in lens.outcomes() if each.outcome == outcome_id(name))


def test_talks_caused_it_and_posters_did_not(lens: Lens) -> None:
    talks, posters = (lens.tried(trial_id(name), outcome(lens, CHECK)) for name in (TALKS, POSTERS))
    assert talks is not None and posters is not None
    assert isinstance(talks.headline, Interval)
    assert talks.headline.low < RAISED_POINTS < talks.headline.high
    assert talks.claim is not None and talks.claim.wording == "caused" and talks.seen
    assert not posters.seen
    assert posters.detectable is not None and posters.detectable < RAISED_POINTS


def test_fire_safety_goes_with_fewer_violations_and_first_aid_does_not(lens: Lens) -> None:
    (counted,) = lens.incidents()
    assert counted.outcome == outcome_id(VIOLATION)
    fire = lens.rates(f"{BASE}/fire-safety", counted)
    aid = lens.rates(f"{BASE}/first-aid-at-work", counted)
    assert fire is not None and aid is not None
    assert isinstance(fire.found, RateRatio)
    assert fire.found.ratio.low < FEWER < fire.found.ratio.high < 1
    assert {check.passing for check in fire.checks} <= {"pass", "na"}
    assert not aid.seen
