"""The Open University tables. AAA 2013J begins on 1 October 2013 and lasts 268 days; Ana (11) passed,
Ben (22) withdrew on day 12, Cleo (33) failed, Dov (44) withdrew nobody knows when."""

import json
from datetime import date

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from leadline.directory import Directory
from leadline.sources import oulad
from leadline.sources.intake import Taken
from leadline.sources.records import Broken, Unreadable

HOME = "https://analyse.kmi.open.ac.uk/open_dataset"
AAA = f"{HOME}/course/AAA/2013J"
VERBS = "http://adlnet.gov/expapi/verbs/"
CLICKS = "urn:leadline:extension:clicks"

TABLES = {
    "courses": "code_module,code_presentation,module_presentation_length\nAAA,2013J,268\nAAA,2014B,240\n",
    "studentInfo": """code_module,code_presentation,id_student,gender,region,final_result
AAA,2013J,11,F,Scotland,Pass
AAA,2013J,22,M,Wales,Withdrawn
AAA,2013J,33,F,Wales,Fail
AAA,2013J,44,M,Ireland,Withdrawn
AAA,2014B,33,F,London Region,Distinction
""",
    "studentRegistration": """code_module,code_presentation,id_student,date_registration,date_unregistration
AAA,2013J,11,-159,?
AAA,2013J,22,-53,12
AAA,2013J,33,?,
AAA,2013J,44,-10,?
AAA,2014B,33,-30,?
""",
    "assessments": """code_module,code_presentation,id_assessment,assessment_type,date,weight
AAA,2013J,1752,TMA,19,10
""",
    "studentAssessment": """id_assessment,id_student,date_submitted,is_banked,score
1752,11,18,0,78
1752,22,19,0,39
1752,33,-1,1,40
1752,44,20,0,?
""",
    "vle": """id_site,code_module,code_presentation,activity_type,week_from,week_to
5,AAA,2013J,resource,?,?
6,AAA,2013J,forumng,?,?
""",
    "studentVle": """code_module,code_presentation,id_student,id_site,date,sum_click
AAA,2013J,11,5,-10,4
AAA,2013J,11,5,-10,1
AAA,2013J,11,6,-10,2
AAA,2013J,11,5,-10,1
""",
    "derived_week_features": "id_student,week\n11,2\n",
}


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "oulad"
    folder.mkdir()
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def statements(folder, **choices):
    return list(oulad.statements(oulad.Tables(folder), **choices))


def values(folder, **choices):
    return [json.loads(record.content) for record in statements(folder, **choices)]


def told(folder, verb):
    """(student, day, statement) of every statement with the verb."""
    return [
        (int(value["actor"]["account"]["name"]), value["timestamp"][:10], value)
        for value in values(folder)
        if value["verb"]["id"].endswith(f"/{verb}")
    ]


def test_registrations_are_counted_from_the_start_of_the_presentation(folder):
    found = told(folder, "registered")

    assert [(student, day) for student, day, _ in found] == [
        (11, "2013-04-25"),
        (22, "2013-08-09"),
        (33, "2013-10-01"),
        (44, "2013-09-21"),
        (33, "2014-01-02"),
    ]
    first, unknown = found[0][2], found[2][2]
    assert first["object"]["id"] == AAA
    assert first["object"]["definition"] == {
        "type": "http://adlnet.gov/expapi/activities/course",
        "name": {"en": "AAA 2013J"},
    }
    assert "context" not in first
    assert "urn:leadline:extension:date-assumed" in unknown["context"]["extensions"]


def test_withdrawals_have_their_day_or_say_that_they_have_none(folder):
    ben, dov = told(folder, "unregistered")

    assert ben[:2] == (22, "2013-10-13")
    assert "context" not in ben[2]
    assert dov[:2] == (44, "2014-06-26")
    assert "urn:leadline:extension:date-assumed" in dov[2]["context"]["extensions"]


def test_results_come_at_the_end_and_a_fail_is_no_completion(folder):
    completed = [(s, day, v["result"]) for s, day, v in told(folder, "completed") if "result" in v]
    assert completed == [
        (11, "2014-06-26", {"success": True, "response": "Pass", "completion": True}),
        (33, "2014-09-29", {"success": True, "response": "Distinction", "completion": True}),
    ]
    (cleo,) = [one for one in told(folder, "failed") if one[2]["object"]["id"] == AAA]
    assert cleo[:2] == (33, "2014-06-26")
    assert cleo[2]["result"] == {"success": False, "response": "Fail"}


def test_submissions_pass_at_40(folder):
    exam = f"{AAA}/assessment/1752"
    found = {
        int(v["actor"]["account"]["name"]): v for v in values(folder) if v["object"]["id"] == exam
    }

    assert [found[n]["verb"]["id"].rpartition("/")[2] for n in (11, 22, 33, 44)] == [
        "passed",
        "failed",
        "passed",
        "completed",
    ]
    assert found[11]["timestamp"].startswith("2013-10-19")
    assert found[11]["result"]["score"] == {"scaled": 0.78, "raw": 78, "min": 0, "max": 100}
    assert found[11]["context"]["contextActivities"]["parent"][0]["id"] == AAA
    assert found[33]["timestamp"].startswith("2013-09-30")
    assert found[33]["result"]["extensions"] == {"urn:leadline:extension:transferred": True}
    assert "result" not in found[44]
    assert found[11]["object"]["definition"]["type"].endswith("/activities/assessment")


def test_equal_rows_of_the_click_log_are_different_statements(folder):
    visits = told(folder, "experienced")

    assert [value["result"]["extensions"][CLICKS] for *_, value in visits] == [4, 1, 2, 1]
    assert len({value["id"] for *_, value in visits}) == 4
    assert {day for _, day, _ in visits} == {"2013-09-21"}
    page, _, forum, _ = (value["object"] for *_, value in visits)
    assert page["id"] == f"{AAA}/vle/5"
    assert page["definition"]["type"] == "http://activitystrea.ms/schema/1.0/page"
    assert forum["definition"] == {
        "type": f"{HOME}/activity-type/forumng",
        "name": {"en": "forumng 6"},
    }
    assert not [v for v in values(folder, with_clicks=False) if v["verb"]["id"].endswith("enced")]


def test_ids_do_not_depend_on_the_format_or_the_order_of_other_rows(folder):
    before = {value["id"] for value in values(folder)}
    for path in list(folder.iterdir()):
        convert = pyarrow.csv.ConvertOptions(null_values=["?", ""], strings_can_be_null=True)
        table = pyarrow.csv.read_csv(path, convert_options=convert)
        path.unlink()
        if path.stem == "studentVle":
            table = table.take([2, 0, 1, 3])
        pa.parquet.write_table(table, path.with_suffix(".parquet"))

    assert {value["id"] for value in values(folder)} == before


def test_ordinals_count_equal_rows_wherever_they_stand(folder):
    lines = ["code_module,code_presentation,id_student,id_site,date,sum_click"]
    lines += [f"AAA,2013J,{student},5,{day},1" for student in (2, 1, 2) for day in ("7", "?", "7")]
    (folder / "studentVle.csv").write_text("\n".join(lines) + "\n")

    ordinals = oulad.Tables(folder).ordinals("studentVle", "id_student", "id_site", "date")

    assert ordinals.tolist() == [0, 0, 1, 0, 0, 1, 2, 1, 3]


def test_everything_is_accepted_and_a_repeat_is_all_duplicates(world, folder):
    first = world.take_records(statements(folder), "oulad")
    again = world.take_records(statements(folder), "oulad")

    assert first == Taken(received=18, accepted=18)
    assert again == Taken(received=18, duplicate=18)


def test_students_are_people_with_a_region_and_nothing_else(world, folder):
    tables = oulad.Tables(folder)
    directory = Directory(world.database)

    changes = directory.apply(oulad.people(tables, oulad.courses(tables)))

    assert not changes.errors
    assert len(changes.added) == 4
    cleo = directory.key_of("oulad-33")
    assert [
        (place.unit, place.role, place.location, place.valid_from, place.valid_to)
        for place in directory.positions()
        if place.person == cleo
    ] == [
        ("Open University", "student", "Wales", date(2013, 10, 1), date(2014, 1, 2)),
        ("Open University", "student", "London Region", date(2014, 1, 2), None),
    ]
    assert not directory.apply(oulad.people(tables, oulad.courses(tables)))


def test_a_row_that_belongs_to_nothing_is_held(folder):
    with (folder / "studentRegistration.csv").open("a") as file:
        file.write("ZZZ,2013J,11,-1,?\nAAA,2013J,?,-1,?\n")

    strays = [record for record in statements(folder) if isinstance(record, Broken)]

    assert [stray.origin for stray in strays] == [f"studentRegistration.csv:{n}" for n in (7, 8)]


def test_folders_that_are_no_oulad(folder, tmp_path):
    with pytest.raises(Unreadable, match="is not a folder"):
        oulad.Tables(tmp_path / "missing")
    (folder / "courses.csv").write_text(TABLES["courses"].replace("2013J", "autumn"))
    with pytest.raises(Unreadable, match="autumn"):
        oulad.courses(oulad.Tables(folder))
    (folder / "studentInfo.csv").write_text("a,b\n1\n")
    (folder / "courses.csv").write_text(TABLES["courses"])
    with pytest.raises(Unreadable, match="studentInfo"):
        values(folder)
    (folder / "studentInfo.csv").unlink()
    with pytest.raises(Unreadable, match="studentInfo"):
        oulad.Tables(folder)


def test_the_real_tables_give_the_published_counts(oulad_folder):
    tables = oulad.Tables(oulad_folder)
    found = {}
    students = set()
    for record in oulad.statements(tables, with_clicks=False):
        value = json.loads(record.content)
        key = value["verb"]["id"].rpartition("/")[2], value["object"]["id"].count("/") > 6
        found[key] = found.get(key, 0) + 1
        students.add(value["actor"]["account"]["name"])

    # The counts that the publishers of the data set give.
    assert found["registered", False] == 32_593
    assert found["unregistered", False] == 10_156
    assert found["completed", False] == 12_361 + 3_024
    assert found["failed", False] == 7_052
    assert sum(count for (_, inner), count in found.items() if inner) == 173_912
    assert len(students) == 28_785
