"""A real file of video statements, brought in slice by slice, equals a rebuild, fact by fact."""

import gzip
from pathlib import Path

import pytest
from small_world import World

from leadline.facts import catalogue
from leadline.refresh import schemas
from leadline.sources.intake import Intake
from leadline.sources.xapi_file import StatementFile

FILE = Path(__file__).resolve().parents[3] / "shared/data/xapi/funmooc_video_11000.jsonl.gz"
SLICES = 5


@pytest.mark.skipif(not FILE.exists(), reason="shared/data is not beside this checkout")
def test_slices_of_a_real_file_equal_a_rebuild(tmp_path):
    with gzip.open(FILE) as file:
        lines = file.readlines()
    # Two threads: rows come together in another order than they lie.
    small = World(tmp_path, facts=catalogue(), schemas=schemas(), threads=2)
    slice = tmp_path / "slice.jsonl"
    for first in range(SLICES):
        slice.write_bytes(b"".join(lines[first::SLICES]))  # every slice is late for the one before
        for _ in Intake(small.log).take(StatementFile(slice), "funmooc"):
            pass
        assert small.refresh().people
    refreshed = small.visible()
    assert len(refreshed["event"]) == len(lines) and refreshed["segment"]
    small.rebuild()
    rebuilt = small.visible()
    for table, rows in refreshed.items():
        assert rebuilt[table] == rows, table
