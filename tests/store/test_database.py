"""The two database products behave as one."""

import subprocess
import sys
import threading
import time

import pytest

from leadline.store import Database, Unavailable

NOTES = ("CREATE TABLE note (key {key}, text TEXT NOT NULL, raw {bytes})",)


@pytest.fixture
def notes(database: Database) -> Database:
    database.evolve("notes", NOTES)
    return database


def texts(database: Database) -> list[str]:
    return [text for (text,) in database.execute("SELECT text FROM note ORDER BY key")]


def write(database: Database, text: str) -> None:
    database.execute("INSERT INTO note (text) VALUES (?)", (text,))


def test_placeholders_values_and_quotes(notes: Database):
    notes.execute("INSERT INTO note (text, raw) VALUES ('what? ' || ?, ?)", ("100%", b"\0\xff"))
    rows = notes.execute("SELECT text, raw FROM note WHERE text LIKE '%?%' AND text <> ?", ("?",))
    assert [(text, bytes(raw)) for text, raw in rows] == [("what? 100%", b"\0\xff")]


def test_a_transaction_is_kept_whole_or_not_at_all(notes: Database):
    with notes.transaction() as tx:
        tx.execute("INSERT INTO note (text) VALUES (?)", ("kept",))
    with pytest.raises(ZeroDivisionError), notes.transaction() as tx:
        tx.execute("INSERT INTO note (text) VALUES (?)", ("lost",))
        raise ZeroDivisionError
    assert texts(notes) == ["kept"]


def test_an_inner_transaction_shares_the_fate_of_the_outer_one(notes: Database):
    with pytest.raises(ZeroDivisionError), notes.transaction():
        with notes.transaction():
            write(notes, "inner")
        raise ZeroDivisionError
    with pytest.raises(RuntimeError, match="part of this transaction failed"), notes.transaction():
        try:
            with notes.transaction():
                write(notes, "half")
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
    assert texts(notes) == []


def test_another_thread_sees_only_what_is_committed(notes: Database):
    seen = []
    with notes.transaction():
        write(notes, "new")
        reader = threading.Thread(target=lambda: seen.append(texts(notes)))
        reader.start()
        reader.join()
    assert seen == [[]] and texts(notes) == ["new"]


def test_transactions_that_write_wait_for_their_turn(notes: Database):
    def add() -> None:
        for _ in range(10):
            with notes.transaction() as tx:
                tx.take_turn("notes")
                (count,) = tx.execute("SELECT count(*) FROM note")[0]
                write(notes, str(count))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(int, texts(notes))) == list(range(40))


def test_texts_that_not_every_database_takes(notes: Database):
    """PostgreSQL refuses a NUL in text, and a web address may hold one."""
    notes.insert("note", ("key", "text"), [(1, "a\0b")])
    (found,) = notes.execute("SELECT text FROM note WHERE text = ?", ("a\0b",))
    assert found[0] in ("a\0b", "a\ufffdb")


def test_many_rows_and_many_keys(notes: Database):
    notes.insert("note", ("key", "text"), [(key, f"n{key}") for key in range(1, 1301)])
    notes.insert("note", ("key", "text"), [])
    notes.insert("note", ("key", "text"), [(1, "other")], "ON CONFLICT (key) DO NOTHING")
    asked = [*range(1, 1302), 1]
    rows = notes.select_in("SELECT key, text FROM note WHERE key IN ({keys})", asked)
    assert dict(rows) == {key: f"n{key}" for key in range(1, 1301)}


def test_a_schema_grows_step_by_step_and_only_once(database: Database, database_url: str):
    database.evolve("notes", NOTES)
    write(database, "old")
    grown = (*NOTES, "ALTER TABLE note ADD COLUMN mark {big}; UPDATE note SET mark = 7")
    for _ in range(2):
        database.evolve("notes", grown)
    assert database.execute("SELECT text, mark FROM note") == [("old", 7)]
    with pytest.raises(Unavailable, match="newer program"):
        database.evolve("notes", NOTES)
    again = Database.open(database_url)
    assert texts(again) == ["old"]
    again.close()


def test_a_step_that_fails_leaves_no_trace(database: Database):
    broken = ("CREATE TABLE note (key {key}); CREATE TABLE note (key {key})",)
    with pytest.raises(Exception, match="already exists"):
        database.evolve("notes", broken)
    database.evolve("notes", NOTES)
    assert texts(database) == []


def test_an_exclusive_name_has_one_holder_over_all_processes(database: Database, database_url: str):
    program = (
        "import sys; from leadline.store import Database\n"
        "with Database.open(sys.argv[1]).exclusive('refresh'):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program, database_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdout.readline() == b"held\n"
    held = threading.Event()

    def hold() -> None:
        with database.exclusive("refresh"):
            held.set()

    waiting = threading.Thread(target=hold)
    waiting.start()
    assert not held.wait(0.3)
    with database.exclusive("another name"):
        pass
    other.kill()  # a process that dies lets go
    assert held.wait(10)
    waiting.join()
    other.communicate()


@pytest.mark.parametrize("url", ["mysql://x", "sqlite://", "sqlite:///", "leadline.db"])
def test_an_address_that_is_none_is_refused(url: str):
    with pytest.raises(ValueError, match="write sqlite:///"):
        Database.open(url)


def test_a_relative_address_is_a_relative_path(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Database.open("sqlite:///here.db").close()
    assert (tmp_path / "here.db").exists()


def test_a_database_that_cannot_be_reached_is_unavailable(tmp_path):
    with pytest.raises(Unavailable):
        Database.open(f"sqlite:///{tmp_path}/no/such/folder/x.db")
    with pytest.raises(Unavailable):
        Database.open("postgresql://nobody@127.0.0.1:1/none")


@pytest.mark.postgres
def test_a_lost_connection_is_unavailable_once_and_then_made_anew(postgresql_server: str):
    database = Database.open(f"{postgresql_server}/postgres")
    (pid,) = database.execute("SELECT pg_backend_pid()")[0]
    killer = Database.open(f"{postgresql_server}/postgres")
    killer.execute("SELECT pg_terminate_backend(?)", (pid,))
    time.sleep(0.2)
    with pytest.raises(Unavailable), database.transaction() as tx:
        tx.execute("SELECT 1")
    assert database.execute("SELECT 1") == [(1,)]
    database.close()
    killer.close()
