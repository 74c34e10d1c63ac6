"""A PostgreSQL server of a run's own, on loopback; it can be stopped, killed and started again."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

START_TIMEOUT_S = 60
# Of what tests write, nothing has to outlive the machine.
UNSYNCED = "-c fsync=off -c full_page_writes=off"


class NotInstalled(Exception):
    """There is no PostgreSQL that could be started here, and why."""


class Server:
    """Started when made. url: its address without a database. durable: whether commits reach the
    disk, as they would outside of a test."""

    def __init__(self, *, durable: bool = False) -> None:
        self._programs = _programs()
        self._folder = Path(tempfile.mkdtemp(prefix="leadline-pg-"))
        self._become = _become(self._folder)
        port = _free_port()
        self.url = f"postgresql://leadline@127.0.0.1:{port}"
        self._options = (
            f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' "
            f"-c max_connections=200 {'' if durable else UNSYNCED}"
        )
        self._run("initdb", "-U", "leadline", "--auth=trust", "--encoding=UTF8", "--no-locale")
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers. After a crash it does not start before the last
        child of the postmaster that was killed has ended, so it is tried again."""
        timeout, log = str(START_TIMEOUT_S), str(self._folder / "log")
        until = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                self._run("pg_ctl", "-w", "-t", timeout, "-l", log, "-o", self._options, "start")
            except subprocess.CalledProcessError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.5)
            else:
                return

    def stop(self, mode: str = "fast") -> None:
        """Stop it: `fast` breaks off what is under way, `immediate` does not even clear up."""
        self._run("pg_ctl", "-m", mode, "-w", "stop")

    def kill(self) -> None:
        """kill -9 of the postmaster; its children notice and end by themselves."""
        os.kill(self.pid, signal.SIGKILL)

    @property
    def pid(self) -> int:
        """The number of the postmaster."""
        return int((self._folder / "data" / "postmaster.pid").read_text().split()[0])

    def remove(self) -> None:
        """Stop it and take all of it away."""
        try:
            self.stop("immediate")
        except subprocess.CalledProcessError:  # it is down already
            pass
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._become, str(self._programs / program), "-D", str(self._folder / "data")]
        # Not a pipe: the server would hold it open, and nobody would ever see its end.
        silent = subprocess.DEVNULL
        subprocess.run([*command, *arguments], check=True, stdout=silent, stderr=silent, cwd="/")


def _programs() -> Path:
    """The folder of PostgreSQL's programs, newest version first."""
    places = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: -int(place.parent.name)
    )
    on_path = shutil.which("initdb")
    places += [Path(on_path).parent] if on_path else []
    for place in places:
        if (place / "initdb").exists():
            return place
    raise NotInstalled("PostgreSQL is not installed: no initdb under /usr/lib/postgresql or PATH")


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
    raise NotInstalled("PostgreSQL does not run as root, and there is no user postgres or nobody")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
