"""A role is marked critical by a file; when too little lasts, Home says so after the next refresh.

Forklift operators and nurses took the test on one day; three weeks later operators keep 70 %."""

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from django.test.utils import override_settings

from leadline.cli import main
from leadline.cli.serving import Surveyor, Worker
from leadline.curriculum import Check
from story.world import World, iri
from web.test_answers import text

COURSE, TEST, LATER = "course/trucks", "assessment/day", "assessment/weeks"
DAYS_AGO = 40


@pytest.fixture
def port(house, tmp_path):
    """Both roles have learned; nobody has been tested again yet."""
    world = World(tmp_path, now=datetime.now(UTC))
    world.app.curriculum.replace(Check, [Check(iri(LATER), iri(TEST))])
    for prefix, role in (("fred", "forklift operator"), ("nora", "nurse")):
        for number, login in enumerate(world.people(prefix, 30, unit="Org/North", role=role)):
            sits(world, login, TEST, (0.8, 0.9, 1.0)[number % 3], DAYS_AGO)
    world.refresh()
    with override_settings(LEADLINE=world.app):
        yield world
    world.close()


def sits(world, login, quiz, score, days_ago):
    at = str(world.now - timedelta(days=days_ago))
    world.attempts(login, quiz, passed=score >= 0.7, score=score, at=at, course=COURSE)


def sit_again(world, *, left):
    for prefix, kept in (("fred", left), ("nora", 1.0)):
        for number in range(30):
            first = (0.8, 0.9, 1.0)[number % 3]
            score = round(first * kept, 3)
            sits(
                world, f"{prefix}{number + 1}", LATER, score, DAYS_AGO - (15, 20, 26)[number // 10]
            )
    world.flush()


def mark(world, folder, *rows):
    path = folder / "critical.csv"
    path.write_text("role,keeps\n" + "\n".join(rows) + "\n")
    command = ["curriculum", "import", "critical-roles", str(path)]
    done = CliRunner().invoke(main, command, env={"LEADLINE_HOME": str(world.app.settings.home)})
    assert done.exit_code == 0, done.output


@pytest.mark.mission("S043")
@pytest.mark.parametrize(("left", "raised"), [(0.7, True), (1.0, False)])
def test_a_drop_in_a_critical_role_is_a_risk_on_home_after_one_round(
    port, sign_in, tmp_path, left, raised
):
    mark(port, tmp_path, "forklift operator,0.9", "nurse,0.9")
    assert Worker(port.app).once()
    assert "Compliance risk" not in text(sign_in("dov").get("/"))
    sit_again(port, left=left)
    assert Worker(port.app).once()
    assert Surveyor(port.app).once()
    home = text(sign_in("dov").get("/"))
    said = "Compliance risk: retention among forklift operator fell below the 90 %"
    assert (said in home) is raised
    assert "retention among nurse" not in home
    page = f"/programmes/retention?course={iri(COURSE)}"
    assert (said in text(sign_in("dov").get(page))) is raised
