"""A people import: what it changes, what it keeps, what it refuses."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

from leadline.directory import Directory, PersonRow
from leadline.statements import Identifier

JANUARY, JUNE = date(2026, 1, 1), date(2026, 6, 1)
ANA = PersonRow("1", name="Ana", unit="Harbour/North", role="lead", valid_from=JANUARY)
BEN = PersonRow(
    "2", name="Ben", email="ben@harbour.example", unit="Harbour/North", role="nurse",
    manager="1", location="Rotterdam", valid_from=JANUARY, hire_date=date(2020, 5, 4),
    zone="Europe/Amsterdam", origin="people.csv:3",
)  # fmt: skip
CLEO = PersonRow("3", name="Cleo", unit="Harbour/South", valid_from=JANUARY)


def positions(directory, person_id):
    key = directory.key_of(person_id)
    return [
        (place.unit, place.valid_from, place.valid_to)
        for place in directory.positions()
        if place.person == key
    ]


def test_people_have_dated_positions_under_random_keys(directory, today):
    changes = directory.apply([ANA, BEN, CLEO], on=today)

    assert [change.after for change in changes.added] == ["Ana", "Ben", "Cleo"]
    ben = directory.place_today(directory.key_of("2"), on=today)
    assert (ben.unit, ben.unit_path, ben.role) == ("North", "Harbour/North", "nurse")
    assert ben.manager == directory.key_of("1")
    assert (ben.location, ben.zone) == ("Rotterdam", "Europe/Amsterdam")
    assert (ben.hire_date, ben.valid_from, ben.valid_to) == (date(2020, 5, 4), JANUARY, None)
    assert directory.key_of("2") > 2**32
    assert directory.key_of("9") is None


def test_the_same_file_again_changes_nothing(directory, today):
    directory.apply([ANA, BEN, CLEO], on=today)
    revision, before = directory.revision(), directory.positions()

    again = directory.apply([ANA, BEN, CLEO], on=date(2026, 12, 24))

    assert not again
    assert again.unchanged == 3
    assert directory.revision() == revision
    assert directory.positions() == before


def test_another_unit_closes_the_old_position_and_opens_the_next(directory, today):
    directory.apply([ANA, BEN], on=today)

    moved = directory.apply([PersonRow("2", unit="Harbour/South", valid_from=JUNE)], on=today)

    assert positions(directory, "2") == [("North", JANUARY, JUNE), ("South", JUNE, None)]
    assert [change.before for change in moved.moved] == [
        "Harbour/North, nurse, Rotterdam, manager 1, from 2026-01-01"
    ]
    last = directory.positions()[-1], directory.place_today(directory.key_of("2"), on=today)
    assert last[1].role == "nurse"  # the file did not speak of the role


def test_an_undated_move_begins_on_the_day_of_the_import(directory, today):
    directory.apply([ANA], on=today)

    directory.apply([PersonRow("1", unit="Harbour/South")], on=today)

    assert positions(directory, "1") == [("North", JANUARY, today), ("South", today, None)]


def test_a_dry_run_reports_and_writes_nothing(directory, today):
    directory.apply([ANA], on=today)
    revision = directory.revision()

    changes = directory.apply([BEN, PersonRow("1", name="Ana Berg")], dry_run=True, on=today)

    assert changes.dry_run
    assert [change.person_id for change in changes.added] == ["2"]
    assert [(c.before, c.after) for c in changes.changed] == [("Ana", "Ana Berg")]
    assert directory.key_of("2") is None
    assert directory.revision() == revision


def test_a_new_name_and_address_keep_the_key_and_the_old_address(directory, today):
    directory.apply([ANA, BEN], on=today)
    key = directory.key_of("2")
    married = PersonRow("2", name="Ben Berg", email="ben.berg@harbour.example")

    changes = directory.apply([married], on=today)

    assert {change.field for change in changes.changed} == {"name", "email"}
    assert directory.key_of("2") == key
    old, new = (
        Identifier("mbox", f"mailto:{name}@harbour.example") for name in ("ben", "ben.berg")
    )
    owners = dict(directory.all_links())
    assert {owners[actor] for actor in directory.actors([old, new]).values()} == {key}


def test_who_left_sits_nowhere_and_who_comes_back_has_a_gap(directory, today):
    directory.apply([ANA, BEN], on=today)
    key = directory.key_of("2")

    left = directory.apply([PersonRow("2", left_on=date(2026, 3, 1))], on=today)
    assert [(change.before, change.after) for change in left.left] == [(None, "2026-03-01")]
    assert directory.place_today(key, on=today) is None
    assert directory.place_today(key, on=date(2026, 2, 28)).unit == "North"

    directory.apply([PersonRow("2", unit="Harbour/North", valid_from=JUNE, left_on=None)], on=today)
    assert positions(directory, "2") == [
        ("North", JANUARY, date(2026, 3, 1)),
        ("North", JUNE, None),
    ]
    assert directory.place_today(key, on=today).left_on is None


def test_a_leaver_in_an_undated_file_is_not_placed_today(directory, today):
    rows = [PersonRow("1", name="Ana", unit="Harbour/North", left_on=JANUARY)]

    directory.apply(rows, on=today)

    assert directory.positions() == []


def test_history_in_one_file_in_any_order(directory, today):
    rows = [
        PersonRow("1", name="Ana Berg", unit="Harbour/South", valid_from=JUNE),
        PersonRow("1", name="Ana", unit="Harbour/North", valid_from=JANUARY),
    ]

    directory.apply(rows, on=today)

    assert positions(directory, "1") == [("North", JANUARY, JUNE), ("South", JUNE, None)]
    assert directory.names([directory.key_of("1")])[directory.key_of("1")].display == "Ana Berg"


def test_units_and_teams_are_those_of_the_day(directory, today):
    dov = PersonRow("4", name="Dov", unit="Harbour/North/Depot 3", manager="2", valid_from=JUNE)
    eve = PersonRow("5", name="Eve", unit="Harbour/Northern lights", valid_from=JANUARY)
    directory.apply([ANA, BEN, CLEO, dov, eve], on=today)
    ana, ben, _, depot, _ = (directory.key_of(n) for n in "12345")

    assert directory.people_under("Harbour/North", on=today) == {ana, ben, depot}
    assert directory.people_under("Harbour/North", on=date(2026, 5, 31)) == {ana, ben}
    assert directory.team_of(ana, on=today) == {ben, depot}
    assert directory.team_of(ana, on=date(2026, 5, 31)) == {ben}
    assert directory.team_of(depot, on=today) == set()


def refusals(changes):
    return [(refused.origin, refused.field) for refused in changes.errors]


def test_an_address_that_belongs_to_somebody_else_is_refused_not_moved(directory, today):
    directory.apply([ANA, BEN], on=today)
    eve = PersonRow("5", name="Eve", email="Ben@harbour.example", origin="people.csv:9")

    changes = directory.apply([eve, CLEO], on=today)

    assert refusals(changes) == [("people.csv:9", "email")]
    assert "belongs to person_id 2" in changes.errors[0].reason
    assert directory.key_of("5") is None
    assert directory.key_of("3") is not None


def test_unknown_managers_and_those_who_depend_on_them_are_refused(directory, today):
    rows = [
        PersonRow("7", name="X", manager="99", origin="f:2"),
        PersonRow("8", name="Y", manager="7", origin="f:3"),
        PersonRow("1", name="Ana", origin="f:4"),
    ]

    changes = directory.apply(rows, on=today)

    assert refusals(changes) == [("f:2", "manager"), ("f:3", "manager")]
    assert directory.key_of("1") is not None


def test_a_circle_of_managers_is_refused_also_through_the_directory(directory, today):
    directory.apply([ANA, BEN], on=today)

    changes = directory.apply([PersonRow("1", manager="2", origin="f:2")], on=today)

    assert refusals(changes) == [("f:2", "manager")]
    assert "circle" in changes.errors[0].reason
    assert directory.place_today(directory.key_of("1"), on=today).manager is None


def test_two_rows_that_contradict_each_other(directory, today):
    twin = PersonRow("1", name="Anna", unit="Harbour/North", valid_from=JANUARY, origin="f:8")

    changes = directory.apply([ANA, twin], on=today)

    assert refusals(changes) == [("f:8", "person_id")]


def test_days_and_zones_that_make_no_sense(directory, today):
    rows = [
        PersonRow("1", valid_from=JUNE, left_on=JUNE, origin="f:2"),
        PersonRow("2", hire_date=JUNE, left_on=JANUARY, origin="f:3"),
        PersonRow("3", zone="Rotterdam", origin="f:4"),
        PersonRow("4", zone="Europe", origin="f:5"),
        PersonRow("", origin="f:6"),
        PersonRow("6", name="x" * 501, origin="f:7"),
    ]

    changes = directory.apply(rows, on=today)

    assert refusals(changes) == [
        ("f:2", "left_on"),
        ("f:3", "left_on"),
        ("f:4", "zone"),
        ("f:5", "zone"),
        ("f:6", "person_id"),
        ("f:7", "name"),
    ]
    assert all(refused.remedy for refused in changes.errors)


def test_leaving_before_the_newest_position_is_refused(directory, today):
    directory.apply([PersonRow("1", unit="Harbour/North", valid_from=JUNE)], on=today)

    changes = directory.apply([PersonRow("1", left_on=JANUARY, origin="f:2")], on=today)

    assert refusals(changes) == [("f:2", "left_on")]
    assert positions(directory, "1") == [("North", JUNE, None)]


def test_imports_at_the_same_time_do_not_lose_each_other(database, today):
    files = [[PersonRow(str(n), name="X", unit=f"Harbour/{m}")] for m in "AB" for n in range(8)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda rows: Directory(database).apply(rows, on=today), files))

    directory = Directory(database)
    keys = [directory.key_of(str(n)) for n in range(8)]
    assert len(set(keys)) == 8
    assert len(directory.positions()) == 8
