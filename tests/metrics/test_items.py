"""Questions: published sets give the published figures, and only first attempts are believed."""

import csv
import gzip
import json
from pathlib import Path

import pytest
from tiny_world import day, world

from leadline.metrics.items import items
from leadline.stats.refusal import Refused

SETS = Path(__file__).resolve().parents[2] / "../shared/data/items"


def answer(person, question, state, option=None, **more):
    row = {
        **{"person": person, "course": "C", "cycle_no": 1, "assessment": "A", "attempt_no": 1},
        **{"question": question, "state": state, "response": option, "answered_at": day(10)},
    }
    return {**row, "success": state == "correct", **more}


def published(name):
    """Rows of a set, one learner a line; skips where the set is not beside the repository."""
    path = SETS / name
    if not path.exists():
        pytest.skip(f"{name} is not beside the repository")
    with gzip.open(path, "rt") as file:
        return list(csv.DictReader(file))


def only(rows):
    (found,) = items(world(response=rows)).values()
    return found


def by_question(found):
    return {asked.question: asked for asked in found.questions}


def test_lsat6_gives_the_published_difficulty_discrimination_and_reliability():
    """R ltm::descript(LSAT): p, item-rest, KR-20 (METHODS L7)."""
    rows = [
        answer(person, question, "correct" if mark == "1" else "incorrect")
        for person, line in enumerate(published("lsat6.csv.gz"))
        for question, mark in line.items()
    ]
    found = only(rows)
    judged = [by_question(found)[f"Item_{n}"].judged for n in range(1, 6)]
    assert found.people == 1000
    assert [j.difficulty.estimate for j in judged] == [0.924, 0.709, 0.553, 0.763, 0.870]
    published_r = [0.1128, 0.1532, 0.1728, 0.1444, 0.1216]
    assert [j.discrimination.estimate for j in judged] == pytest.approx(published_r, abs=5e-5)
    assert found.reliability.alpha.estimate == pytest.approx(0.295, abs=5e-4)


def test_sat12_names_the_key_that_is_thought_to_be_wrong():
    """mirt's documentation: the key of item 32 is probably 3 and not 5."""
    key = json.loads((SETS / "published_reference.json").read_text())["sat12"]["key"]
    rows = [
        answer(person, name, "correct" if int(option) == right else "incorrect", option)
        if option != "8"
        else answer(person, name, "omitted")
        for person, line in enumerate(published("sat12_raw.csv.gz"))
        for (name, option), right in zip(line.items(), key, strict=True)
    ]
    suspects = {q.question: q.judged.suspect for q in only(rows).questions if q.judged.suspect}
    assert suspects == {"Item_32": "3"}


def test_only_the_first_attempt_counts():
    rows = [
        answer(1, "q", "incorrect"),
        answer(1, "q", "correct", attempt_no=2),
        answer(1, "q", "correct", cycle_no=2),
        answer(2, "q", "correct"),
    ]
    (asked,) = only(rows).questions
    assert (asked.people, asked.judged.difficulty.estimate) == (2, 0.5)


def test_blank_is_wrong_and_never_shown_is_missing():
    rows = [
        *(answer(person, "first", "correct") for person in range(10)),
        *(answer(person, "last", "correct") for person in range(4)),
        *(answer(person, "last", "omitted", answered_at=None) for person in range(4, 8)),
    ]
    last = by_question(only(rows))["last"]
    assert (last.people, last.omitted, last.judged.difficulty.estimate) == (8, 4, 0.5)


def test_where_everybody_is_asked_something_else_there_is_no_reliability():
    rows = [
        answer(person, f"q{(person + n) % 7}", "correct" if n % 2 else "incorrect")
        for person in range(70)
        for n in range(6)
    ]
    assert isinstance(only(rows).reliability, Refused)


def test_without_a_known_key_no_option_is_judged():
    rows = [answer(person, "q", "unmarked", "a") for person in range(60)]
    assert items(world(response=rows)) == {}
    mixed = [answer(person, "q", "correct", "ab"[person % 2]) for person in range(60)]
    (asked,) = only(mixed).questions
    assert (asked.judged.options, asked.chose) == ((), {"a": 30, "b": 30})


def test_tests_are_kept_apart_and_one_can_be_asked_for():
    rows = [answer(1, "q", "correct"), answer(1, "q", "incorrect", assessment="B")]
    facts = world(response=rows)
    assert set(items(facts)) == {"A", "B"}
    assert set(items(facts, "B")) == {"B"}
