"""SCORM runtime data as LMSs export it, 1.2 and 2004."""

import json

import pytest

from leadline.sources.records import Broken, Unreadable
from leadline.sources.scorm import Attempts, ScormFile

LMS = "https://lms.example"
HEADER = "id,userid,scormid,scoid,attempt,element,value,timemodified\n"
OLD = {  # SCORM 1.2, with the numbers as older Moodles write them
    "x.start.time": "1772442000",
    "cmi.core.lesson_status": "passed",
    "cmi.core.score.raw": "80",
    "cmi.core.session_time": "00:10:00.50",
    "cmi.core.total_time": "01:20:00",
    "cmi.interactions_0.id": "Q1",
    "cmi.interactions_0.type": "choice",
    "cmi.interactions_0.student_response": "{a,c}",
    "cmi.interactions_0.correct_responses_0.pattern": "a,c",
    "cmi.interactions_0.result": "correct",
    "cmi.interactions_0.latency": "00:00:12",
    "cmi.interactions_1.id": "Q2",
    "cmi.interactions_1.type": "true-false",
    "cmi.interactions_1.student_response": "t",
    "cmi.interactions_1.result": "wrong",
}
NEW = {  # SCORM 2004
    "cmi.completion_status": "completed",
    "cmi.success_status": "failed",
    "cmi.score.scaled": "0.4",
    "cmi.score.raw": "4",
    "cmi.score.min": "0",
    "cmi.score.max": "10",
    "cmi.total_time": "PT20M",
    "cmi.exit": "suspend",
    "cmi.interactions.0.id": "urn:q:1",
    "cmi.interactions.0.type": "matching",
    "cmi.interactions.0.learner_response": "1[.]a[,]2[.]b",
    "cmi.interactions.0.result": "incorrect",
    "cmi.interactions.0.description": "Which goes where?",
    "cmi.interactions.0.timestamp": "2026-03-02T09:05:00Z",
}


def table(values, sco="10", user="7", attempt="1", at="1772445600"):
    return "".join(
        f'1,{user},3,{sco},{attempt},{element},"{value}",{at}\n'
        for element, value in values.items()
    )


def read(tmp_path, text, name="tracks.csv"):
    path = tmp_path / name
    path.write_text(text)
    return list(ScormFile(path, Attempts("moodle", LMS)))


def said(records):
    """Statements by their verb, and their order; a verb that comes twice is a list."""
    told: dict[str, list] = {}
    for record in records:
        assert not isinstance(record, Broken), record
        value = json.loads(record.content)
        told.setdefault(value["verb"]["id"].rpartition("/")[2], []).append(value)
    return told


def test_an_attempt_of_scorm_1_2(tmp_path):
    told = said(read(tmp_path, HEADER + table(OLD)))
    assert list(told) == ["initialized", "responded", "passed", "terminated", "completed"]
    (began,), (passed,) = told["initialized"], told["passed"]
    assert began["timestamp"] == "2026-03-02T09:00:00+00:00"
    assert began["actor"] == {"account": {"homePage": LMS, "name": "7"}}
    assert passed["object"]["id"] == f"{LMS}/scorm/3/10"
    assert passed["object"]["definition"]["type"].endswith("/assessment")
    assert passed["result"] == {
        "success": True,
        "completion": True,
        "score": {"raw": 80, "min": 0, "max": 100},
        "duration": "PT1H20M0S",
    }
    assert told["terminated"][0]["result"] == {"duration": "PT0H10M0.5S"}
    assert told["completed"][0]["object"]["id"] == f"{LMS}/scorm/3", "the package as a whole"
    assert len({each["context"]["registration"] for some in told.values() for each in some}) == 1


def test_answers_of_scorm_1_2_are_written_as_xapi_has_them(tmp_path):
    first, second = said(read(tmp_path, HEADER + table(OLD)))["responded"]
    assert first["object"]["id"] == f"{LMS}/scorm/3/10/Q1"
    assert first["object"]["definition"]["correctResponsesPattern"] == ["a[,]c"]
    assert first["result"] == {"response": "a[,]c", "success": True, "duration": "PT0H0M12S"}
    assert second["result"] == {"response": "true", "success": False}


def test_an_attempt_of_scorm_2004(tmp_path):
    told = said(read(tmp_path, HEADER + table(NEW)))
    order = ["initialized", "responded", "completed", "failed", "suspended"]
    assert list(told) == order
    (answer,), (sco, package) = told["responded"], told["completed"]
    assert answer["object"]["id"] == "urn:q:1"
    assert answer["object"]["definition"]["name"] == {"en": "Which goes where?"}
    assert answer["result"] == {"response": "1[.]a[,]2[.]b", "success": False}
    assert answer["timestamp"] == "2026-03-02T09:05:00+00:00"
    assert sco["result"] == {"completion": True, "duration": "PT20M"}
    assert package["object"]["id"] == f"{LMS}/scorm/3"
    score = {"scaled": 0.4, "raw": 4, "min": 0, "max": 10}
    assert told["failed"][0]["result"] == {"success": False, "score": score, "duration": "PT20M"}


def test_json_holds_an_attempt_in_one(tmp_path):
    nested = {
        "completion_status": "completed", "score": {"scaled": 1},
        "interactions": [{"id": "q", "type": "numeric", "learner_response": "4"}],
    }  # fmt: skip
    attempt = {"email": "ben@a.example", "scorm": "https://a.example/c", "sco": "s", "attempt": 2}
    line = {**attempt, "cmi": nested, "timestamp": "2026-03-02T10:00:00Z"}
    told = said(read(tmp_path, json.dumps(line), "attempts.json"))
    assert list(told) == ["initialized", "responded", "completed", "terminated"]
    sco, package = told["completed"]
    assert sco["actor"] == {"mbox": "mailto:ben@a.example"}
    assert (sco["object"]["id"], package["object"]["id"]) == (
        "https://a.example/c/s",
        "https://a.example/c",
    )
    assert sco["result"] == {"completion": True, "score": {"scaled": 1}}


def test_a_package_is_complete_when_all_its_objects_are(tmp_path):
    done, begun = {"cmi.core.lesson_status": "completed"}, {"cmi.core.lesson_status": "incomplete"}
    text = HEADER + table(done, "10") + table(done, "11", at="1772449200")
    whole = said(read(tmp_path, text))["completed"]
    assert [each["object"]["id"][-4:] for each in whole] == ["3/10", "3/11", "rm/3"]
    assert whole[-1]["timestamp"] == "2026-03-02T11:00:00+00:00"
    part = said(read(tmp_path, HEADER + table(done, "10") + table(begun, "11")))["completed"]
    assert [each["object"]["id"][-4:] for each in part] == ["3/10"]
    assert "score" not in whole[0]["result"]
    assert whole[0]["object"]["definition"]["type"].endswith("/lesson")


def test_what_was_never_begun_says_nothing(tmp_path):
    untouched = {
        "cmi.core.lesson_status": "not attempted",
        "cmi.core.student_name": "Ben",
        "cmi.core.total_time": "00:00:00",
        "cmi.core.score.raw": "",
    }
    assert read(tmp_path, HEADER + table(untouched)) == []


def test_a_score_alone_is_scored(tmp_path):
    told = said(read(tmp_path, HEADER + table({"cmi.core.score.raw": "55"})))
    assert list(told) == ["initialized", "scored", "terminated"]


def test_a_later_export_says_again_only_what_was_said(tmp_path):
    first = said(read(tmp_path, HEADER + table(OLD)))
    more = {"cmi.core.session_time": "00:05:00", "cmi.core.total_time": "01:25:00"}
    later = said(read(tmp_path, HEADER + table(OLD | {"x": ""}) + table(more, at="1772532000")))
    same = {verb: [each["id"] for each in some] for verb, some in first.items()}
    assert [each["id"] for each in later["responded"]] == same["responded"]
    assert [each["id"] for each in later["completed"]] == same["completed"]
    assert [each["id"] for each in later["terminated"]] != same["terminated"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"cmi.core.lesson_status": "done"}, "value"),
        ({"cmi.core.score.raw": "eighty"}, "value"),
        ({"cmi.core.total_time": "80 min"}, "value"),
        ({"cmi.interactions_0.result": "nearly"}, "value"),
        ({"": "1"}, "element"),
    ],
)
def test_an_attempt_with_a_bad_value_is_held_back_whole(tmp_path, changed, field):
    text = HEADER + table(OLD | changed) + table(NEW, user="8")
    held = [each for each in read(tmp_path, text) if isinstance(each, Broken)]
    good = [each for each in read(tmp_path, text) if not isinstance(each, Broken)]
    assert [each.field for each in held] == [field]
    assert {json.loads(each.content)["actor"]["account"]["name"] for each in good} == {"8"}


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("1,,3,10,1,cmi.core.exit,suspend,1772445600", "userid"),
        ("1,7,,10,1,cmi.core.exit,suspend,1772445600", "scormid"),
        ("1,7,3,10,first,cmi.core.exit,suspend,1772445600", "attempt"),
        ("1,7,3,10,1,cmi.core.exit,suspend,yesterday", "timemodified"),
        ("1,7,3,10,1,cmi.core.exit,suspend", "line"),
    ],
)
def test_a_row_that_cannot_be_read_says_why(tmp_path, row, field):
    (broken,) = read(tmp_path, HEADER + row + "\n")
    assert isinstance(broken, Broken)
    assert (broken.field, broken.origin) == (field, "tracks.csv:2")


def test_what_is_no_json_object_says_so(tmp_path):
    (broken,) = read(tmp_path, "[1]", "attempts.json")
    assert isinstance(broken, Broken)
    assert "no JSON object" in broken.reason


def test_a_file_without_a_needed_column_is_refused_whole(tmp_path):
    with pytest.raises(Unreadable, match="no column scoid"):
        read(tmp_path, HEADER.replace("scoid", "page"))
    with pytest.raises(Unreadable, match="is no address"):
        list(ScormFile(tmp_path / "tracks.csv", Attempts("moodle", "moodle")))
