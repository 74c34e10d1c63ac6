"""People as HR and spreadsheets export them."""

from datetime import date

import pytest
from msgspec import UNSET

from leadline.sources.people_csv import read_people
from leadline.sources.records import Unreadable
from leadline.statements import Identifier


def read(tmp_path, text):
    path = tmp_path / "people.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_people(path)


def test_a_full_row(tmp_path):
    found = read(
        tmp_path,
        "person_id,name,email,mbox_sha1sum,openid,account_home,account_name,unit,role,manager,"
        "location,hire_date,valid_from,left_on,zone\n"
        "2,Ben,ben@harbour.example,2FD4E1C67A2D28FCED849EE1BB76E7391B93EB12,"
        "https://id.example/ben,https://lms.example,b2,Harbour/North/Depot 3,nurse,1,"
        "Rotterdam,2020-05-04,2026-01-01,,Europe/Amsterdam\n",
    )

    (ben,) = found.rows
    assert (ben.person_id, ben.name, ben.unit) == ("2", "Ben", "Harbour/North/Depot 3")
    assert (ben.role, ben.manager, ben.location) == ("nurse", "1", "Rotterdam")
    assert (ben.hire_date, ben.valid_from) == (date(2020, 5, 4), date(2026, 1, 1))
    assert (ben.left_on, ben.zone) == (None, "Europe/Amsterdam")
    assert ben.identifiers == (
        Identifier("mbox_sha1sum", "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"),
        Identifier("openid", "https://id.example/ben"),
        Identifier("account", "https://lms.example|b2"),
    )
    assert Identifier("mbox", "mailto:ben@harbour.example") in ben.claims()
    assert ben.origin == "people.csv:2"
    assert found.dated


def test_a_missing_column_says_nothing_and_an_empty_cell_says_none(tmp_path):
    (row,) = read(tmp_path, "person_id,unit\n1,\n").rows

    assert row.unit is None
    assert row.role is UNSET
    assert row.left_on is UNSET


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffUnit;NAME;Person ID\r\nHarbour / North;Ana;1\r\n",
        "unit\tname\tperson-id\nHarbour/North\tAna\t1\n",
        'name,"Person_Id", unit \n"Ana",1, Harbour/North \n\n,,\n',
    ],
)
def test_order_case_delimiter_and_byte_order_mark_do_not_matter(tmp_path, text):
    (row,) = read(tmp_path, text).rows

    assert (row.person_id, row.name, row.unit) == ("1", "Ana", "Harbour/North")


def test_columns_without_a_meaning_are_named(tmp_path):
    assert read(tmp_path, "person_id,salary\n1,2\n").ignored == ["salary"]


@pytest.mark.parametrize("day", ["2026-06-01", "2026-06-01 00:00:00", "2026-06-01T00:00"])
def test_days_as_spreadsheets_write_them(tmp_path, day):
    assert read(tmp_path, f"person_id,valid_from\n1,{day}\n").rows[0].valid_from == date(2026, 6, 1)


@pytest.mark.parametrize(
    ("column", "cell", "remedy"),
    [
        ("valid_from", "01/06/2026", "YYYY-MM-DD"),
        ("hire_date", "45000", "spreadsheet"),
        ("left_on", "2026-02-30", "YYYY-MM-DD"),
        ("email", "ben", "ana@example.org"),
        ("mbox_sha1sum", "abc", "40 hex digits"),
        ("openid", "ben", ""),
        ("unit", "Harbour//North", "path"),
    ],
)
def test_a_bad_cell_names_line_field_and_remedy_and_harms_no_other_row(
    tmp_path, column, cell, remedy
):
    found = read(tmp_path, f"person_id,name,{column}\n1,Ana,\n2,Ben,{cell}\n3,Cleo,\n")

    (refused,) = found.refused
    assert (refused.origin, refused.person_id) == ("people.csv:3", "2")
    assert refused.field == column
    assert cell in refused.reason or column == "openid"
    assert remedy in refused.remedy
    assert [row.person_id for row in found.rows] == ["1", "3"]


def test_an_account_needs_its_home(tmp_path):
    found = read(tmp_path, "person_id,account_name,account_home\n1,ana,\n2,,https://lms.example\n")

    assert [(refused.origin, refused.field) for refused in found.refused] == [
        ("people.csv:2", "account_home")
    ]
    assert found.rows[0].identifiers == ()


def test_a_row_of_another_length(tmp_path):
    found = read(tmp_path, "person_id,name\n1,Berg, Ana\n2,Ben\n")

    assert [refused.field for refused in found.refused] == ["line"]
    assert [row.person_id for row in found.rows] == ["2"]


def test_line_breaks_inside_cells_keep_the_count_of_lines(tmp_path):
    found = read(tmp_path, 'person_id,role,hire_date\n1,"nurse\nand more",\n2,,x\n')

    assert found.refused[0].origin == "people.csv:4"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name\nAna\n", "no column person_id"),
        ("", "no column person_id"),
        ("person_id,name,Name\n", "name is there twice"),
        ("person_id,name\n1,Zo\xeb\n".encode("latin-1"), r"people.csv:2: is not UTF-8"),
        ('person_id\n"' + "x" * 200_000, "field larger than"),
    ],
)
def test_what_is_no_table_of_people(tmp_path, content, message):
    with pytest.raises(Unreadable, match=message):
        read(tmp_path, content)


def test_a_missing_file(tmp_path):
    with pytest.raises(Unreadable, match="No such file"):
        read_people(tmp_path / "people.csv")


def test_a_file_with_nul_is_refused_whole(tmp_path):
    """A spreadsheet's own format, or UTF-16 without its mark: no CSV."""
    path = tmp_path / "people.csv"
    path.write_bytes(b"person_id,name\nE1,Ana\nE2,B\0en\n")
    with pytest.raises(Unreadable, match=r"people.csv:3: holds a NUL character"):
        read_people(path)
