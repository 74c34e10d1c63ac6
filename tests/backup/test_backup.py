"""A backup made while statements come in, and the installation that is made from it."""

import json
import os
import random
import shutil
import stat
import subprocess
import sys
import time
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from leadline.app import build, examine
from leadline.backup import MANIFEST, BadBackup, backup, read, restore
from leadline.config import Settings
from leadline.privacy.lens import Lens
from leadline.privacy.viewer import Role, Viewer
from leadline.store.documents import Content, Context, Documents
from leadline.store.dump import NotEmpty, NotTheSame
from story.world import NOW, World, iri

COURSE = "course/fire"
WAIT_SECONDS = 30


def silent(part, share):
    """Tell nobody."""


@pytest.fixture
def story(tmp_path, database_url):
    """North has done the course, South has not, and all of it is counted."""
    world = World(tmp_path, database_url=database_url)
    for unit, done in (("North", 9), ("South", 3)):
        for number, login in enumerate(world.people(unit.lower(), 12, unit=f"Org/{unit}")):
            world.says(login, "launched", COURSE, at="2026-03-02 09:00")
            if number < done:
                world.says(login, "completed", COURSE, at="2026-03-02 10:00")
    world.refresh()
    yield world
    world.close()


@pytest.fixture
def empty(tmp_path, database_url, request):
    """Settings of an installation that is not there yet, on the same product."""
    if database_url.startswith("sqlite"):
        return Settings(home=tmp_path / "new")
    server, _, name = database_url.rpartition("/")
    import psycopg

    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}_new")
    return Settings(home=tmp_path / "new", database_url=f"{server}/{name}_new")


@contextmanager
def writers(world):
    """Statements that come in, one after another, all the while."""
    stop, sent = Event(), []

    def write():
        while not stop.is_set():
            sent.append(world.says("north1", "launched", COURSE, at="2026-03-03 09:00"))
            world.flush()

    thread = Thread(target=write)
    thread.start()
    try:
        yield sent
    finally:
        stop.set()
        thread.join()


def numbers(app):
    """What is answered of North and South."""
    lens = Lens(app, Viewer("ana", Role.ANALYST), None, NOW)
    answered = lens.measure("completion_rate", by=("unit",)).results
    assert len(answered) > 1
    return answered


def logged(app):
    return app.log.since(0, 100_000)


def test_what_a_backup_under_writes_holds_is_all_there_again(story, tmp_path, empty):
    app, course = story.app, story.app.settings.home / "courses" / "c1"
    course.mkdir(parents=True)
    (course / "package.zip").write_bytes(b"a course")
    context = Context("activity profile", iri(COURSE))
    Documents(app.database).change(context, "a", lambda _: Content(b"{}", "application/json"))
    numbered, before = numbers(app), app.log.head()
    with writers(story) as sent:
        wait_for(lambda: len(sent) > 3)
        made = backup(app, tmp_path / "copy", silent)
        wait_for(lambda: len(sent) > made.rows["statement"] - before + 3)
    restore(empty, tmp_path / "copy", silent)

    again = build(empty)
    count = made.rows["statement"]
    assert before < count < app.log.head()
    assert logged(again) == logged(app)[:count]
    assert numbers(again) == numbered
    assert Documents(again.database).get(context, "a").content == b"{}"
    assert (empty.home / "courses" / "c1" / "package.zip").read_bytes() == b"a course"
    assert (empty.secrets / "django.key").read_text() == (
        app.settings.secrets / "django.key"
    ).read_text()
    assert [problem for _, problem in examine(again) if problem] == []
    # It goes on where the other was: new statements, sources and held records are numbered on.
    world = World.__new__(World)
    world.app, world.now, world._fresh, world._said = again, NOW, False, []
    world.says("south9", "completed", COURSE, at="2026-03-04 09:00", source="another")
    assert world.refresh().mark == count + 1
    again.sources.declare("a third", "file")
    again.database.close()


def test_only_the_owner_can_read_a_backup(story, tmp_path):
    backup(story.app, tmp_path / "copy", silent)
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o700
    modes = {
        stat.S_IMODE(path.stat().st_mode)
        for path in (tmp_path / "copy").rglob("*")
        if path.is_file()
    }
    assert modes == {0o600}


def test_nothing_is_written_over(story, tmp_path, empty):
    backup(story.app, tmp_path / "copy", silent)
    with pytest.raises(BadBackup, match="exists already"):
        backup(story.app, tmp_path / "copy", silent)
    with pytest.raises(NotEmpty, match="is not empty"):
        restore(story.app.settings, tmp_path / "copy", silent)
    restore(empty, tmp_path / "copy", silent)
    elsewhere = Settings(home=tmp_path / "third", database_url=empty.database_url)
    with pytest.raises(NotEmpty):
        restore(elsewhere, tmp_path / "copy", silent)


def damage(copy, how):
    manifest = json.loads((copy / MANIFEST).read_text())
    largest = {
        part: max(
            (file for file in manifest["files"] if file["path"].startswith(part)),
            key=lambda file: file["bytes"],
        )
        for part in ("database", "lake")
    }
    match how:
        case "no manifest":
            (copy / MANIFEST).unlink()
        case "half a manifest":
            (copy / MANIFEST).write_text((copy / MANIFEST).read_text()[:-40])
        case "a later format":
            (copy / MANIFEST).write_text(json.dumps(manifest | {"format": 99}))
        case "a file outside":
            manifest["files"][0]["path"] = "lake/../../outside"
            (copy / MANIFEST).write_text(json.dumps(manifest))
        case "a row less":
            manifest["rows"]["statement"] += 1
            (copy / MANIFEST).write_text(json.dumps(manifest))
        case "a file less":
            (copy / largest["lake"]["path"]).unlink()
        case "another byte in the lake" | "another byte in the tables":
            path = copy / largest["lake" if how.endswith("lake") else "database"]["path"]
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 1
            path.write_bytes(content)


DAMAGES = {
    "no manifest": "is no finished backup",
    "half a manifest": "is damaged",
    "a later format": "restore it with Leadline",
    "a file outside": "outside of the backup",
    "a row less": "Table statement came back with 36 rows of 37",
    "a file less": "is missing",
    "another byte in the lake": "is not as it was written",
    "another byte in the tables": "is not as it was written",
}


def test_a_damaged_backup_is_refused_and_nothing_of_it_stays(story, tmp_path, empty):
    backup(story.app, tmp_path / "whole", silent)
    for how, said in DAMAGES.items():
        copy = tmp_path / how
        shutil.copytree(tmp_path / "whole", copy)
        damage(copy, how)
        with pytest.raises((BadBackup, NotTheSame), match=said):
            restore(empty, copy, silent)
        assert not empty.home.exists() or not any(empty.home.iterdir()), how
    restore(empty, tmp_path / "whole", silent)


def test_a_backup_goes_back_into_its_own_product_only(story, tmp_path, database_url):
    backup(story.app, tmp_path / "copy", silent)
    other = "postgresql://nobody@localhost/none" if database_url.startswith("sqlite") else ""
    with pytest.raises(BadBackup, match="of its own product"):
        restore(Settings(home=tmp_path / "new", database_url=other), tmp_path / "copy", silent)


def test_a_disk_that_fills_up_leaves_nothing(story, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("leadline.backup.dump", full)
    with pytest.raises(OSError, match="No space left"):
        backup(story.app, tmp_path / "copy", silent)
    assert sorted(path.name for path in tmp_path.glob("*copy*")) == []


KILLED = """
import os, signal, sys, threading, time
from pathlib import Path
from leadline.app import build
from leadline.backup import backup
from leadline.config import Settings
from leadline.privacy.lens import Lens
from leadline.privacy.viewer import Role, Viewer
home, url, target, wait = sys.argv[1:]
app = build(Settings(home=Path(home), database_url=url))
def strike():
    time.sleep(float(wait))
    os.kill(os.getpid(), signal.SIGKILL)
threading.Thread(target=strike, daemon=True).start()
backup(app, Path(target), lambda *_: None)
"""
KILLS = int(os.environ.get("KILLS", "2"))


def test_a_backup_that_is_killed_never_looks_whole(story, tmp_path, empty):
    home, url = str(story.app.settings.home), story.app.settings.database_url
    for kill in range(KILLS):
        target = tmp_path / f"copy{kill}"
        wait = random.Random(kill).uniform(0.01, 0.3)
        command = [sys.executable, "-c", KILLED, home, url, str(target), str(wait)]
        subprocess.run(command, check=False)
        if target.exists():  # it was faster
            assert set(read(target).rows) >= {"statement"}
            continue
        left = tmp_path / f".copy{kill}.unfinished"
        if left.exists():
            with pytest.raises(BadBackup, match="is no finished backup"):
                restore(empty, left, silent)
    backup(story.app, tmp_path / "copy", silent)


def test_by_command_with_logins_and_a_doctor_who_looks_at_it(tmp_path, database_url, empty):
    def leadline(*words, home, url, **more):
        place = os.environ | {"LEADLINE_HOME": str(home), "LEADLINE_DATABASE_URL": url}
        command = [sys.executable, "-c", "from leadline.cli import main; main()", *words]
        return subprocess.run(command, env=place, capture_output=True, text=True, check=False)

    old = {"home": tmp_path / "home", "url": database_url}
    new = {"home": empty.home, "url": empty.database_url}
    copy = str(tmp_path / "copy")
    assert leadline("user", "add", "ana", "--role", "analyst", **old).returncode == 0
    made = leadline("backup", copy, **old)
    assert (made.returncode, "mode 600" in made.stdout) == (0, True), made
    restored = leadline("restore", copy, **new)
    assert restored.returncode == 0, restored
    assert (restored.stdout.count("ok "), "WRONG" in restored.stdout) == (6, False)
    (look,) = build(empty).audit.looks()  # in the copy as well
    assert (look.role, look.what) == ("command line", f"back up everything to {copy}")
    assert "ana" in leadline("user", "list", **new).stdout
    assert leadline("user", "add", "ben", "--role", "analyst", **new).returncode == 0
    refused = leadline("restore", copy, **new)
    assert (refused.returncode, "is not empty" in refused.stderr) == (1, True)


def wait_for(reached):
    until = time.monotonic() + WAIT_SECONDS
    while not reached():
        assert time.monotonic() < until
        time.sleep(0.01)
