"""A server as a process of its own, and clients that speak to it over kept-open connections."""

import base64
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

START_SECONDS = 60
STOP_SECONDS = 60
SETTLE_SECONDS_MAX = 120
IDLE_SHARE = 0.03  # of a core
ANSWER_SECONDS = 120
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
LEADLINE = (sys.executable, "-c", "from leadline.cli import main; main()")


class Reply(NamedTuple):
    """An answer: its status, and its body as it came."""

    status: int
    body: bytes


class Client:
    """One connection, kept open. It costs the machine next to nothing beside a server."""

    def __init__(self, port: int, authorization: str = "") -> None:
        self._line = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS)
        self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._common = (
            f"Host: 127.0.0.1:{port}\r\nAuthorization: {authorization}\r\n"
            "X-Experience-API-Version: 1.0.3\r\nContent-Type: application/json\r\n"
        )

    def post(self, body: bytes, path: str = "/xapi/statements") -> Reply:
        return self._ask("POST", path, body)

    def get(self, path: str = "/xapi/statements", **query: object) -> Reply:
        return self._ask("GET", f"{path}?{urlencode(query)}" if query else path, b"")

    def close(self) -> None:
        self._line.close()

    def _ask(self, method: str, path: str, body: bytes) -> Reply:
        head = f"{method} {path} HTTP/1.1\r\n{self._common}Content-Length: {len(body)}\r\n\r\n"
        self._line.sendall(head.encode() + body)
        received = bytearray()
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._piece()
        status, length = int(received[9:12]), _length(bytes(received[:end]))
        while len(received) < end + 4 + length:
            received += self._piece()
        return Reply(status, bytes(received[end + 4 :]))

    def _piece(self) -> bytes:
        piece = self._line.recv(1 << 20)
        if not piece:
            raise ConnectionError("the server closed the connection")
        return piece


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


class Running(NamedTuple):
    """A server that answers."""

    port: int
    pid: int

    def cpu_s(self) -> float:
        """Seconds of CPU that it has used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND

    def settle(self) -> None:
        """Wait until the server has been idle for a second, SETTLE_SECONDS_MAX at the longest."""
        for _ in range(SETTLE_SECONDS_MAX):
            before = self.cpu_s()
            time.sleep(1)
            if self.cpu_s() - before < IDLE_SHARE:
                return

    def memory_mb(self) -> float:
        """The memory of its own that it holds, without the files that it has mapped."""
        status = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("RssAnon"))


@contextmanager
def running(command: Sequence[str], environment: dict[str, str]) -> Iterator[Running]:
    """Start a server that listens on LEADLINE_PORT; it is stopped, or killed, at the end."""
    port = free_port()
    ports = {"LEADLINE_PORT": str(port), "LEADLINE_CONTENT_PORT": str(free_port())}
    place = os.environ | environment | ports
    started = subprocess.Popen(command, env=place, stdout=subprocess.DEVNULL)
    try:
        wait_for(port, started)
        yield Running(port, started.pid)
    finally:
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def wait_for(port: int, started: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if started.poll() is not None:
            raise RuntimeError(f"the server ended with {started.returncode} before it answered")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"no answer on port {port} within {START_SECONDS} s")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def basic(key: str, secret: str) -> str:
    """The Authorization header of a credential."""
    return f"Basic {base64.b64encode(f'{key}:{secret}'.encode()).decode()}"
