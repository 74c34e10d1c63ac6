"""The endpoint as a process of its own, and a connection to it."""

import base64
import http.client
import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from .world import statement

ANSWER_SECONDS = 60
LOST = (OSError, http.client.HTTPException)


class Address(NamedTuple):
    """Where an endpoint listens, and a credential for it."""

    port: int
    key: str
    secret: str


class Line:
    """A kept-open connection to the endpoint."""

    def __init__(self, port, key, secret):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
        signed = base64.b64encode(f"{key}:{secret}".encode()).decode()
        self.headers = {
            "Authorization": f"Basic {signed}",
            "X-Experience-API-Version": "2.0.0",
            "Content-Type": "application/json",
        }

    def ask(self, method, path, body=None, **headers):
        self._connection.request(method, path, body, self.headers | headers)
        reply = self._connection.getresponse()
        return reply, reply.read()

    def post(self, n):
        """The status that statement n was answered with."""
        return self.ask("POST", "/xapi/statements", json.dumps(statement(n)))[0].status

    def close(self):
        self._connection.close()


@contextmanager
def process_on(database_url, **options):
    """(process, port) of an endpoint on a database; it is killed at the end."""
    program = [sys.executable, Path(__file__).with_name("server.py"), database_url]
    process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True, **options)
    try:
        yield process, int(process.stdout.readline())
    finally:
        process.kill()
        process.wait(ANSWER_SECONDS)
        process.stdout.close()
