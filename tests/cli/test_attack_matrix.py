"""docs/who-sees-what.md, executed: each cell of its tables about a column or a metric is tried."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from ibis.common.exceptions import IbisTypeError

from leadline.privacy.cut import CutFacts, described
from leadline.privacy.document import document
from leadline.privacy.policy import POLICY
from leadline.privacy.refusals import Forbidden, TooFine
from leadline.privacy.viewer import Role, Viewer
from story.world import World

pytestmark = pytest.mark.xdist_group("attack matrix")
PAGE = Path(__file__).parents[2] / "docs" / "who-sees-what.md"


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Twelve people who did something, and a login a role."""
    world = World(tmp_path_factory.mktemp("matrix"))
    world.person("ana", unit="Org/North")
    for login in world.people("ben", 12, unit="Org/North", manager="ana"):
        world.completes(login, "course/fire", assigned="2026-03-01", done="2026-03-05")
    world.refresh()
    yield world
    world.close()


def person(world: World, role: Role) -> int | None:
    who = {Role.DEPARTMENT_MANAGER: "ana", Role.LEARNER: "ben1"}.get(role)
    return world.key(who) if who else None


def table(first: str) -> Iterator[dict[str, str]]:
    """The rows of the table on the page whose first head is `first`."""
    lines = PAGE.read_text().splitlines()
    begin = next(n for n, line in enumerate(lines) if line.startswith(f"| {first} |"))
    heads = cells(lines[begin])
    for line in lines[begin + 2 :]:
        if not line.startswith("|"):
            return
        yield dict(zip(heads, cells(line), strict=True))


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_page_is_the_one_that_is_generated():
    assert PAGE.read_text() == document()


@pytest.mark.mission("S119")
@pytest.mark.parametrize("role", Role, ids=str)
def test_each_column_is_open_as_the_page_says(org, role):
    """By name, in groups or closed: what the tables given to records and to metrics carry."""
    lens, tried = org.lens(Viewer("who", role, person(org, role))), 0
    named, counted = (
        CutFacts(lens._table, POLICY[role], None, lens.now, lens.zone, named=by_name)
        for by_name in (True, False)
    )
    for row in table("fact"):
        for column in re.findall(r"`(\w+)`", row["columns"]):
            said, tried = row[role], tried + 1
            fact = row["fact"]
            in_groups = column in columns(counted, fact)
            by_name = column in columns(named, fact) and POLICY[role].names_rows_of(
                described()[fact]
            )
            assert (said != "closed") == in_groups, (fact, column)
            assert (said == "by name") == by_name, (fact, column)
    assert tried == sum(len(table.columns) for table in described().values())


def columns(cut: CutFacts, fact: str) -> tuple[str, ...]:
    try:
        return tuple(getattr(cut, fact).columns)
    except (Forbidden, IbisTypeError):  # the fact is closed, or each of its columns is
        return ()


@pytest.mark.mission("S119")
@pytest.mark.parametrize("role", Role, ids=str)
def test_each_metric_answers_as_the_page_says(org, role):
    lens = org.lens(Viewer("who", role, person(org, role)))
    for row in table("metric"):
        try:
            lens.measure(row["metric"])
            answered = "yes"
        except Forbidden:
            answered = "closed"
        except TooFine:
            answered = "yes"
        assert row[role] == answered, row["metric"]
