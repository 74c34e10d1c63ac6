"""Fixtures that every part's tests may use."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from leadline.store import Database
from story.world import World

START_TIMEOUT_S = 30


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of the test's own; each such test runs on both products."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    server = request.getfixturevalue("postgresql_server")
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{server}/{name}"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database of the test's own, open."""
    opened = Database.open(database_url)
    yield opened
    opened.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A small organisation of the test's own; see story/world.py."""
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server on loopback, for this run only, that syncs nothing."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: no initdb under /usr/lib/postgresql or on PATH")
    folder = Path(tempfile.mkdtemp(prefix="leadline-pg-"))
    port, become = _free_port(), _become(folder)
    try:
        initdb = [*become, programs / "initdb", "-D", folder / "data", "-U", "leadline"]
        initdb += ["--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
        subprocess.run(initdb, check=True, capture_output=True, cwd="/")
        server = [*become, programs / "pg_ctl", "-D", folder / "data", "-w"]
        options = (
            f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' "
            "-c fsync=off -c full_page_writes=off -c max_connections=200"
        )
        subprocess.run(
            [*server, "-t", str(START_TIMEOUT_S), "-l", folder / "log", "-o", options, "start"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )
        try:
            yield f"postgresql://leadline@127.0.0.1:{port}"
        finally:
            subprocess.run(
                [*server, "-m", "immediate", "stop"],
                check=False,
                stdout=subprocess.DEVNULL,
                cwd="/",
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    """The folder of PostgreSQL's programs, newest version first."""
    places = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: -int(place.parent.name)
    )
    on_path = shutil.which("initdb")
    places += [Path(on_path).parent] if on_path else []
    return next((place for place in places if (place / "initdb").exists()), None)


def _become(folder: Path) -> list[str]:
    """The command that runs another as somebody who is not root, who then owns the folder."""
    if os.geteuid() != 0:
        return []
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, user.pw_uid, user.pw_gid)
        return ["runuser", "-u", name, "--"]
    pytest.skip("PostgreSQL does not run as root, and there is no user postgres or nobody")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
