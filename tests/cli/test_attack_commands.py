"""The command line asks through the same door: every look there has its line in the access log."""

import json
from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result
from django.test import override_settings

from leadline.accounts.models import Grant, User
from leadline.cli import COMMANDS, main
from leadline.cli.metric import EXIT_FORBIDDEN
from leadline.facts import Sensitivity
from leadline.metrics import catalogue
from leadline.privacy.cut import may_ask
from leadline.privacy.policy import POLICY, Rows
from leadline.privacy.viewer import Role
from leadline.sources.intake import Intake
from leadline.sources.records import Record
from story.twins import NORTH, Unseen, world_with
from story.world import World

pytestmark = pytest.mark.xdist_group("attack twins")
Run = Callable[..., Result]
SHOW_RECORDS = {"metric", "study", "findings", "decisions", "quarantine", "evidence"}
SHOW_NONE = {  # what they set up, take in, count or copy; nobody's record is read out
    *("init", "user", "serve", "worker", "import", "facts", "curriculum", "cmi5", "credential"),
    *("settings", "doctor", "backup", "restore", "demo", "docs", "source", "checks"),
}
LOGINS = {role.value.replace(" ", "-"): role for role in Role}


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The twins' organisation, one login a role; `eve` has no role, `tess` is shut out."""
    world = world_with(tmp_path_factory.mktemp("typed"), Unseen())
    for login, role in LOGINS.items():
        person = {Role.LEARNER: "ben1", Role.DEPARTMENT_MANAGER: "ana"}.get(role)
        key = world.key(person) if person else None
        Grant.objects.create(user=User.objects.add(login, "", None), role=role.value, person=key)
    User.objects.add("eve", "", None)
    Grant.objects.create(user=User.objects.add("tess", "", None), role=Role.ANALYST.value)
    User.objects.filter(login="tess").update(is_active=False)
    yield world
    User.objects.all().delete()
    world.close()


@pytest.fixture
def run(org: World) -> Iterator[Run]:
    """Types `leadline …` in that installation."""
    home = {"LEADLINE_HOME": str(org.app.settings.home)}

    def typed(*words: str) -> Result:
        return CliRunner().invoke(main, list(words), env=home)

    with override_settings(LEADLINE=org.app):
        yield typed


def looks(org: World) -> int:
    return int(org.app.audit.head()[0])


def test_every_command_is_known_to_show_records_or_not_to():
    """A new command has to be put on one of the two lists; the first are tried below."""
    assert set(COMMANDS) == SHOW_RECORDS | SHOW_NONE


@pytest.mark.parametrize("login", LOGINS)
def test_evidence_typed_is_written_down_and_closed_to_who_sees_no_names(org, run, login, tmp_path):
    before, out = looks(org), tmp_path / "pack"
    found = run("evidence", "fire", "--date", "2026-05-31", "--out", str(out), "--as", login)
    names = Sensitivity.IDENTITY in POLICY[LOGINS[login]].named
    assert found.exit_code == (2 if names else 3), found.output
    assert ("no requirement" in found.output) == names
    assert looks(org) > before
    assert not out.exists()


@pytest.mark.parametrize("login", LOGINS)
def test_every_metric_typed_is_written_down_and_a_closed_one_is_forbidden(org, run, login):
    role = LOGINS[login]
    closed = [n for n in catalogue() if POLICY[role].rows is Rows.NOBODY or not may_ask(role, n)]
    asked = [n for n in catalogue() if n not in closed][:6]
    for name in [*closed, *asked]:
        before = looks(org)
        done = run("metric", name, "--as", login, "--json")
        (look,) = org.app.audit.looks(limit=1)
        assert (looks(org), look.login, look.role) == (before + 1, login, role)
        if name in closed:
            assert done.exit_code == EXIT_FORBIDDEN, (name, done.output)
            assert not done.stdout
            assert look.outcome.startswith("refused")
        else:
            assert done.exit_code == 0, (name, done.output)


@pytest.mark.parametrize(
    "words",
    [
        ("completions", "--as", "department-manager", "--by", "nothing"),
        ("completions", "--as", "department-manager", "--where", "unit=Org/South"),
        ("completions", "--as", "department-manager", "--by", "day", "--by", "unit"),
        ("completions", "--as", "analyst", "--by", "manager"),
        ("completions", "--as", "learner", "--purpose", "plan the workforce"),
        ("completions", "--as", "eve"),
    ],
)
def test_a_question_that_fails_or_finds_nothing_is_written_down_as_well(org, run, words):
    before = looks(org)
    run("metric", *words)
    assert looks(org) == before + 1
    assert org.app.audit.looks(limit=1)[0].login == words[2]


@pytest.mark.parametrize("login", ["tess", "nobody", ""])
def test_who_cannot_sign_in_cannot_be_asked_as(run, login):
    done = run("metric", "completions", "--as", login)
    assert done.exit_code == 2
    assert "no login" in done.output


def test_nothing_is_shown_to_nobody(run):
    assert run("metric", "completions").exit_code == 2


def test_who_reads_the_quarantine_at_the_shell_is_written_down(org, run):
    record = Record("lms.jsonl:9", b'{"actor": {"name": "Cleo"}}')
    for _ in Intake(org.app.log).take([record], "lms"):
        pass
    before = looks(org)
    listed = run("quarantine", "list", "--json")
    keys = [json.loads(line)["key"] for line in listed.stdout.splitlines()]
    shown = run("quarantine", "show", str(keys[-1]))
    assert (listed.exit_code, shown.exit_code) == (0, 0)
    assert "Cleo" in shown.output
    assert looks(org) == before + 2
    newest, older = org.app.audit.looks(limit=2)
    assert (older.what, newest.what) == ("quarantine list", f"quarantine show {keys[-1]}")


def test_a_manager_who_types_counts_the_team_alone(org, run):
    done = json.loads(run("metric", "people", "--as", "department-manager", "--json").stdout)
    assert done["results"][0]["n"] <= len(NORTH)
    everyone = json.loads(run("metric", "people", "--as", "analyst", "--json").stdout)
    assert everyone["results"][0]["n"] > len(NORTH)


def test_the_log_of_looks_holds(org, run):
    assert looks(org) > 0
    assert org.app.audit.verify() is None
    assert "access log" in run("doctor").output
