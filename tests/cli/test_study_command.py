"""Every number of a test, a trial and of incidents at the shell: for a login, written down."""

import json
from datetime import date

import pytest
from click.testing import CliRunner
from django.test import override_settings

from leadline.accounts.models import Grant, User
from leadline.cli import main
from leadline.cli.metric import EXIT_FORBIDDEN
from leadline.privacy.viewer import Role
from story.world import World, iri

TEST = iri("assessment/final")


@pytest.fixture(scope="module")
def org(tmp_path_factory):
    """Two hundred people: lots, scores, violations and answers, each typed in at the shell."""
    folder = tmp_path_factory.mktemp("study")
    world = World(folder)
    logins = world.people("ben", 200, unit="Org/North", role="driver")
    for login, role in {"ana": Role.ANALYST, "mona": Role.DEPARTMENT_MANAGER}.items():
        Grant.objects.create(user=User.objects.add(login, "", None), role=role.value)
    files = {
        "lots.csv": ["no,group", *(f"{login},{n % 2}" for n, login in enumerate(logins))],
        "scores.csv": ["outcome,date,value,better,person_id"]
        + [f"Score,2026-03-01,{n % 2 + n % 7},up,{login}" for n, login in enumerate(logins)]
        + [f"Violation,2026-0{1 + n % 5}-10,1,down,{login}" for n, login in enumerate(logins)],
        "answers.csv": ["person_id,item,score"]
        + [f"{login},Q{q},{int(n % 9 > q)}" for n, login in enumerate(logins) for q in range(1, 7)],
    }
    for name, lines in files.items():
        (folder / name).write_text("\n".join(lines))
    for n, login in enumerate(logins[:60]):
        world.completes(
            login, "course/fire", assigned="2026-01-05", done=f"2026-02-{1 + n % 20:02}"
        )
    world.flush()
    with override_settings(LEADLINE=world.app):
        lots = ("--trial", "Coaching", "--who", "no", "--arm", "group", "--on", "2026-01-05")
        said = [
            typed(world, "import", "trial", str(folder / "lots.csv"), "--source", "lots", *lots),
            typed(world, "import", "outcomes", str(folder / "scores.csv"), "--source", "audits"),
            typed(
                *(world, "import", "answers", str(folder / "answers.csv"), "--source", "exam"),
                *("--assessment", TEST, "--on", "2026-03-02"),
            ),
        ]
        assert [each.exit_code for each in said] == [0, 0, 0], [each.output for each in said]
        world.refresh()
        yield world
    User.objects.all().delete()
    world.close()


def typed(org, *words):
    home = {"LEADLINE_HOME": str(org.app.settings.home)}
    return CliRunner().invoke(main, list(words), env=home)


def told(org, *words):
    done = typed(org, "study", *words, "--as", "ana", "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_test_is_told_with_its_models(org):
    found = told(org, "questions", TEST)
    first = found["questions"]["questions"][0]["judged"]
    assert first["difficulty"]["estimate"] > 0.5
    assert found["models"]["people"] == 200
    assert typed(org, "study", "questions", TEST, "--as", "ana").stdout.count("item-rest") == 6


def test_a_trial_is_told_with_its_checks(org):
    (known,) = told(org, "trial")
    assert (known["offered"], known["others"]) == (100, 100)
    found = told(org, "trial", "Coaching", "--outcome", "urn:leadline:outcome:score")
    assert found["found"]["effect"]["estimate"] == pytest.approx(1, abs=0.2)
    assert found["claim"]["wording"] == "caused"
    said = typed(org, "study", "trial", "coaching", "--as", "ana").stdout
    assert "as drawn: " in said and "declared: pass" in said


def test_rates_are_told_with_their_person_months(org):
    found = told(org, "rates", iri("course/fire"))
    assert found["trained"]["people"] == 60
    assert (
        "person-months of 200"
        in typed(org, "study", "rates", iri("course/fire"), "--as", "ana").stdout
    )


def test_what_is_not_there_says_so(org):
    done = typed(org, "study", "trial", "another", "--as", "ana", "--json")
    assert (done.stdout.strip(), done.exit_code) == ("null", 0)
    assert date(2026, 1, 5).isoformat() not in done.stdout


@pytest.mark.parametrize("words", [("questions", TEST), ("trial",), ("rates", "x")])
def test_who_may_not_see_it_is_refused_and_written_down(org, words):
    before = int(org.app.audit.head()[0])
    done = typed(org, "study", *words, "--as", "mona", "--json")
    assert done.exit_code == EXIT_FORBIDDEN
    assert not done.stdout
    (look,) = org.app.audit.looks(limit=1)
    assert look.outcome.startswith("refused")
    assert int(org.app.audit.head()[0]) == before + 1
