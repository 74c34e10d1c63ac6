"""Which column of a foreign file is which, and how its days and numbers are written."""

import pytest

from leadline.sources.bringing import ColumnMaps
from leadline.sources.columns import ColumnMap
from leadline.sources.file_kinds import (
    CUSTOMERS,
    FILE_KINDS,
    OUTCOMES,
    PEOPLE,
    first_look,
    proposed,
)
from leadline.sources.outcomes_csv import OutcomeFile
from leadline.sources.people_csv import read_people
from leadline.sources.records import Broken, Record, Unreadable


def seen(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "file.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("kind", "header", "columns"),
    [
        (PEOPLE, "Employee ID,Full name,Reports to,Shoe size",
         {"person_id": "employee_id", "name": "full_name", "manager": "reports_to"}),
        (PEOPLE, "person_id,id,name", {"person_id": "person_id", "name": "name"}),
        (CUSTOMERS, "Customer No;Company;Contract start;E-mail",
         {"account": "customer_no", "name": "company", "started_on": "contract_start",
          "contact_email": "e_mail"}),
        (OUTCOMES, "KPI|Period end|Score|Client",
         {"outcome": "kpi", "date": "period_end", "value": "score", "account": "client"}),
    ],
)  # fmt: skip
def test_columns_are_known_by_what_others_call_them(tmp_path, kind, header, columns):
    delimiter = next(each for each in ";|,\t" if each in header)
    line = delimiter.join("x" for _ in header.split(delimiter))
    assert proposed(kind, first_look(seen(tmp_path, f"{header}\n{line}\n"))).columns == columns


def test_an_address_is_known_by_how_it_looks(tmp_path):
    path = seen(tmp_path, "Nr,Kontakt,Wer\n1,ana@harbour.example,Ana\n2,ben@harbour.example,Ben\n")
    assert proposed(PEOPLE, first_look(path)).columns == {"email": "kontakt"}


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["2026-03-31"], "YYYY-MM-DD"),
        (["31.3.2026"], "DD.MM.YYYY"),
        (["03/04/2026", "31/03/2026"], "DD/MM/YYYY"),
        (["03/04/2026", "03/31/2026"], "MM/DD/YYYY"),
    ],
)
def test_how_days_are_written(tmp_path, cells, days):
    path = seen(tmp_path, "date,value\n" + "".join(f"{cell},1\n" for cell in cells))
    assert proposed(OUTCOMES, first_look(path)).days == days


@pytest.mark.parametrize(("encoding", "known"), [
    ("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252"), ("utf-16", "utf-16"),
])  # fmt: skip
def test_how_letters_are_written(tmp_path, encoding, known):
    path = seen(tmp_path, "person_id,name\n1,Zoë Köhler of the harbour office\n", encoding)
    sight = first_look(path)
    assert (sight.encoding, sight.cells("name")) == (known, ["Zoë Köhler of the harbour office"])
    found = read_people(path, ColumnMap({"person_id": "person_id", "name": "name"}, encoding=known))
    assert [row.name for row in found.rows] == ["Zoë Köhler of the harbour office"]


def test_a_file_is_read_as_told(tmp_path):
    path = seen(tmp_path, "Wer;Wann;Wie viel;Nie\n17;31.03.2026;1.234,5;x\n18;31.3.26;7;x\n")
    via = ColumnMap(
        {"person_id": "wer", "date": "wann", "value": "wie_viel"},
        {"outcome": "Audit score", "better": "up"},
        "DD.MM.YYYY",
        ",",
    )
    file = OutcomeFile(path, via)
    good, bad = list(file)
    assert isinstance(good, Record) and b'"raw":1234.5' in good.content
    assert b"2026-03-31T12:00:00Z" in good.content and b'"up"' in good.content
    assert isinstance(bad, Broken) and bad.field == "date"
    assert file.ignored == ["nie"]


def test_a_day_that_does_not_exist_is_left_to_be_refused(tmp_path):
    path = seen(tmp_path, "Wer;Wann\n17;31.06.2026\n")
    via = ColumnMap({"person_id": "wer", "hire_date": "wann"}, days="DD.MM.YYYY")
    assert [each.field for each in read_people(path, via).refused] == ["hire_date"]


def test_a_column_that_is_not_told_of_is_not_read(tmp_path):
    path = seen(tmp_path, "person_id,name\n1,Ana\n")
    found = read_people(path, ColumnMap({"person_id": "person_id"}))
    assert found.ignored == ["name"]
    with pytest.raises(Unreadable, match="no column person_id"):
        read_people(path, ColumnMap({"name": "name"}))


def test_how_a_source_is_read_is_kept_for_each_kind(database):
    maps, via = ColumnMaps(database), ColumnMap({"person_id": "nr"}, {"role": "nurse"}, decimal=",")
    assert maps.get("HR", "people") is None
    maps.put("HR", "people", ColumnMap())
    maps.put("HR", "people", via)
    assert ColumnMaps(database).get("HR", "people") == via
    assert maps.get("HR", "outcomes") is None


def test_every_needed_column_is_one_of_its_kind():
    for kind in FILE_KINDS.values():
        names = [field.name for field in kind.fields]
        assert set(kind.required) <= set(names)
        assert len(names) == len(set(names))
