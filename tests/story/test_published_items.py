"""Published sets of answers, from a file through the product's own import to the lens.

LSAT6 is Bock and Lieberman's table as counted in `shared/data`; LSAT7 its sister, a table of 32
counts (Bock and Lieberman 1970; Thissen 1982; docs/statistics.md, row 9)."""

import csv
import gzip
import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from leadline.sources.answers_csv import AnswerFile, Sheet, read_key
from leadline.sources.intake import Intake
from leadline.stats.intervals import Interval
from leadline.stats.items import Reliability
from leadline.stats.refusal import Refused
from story.world import World

TEST = "https://lms.example/test"
DAY = date(2026, 3, 2)
SETS = Path(__file__).resolve().parents[2] / "../shared/data/items"
LSAT7 = [
    *(12, 19, 1, 7, 3, 19, 3, 17, 10, 5, 3, 7, 7, 23, 8, 28),
    *(7, 39, 11, 34, 14, 51, 15, 90, 6, 25, 7, 35, 18, 136, 32, 308),
]


def taken_in(world, path, **told):
    sheet = Sheet(**{"assessment": TEST, "source": "exam", "on": DAY} | told)
    *_, taken = Intake(world.app.log).take(AnswerFile(path, sheet), "exam")
    assert taken.quarantined == 0
    world.refresh()
    return taken.accepted


def published(name):
    path = SETS / name
    if not path.exists():
        pytest.skip(f"{name} is not beside the repository")
    return gzip.decompress(path.read_bytes())


def figures(world):
    """(share right, item-rest) by question, and the reliability."""
    found = world.lens().questions(TEST)[TEST]
    by_name = {asked.question.rpartition("/")[2]: asked.judged for asked in found.questions}
    return by_name, found.reliability


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.close()


def test_lsat6_gives_the_figures_of_ltm(world, tmp_path):
    path = tmp_path / "lsat6.csv"
    path.write_bytes(published("lsat6.csv.gz"))
    assert taken_in(world, path) == 1000 * 6
    judged, whole = figures(world)
    items = [judged[f"item_{n}"] for n in range(1, 6)]
    shares = [round(each.difficulty.estimate, 3) for each in items]
    assert shares == [0.924, 0.709, 0.553, 0.763, 0.870]
    rests = [round(each.discrimination.estimate, 4) for each in items]
    assert rests == [0.1128, 0.1532, 0.1728, 0.1444, 0.1216]
    assert isinstance(whole, Reliability)
    assert round(whole.alpha.estimate, 3) == 0.295
    assert whole.alpha.low < 0.295 < whole.alpha.high
    scale = world.lens().scale(TEST)
    assert scale.two.log_likelihood == pytest.approx(-2466.653, abs=1e-3)
    assert scale.one.log_likelihood == pytest.approx(-2466.938, abs=1e-3)
    assert scale.two.a == pytest.approx([0.8254, 0.7229, 0.8905, 0.6886, 0.6575], abs=0.008)
    assert scale.two.b == pytest.approx([-3.360, -1.370, -0.280, -1.866, -3.124], abs=0.008)
    assert scale.one.a == pytest.approx([0.7551] * 5, abs=0.008)


def test_lsat7_in_long_form_gives_the_figures_of_mirt(world, tmp_path):
    path = tmp_path / "lsat7.tsv"
    people = [pattern for pattern, count in enumerate(LSAT7) for _ in range(count)]
    lines = [
        f"{person}\tFrage {5 - place}\t{pattern >> place & 1}"
        for person, pattern in enumerate(people, start=1)
        for place in range(5)
    ]
    path.write_text("\n".join(["Student\tItem\tScore", *lines]))
    assert taken_in(world, path) == 1000 * 6
    judged, _whole = figures(world)
    assert judged["frage_1"].difficulty.estimate == 0.828
    scale = world.lens().scale(TEST)
    assert scale.two.log_likelihood == pytest.approx(-2658.805, abs=1e-3)
    assert scale.two.a == pytest.approx([0.988, 1.081, 1.706, 0.765, 0.736], abs=0.002)
    assert scale.two.d == pytest.approx([1.856, 0.808, 1.804, 0.486, 1.855], abs=0.002)


def test_sat12_finds_the_key_that_is_thought_to_be_wrong(world, tmp_path):
    path, key = tmp_path / "sat12.csv", tmp_path / "key.csv"
    path.write_bytes(published("sat12_raw.csv.gz"))
    names = next(csv.reader(path.open()))
    right = json.loads((SETS / "published_reference.json").read_text())["sat12"]["key"]
    key.write_text(",".join(names) + "\n" + ",".join(map(str, right)) + "\n")
    taken_in(world, path, key=read_key(key), blank="8")
    judged, whole = figures(world)
    scored = np.genfromtxt(
        published("sat12_scored.csv.gz").decode().splitlines(), delimiter=",", skip_header=1
    )
    assert judged["item_1"].difficulty.estimate == pytest.approx(0.283, abs=5e-4)
    for n in range(32):
        rest = np.delete(scored, n, axis=1).sum(axis=1)
        found = judged[f"item_{n + 1}"]
        assert found.discrimination.estimate == pytest.approx(np.corrcoef(scored[:, n], rest)[0, 1])
    assert judged["item_32"].suspect == "3"
    variances, total = scored.var(axis=0, ddof=1).sum(), scored.sum(axis=1).var(ddof=1)
    assert whole.alpha.estimate == pytest.approx(32 / 31 * (1 - variances / total))


def test_points_give_the_figures_of_classical_theory(world, tmp_path):
    """Five questions of 0 to 4 points, some never shown, against sums worked out beside."""
    chance = np.random.default_rng(7)
    able = chance.normal(size=(300, 1))
    marks = np.clip(np.round(2 + able + chance.normal(size=(300, 5))), 0, 4)
    path = tmp_path / "points.csv"
    lines = [",".join(f"{mark:g}" for mark in row) for row in marks]
    path.write_text("\n".join(["a,b,c,d,e", *lines]))
    taken_in(world, path, points=(0.0, 4.0))
    judged, whole = figures(world)
    for n, name in enumerate("abcde"):
        rest = np.delete(marks, n, axis=1).sum(axis=1)
        found = judged[name]
        assert found.difficulty.estimate == pytest.approx(marks[:, n].mean() / 4)
        half = 1.968 * marks[:, n].std(ddof=1) / 4 / 300**0.5
        assert found.difficulty.high - found.difficulty.estimate == pytest.approx(half, rel=1e-3)
        assert found.discrimination.estimate == pytest.approx(np.corrcoef(marks[:, n], rest)[0, 1])
    variances, total = marks.var(axis=0, ddof=1).sum(), marks.sum(axis=1).var(ddof=1)
    assert whole.alpha.estimate == pytest.approx(5 / 4 * (1 - variances / total))
    assert world.lens().scale(TEST) is None  # a model of right and wrong has nothing to say


def asked_in_two_languages(folder, harder):
    """400 of each language and one ability; question q3 is `harder` in German."""
    chance = np.random.default_rng(3)
    lines = []
    for person in range(800):
        german, able = person % 2, chance.normal()
        hard = np.array([-1.0, -0.5, 0.0, 0.5, 1.0, 0.2]) + harder * german * (np.arange(6) == 2)
        right = chance.random(6) < 1 / (1 + np.exp(hard - 1.2 * able))
        cells = ",".join(str(int(each)) for each in right)
        lines.append(f"{person},{'de-AT' if german else 'en'},{cells}")
    path = folder / f"languages{harder}.csv"
    path.write_text("\n".join(["id,language,q1,q2,q3,q4,q5,q6", *lines]))
    return path


def test_a_question_that_is_harder_in_one_language_is_found(world, tmp_path):
    taken_in(world, asked_in_two_languages(tmp_path, harder=1.5))
    found = world.lens().alike(TEST)
    assert [(each.by, each.focal_people, each.reference_people) for each in found.compared] == [
        ("language", 400, 400)
    ]
    (apart,) = found.apart
    assert apart.question.endswith("/q3")
    assert {apart.groups.focal, apart.groups.reference} == {"de", "en"}
    assert isinstance(apart.found.odds_ratio, Interval)


def test_in_the_null_twin_all_questions_are_alike(world, tmp_path):
    taken_in(world, asked_in_two_languages(tmp_path, harder=0.0))
    found = world.lens().alike(TEST)
    assert len(found.judged) == 6
    assert found.apart == ()


def test_small_groups_are_not_compared(world, tmp_path):
    lines = [f"{n},{'de' if n < 60 else 'en'},{n % 2},{n % 3 % 2},1" for n in range(240)]
    path = tmp_path / "small.csv"
    path.write_text("\n".join(["id,language,q1,q2,q3", *lines]))
    taken_in(world, path)
    found = world.lens().alike(TEST)
    assert isinstance(found, Refused)
    assert "100 people each" in found.reason
