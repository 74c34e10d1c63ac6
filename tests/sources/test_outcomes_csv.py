"""Outcomes as other systems and spreadsheets export them."""

import json

import pytest

from leadline.sources.outcomes_csv import OutcomeFile
from leadline.sources.records import Broken, Record, Unreadable


def read(tmp_path, text):
    path = tmp_path / "audits.csv"
    path.write_text(text)
    return list(OutcomeFile(path))


def statement(tmp_path, header, line):
    (record,) = read(tmp_path, f"{header}\n{line}\n")
    assert isinstance(record, Record), record
    return json.loads(record.content)


def test_a_row_is_a_statement(tmp_path):
    said = statement(
        tmp_path,
        "Outcome;Date;Value;Measure;Better;Person ID",
        "Audit score;2026-03-31;87.5;points;up;17",
    )
    assert said["actor"] == {"account": {"homePage": "urn:leadline:person", "name": "17"}}
    assert said["object"]["id"] == "urn:leadline:outcome:audit-score"
    assert said["object"]["definition"]["name"] == {"en": "Audit score"}
    assert said["result"]["score"] == {"raw": 87.5}
    assert said["timestamp"] == "2026-03-31T12:00:00Z"
    assert set(said["result"]["extensions"].values()) == {"points", "up"}


@pytest.mark.parametrize(
    ("columns", "cells", "actor"),
    [
        ("email", "ben@harbour.example", {"mbox": "mailto:ben@harbour.example"}),
        (
            "account_home,account_name",
            "https://crm.example,b7",
            {"account": {"homePage": "https://crm.example", "name": "b7"}},
        ),
        (
            "unit",
            "Harbour / North",
            {
                "objectType": "Group",
                "account": {"homePage": "urn:leadline:unit", "name": "Harbour/North"},
            },
        ),
    ],
)
def test_whom_it_was_measured_of(tmp_path, columns, cells, actor):
    said = statement(tmp_path, f"outcome,date,value,{columns}", f"CSAT,2026-03-31,4,{cells}")
    assert said["actor"] == actor


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (",2026-03-31,4,17,", "outcome"),
        ("CSAT,,4,17,", "date"),
        ("CSAT,31.3.2026,4,17,", "date"),
        ("CSAT,2026-03-31,,17,", "value"),
        ("CSAT,2026-03-31,4 %,17,", "value"),
        ("CSAT,2026-03-31,nan,17,", "value"),
        ("CSAT,2026-03-31,1_000,17,", "value"),
        ("CSAT,2026-03-31,4,,", "person_id"),
        ("CSAT,2026-03-31,4,17,Harbour", "person_id"),
        ("CSAT,2026-03-31,4,,Harbour//North", "unit"),
        ("CSAT,2026-03-31,4,17", "line"),
    ],
)
def test_a_row_that_cannot_be_read_says_why(tmp_path, line, field):
    (broken,) = read(tmp_path, f"outcome,date,value,person_id,unit\n{line}\n")
    assert isinstance(broken, Broken)
    assert (broken.field, broken.origin) == (field, "audits.csv:2")
    assert broken.reason and broken.remedy


def test_a_direction_is_up_or_down(tmp_path):
    (broken,) = read(tmp_path, "outcome,date,value,person_id,better\nCSAT,2026-03-31,4,17,higher\n")
    assert isinstance(broken, Broken) and broken.field == "better"


def test_without_its_columns_it_is_no_table_of_outcomes(tmp_path):
    with pytest.raises(Unreadable, match="no column value"):
        read(tmp_path, "outcome,date,person_id\nCSAT,2026-03-31,17\n")
