"""`leadline credential`: give access, show it, take it away."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from leadline.cli import main
from leadline.config import Settings
from leadline.store import Audit, Credentials, Database


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


def test_a_credential_is_of_the_tenant_that_is_named(run, credentials):
    made = json.loads(run("add", "lms", "--scope", "cmi5", "--tenant", "north", "--json").output)
    assert made["tenant"] == "north"
    assert credentials.verify(made["key"], made["secret"]).tenant == "north"
    assert "tenant north" in run("list").output
    assert json.loads(run("add", "hr", "--json").output)["tenant"] == "default"


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


def test_a_rotation_shows_the_new_secret_and_can_end_the_old_one_at_once(run, credentials):
    made = json.loads(run("add", "lms", "--json").output)
    result = run("rotate", made["key"], "--overlap-hours", "0")
    secret = result.output.splitlines()[1].split()[1]
    assert credentials.verify(made["key"], secret)
    assert credentials.verify(made["key"], made["secret"]) is None
    rotated = json.loads(run("rotate", made["key"], "--json").output)
    assert credentials.verify(made["key"], rotated.pop("secret"))
    (listed,) = map(json.loads, run("list", "--json").output.splitlines())
    assert rotated == listed
    ends = datetime.fromisoformat(listed["old_secret_until"]) - datetime.now(UTC)
    assert timedelta(hours=23) < ends <= timedelta(hours=24)


def test_origins_and_limits_are_set_and_taken_back(run):
    made = json.loads(run("add", "lms", "--origin", "https://a.example.org", "--json").output)
    key = made["key"]
    assert made["origins"] == ["https://a.example.org"]
    assert run("origins", key, "https://B.example.org/").exit_code == 0
    assert run("limit", key, "--requests", "10", "--statements", "20").exit_code == 0
    (listed,) = map(json.loads, run("list", "--json").output.splitlines())
    assert listed["origins"] == ["https://b.example.org"]
    assert (listed["requests_a_minute"], listed["statements_a_minute"]) == (10, 20)
    run("origins", key)
    run("limit", key)
    (listed,) = map(json.loads, run("list", "--json").output.splitlines())
    assert listed["origins"] == []
    assert (listed["requests_a_minute"], listed["statements_a_minute"]) == (None, None)


def test_what_cannot_be_done_is_said_and_nothing_is_changed(run, credentials):
    made = json.loads(run("add", "lms", "--json").output)
    result = run("origins", made["key"], "*")
    assert result.exit_code == 1
    assert "'*' is no web origin" in result.output
    for words in (("rotate", "eve"), ("origins", "eve"), ("limit", "eve")):
        assert "eve is no live credential" in run(*words).output
    (credential,) = credentials.list()
    assert credentials.verify(made["key"], made["secret"])
    assert credential.old_until is None


def test_every_change_stands_in_the_access_log_and_nothing_that_failed(run, tmp_path):
    key = json.loads(run("add", "lms", "--json").output)["key"]
    run("rotate", key, "--overlap-hours", "2")
    run("origins", key, "https://a.example.org")
    run("limit", key, "--requests", "10")
    run("revoke", key)
    run("revoke", key)
    database = Database.open(Settings(home=tmp_path).database_url)
    looks = Audit(database).looks()
    database.close()
    assert [look.what for look in reversed(looks)] == [
        "credential made for lms",
        f"credential {key} rotated, overlap 2 h",
        f"credential {key}: origins https://a.example.org",
        f"credential {key}: limit 10 requests, default statements a minute",
        f"credential {key} revoked",
    ]
    assert {look.role for look in looks} == {"command line"}


def test_the_list_can_be_read_by_people(run):
    run("add", "lms", "--days", "30")
    assert "live" in run("list").output
    assert "lms" in run("list").output
