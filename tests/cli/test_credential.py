"""`leadline credential`: give access, show it, take it away."""

import json

import pytest
from click.testing import CliRunner

from leadline.cli import main
from leadline.config import Settings
from leadline.store import Credentials, Database


@pytest.fixture
def run(tmp_path):
    def ran(*words):
        return CliRunner().invoke(
            main, ["credential", *words], env={"LEADLINE_HOME": str(tmp_path)}
        )

    return ran


@pytest.fixture
def credentials(tmp_path):
    database = Database.open(Settings(home=tmp_path).database_url)
    yield Credentials(database)
    database.close()


def test_the_secret_that_is_shown_opens_what_was_asked_for(run, credentials):
    made = json.loads(run("add", "lms", "--scope", "statements/write", "--json").output)
    credential = credentials.verify(made["key"], made["secret"])
    assert (credential.source, credential.scopes) == ("lms", {"statements/write"})


def test_a_sender_may_write_and_read_its_own_unless_told_otherwise(run):
    made = json.loads(run("add", "lms", "--json").output)
    assert made["scopes"] == [
        "define",
        "profile",
        "state",
        "statements/read/mine",
        "statements/write",
    ]


def test_a_revoked_credential_is_closed_and_still_listed(run, credentials):
    made = json.loads(run("add", "lms", "--json").output)
    assert run("revoke", made["key"]).exit_code == 0
    assert credentials.verify(made["key"], made["secret"]) is None
    (listed,) = map(json.loads, run("list", "--json").output.splitlines())
    assert (listed["source"], listed["state"]) == ("lms", "revoked")
    assert "secret" not in listed


def test_what_is_no_credential_cannot_be_revoked(run):
    result = run("revoke", "eve")
    assert result.exit_code == 1
    assert "eve is no live credential" in result.output


def test_a_scope_that_xapi_does_not_name_is_refused(run):
    assert run("add", "lms", "--scope", "everything").exit_code == 2


def test_the_list_can_be_read_by_people(run):
    run("add", "lms", "--days", "30")
    assert "live" in run("list").output
    assert "lms" in run("list").output
