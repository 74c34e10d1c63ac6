"""`leadline import customers`, and reading a foreign file as it was read by hand."""

import json

import pytest
from click.testing import CliRunner

from leadline.cli import main
from leadline.directory import Customers, Directory
from leadline.sources.bringing import ColumnMaps
from leadline.sources.columns import ColumnMap
from leadline.store import Database, Log


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path))

    def run(*words):
        return CliRunner().invoke(main, [str(word) for word in words])

    return run


@pytest.fixture
def database(tmp_path):
    opened = Database.open(f"sqlite:///{tmp_path / 'leadline.db'}")
    yield opened
    opened.close()


def test_customers_and_their_people_come_in_and_bad_rows_are_told(tmp_path, run, database):
    path = tmp_path / "crm.csv"
    path.write_text("account,name,contact_email\na1,Acme,pat@acme.example\n,None,\n")
    dry = run("import", "customers", path, "--dry-run")
    assert dry.exit_code == 1 and "2 would be added" in dry.stdout
    done = run("import", "customers", path, "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, len(told["added"]), told["errors"][0]["origin"]) == (1, 2, "crm.csv:3")
    directory = Directory(database)
    assert [each.account for each in Customers(database, directory).accounts()] == ["a1"]
    assert [each.account for each in directory.positions()] == ["a1"]


def test_a_foreign_file_is_read_as_by_hand(tmp_path, run, database):
    path = tmp_path / "hr.csv"
    path.write_text("Nr;Wo\n17;Harbour/North\n")
    unknown = run("import", "people", path, "--mapping", "HR")
    assert unknown.exit_code == 2 and "no file of people from HR" in unknown.stderr
    ColumnMaps(database).put("HR", "people", ColumnMap({"person_id": "nr", "unit": "wo"}))
    assert run("import", "people", path, "--mapping", "HR").exit_code == 0
    assert [each.unit_path for each in Directory(database).positions()] == ["Harbour/North"]
    results = tmp_path / "tickets.csv"
    results.write_text("Kunde;Am;Zahl\na1;31.03.2026;4\n")
    via = ColumnMap(
        {"account": "kunde", "date": "am", "value": "zahl"}, {"outcome": "Tickets"}, "DD.MM.YYYY"
    )
    ColumnMaps(database).put("Desk", "outcomes", via)
    done = run("import", "outcomes", results, "--source", "Desk", "--mapping", "Desk", "--json")
    assert json.loads(done.stdout)["accepted"] == 1
    assert Log(database).head() == 1
