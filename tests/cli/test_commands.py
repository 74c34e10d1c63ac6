"""The commands that set up an installation and ask it questions, as somebody types them."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from leadline.accounts.start import start
from leadline.cli import main
from leadline.cli.metric import EXIT_FORBIDDEN, _cells
from leadline.metrics import Gate
from leadline.metrics import Result as Result_
from story.world import World

Run = Callable[..., Result]
SERVED_WITHIN_SECONDS = 60


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Twelve drivers of North were assigned a course in March; Ana manages them."""
    world = World(tmp_path_factory.mktemp("cli"))
    world.person("ana", unit="Org/North")
    for login in world.people("ben", 12, unit="Org/North", manager="ana"):
        world.completes(login, "course/fire", assigned="2026-03-01", done="2026-03-05")
    world.people("cleo", 3, unit="Org/South")
    for number in range(1, 4):
        world.says(f"cleo{number}", "assigned", "course/fire", at="2026-03-01")
    world.refresh()
    yield world
    world.close()


@pytest.fixture
def run(org: World) -> Iterator[Run]:
    """Types `leadline …` in that installation."""
    start()
    from django.test import override_settings

    def typed(*words: str, **more: object) -> Result:
        return CliRunner().invoke(main, list(words), **more)

    with override_settings(LEADLINE=org.app):
        yield typed


@pytest.fixture
def logins(run: Run) -> None:
    """Dov analyses, Ana manages her drivers, Carl runs the system."""
    for login, role, *more in (
        ("dov", "analyst"),
        ("ana", "department manager", "--person", "ana"),
        ("carl", "administrator"),
    ):
        done = run("user", "add", login, "--role", role, *more)
        assert done.exit_code == 0, done.output


def answered(result: Result) -> dict:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_list_of_metrics_says_what_each_one_asks(run):
    listed = answered(run("metric", "list", "--json"))
    rate = next(metric for metric in listed if metric["name"] == "completion_rate")
    assert rate["question"].endswith("?")
    assert {"definition", "area", "unit", "summary", "version", "by", "companions"} <= rate.keys()
    assert "completion_rate" in run("metric", "list").output


def test_an_answer_is_in_the_one_result_type(run, logins):
    answer = answered(run("metric", "enrolments", "--by", "unit", "--as", "dov", "--json"))
    assert answer.keys() == {
        *("metric", "question", "results", "coverage"),
        *("quality", "late", "as_of", "watermark"),
    }
    north, south = sorted(answer["results"], key=lambda result: result["group"]["unit"])
    assert (south["gate"], south["estimate"], south["n"]) == ("suppressed", None, None)
    assert north["gate"] == "suppressed"  # else South is the rest of the total
    assert answer["coverage"] == 1.0


def test_filters_and_days_are_days_of_the_reporting_zone(run, logins):
    asked = ("metric", "enrolments", "--as", "dov", "--json")
    on_the_day = answered(run(*asked, "--from", "2026-03-01", "--to", "2026-03-02"))
    after = answered(run(*asked, "--from", "2026-03-02"))
    assert [a["results"][0]["n"] for a in (on_the_day, after)] == [15, 0]


def test_a_manager_is_answered_for_the_team(run, logins):
    answer = answered(run("metric", "enrolments", "--as", "ana", "--json"))
    assert answer["results"][0]["estimate"] == 12


def test_a_plain_table_says_why_a_number_is_missing(run, logins):
    shown = run("metric", "completion_rate", "--by", "unit", "--as", "dov")
    assert shown.exit_code == 0
    assert "fewer than 10 people" in shown.output
    assert "as of" in shown.output


def result_of(unit: str, estimate: float | None, **more: object) -> Result_:
    return Result_("m", 1, "", unit, estimate=estimate, **more)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (result_of("count", 11000.0, n=24, n_events=11000), ["11000", "", "24", "11000", ""]),
        (result_of("people", 1e16), ["10000000000000000", "", "", "", ""]),
        (
            result_of("share", 0.41349, ci_low=0.36, ci_high=0.4666),
            ["41.3 %", "36.0 % to 46.7 %", "", "", ""],
        ),
        (result_of("score", 1.0), ["100.0 %", "", "", "", ""]),
        (
            result_of("seconds", 200.4, ci_low=0.2, ci_high=3899.0),
            ["3:20 min", "0:00 min to 1:05 h", "", "", ""],
        ),
        (result_of("seconds", 3599.6), ["1:00 h", "", "", "", ""]),
        (result_of("days", 2.46), ["2.5", "", "", "", ""]),
        (
            result_of("share", None, gate=Gate.SUPPRESSED, note="fewer than 10 people"),
            ["withheld", "", "", "", "fewer than 10 people"],
        ),
        (result_of("share", None, n=0, gate=Gate.LOW_N), ["not known", "", "0", "", ""]),
    ],
)
def test_numbers_are_printed_as_people_write_them(result, said):
    assert _cells(result) == said


def test_columns_are_aligned_numbers_to_the_right_words_to_the_left(run, logins):
    shown = run("metric", "enrolments", "--by", "month", "--by", "course", "--as", "dov").output
    _, _, head, *lines, _, foot = shown.splitlines()
    assert [line[: head.index("note")].rstrip()[-2:] for line in lines] == ["15"]
    assert head.index("people") + len("people") == len(lines[0][: head.index("rows")].rstrip())
    assert head.startswith("month    course") and lines[0].startswith("2026-03  https://")
    assert foot.startswith("as of")


def test_what_is_forbidden_ends_with_its_own_status_and_is_in_the_access_log(run, logins, org):
    refused = run("metric", "enrolments", "--as", "carl", "--json")
    assert (refused.exit_code, refused.stdout) == (EXIT_FORBIDDEN, "")
    assert "administrator" in refused.stderr
    look = org.app.audit.looks(limit=1)[0]
    assert (look.login, look.rows) == ("carl", 0)
    assert look.outcome.startswith("refused")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("completion", "--as", "dov"), "completion_rate"),
        (("completion_rate", "--as", "dov", "--by", "colour"), "course"),
        (("completion_rate", "--as", "dov", "--where", "unit"), "NAME=VALUE"),
        (("average_score", "--as", "dov", "--choice", "attempt=worst"), "attempt=best"),
        (("completion_rate", "--as", "nobody"), "leadline user list"),
        (("completion_rate",), "--as LOGIN"),
    ],
)
def test_a_question_that_cannot_be_asked_says_what_can(run, logins, words, said):
    refused = run("metric", *words)
    assert refused.exit_code == 2
    assert said in refused.output


def test_a_login_gets_roles_one_by_one_and_a_password_from_a_file(run, tmp_path):
    secret = tmp_path / "password"
    secret.write_text("a lead line is 25 fathoms\n")
    words = ("user", "add", "eve", "--role", "learner", "--password-file", str(secret))
    assert run(*words).exit_code == run(*words).exit_code == 0
    assert run("user", "add", "eve", "--role", "HR manager", "--unit", "Org/North").exit_code == 0
    assert "learner; HR manager of Org/North" in run("user", "list").output
    from django.contrib.auth import authenticate

    assert authenticate(username="eve", password="a lead line is 25 fathoms") is not None
    assert run("user", "remove", "eve").exit_code == 0
    assert authenticate(username="eve", password="a lead line is 25 fathoms") is None


def test_a_weak_password_and_an_unknown_person_are_refused(run, tmp_path):
    secret = tmp_path / "password"
    secret.write_text("short")
    weak = run("user", "add", "eve", "--role", "learner", "--password-file", str(secret))
    assert weak.exit_code == 2 and "too short" in weak.output
    unknown = run("user", "add", "eve", "--role", "learner", "--person", "nobody")
    assert unknown.exit_code == 2 and "import people" in unknown.output
    assert "eve" not in run("user", "list").output


def test_settings_say_where_each_value_is_from_and_never_a_password(run):
    env = {
        "LEADLINE_PORT": "8123",
        "LEADLINE_DATABASE_URL": "postgresql://lead:fathoms@127.0.0.1/line",
    }
    shown = run("settings", env=env).output
    assert "LEADLINE_PORT=8123  (from the environment)" in shown
    assert "LEADLINE_SMALLEST_GROUP=10  (default)" in shown
    assert "fathoms" not in shown


def test_the_doctor_finds_a_sound_installation_sound_and_a_broken_chain_broken(run, logins, org):
    run("metric", "enrolments", "--as", "dov")
    sound = run("doctor")
    assert sound.exit_code == 0, sound.output
    (entry,) = org.app.database.execute("SELECT entry FROM audit WHERE number = 1")[0]
    forged = entry.replace("refused", "shown").replace("analyst", "learner")
    change = "UPDATE audit SET entry = ? WHERE number = 1"
    org.app.database.execute(change, (forged + " ",))
    try:
        broken = run("doctor")
        assert broken.exit_code == 1
        assert "Entry 1" in broken.output
    finally:
        org.app.database.execute(change, (entry,))


def test_an_installation_is_set_up_on_every_database(tmp_path, database_url):
    """In processes of their own, two of them at the same time."""
    env = _bare(LEADLINE_HOME=str(tmp_path / "home"), LEADLINE_DATABASE_URL=database_url)
    made = [_process(env, "init") for _ in range(2)]
    assert [process.wait(timeout=60) for process in made] == [0, 0]
    for words in (("user", "add", "dov", "--role", "analyst"), ("doctor",)):
        done = _process(env, *words)
        said, _ = done.communicate(timeout=60)
        assert done.returncode == 0, said
    assert "WRONG" not in said


def _bare(**chosen: str) -> dict[str, str]:
    """The environment without this run's own settings."""
    ours = ("LEADLINE_", "DJANGO_SETTINGS_MODULE")
    return {k: v for k, v in os.environ.items() if not k.startswith(ours)} | chosen


def _process(env: dict[str, str], *words: str) -> subprocess.Popen:
    command = [Path(sys.executable).parent / "leadline", *words]
    return subprocess.Popen(
        command,
        env=env,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def test_from_nothing_to_a_page_that_a_signal_ends(tmp_path):
    """A first start makes everything; SIGTERM ends web, endpoint and worker cleanly."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = _bare(LEADLINE_HOME=str(tmp_path / "home"), LEADLINE_PORT=str(port))
    server = _process(env, "serve")
    try:
        page = _fetch(f"http://127.0.0.1:{port}/sign-in")
        assert page.status == 200
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]
        assert page.headers["X-Frame-Options"] == "DENY"
        about = _fetch(f"http://127.0.0.1:{port}/xapi/about")
        assert "1.0.3" in about.read().decode()
        assert "Content-Security-Policy" not in about.headers  # no Django on the endpoint's way
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=30) in (0, -signal.SIGTERM)
    assert (tmp_path / "home" / "secrets" / "django.key").stat().st_mode & 0o077 == 0


def _fetch(address: str):
    until = time.monotonic() + SERVED_WITHIN_SECONDS
    while True:
        try:
            return urllib.request.urlopen(address, timeout=10)
        except (urllib.error.URLError, ConnectionError) as problem:
            if isinstance(problem, urllib.error.HTTPError) or time.monotonic() > until:
                raise
            time.sleep(0.3)


def test_help_loads_nothing_that_takes_long():
    """`leadline --help` and `leadline WORD --help` import the file of each command."""
    asked = "from click.testing import CliRunner; from leadline.cli import main; import sys; "
    asked += "assert 'backup' in CliRunner().invoke(main, ['--help']).output; "
    asked += "print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", asked], check=True, capture_output=True, text=True, timeout=60
    )
    assert not {"duckdb", "ibis", "pandas", "scipy", "django"} & set(done.stdout.split())
