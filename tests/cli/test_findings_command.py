"""What was found and decided, at the shell: for a login, and written down."""

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from django.test import override_settings

from leadline.accounts.models import Grant, User
from leadline.actions.decisions import Decisions, Kind
from leadline.actions.grounds import of_finding
from leadline.cli import main
from leadline.cli.metric import EXIT_FORBIDDEN
from leadline.insights.survey import seen, survey
from leadline.privacy.viewer import Role
from story.world import NOW, World, iri

LOGINS = {
    "ana": (Role.TRAINING_LEAD, ""),
    "north": (Role.TRAINING_LEAD, "Org/North"),
    "dov": (Role.COMPLIANCE_OFFICER, ""),
    "ida": (Role.ADMINISTRATOR, ""),
}


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Eighty of North take a test; sixty fail it at the first attempt. It is looked for once."""
    world = World(tmp_path_factory.mktemp("found"))
    for number, login in enumerate(world.people("ben", 80, unit="Org/North")):
        passed = number % 4 == 0
        score = 0.9 if passed else 0.2
        quiz = {"passed": passed, "score": score, "course": "course/fire"}
        world.attempts(login, "assessment/final", at="2026-03-02 09:00", **quiz)
    world.refresh()
    survey(world.app, at_once=True, now=NOW)
    for login, (role, unit) in LOGINS.items():
        user = User.objects.add(login, "", None)
        Grant.objects.create(user=user, role=role.value, unit=unit)
    with override_settings(LEADLINE=world.app):
        yield world
    User.objects.all().delete()
    world.close()


def typed(org: World, *words: str):
    home = {"LEADLINE_HOME": str(org.app.settings.home)}
    return CliRunner().invoke(main, list(words), env=home)


def test_findings_are_listed_with_their_state_and_the_look_is_written_down(org):
    done = typed(org, "findings", "list", "--as", "ana")
    assert done.exit_code == 0, done.output
    assert "open" in done.output and "75 % fail" in done.output
    (look,) = org.app.audit.looks(limit=1)
    assert (look.login, look.what, look.rows) == ("ana", "findings", 1)
    (told,) = json.loads(typed(org, "findings", "list", "--as", "dov", "--json").stdout)
    assert (told["insight"], told["status"], told["cause"]) == (
        "first_attempt_failure",
        "open",
        None,
    )
    assert told["hypotheses"] and told["first_seen"]


def test_decisions_are_listed_with_their_reason(org):
    assert "Nothing has been decided" in typed(org, "decisions", "list", "--as", "ana").output
    lens = org.lens(org.viewer("ana", Role.TRAINING_LEAD))
    (found,) = seen(lens, org.app.findings)
    evidence = of_finding(found, "/programmes/findings/one")
    decisions = Decisions(org.app, lens)
    decisions.confirm(found.key, "content", "I sat it myself.")
    decisions.decide(Kind.FIX, evidence, "Nobody can pass it.", evidence.seal)
    decisions.change("Rewrote page 2", iri("course/fire"), NOW.date(), found.key)
    said = typed(org, "decisions", "list", "--as", "ana").output
    assert "fix" in said and "Nobody can pass it." in said
    assert "Rewrote page 2 (cause: content)" in said
    told = json.loads(typed(org, "decisions", "list", "--as", "ana", "--json").stdout)
    assert told["decisions"][0]["digest"] and told["changes"][0]["cause"] == "content"
    assert "Nothing waits" in typed(org, "findings", "list", "--as", "ana").output
    every = typed(org, "findings", "list", "--as", "ana", "--all").output
    assert "resolved" in every
    assert org.app.audit.verify() is None


@pytest.mark.parametrize("words", [("findings", "list"), ("decisions", "list")])
def test_who_may_not_see_them_is_told_so_and_it_is_written_down(org, words):
    before = org.app.audit.head()[0]
    login = "ida" if words[0] == "findings" else "north"
    done = typed(org, *words, "--as", login)
    assert done.exit_code == EXIT_FORBIDDEN
    assert not done.stdout
    assert org.app.audit.head()[0] == before + 1
    assert org.app.audit.looks(limit=1)[0].outcome.startswith("refused")


def test_a_reason_that_may_tell_of_what_is_closed_is_not_read_out(org):
    """The lead sees activity, the compliance officer does not."""
    said = typed(org, "decisions", "list", "--as", "dov").output
    assert "the reason is not for this role" in said
    assert "Nobody can pass it." not in said and "page 2" not in said
