"""Answers to a test, one learner a line."""

import json
from datetime import date

import pytest

from leadline.sources.answers_csv import AnswerFile, Sheet, read_key
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


def by_question(records):
    told = [said_ for said_ in said(records) if said_["verb"]["id"].endswith("answered")]
    return {said_["object"]["definition"]["name"]["en"]: said_["result"] for said_ in told}


def test_a_long_file_is_put_together_by_person(tmp_path):
    text = "Student;Item;Score\nben;Löschen 1;1\ncleo;Löschen 1;0\nben;Was tun?;0\n"
    found = said(read(tmp_path, text))
    assert [each["actor"]["account"]["name"] for each in found] == ["ben"] * 3 + ["cleo"] * 2
    assert found[0]["object"]["id"] == f"{TEST}/l%C3%B6schen_1"
    assert found[0]["object"]["definition"]["name"] == {"en": "Löschen 1"}
    assert found[2]["result"]["score"] == {"raw": 1, "min": 0, "max": 2}


def test_a_long_file_may_have_options_with_their_score_or_a_key(tmp_path):
    scored = by_question(read(tmp_path, "id\titem\tresponse\tscore\n7\tq1\tB\t1\n7\tq2\tC\t0\n"))
    assert scored["q1"] == {"success": True, "response": "B"}
    assert scored["q2"] == {"success": False, "response": "C"}
    keyed = read(tmp_path, "id,item,answer\n7,Q 1,b\n7,q2,NA\n", key={"q_1": "B", "q2": "A"})
    assert by_question(keyed) == {"Q 1": {"success": True, "response": "B"}}


def test_a_bad_line_of_a_long_file_holds_its_person_back(tmp_path):
    found = read(tmp_path, "id,item,score\n1,q1,1\n2,q1,1\n1,q2,x\n2,q1,0\n3,q1,1\n")
    held = [each for each in found if isinstance(each, Broken)]
    assert {(each.origin, each.field) for each in held} == {
        ("answers.csv:2", "q2"),
        ("answers.csv:5", "item"),
    }
    good = said([each for each in found if not isinstance(each, Broken)])
    assert {each["actor"]["account"]["name"] for each in good} == {"3"}


def test_points_are_more_than_right_or_wrong(tmp_path):
    found = read(tmp_path, "q1,q2,q3,q4\n1,4,,9\n", points=(1, 4), missing=("9",))
    assert by_question(found) == {
        "q1": {"score": {"raw": 1, "min": 1, "max": 4}},
        "q2": {"score": {"raw": 4, "min": 1, "max": 4}},
    }
    assert said(found)[-1]["result"]["score"] == {"raw": 3, "min": 0, "max": 6}
    (bad,) = read(tmp_path, "q1,q2\n5,1\n", points=(0, 4))
    assert "'5' is not from 0 to 4" in bad.reason


def test_a_first_line_of_answers_is_no_header(tmp_path):
    found = by_question(read(tmp_path, "1,0,1\n0,NA,1\n")[:4])
    assert found == {f"item_{n}": {"success": bool(n % 2)} for n in (1, 2, 3)}
    keyed = read(tmp_path, "A,b,A\n", key={"item_1": "A", "item_2": "C", "item_3": "B"})
    assert [each["response"] for each in by_question(keyed).values()] == ["A", "B", "A"]
    numbered = by_question(read(tmp_path, "1,2,3\n1,0,1\n"))
    assert list(numbered) == ["1", "2", "3"]


def test_exports_of_r_and_of_spreadsheets_are_read(tmp_path):
    rows = '"","Item 1","Item 2"\r\n"1",TRUE,FALSE\r\n"2",1.0,.\r\n'
    found = said(read(tmp_path, rows))
    assert [each["result"].get("success") for each in found] == [True, False, None, True, None]


def test_columns_that_are_no_questions_are_named(tmp_path):
    told = {"who": "Case No", "leave_out": ("gender",)}
    found = said(read(tmp_path, "case no,gender,q1\n12,f,1\n", **told))
    assert [each["actor"]["account"]["name"] for each in found] == ["12", "12"]
    assert len(found) == 2


def test_a_key_is_a_column_or_a_line(tmp_path):
    column, line, none = (tmp_path / f"{name}.csv" for name in ("column", "line", "none"))
    column.write_text("Question,Key\nItem 1,A\nItem 2,C\n")
    line.write_text("Item 1;Item 2\nA;C\n")
    none.write_text("Item 1;Item 2\nA;C\nB;B\n")
    assert read_key(column) == read_key(line) == {"item_1": "A", "item_2": "C"}
    with pytest.raises(Unreadable, match="one line of right options"):
        read_key(none)


def test_columns_of_a_long_file_may_have_other_names(tmp_path):
    text = "rownames,Anger,id,Item,btype,r2\n1,20,7,S1WantCurse,curse,N\n2,20,7,S2DoShout,shout,y\n"
    found = by_question(read(tmp_path, text, score="r2"))
    assert found == {"S1WantCurse": {"success": False}, "S2DoShout": {"success": True}}
    with pytest.raises(Unreadable, match="no column mark"):
        read(tmp_path, text, score="mark")
