"""The demo's customers: what their academy changed is found, and beside it nothing is claimed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadline.app import App, build
from leadline.config import Settings
from leadline.demo.customers import ACCOUNTS, EFFECT, LARGE, LEFT, TRAINED, TWIN, bring, write
from leadline.privacy.lens import Lens
from leadline.privacy.viewer import Role, Viewer
from leadline.stats.claims import NOT_ESTABLISHED
from leadline.stats.intervals import Interval

pytestmark = pytest.mark.xdist_group("demo")
UNTIL = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    built = build(Settings(home=tmp_path_factory.mktemp("customers")))
    bring(built, UNTIL.date())
    built.refresh()
    yield built
    built.database.close()


@pytest.fixture
def lens(app: App) -> Lens:
    return Lens(app, Viewer("ana", Role.TRAINING_LEAD), now=UNTIL)


def test_the_customers_are_the_same_every_time(app: App, tmp_path: Path) -> None:
    again = write(tmp_path, UNTIL.date())
    for path in (again.customers, again.tickets, again.academy):
        assert (app.settings.home / "demo-files" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.mission("S053")
def test_the_course_that_saves_tickets_is_found_and_its_twin_is_not(lens: Lens) -> None:
    (outcome,) = lens.shared("account")
    found = lens.collectives(outcome)
    planted, twin = found[EFFECT], found[TWIN]
    assert (outcome.groups, planted.trained.groups) == (ACCOUNTS, TRAINED)
    assert planted.others.groups == ACCOUNTS - TRAINED
    assert isinstance(planted.adjusted, Interval) and isinstance(twin.adjusted, Interval)
    assert planted.adjusted.low < LEFT < planted.adjusted.high < 0.8
    assert planted.claim is not None and planted.claim.level == 4
    assert planted.verdict in ("improved", "improved, size uncertain")
    assert twin.adjusted.low < 1 < twin.adjusted.high
    assert not twin.seen
    assert twin.claim is not None and twin.claim.wording == NOT_ESTABLISHED
    assert twin.detectable


@pytest.mark.mission("S060")
def test_customers_stay_after_the_one_and_not_after_the_other(lens: Lens) -> None:
    found = lens.contracts()
    planted, twin = found[EFFECT], found[TWIN]
    assert min(planted.trained.accounts, planted.others.accounts) >= 50
    assert planted.seen and planted.claim is not None
    assert planted.claim.wording == "is associated with, after adjustment,"
    assert isinstance(planted.headline, Interval) and planted.headline.low > 0
    assert not twin.seen


@pytest.mark.mission("S015")
def test_customers_are_told_apart_without_an_hr_record_where_they_are_large_enough(
    lens: Lens,
) -> None:
    by_account = lens.measure("completion_rate", by=("account",), where={"course": EFFECT}).results
    shown = [each for each in by_account if each.gate != "suppressed"]
    assert 0 < len(shown) <= LARGE
    assert len(by_account) == TRAINED
    names = lens.account_names([str(each.group["account"]) for each in shown])
    assert all(name.startswith("Customer ") for name in names.values())
    assert lens.measure("completion_rate").coverage == 1.0
