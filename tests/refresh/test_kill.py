"""kill -9, the real one: a process that refreshes dies at once, and a next one makes it good."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from small_world import World

HERE = Path(__file__).parent
SEED = 2026
ROUNDS = 3
LONGEST_SECONDS = 2.0
# Before the facts, and before the commit; every other write is tried in test_refresh.py.
STEPS = (1, 4)

START = f"""
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {str(HERE)!r})
from small_world import World
from leadline.engine import commit, compaction, lake
from leadline.engine.table import Table
"""
AT_A_STEP = """
step = int(sys.argv[2])
writes = 0

def deadly(write):
    def wrapped(*args, **kwargs):
        global writes
        if writes == step:
            os.kill(os.getpid(), signal.SIGKILL)
        writes += 1
        return write(*args, **kwargs)
    return wrapped

for name in ("append", "overwrite"):
    setattr(Table, name, deadly(getattr(Table, name)))
commit.write = deadly(commit.write)
World(Path(sys.argv[1])).refresh()
"""
ALL_THE_TIME = """
compaction.BLOCK_FILES_MOST = 1
compaction.FACT_FILES_MOST = 1
compaction.RECOMPUTED_PEOPLE_LEAST = 1  # dead rows go at once
lake.GRACE_SECONDS = 0  # and files as soon as nothing refers to them
small = World(Path(sys.argv[1]))
small.count = int(sys.argv[2])
print("ready", flush=True)
while True:
    small.void(small.say("ana"))
    small.say("ben")
    small.refresh()
"""


def victim(program, folder, argument):
    arguments = [sys.executable, "-c", START + program, str(folder), str(argument)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE)


def test_killed_at_a_step(tmp_path):
    small = World(tmp_path)
    small.say("ana")
    small.refresh()
    for step in STEPS:
        small.say("ana")
        small.say("ben")
        before = small.visible()
        with victim(AT_A_STEP, tmp_path, step) as died:
            assert died.wait() == -signal.SIGKILL
        assert small.visible() == before
        small.say("cleo")
        assert small.refresh().statements == 3
        assert small.coherent() and len(small.rows("event")) == small.log.head()
    refreshed = small.visible()
    small.rebuild()
    assert small.visible() == refreshed


def test_killed_at_any_moment_while_compacting_and_deleting(tmp_path):
    chance = random.Random(SEED)
    small = World(tmp_path)
    small.say("ana")
    small.refresh()
    for _ in range(ROUNDS):
        visible = small.lake.snapshot().version
        with victim(ALL_THE_TIME, tmp_path, 1000 + small.log.head()) as dying:
            assert dying.stdout.readline()
            time.sleep(chance.uniform(0.2, LONGEST_SECONDS))
            dying.kill()
        assert small.coherent()
        assert small.lake.snapshot().version >= visible
        small.refresh()
        assert small.coherent() and len(small.rows("event")) == small.log.head()
    refreshed = small.visible()
    small.rebuild()
    assert small.visible() == refreshed
