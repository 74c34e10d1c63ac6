"""The declared lists as spreadsheets hold them."""

from datetime import date

import pytest
from click.testing import CliRunner

from leadline.cli import main
from leadline.curriculum import Check, Link, Standard
from leadline.sources.curriculum_csv import read_list

CSAT = "urn:leadline:outcome:csat"


def read(tmp_path, of, *lines):
    path = tmp_path / "list.csv"
    path.write_text("\n".join(lines) + "\n")
    return read_list(path, of)


def test_each_list_has_its_columns(tmp_path):
    assert read(tmp_path, Link, "question,objective,content", "urn:q1,Fire,urn:m1").rows == (
        Link("urn:q1", "Fire", "urn:m1"),
    )
    standards = read(
        tmp_path,
        Standard,
        "role;valid_from;needs;thing;at_least",
        "nurse;2026-01-01;Course;https://lms.example/c1;",
        f"nurse;2026-01-01;outcome;{CSAT};3.5",
    )
    assert standards.rows == (
        Standard("nurse", date(2026, 1, 1), "course", "https://lms.example/c1"),
        Standard("nurse", date(2026, 1, 1), "outcome", CSAT, 3.5),
    )
    checks = read(
        tmp_path, Check, "assessment,of,from_day,to_day", "urn:b,urn:a,,", "urn:d,urn:c,14,28"
    )
    assert checks.rows == (Check("urn:b", "urn:a", 14, 28), Check("urn:d", "urn:c", 14, 28))


@pytest.mark.parametrize(
    ("of", "header", "line", "field"),
    [
        (Link, "question,objective,content", "q1,Fire,urn:m1", "question"),
        (Link, "question,objective,content", "urn:q1,,urn:m1", "objective"),
        (Standard, "role,valid_from,needs,thing", "nurse,1/1/26,course,urn:c", "valid_from"),
        (Standard, "role,valid_from,needs,thing", "nurse,2026-01-01,badge,urn:c", "needs"),
        (Standard, "role,valid_from,needs,thing", "nurse,2026-01-01,outcome,urn:c", "at_least"),
        (
            Standard,
            "role,valid_from,needs,thing,at_most",
            "nurse,2026-01-01,course,urn:c,3",
            "at_least",
        ),
        (Check, "assessment,of,from_day", "urn:b,urn:a,50", "from_day"),
        (Check, "assessment,of,from_day", "urn:b,urn:a,two", "from_day"),
    ],
)
def test_a_row_that_cannot_be_read_says_why(tmp_path, of, header, line, field):
    found = read(tmp_path, of, header, line)
    (refused,) = found.refused
    assert not found.rows
    assert (refused.field, refused.origin) == (field, "list.csv:2")
    assert refused.reason and refused.remedy


def test_the_command_takes_a_file_whole_or_not_at_all(tmp_path, monkeypatch):
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path / "home"))
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("question,objective,content\nurn:q1,Fire,urn:m1\n")
    bad.write_text("question,objective,content\nurn:q2,Exit,urn:m2\nq3,Exit,urn:m2\n")
    run = CliRunner().invoke
    assert run(main, ["curriculum", "import", "links", str(good)]).exit_code == 0
    refused = run(main, ["curriculum", "import", "links", str(bad)])
    assert (refused.exit_code, "bad.csv:3" in refused.output) == (1, True)
    assert run(main, ["curriculum", "show", "links"]).output == "urn:q1, Fire, urn:m1\n"
