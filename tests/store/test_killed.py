"""A process that is killed at any moment loses nothing that it acknowledged and keeps no half."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from logbook import append, identity, sent

from leadline.store import Database, Log, Sources

BATCH_STATEMENTS = 5  # as in WRITER
ROUNDS = 6

WRITER = """
import sys
sys.path.insert(0, sys.argv[3])
from logbook import append, sent
from leadline.store import Database, Log
log = Log(Database.open(sys.argv[1]))
number = int(sys.argv[2])
while True:
    append(log, *(sent(number + position) for position in range(5)))
    number += 5
    print(number, flush=True)
"""


def test_killed_writers_leave_whole_batches_and_all_that_were_acknowledged(
    database: Database, database_url: str
):
    log, start = Log(database), 1
    for seed in range(ROUNDS):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, database_url, str(start), str(Path(__file__).parent)],
            stdout=subprocess.PIPE,
        )
        assert writer.stdout.readline()  # it has begun
        time.sleep(random.Random(seed).uniform(0, 0.1))
        writer.send_signal(signal.SIGKILL)
        said, _ = writer.communicate()
        acknowledged = int(said.split()[-1]) if said.split() else start + BATCH_STATEMENTS
        _settled(log)
        head = log.head()
        assert head >= acknowledged - 1 and head % BATCH_STATEMENTS == 0
        ids = [entry.id for entry in log.since(0, 100_000)]
        assert ids == [identity(number) for number in range(1, head + 1)]
        assert Sources(database).all()[0].counts.accepted == head
        # Sent again after the crash: nothing doubled.
        append(log, *(sent(number) for number in range(max(1, head - 20), head + 1)))
        assert log.head() == head
        start = head + 1


def _settled(log: Log) -> None:
    """Wait until a server has noticed that its client is gone."""
    for _ in range(100):
        if log.consistent_through() > log.since(log.head() - 1, 1)[0].stored:
            return
        time.sleep(0.05)
    pytest.fail("a transaction of the killed writer is still open")
