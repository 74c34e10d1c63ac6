"""Customers and their contacts from files; people of theirs need no HR record."""

from datetime import date

import pytest

from leadline.directory import Customers, Directory, PersonRow
from leadline.sources.customers_csv import bring_in, read_customers

HEADER = (
    "account,name,segment,started_on,ended_on,contact_email,contact_name,contact_from,contact_to"
)


@pytest.fixture
def directory(database):
    return Directory(database)


@pytest.fixture
def customers(database, directory):
    return Customers(database, directory)


@pytest.fixture
def bring(tmp_path, directory, customers):
    def brought(*lines, header=HEADER, dry_run=False):
        path = tmp_path / "crm.csv"
        path.write_text("\n".join([header, *lines]) + "\n")
        return bring_in(read_customers(path), directory, customers, dry_run=dry_run)

    return brought


def refusals(changes):
    return [(each.origin, each.field) for each in changes.errors]


def test_an_account_and_its_contacts(bring, directory, customers):
    changes = bring(
        "a1,Acme,small,2024-01-01,,Pat@acme.example,Pat,,",
        "a1,Acme,small,2024-01-01,,kim@acme.example,Kim,2025-02-01,2025-05-01",
    )
    assert not changes.errors
    (acme,) = customers.accounts()
    assert (acme.name, acme.segment, acme.started_on, acme.ended_on) == (
        "Acme", "small", date(2024, 1, 1), None,
    )  # fmt: skip
    stays = {(p.account, str(p.valid_from), p.valid_to) for p in directory.positions()}
    assert stays == {("a1", "2024-01-01", None), ("a1", "2025-02-01", date(2025, 5, 1))}
    assert {p.unit_path for p in directory.positions()} == {None}
    assert directory.called(["pat@acme.example"])  # by the address in whatever case
    again = bring(
        "a1,Acme,small,2024-01-01,,Pat@acme.example,Pat,,",
        "a1,Acme,small,2024-01-01,,kim@acme.example,Kim,2025-02-01,2025-05-01",
    )
    assert not again


def test_a_dry_run_changes_nothing(bring, directory, customers):
    changes = bring("a1,Acme,,,,pat@acme.example,Pat,,", dry_run=True)
    assert (len(changes.added), changes.dry_run) == (2, True)
    assert (customers.accounts(), directory.positions()) == ([], [])


def test_a_missing_column_leaves_and_an_empty_cell_clears(bring, customers):
    bring("a1,Acme,small,2024-01-01,2025-01-01,,,,")
    bring("a1,Acme & Sons", header="account,name")
    assert customers.accounts()[0].segment == "small"
    changes = bring("a1,", header="account,ended_on")
    assert [(c.person_id, c.field, c.before, c.after) for c in changes.changed] == [
        ("a1", "ended_on", "2025-01-01", None)
    ]
    assert customers.accounts()[0].name == "Acme & Sons"
    assert customers.names(["a1", "a2"]) == {"a1": "Acme & Sons"}


def test_a_contact_who_moves_to_another_customer_keeps_the_history(bring, directory):
    bring("a1,,,2024-01-01,,pat@mail.example,Pat,,")
    bring("a2,,,2025-01-01,,pat@mail.example,Pat,2025-03-01,")
    stays = [(p.account, str(p.valid_from), p.valid_to) for p in directory.positions()]
    assert stays == [("a1", "2024-01-01", date(2025, 3, 1)), ("a2", "2025-03-01", None)]


def test_an_employee_who_is_a_contact_stays_the_employee(bring, directory):
    row = PersonRow("17", name="Ana", email="ana@harbour.example", unit="Org/North",
                    valid_from=date(2020, 1, 1))  # fmt: skip
    directory.apply([row])
    assert not bring("a1,,,,,ana@harbour.example,Anna of Harbour,2024-01-01,").errors
    key = directory.key_of("17")
    assert directory.names([key])[key].display == "Ana"
    last = [p for p in directory.positions() if p.person == key][-1]
    assert (last.account, last.unit_path) == ("a1", "Org/North")


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (",Acme,,,,,,,", "account"),
        ("a1,Acme,,1.1.2024,,,,,", "started_on"),
        ("a1,Acme,,2024-01-01,2023-01-01,,,,", "ended_on"),
        ("a1,Acme,,,,not an address,Pat,,", "contact_email"),
        ("a1,Acme,,,,,Pat,,", "contact_email"),
        ("a1,Acme,,,", "line"),
    ],
)
def test_a_row_that_cannot_be_read_says_why(bring, customers, line, field):
    changes = bring(line)
    assert refusals(changes) == [("crm.csv:2", field)]
    assert changes.errors[0].reason and changes.errors[0].remedy
    assert customers.accounts() == []


def test_two_rows_that_contradict_each_other_are_not_both_taken(bring, customers):
    changes = bring("a1,Acme,small,,,,,,", "a1,Acme,large,,,,,,", "a1,Acme,small,,,,,,")
    assert refusals(changes) == [("crm.csv:3", "account")]
    assert customers.accounts()[0].segment == "small"
