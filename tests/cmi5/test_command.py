"""`leadline cmi5`, and `leadline serve` with a course in it, as somebody types them."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from leadline.cli import main

from .packages import Packages, au

START_SECONDS = 60


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path / "home"))

    def run(*words):
        return CliRunner().invoke(main, ["cmi5", *map(str, words)])

    return run


@pytest.fixture
def file(tmp_path):
    def file(name, content):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return file


@pytest.mark.cmi5(8, 12, 29)
@pytest.mark.parametrize(
    ("name", "content"), [("c.zip", Packages.zip()), ("c.XML", Packages.xml())]
)
def test_import_and_list(run, file, name, content):
    done = run("import", file(name, content), "--json")

    assert done.exit_code == 0, done.output
    course = json.loads(done.output)
    assert (course["title"], course["units"], course["tenant"]) == ("Course", 1, "default")
    assert run("import", file(name, content), "--json").output == done.output
    assert json.loads(run("list", "--json").output) == course
    assert course["course_id"] in run("list").output
    assert run("list", "--tenant", "south").output == ""


@pytest.mark.cmi5(17, 30)
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("c.md", b"# Markdown", "no type of a course package"),
        ("c.zip", b"# Markdown", "no"),
        ("c.xml", Packages.xml(au(1, "index.html")), "14.2"),
    ],
)
def test_a_bad_package_is_refused_and_nothing_kept(run, file, tmp_path, name, content, said):
    done = run("import", file(name, content))

    assert done.exit_code == 1
    assert said in done.output
    assert run("list").output == ""
    assert not (tmp_path / "home" / "courses").exists()


@pytest.mark.cmi5(27, 175)
@pytest.mark.parametrize(
    ("name", "content"), [("c.zip", Packages.zip()), ("c.xml", Packages.xml())]
)
def test_export_gives_back_what_came(run, file, tmp_path, name, content):
    course_id = json.loads(run("import", file(name, content), "--json").output)["course_id"]
    folder = tmp_path / "out"
    folder.mkdir()

    done = run("export", course_id, folder)

    assert done.exit_code == 0, done.output
    [exported] = folder.iterdir()
    assert exported.read_bytes() == content
    assert exported.name == ("cmi5.xml" if name == "c.xml" else f"{course_id}.zip")
    assert "there already" in run("export", course_id, folder).output
    assert "no course" in run("export", course_id, folder, "--tenant", "south").output


def test_a_server_shows_content_beside_its_pages(run, file, tmp_path):
    page = b"<script src=app.js></script>"
    content = Packages.zip(files={"index.html": page})
    course_id = json.loads(run("import", file("c.zip", content), "--json").output)["course_id"]
    pages, beside = free_port(), free_port()
    own = {"LEADLINE_PORT": str(pages), "LEADLINE_CONTENT_PORT": str(beside)}
    command = [
        sys.executable,
        "-c",
        "from leadline.cli import main; main()",
        "serve",
        "--no-worker",
    ]
    server = subprocess.Popen(command, env={**os.environ, **own}, stdout=subprocess.DEVNULL)
    try:
        path = f"/content/{course_id}/index.html"
        assert fetched(pages, path)[0] == 404
        assert fetched(beside, path) == (200, page)
        assert fetched(beside, "/login")[0] == 404
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(START_SECONDS) in (0, -signal.SIGTERM)


def fetched(port, path):
    """Status and body, once the server is up."""
    ends = time.monotonic() + START_SECONDS
    while True:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
        try:
            client.request("GET", path)
            reply = client.getresponse()
            return reply.status, reply.read()
        except ConnectionRefusedError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.05)
        finally:
            client.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
