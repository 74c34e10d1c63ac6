"""The declared lists: replaced whole, or not at all, and brought to the lake by a refresh."""

from datetime import date

import pytest

from leadline.curriculum import Check, Curriculum, Link, Standard
from leadline.directory import Directory
from leadline.store import Database

FIRE = Link("https://lms.example/q1", "extinguish", "https://lms.example/m1")
EXIT = Link("https://lms.example/q2", "leave", "https://lms.example/m2")
NURSE = Standard("nurse", date(2026, 1, 1), "course", "https://lms.example/c1")
RATED = Standard("nurse", date(2026, 1, 1), "outcome", "urn:leadline:outcome:rating", 3.5)


@pytest.fixture
def curriculum(database_url):
    database = Database.open(database_url)
    yield Curriculum(database, Directory(database))
    database.close()


def test_a_list_is_replaced_whole(curriculum):
    curriculum.replace(Link, [FIRE])
    done = curriculum.replace(Link, [EXIT, EXIT])
    assert (done.added, done.removed, done.kept) == ((EXIT,), (FIRE,), 0)
    assert curriculum.rows(Link) == [EXIT]
    assert curriculum.rows(Standard) == []


def test_rows_come_back_as_they_were(curriculum):
    curriculum.replace(Standard, [NURSE, RATED])
    curriculum.replace(Check, [Check("urn:a", "urn:b", 14, 28)])
    assert set(curriculum.rows(Standard)) == {NURSE, RATED}
    assert curriculum.rows(Check) == [Check("urn:a", "urn:b", 14, 28)]


def test_a_dry_run_only_says(curriculum):
    done = curriculum.replace(Link, [FIRE], dry_run=True)
    assert done.added == (FIRE,)
    assert curriculum.rows(Link) == []


def test_only_a_change_is_news(curriculum):
    directory = Directory(curriculum._database)
    curriculum.replace(Link, [FIRE])
    revision = directory.revision()
    curriculum.replace(Link, [FIRE])
    curriculum.replace(Link, [EXIT], dry_run=True)
    assert directory.revision() == revision
    curriculum.replace(Link, [EXIT])
    assert directory.revision() > revision


def test_a_failure_keeps_the_list(curriculum):
    curriculum.replace(Link, [FIRE])
    with pytest.raises(RuntimeError), curriculum._database.transaction():
        curriculum.replace(Link, [EXIT])
        raise RuntimeError
    assert curriculum.rows(Link) == [FIRE]


def test_a_refresh_brings_the_lists_to_the_lake(world):
    world.refresh()
    world.app.curriculum.replace(Standard, [NURSE, RATED])
    world.app.curriculum.replace(Link, [FIRE])
    world.refresh()
    lake = world.app.lake.connect()
    assert lake.table("linkage").to_pyarrow().to_pylist() == [
        {"question": FIRE.question, "objective": FIRE.objective, "content": FIRE.content}
    ]
    assert [row["at_least"] for row in lake.table("standard").to_pyarrow().to_pylist()] == [
        None,
        3.5,
    ]
    world.app.curriculum.replace(Link, [])
    world.refresh()
    assert world.app.lake.connect().table("linkage").count().to_pyarrow().as_py() == 0


SENT = Check("urn:leadline:check", "urn:b", invited=True)


def test_what_leadline_declares_itself_no_file_takes_out(curriculum):
    curriculum.declare(SENT)
    done = curriculum.replace(Check, [Check("urn:a", "urn:b")])
    assert (done.removed, done.kept) == ((), 0)
    assert set(curriculum.rows(Check)) == {SENT, Check("urn:a", "urn:b")}
    curriculum.replace(Check, [])
    assert curriculum.rows(Check) == [SENT]


def test_declared_twice_is_declared_once_and_no_news(curriculum):
    directory = Directory(curriculum._database)
    curriculum.declare(SENT)
    revision = directory.revision()
    curriculum.declare(SENT)
    assert curriculum.rows(Check) == [SENT]
    assert directory.revision() == revision
