"""A full disk or a lost database is 503; nothing acknowledged is lost, and service comes back."""

import json
import os
import random
import resource
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import psycopg
import pytest

from leadline.store import Credentials, Database
from story.postgresql import NotInstalled, Server

from .line import Address, Line, process_on
from .traffic import Traffic

LOSSES = max(1, int(os.environ.get("KILLS", "0")) // 10)
ROOM_BYTES = 4 << 20
WAIT_SECONDS = 60


@pytest.fixture
def server() -> Iterator[Server]:
    """A PostgreSQL of the test's own, which writes to the disk."""
    try:
        made = Server(durable=True)
    except NotInstalled as reason:
        pytest.skip(str(reason))
    with psycopg.connect(f"{made.url}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE leadline")
    yield made
    made.remove()


@pytest.mark.postgres
@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_a_lost_server_is_503_until_it_is_back_and_nothing_is_lost(server, how):
    chance = random.Random(how)
    with under_load(f"{server.url}/leadline") as (traffic, _):
        for _ in range(LOSSES):
            served_again(traffic)
            time.sleep(chance.uniform(0, 0.3))
            server.stop() if how == "stopped" else server.kill()
            refused_again(traffic)
            server.start()
        served_again(traffic)


class Tmpfs:
    """A file system of a few megabytes."""

    def __init__(self, folder):
        self.folder = folder
        self._mount("tmpfs", f"size={ROOM_BYTES}")

    def fill(self, _):
        """It fills up by itself."""

    def make_room(self, _):
        self._mount("tmpfs", f"remount,size={10 * ROOM_BYTES}")

    def remove(self):
        subprocess.run(["umount", self.folder], check=True)

    def _mount(self, kind, options):
        mount = ["mount", "-t", kind, "-o", options, kind, self.folder]
        if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
            pytest.skip("only root may mount a file system of a given size")


class FileLimit:
    """A limit to the size of any file that the endpoint writes, which needs no rights."""

    def __init__(self, folder):
        self.folder = folder

    def fill(self, process):
        no_end = resource.RLIM_INFINITY
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (ROOM_BYTES // 2, no_end))

    def make_room(self, process):
        no_end = resource.RLIM_INFINITY
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (no_end, no_end))

    def remove(self):
        """Nothing is left."""


@pytest.mark.parametrize("kind", [Tmpfs, FileLimit])
def test_a_full_disk_is_503_until_there_is_room_and_nothing_is_lost(tmp_path, kind):
    disk = kind(tmp_path)
    try:
        with under_load(f"sqlite:///{tmp_path / 'log.db'}") as (traffic, process):
            served_again(traffic)
            disk.fill(process)
            refused_again(traffic)
            reader = Line(*traffic.address)
            reply, page = reader.ask("GET", "/xapi/statements?ascending=true")
            assert reply.status == 200 and json.loads(page)["statements"]
            reader.close()
            disk.make_room(process)
            served_again(traffic)
    finally:
        disk.remove()


@contextmanager
def under_load(url):
    """Clients that send all the while, and again what was refused; compared at the end."""
    database = Database.open(url)
    credential, secret = Credentials(database).create("lms", ["all"])
    database.close()
    with process_on(url) as (process, port):
        traffic, stop = Traffic(Address(port, credential.key, secret)), Event()
        load = Thread(target=traffic.run, args=(stop,), kwargs={"patient": True})
        load.start()
        try:
            yield traffic, process
        finally:
            stop.set()
            load.join(WAIT_SECONDS)
        assert not load.is_alive() and process.poll() is None
        traffic.resend()
    assert set(traffic.statuses) == {200, 503}
    database = Database.open(url)
    traffic.compare(database)
    database.close()
    print(f"{dict(traffic.statuses)}")


def served_again(traffic):
    grown(lambda: len(traffic.acknowledged), "no more is acknowledged")


def refused_again(traffic):
    grown(lambda: traffic.statuses[503], "nothing is refused while the database is away")


def grown(number, otherwise):
    before, until = number(), time.monotonic() + WAIT_SECONDS
    while number() <= before + 5:
        assert time.monotonic() < until, otherwise
        time.sleep(0.02)
