"""`leadline import` and `leadline quarantine`, from the command to the log."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from leadline.cli import main
from leadline.directory import Directory
from leadline.store import Log, Quarantine, Sources

from .test_oulad import TABLES
from .world import World, as_lines, statement, zipped

PEOPLE = """person_id,name,email,unit,role,manager,valid_from
1,Ana,ana@harbour.example,Harbour/North,lead,,2026-01-01
2,Ben,ben@harbour.example,Harbour/North,nurse,1,2026-01-01
"""


@pytest.fixture
def world(tmp_path):
    """The world on which the command works: the database in LEADLINE_HOME."""
    world = World(tmp_path, f"sqlite:///{tmp_path / 'leadline.db'}")
    yield world
    world.database.close()


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path))

    def run(*words):
        return CliRunner().invoke(main, [str(word) for word in words])

    return run


def test_a_file_of_statements(world, run):
    path = world.file("s.jsonl.gz", zipped(as_lines([statement(1), statement(2)]) + "{\n"))

    done = run("import", "xapi", path, "--source", "lms", "--json")

    assert done.exit_code == 0
    summary = json.loads(done.stdout)
    assert summary.pop("seconds") >= 0
    assert summary == {
        "received": 3, "accepted": 2, "duplicate": 0, "quarantined": 1, "source": "lms",
    }  # fmt: skip
    assert [value["timestamp"] for value in world.values()] == ["2026-06-01T10:00:00Z"] * 2
    assert [(source.name, source.kind) for source in world.sources.all()] == [("lms", "file")]


def test_the_summary_in_words_speaks_of_the_quarantine(world, run):
    path = world.file("s.jsonl", as_lines([statement(1)]) + "{\n")

    done = run("import", "xapi", path, path, "--source", "lms")

    assert "4 received: 1 accepted, 1 duplicate, 2 in quarantine" in done.stdout
    assert "leadline quarantine list" in done.stdout


def test_files_that_cannot_be_read_end_with_2_and_stop_no_other(world, run):
    good = world.file("s.jsonl", as_lines([statement(1)]))
    cut = world.file("cut.gz", zipped(as_lines(statement(n) for n in range(3000)))[:-9])

    missing = run("import", "xapi", world.folder / "missing", good, "--source", "lms", "--json")
    damaged = run("import", "xapi", cut, "--source", "lms", "--json")

    assert (missing.exit_code, damaged.exit_code) == (2, 2)
    assert json.loads(missing.stdout)["accepted"] == 1
    assert "missing" in missing.stderr
    assert json.loads(damaged.stdout)["accepted"] == 2999
    assert "breaks off" in damaged.stderr


def test_an_import_into_a_live_source_keeps_its_kind(world, run):
    world.sources.declare("lms", "xapi")
    run("import", "xapi", world.file("s.jsonl", as_lines([statement(1)])), "--source", "lms")

    assert world.sources.all()[0].kind == "xapi"


def test_three_sources_name_the_same_person_in_three_ways(world, run):
    import hashlib

    digest = hashlib.sha1(b"mailto:ben@harbour.example").hexdigest()
    agents = {
        "lms": {"mbox": "mailto:ben@harbour.example"},
        "quiz": {"mbox_sha1sum": digest},
        "video": {"account": {"homePage": "https://video.harbour.example", "name": "b2"}},
    }
    for number, (source, agent) in enumerate(agents.items()):
        path = world.file(f"{source}.jsonl", as_lines([statement(number, actor=agent)]))
        assert run("import", "xapi", path, "--source", source).exit_code == 0
    people = PEOPLE.replace("valid_from", "valid_from,account_home,account_name").replace(
        "01-01\n", "01-01,https://video.harbour.example,b2\n"
    )
    ana = people.replace("lead,,2026-01-01,https://video.harbour.example,b2", "lead,,2026-01-01,,")

    assert run("import", "people", world.file("people.csv", ana)).exit_code == 0

    from leadline.statements import identifier_of

    directory = Directory(world.database)
    owners = dict(directory.all_links())
    actors = directory.actors([identifier_of(value["actor"]) for value in world.values()])
    assert len(actors) == 3
    assert {owners[actor] for actor in actors.values()} == {directory.key_of("2")}


def test_a_change_of_department_keeps_the_past(world, run):
    run("import", "people", world.file("people.csv", PEOPLE))
    moved = PEOPLE.replace("North,nurse,1,2026-01-01", "South,nurse,1,2026-06-01")

    done = run("import", "people", world.file("june.csv", moved))

    assert done.exit_code == 0
    assert "Harbour/North, nurse, manager 1, from 2026-01-01 → Harbour/South" in done.stdout
    directory = Directory(world.database)
    ben = directory.key_of("2")
    from datetime import date

    assert directory.place_today(ben, on=date(2026, 5, 31)).unit == "North"
    assert directory.place_today(ben, on=date(2026, 6, 1)).unit == "South"


def test_a_dry_run_then_the_import_then_a_repeat(world, run):
    path = world.file("people.csv", PEOPLE)

    dry = json.loads(run("import", "people", path, "--dry-run", "--json").stdout)
    assert (len(dry["added"]), dry["dry_run"]) == (2, True)
    assert Directory(world.database).key_of("1") is None

    first = json.loads(run("import", "people", path, "--json").stdout)
    assert first["added"] == dry["added"]
    again = json.loads(run("import", "people", path, "--json").stdout)
    assert (again["added"], again["moved"], again["unchanged"]) == ([], [], 2)


def test_refused_people_are_listed_and_the_good_ones_taken_in(world, run):
    path = world.file("people.csv", PEOPLE + "3,Cleo,cleo,,,,\n4,Dov,,,,77,\n")

    done = run("import", "people", path)

    assert done.exit_code == 1
    assert "people.csv:4: email: 'cleo' is not an e-mail address." in done.stderr
    assert "people.csv:5: manager: 77 is neither" in done.stderr
    assert Directory(world.database).key_of("2") is not None
    assert Directory(world.database).key_of("4") is None


def test_undated_positions_say_what_that_means(world, run):
    done = run("import", "people", world.file("p.csv", "person_id,unit,pay\n1,North,3\n"))

    assert "No row has a valid_from" in done.stdout
    assert "not read: pay" in done.stdout


def test_settings_that_cannot_be_used_are_named(world, run, monkeypatch):
    monkeypatch.setenv("LEADLINE_DATABASE_URL", "mysql://x")

    done = run("import", "xapi", world.file("s.jsonl", ""), "--source", "lms")

    assert done.exit_code == 2
    assert "mysql://x" in done.stderr


def test_a_people_file_that_is_none(world, run):
    done = run("import", "people", world.file("p.csv", "name\nAna\n"))

    assert done.exit_code == 2
    assert "person_id" in done.stderr


def test_oulad_twice(world, run):
    folder = world.folder / "oulad"
    folder.mkdir()
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text)

    first = json.loads(run("import", "oulad", folder, "--json").stdout)
    again = json.loads(run("import", "oulad", folder, "--json").stdout)
    quick = json.loads(run("import", "oulad", folder, "--no-clicks", "--json").stdout)

    assert (first["accepted"], first["people"], first["source"]) == (18, 4, "oulad")
    assert (again["accepted"], again["duplicate"], again["people"]) == (0, 18, 0)
    assert quick["duplicate"] == 14
    assert run("import", "oulad", world.folder).exit_code == 2


def test_the_quarantine_is_listed_shown_replayed_and_dropped(world, run):
    run("import", "xapi", world.file("s.jsonl", "{\n[]\n"), "--source", "lms")

    assert "s.jsonl:1" in run("quarantine", "list").stdout
    both = [json.loads(line) for line in run("quarantine", "list", "--json").stdout.splitlines()]
    assert [record["raw"] for record in both] == ["{", "[]"]
    assert run("quarantine", "list", "--source", "other").stdout.startswith("Nothing is held")
    key = both[0]["key"]
    assert "raw: {" in run("quarantine", "show", key).stdout
    assert run("quarantine", "show", 999).exit_code == 2

    assert json.loads(run("quarantine", "replay", "--json").stdout) == {
        "replayed": 0, "still_held": 2,
    }  # fmt: skip
    assert run("quarantine", "drop", key, 999).exit_code == 2
    assert len(world.quarantine.list()) == 2
    assert run("quarantine", "drop", key).exit_code == 0
    assert [record.key for record in world.quarantine.list()] == [both[1]["key"]]


def test_a_replayed_record_becomes_a_statement(world, run):
    run("import", "xapi", world.file("s.jsonl", "{\n"), "--source", "lms")
    whole = json.dumps(statement(1)).encode()
    world.database.execute("UPDATE quarantine SET raw = ?", (whole,))

    assert "1 replayed, 0 still held" in run("quarantine", "replay").stdout
    assert len(world.values()) == 1
    assert run("quarantine", "list").stdout.startswith("Nothing is held")


def test_killed_in_the_middle_and_started_again_nothing_is_lost_or_doubled(world):
    tmp_path = world.folder
    many = 30_000
    path = tmp_path / "many.jsonl.gz"
    path.write_bytes(gzip.compress(as_lines(statement(n) for n in range(many)).encode(), 1))
    command = [sys.executable, "-m", "leadline", "import", "xapi", path, "--source", "lms"]
    command[1:3] = ["-c", "from leadline.cli import main; main()"]
    environment = {**os.environ, "LEADLINE_HOME": str(tmp_path)}

    running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while world.log.head() == 0 and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    running.send_signal(signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    halfway = world.log.head()
    assert 0 < halfway < many

    done = subprocess.run(
        [*command, "--json"], env=environment, capture_output=True, text=True, check=True
    )

    summary = json.loads(done.stdout)
    assert summary["received"] == many
    assert summary["duplicate"] == halfway
    assert summary["accepted"] == many - halfway
    assert world.log.head() == many
    (source,) = Sources(world.database).all()
    assert source.counts.accepted == many
    assert Quarantine(world.database).list() == []


def test_the_real_file_comes_in_whole_and_a_repeat_adds_nothing(world, run, funmooc):
    with gzip.open(funmooc) as file:
        sent = [json.loads(line) for line in file]

    first = json.loads(run("import", "xapi", funmooc, "--source", "fun", "--json").stdout)
    again = json.loads(run("import", "xapi", funmooc, "--source", "fun", "--json").stdout)

    assert (first["received"], first["accepted"], first["quarantined"]) == (11_000, 11_000, 0)
    assert (again["accepted"], again["duplicate"]) == (0, 11_000)
    log = Log(world.database)
    stored = [json.loads(x.payload) for start in (0, 6000) for x in log.since(start, 6000)]
    learners = {value["actor"]["account"]["name"] for value in sent}
    assert {value["id"] for value in stored} == {value["id"] for value in sent}
    assert {value["actor"]["account"]["name"] for value in stored} == learners
