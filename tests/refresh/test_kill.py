"""kill -9, the real one: a process that refreshes dies at once, and a next one makes it good."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from small_world import World

HERE = Path(__file__).parent
VICTIM = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {here!r})
from small_world import World
from leadline.engine.table import Table
from leadline.engine import commit

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


@pytest.mark.parametrize("step", [1, 2, 4])  # before facts, dimensions, the commit
def test_kill_minus_nine(tmp_path, step):
    small = World(tmp_path)
    small.say("ana")
    small.refresh()
    small.say("ana")
    small.say("ben")
    before = small.visible()
    program = VICTIM.format(here=str(HERE))
    died = subprocess.run([sys.executable, "-c", program, str(tmp_path), str(step)], check=False)
    assert died.returncode == -signal.SIGKILL
    assert small.visible() == before
    small.say("cleo")
    assert small.refresh().statements == 3
    assert small.coherent() and len(small.rows("event")) == 4
    refreshed = small.visible()
    small.rebuild()
    assert small.visible() == refreshed
