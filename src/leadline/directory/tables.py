"""The directory's tables, and the SQL that writes people and reads what an import touches.

Days are ISO text: they sort as days do and mean the same on SQLite and PostgreSQL."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from leadline.directory.checks import Known, KnownPerson
from leadline.directory.plan import Plan, random_key
from leadline.directory.rows import PersonRow, Place
from leadline.directory.timeline import Stay
from leadline.statements.agents import Identifier
from leadline.store import Transaction

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS directory_revision (
        one INTEGER PRIMARY KEY CHECK (one = 1), revision BIGINT NOT NULL)""",
    """INSERT INTO directory_revision (one, revision) VALUES (1, 0) ON CONFLICT DO NOTHING""",
    """CREATE TABLE IF NOT EXISTS directory_person (
        person BIGINT PRIMARY KEY, person_id TEXT NOT NULL UNIQUE, name TEXT, email TEXT,
        hire_date TEXT, left_on TEXT, zone TEXT)""",
    """CREATE TABLE IF NOT EXISTS directory_position (
        person BIGINT NOT NULL, valid_from TEXT NOT NULL, valid_to TEXT, unit_path TEXT,
        role TEXT, location TEXT, manager BIGINT, PRIMARY KEY (person, valid_from))""",
    """CREATE INDEX IF NOT EXISTS directory_position_manager ON directory_position (manager)""",
    """CREATE TABLE IF NOT EXISTS directory_identifier (
        kind TEXT NOT NULL, value TEXT NOT NULL, actor BIGINT NOT NULL UNIQUE, person BIGINT,
        revision BIGINT NOT NULL, PRIMARY KEY (kind, value))""",
    """CREATE INDEX IF NOT EXISTS directory_identifier_revision
        ON directory_identifier (revision)""",
    """CREATE INDEX IF NOT EXISTS directory_identifier_person ON directory_identifier (person)""",
)
BATCH_ROWS = 1000  # of one multi-row statement; SQLite allows 32,766 parameters in all

T = TypeVar("T")


def batches(values: Iterable[T], size: int = BATCH_ROWS) -> Iterator[list[T]]:
    """The values in order, at most `size` at a time."""
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch


def marks(values: Collection[Any]) -> str:
    """`?, ?, ?`: one placeholder for each value."""
    return ", ".join("?" * len(values))


def grid(rows: Sequence[Sequence[Any]]) -> str:
    """`(?, ?), (?, ?)`: placeholders of a multi-row VALUES list."""
    return ", ".join([f"({marks(rows[0])})"] * len(rows))


def flat(rows: Iterable[Iterable[Any]]) -> list[Any]:
    """The parameters that go with `grid`."""
    return [value for row in rows for value in row]


def among(identifiers: Iterable[Identifier], table: str) -> tuple[str, list[str]]:
    """Condition and parameters that pick the identifiers' rows through the primary key.

    One list a kind: SQLite reads the whole table for `(kind, value) IN (VALUES …)`."""
    kinds: dict[str, list[str]] = {}
    for identifier in identifiers:
        kinds.setdefault(identifier.kind, []).append(identifier.value)
    parts = [f"({table}.kind = ? AND {table}.value IN ({marks(v)}))" for v in kinds.values()]
    return " OR ".join(parts), flat([kind, *values] for kind, values in kinds.items())


def as_day(text: str | None) -> date | None:
    """ISO text of a column as a date."""
    return None if text is None else date.fromisoformat(text)


def as_text(day: date | None) -> str | None:
    """A date as a column keeps it."""
    return None if day is None else day.isoformat()


def next_revision(tx: Transaction) -> int:
    """Take the next revision. Held to the end of the transaction, so revisions become visible
    in order and a reader that has seen revision r has seen everything before it."""
    sql = "UPDATE directory_revision SET revision = revision + 1 WHERE one = 1 RETURNING revision"
    return int(tx.execute(sql)[0][0])


def lock(tx: Transaction) -> None:
    """Keep every other import waiting until this transaction ends: what it reads stays true."""
    tx.execute("UPDATE directory_revision SET revision = revision WHERE one = 1")


def insert_identifiers(
    tx: Transaction, owners: Collection[tuple[Identifier, int | None]], revision: int
) -> None:
    """Give each identifier its actor key if it has none yet, and its person if one is named."""
    for batch in batches(owners):
        rows = [(i.kind, i.value, random_key(), person, revision) for i, person in batch]
        tx.execute(
            "INSERT INTO directory_identifier (kind, value, actor, person, revision) "
            f"VALUES {grid(rows)} ON CONFLICT (kind, value) DO UPDATE SET "
            "person = excluded.person, revision = excluded.revision "
            "WHERE excluded.person IS NOT NULL",
            flat(rows),
        )


def known(tx: Transaction, rows: Sequence[PersonRow]) -> Known:
    """What the directory says about everybody whom the rows touch."""
    ids = {row.person_id for row in rows}
    above = {row.manager for row in rows if isinstance(row.manager, str)}
    people = _people(tx, sorted(ids | above))
    stays = _stays(tx, [person.key for person in people.values()])
    whole = {
        person_id: KnownPerson(
            person.key,
            person_id,
            person.name,
            person.email,
            person.hire_date,
            person.left_on,
            person.zone,
            tuple(stays.get(person.key, ())),
        )
        for person_id, person in people.items()
    }
    mentioned = {s.place.manager for own in stays.values() for s in own if s.place.manager}
    return Known(
        people=whole,
        claimed=_claimed(tx, {identifier for row in rows for identifier in row.claims()}),
        managers=_managers(tx) if above else {},
        names=_person_ids(tx, sorted(mentioned)),
    )


def write(tx: Transaction, plan: Plan) -> None:
    """Everything a plan wants, inside the caller's transaction."""
    revision = next_revision(tx)
    for people in batches(plan.people):
        persons = [
            (p.key, p.person_id, p.name, p.email, *map(as_text, (p.hire_date, p.left_on)), p.zone)
            for p in people
        ]
        tx.execute(
            "INSERT INTO directory_person (person, person_id, name, email, hire_date, left_on, "
            f"zone) VALUES {grid(persons)} ON CONFLICT (person) DO UPDATE SET "
            "name = excluded.name, email = excluded.email, hire_date = excluded.hire_date, "
            "left_on = excluded.left_on, zone = excluded.zone",
            flat(persons),
        )
    for moved in batches(plan.moved):
        keys = [person.key for person in moved]
        tx.execute(f"DELETE FROM directory_position WHERE person IN ({marks(keys)})", keys)
    for batch in batches((person.key, stay) for person in plan.moved for stay in person.stays):
        stays = [
            (
                key,
                as_text(s.start),
                as_text(s.end),
                s.place.unit_path,
                s.place.role,
                s.place.location,
                s.place.manager,
            )
            for key, s in batch
        ]
        tx.execute(
            "INSERT INTO directory_position (person, valid_from, valid_to, unit_path, role, "
            f"location, manager) VALUES {grid(stays)}",
            flat(stays),
        )
    insert_identifiers(tx, plan.links.items(), revision)


def _people(tx: Transaction, ids: Sequence[str]) -> dict[str, KnownPerson]:
    found: dict[str, KnownPerson] = {}
    for batch in batches(ids):
        sql = (
            "SELECT person, person_id, name, email, hire_date, left_on, zone "
            f"FROM directory_person WHERE person_id IN ({marks(batch)})"
        )
        for key, person_id, name, email, hired, left, zone in tx.execute(sql, batch):
            days = as_day(hired), as_day(left)
            found[person_id] = KnownPerson(key, person_id, name, email, *days, zone)
    return found


def _stays(tx: Transaction, keys: Sequence[int]) -> dict[int, list[Stay]]:
    found: dict[int, list[Stay]] = {}
    for batch in batches(keys):
        sql = (
            "SELECT person, valid_from, valid_to, unit_path, role, location, manager "
            f"FROM directory_position WHERE person IN ({marks(batch)}) ORDER BY person, valid_from"
        )
        for key, start, end, *place in tx.execute(sql, batch):
            stay = Stay(date.fromisoformat(start), as_day(end), Place(*place))
            found.setdefault(key, []).append(stay)
    return found


def _claimed(tx: Transaction, identifiers: Collection[Identifier]) -> dict[Identifier, str]:
    found: dict[Identifier, str] = {}
    for batch in batches(identifiers):
        chosen, params = among(batch, "i")
        sql = (
            "SELECT i.kind, i.value, p.person_id FROM directory_identifier i "
            f"JOIN directory_person p ON p.person = i.person WHERE {chosen}"
        )
        for kind, value, person_id in tx.execute(sql, params):
            found[Identifier(kind, value)] = person_id
    return found


def _managers(tx: Transaction) -> dict[str, str]:
    sql = (
        "SELECT p.person_id, m.person_id FROM directory_position s "
        "JOIN directory_person p ON p.person = s.person "
        "JOIN directory_person m ON m.person = s.manager "
        "WHERE s.valid_to IS NULL"
    )
    return dict(tx.execute(sql))


def _person_ids(tx: Transaction, keys: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for batch in batches(keys):
        sql = f"SELECT person, person_id FROM directory_person WHERE person IN ({marks(batch)})"
        found.update(tx.execute(sql, batch))
    return found
