"""Answers to a test, one learner a line."""

import json
from datetime import date

import pytest

from leadline.sources.answers_csv import AnswerFile, Sheet
from leadline.sources.records import Broken, Unreadable

TEST = "https://lms.example/test"
DAY = date(2026, 3, 2)


def read(tmp_path, text, **told):
    path = tmp_path / "answers.csv"
    path.write_text(text)
    return list(AnswerFile(path, Sheet(TEST, "exam", **{"on": DAY, **told})))


def said(records):
    return [json.loads(record.content) for record in records]


def test_a_line_is_an_attempt(tmp_path):
    first, second, ended = said(read(tmp_path, "person_id,Q1,Q2\n17,1,0\n"))
    assert first["actor"]["account"]["name"] == "17"
    assert (first["object"]["id"], first["result"]) == (f"{TEST}/q1", {"success": True})
    assert second["result"] == {"success": False}
    assert ended["result"]["score"] == {"raw": 1, "min": 0, "max": 2}
    assert first["timestamp"] < ended["timestamp"] == "2026-03-02T12:00:01Z"


def test_with_a_key_cells_are_options(tmp_path):
    first, second, _ = said(read(tmp_path, "q1,q2\nb,9\n", key={"q1": "b", "q2": "a"}, blank="9"))
    assert first["result"] == {"success": True, "response": "b"}
    assert second["result"] == {"success": False, "response": ""}


def test_what_was_never_shown_is_not_said(tmp_path):
    answered, ended = said(read(tmp_path, "q1,q2,q3\n1,NA,\n"))
    assert answered["object"]["id"].endswith("q1")
    assert ended["result"]["score"]["max"] == 1
    assert read(tmp_path, "q1,q2\nNA,NA\n") == []


def test_a_bad_cell_holds_the_line_back(tmp_path):
    found = read(tmp_path, "q1,q2\n1,2\n0,1\n")
    assert [type(each) is Broken for each in found] == [True, False, False, False]
    assert (found[0].field, found[0].origin) == ("q2", "answers.csv:2")


@pytest.mark.parametrize(
    ("text", "told", "why"),
    [
        ("person_id,date\n", {}, "no column besides"),
        ("q1\n1\n", {"on": None}, "no column date"),
        ("q1,q2\n1,1\n", {"key": {"q1": "a"}}, "nothing of q2"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_whole(tmp_path, text, told, why):
    with pytest.raises(Unreadable, match=why):
        read(tmp_path, text, **told)
