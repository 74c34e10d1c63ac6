"""A test's answers from a file to its questions' figures."""

import csv
import gzip
import json
from datetime import date
from pathlib import Path

import pytest

from leadline.metrics.items import items
from leadline.privacy.cut import CutFacts
from leadline.privacy.policy import POLICY
from leadline.privacy.viewer import Role
from leadline.sources.answers_csv import AnswerFile, Sheet, read_key
from leadline.sources.intake import Intake

TEST = "https://lms.example/test"
DAY = date(2026, 3, 2)
SETS = Path(__file__).resolve().parents[2] / "../shared/data/items"


def test_a_published_set_through_the_import_gives_the_published_figures(world, tmp_path):
    """SAT12 (mirt): share correct of item 1 is .283; the key of item 32 is thought to be wrong."""
    source = SETS / "sat12_raw.csv.gz"
    if not source.exists():
        pytest.skip("the set is not beside the repository")
    path, key = tmp_path / "sat12.csv", tmp_path / "key.csv"
    path.write_bytes(gzip.decompress(source.read_bytes()))
    names = next(csv.reader(path.open()))
    right = json.loads((SETS / "published_reference.json").read_text())["sat12"]["key"]
    key.write_text(
        "question,key\n" + "".join(f"{n},{k}\n" for n, k in zip(names, right, strict=True))
    )
    sheet = Sheet(TEST, "exam", on=DAY, key=read_key(key), blank="8")
    *_, taken = Intake(world.app.log).take(AnswerFile(path, sheet), "exam")
    assert (taken.accepted, taken.quarantined) == (600 * 33, 0)
    world.refresh()
    tables = world.app.lake.connect().table
    facts = CutFacts(tables, POLICY[Role.ANALYST], None, world.now, "UTC")
    found = {asked.question: asked for asked in items(facts)[TEST].questions}
    assert found[f"{TEST}/item_1"].judged.difficulty.estimate == pytest.approx(0.283, abs=5e-4)
    assert found[f"{TEST}/item_32"].judged.suspect == "3"
