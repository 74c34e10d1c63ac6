"""The directory's tables: what an import reads and writes.

Days are ISO text: they sort as days do and mean the same on SQLite and PostgreSQL."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date

from leadline.directory import past
from leadline.directory.checks import Known, KnownPerson
from leadline.directory.plan import Plan, random_key
from leadline.directory.rows import PersonRow, Place
from leadline.directory.timeline import Stay
from leadline.statements.agents import Identifier
from leadline.store import Transaction

AREA = "directory"  # of the schema; also the name that imports hold
SCHEMA = (
    """
    CREATE TABLE directory_revision (
        one INTEGER PRIMARY KEY CHECK (one = 1), revision {big} NOT NULL);
    INSERT INTO directory_revision (one, revision) VALUES (1, 0);
    CREATE TABLE directory_person (
        person {big} PRIMARY KEY, person_id TEXT NOT NULL UNIQUE, name TEXT, email TEXT,
        hire_date TEXT, left_on TEXT, zone TEXT);
    CREATE TABLE directory_position (
        person {big} NOT NULL, valid_from TEXT NOT NULL, valid_to TEXT, unit_path TEXT,
        role TEXT, location TEXT, manager {big}, PRIMARY KEY (person, valid_from));
    CREATE INDEX directory_position_manager ON directory_position (manager);
    CREATE TABLE directory_identifier (
        kind TEXT NOT NULL, value TEXT NOT NULL, actor {big} NOT NULL UNIQUE, person {big},
        revision {big} NOT NULL, PRIMARY KEY (kind, value));
    CREATE INDEX directory_identifier_revision ON directory_identifier (revision);
    CREATE INDEX directory_identifier_person ON directory_identifier (person)
    """,
    "ALTER TABLE directory_position ADD COLUMN account TEXT",
)


def as_day(text: str | None) -> date | None:
    """ISO text of a column as a date."""
    return None if text is None else date.fromisoformat(text)


def as_text(day: date | None) -> str | None:
    """A date as a column keeps it."""
    return None if day is None else day.isoformat()


def next_revision(tx: Transaction) -> int:
    """Take the next revision, inside a transaction. The row stays locked to its end, so revisions
    become visible in order: who has seen revision r has seen everything before it."""
    sql = "UPDATE directory_revision SET revision = revision + 1 WHERE one = 1 RETURNING revision"
    return int(tx.execute(sql)[0][0])


def insert_identifiers(
    tx: Transaction, owners: Iterable[tuple[Identifier, int | None]], revision: int
) -> None:
    """Give each identifier its actor key if it has none yet, and its person if one is named."""
    tx.insert(
        "directory_identifier",
        ("kind", "value", "actor", "person", "revision"),
        sorted((i.kind, kept(i.value), random_key(), person, revision) for i, person in owners),
        "ON CONFLICT (kind, value) DO UPDATE SET person = excluded.person, "
        "revision = excluded.revision WHERE excluded.person IS NOT NULL",
    )
    past.remember_links(tx, revision)


def actors(tx: Transaction, identifiers: Iterable[Identifier]) -> dict[Identifier, int]:
    """The keys of those identifiers that have one."""
    sql = (
        "SELECT value, actor FROM directory_identifier WHERE kind = '{kind}' AND value IN ({keys})"
    )
    return {
        values[value]: actor
        for kind, values in _by_kind(identifiers).items()
        for value, actor in tx.select_in(sql.replace("{kind}", kind), values)
    }


def kept(value: str) -> str:
    """An identifier's text as the column holds it.

    JSON allows what no database takes as text, NUL and halves of surrogate pairs; such a text is
    kept as the JSON that stood in the statement."""
    if value.isascii() and "\0" not in value:
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return json.dumps(value) if "\0" in value else value


def known(tx: Transaction, rows: Sequence[PersonRow]) -> Known:
    """What the directory says about everybody whom the rows touch."""
    ids = {row.person_id for row in rows}
    above = {row.manager for row in rows if isinstance(row.manager, str)}
    people = _people(tx, ids | above)
    stays = _stays(tx, [person.key for person in people.values()])
    mentioned = {s.place.manager for own in stays.values() for s in own if s.place.manager}
    names = "SELECT person, person_id FROM directory_person WHERE person IN ({keys})"
    return Known(
        people={
            person_id: replace(person, stays=tuple(stays.get(person.key, ())))
            for person_id, person in people.items()
        },
        claimed=_claimed(tx, {identifier for row in rows for identifier in row.claims()}),
        managers=_managers(tx) if above else {},
        names=dict(tx.select_in(names, mentioned)),
    )


def write(tx: Transaction, plan: Plan, known: Known) -> None:
    """Everything that a plan wants, inside the caller's transaction. known: as it was before."""
    revision = next_revision(tx)
    before = {person.key: person for person in known.people.values()}
    past.remember(tx, before, plan.people)
    columns = ("person", "person_id", "name", "email", "hire_date", "left_on", "zone")
    tx.insert(
        "directory_person",
        columns,
        [
            (p.key, p.person_id, p.name, p.email, as_text(p.hire_date), as_text(p.left_on), p.zone)
            for p in plan.people
        ],
        "ON CONFLICT (person) DO UPDATE SET "
        + ", ".join(f"{column} = excluded.{column}" for column in columns[2:]),
    )
    for person in plan.moved:
        tx.execute("DELETE FROM directory_position WHERE person = ?", (person.key,))
    place = ("unit_path", "role", "location", "manager", "account")
    tx.insert(
        "directory_position",
        ("person", "valid_from", "valid_to", *place),
        [
            (p.key, as_text(s.start), as_text(s.end), *(getattr(s.place, part) for part in place))
            for p in plan.moved
            for s in p.stays
        ],
    )
    insert_identifiers(tx, plan.links.items(), revision)


def _people(tx: Transaction, ids: Collection[str]) -> dict[str, KnownPerson]:
    sql = (
        "SELECT person, person_id, name, email, hire_date, left_on, zone "
        "FROM directory_person WHERE person_id IN ({keys})"
    )
    return {
        person_id: KnownPerson(key, person_id, name, email, as_day(hired), as_day(left), zone)
        for key, person_id, name, email, hired, left, zone in tx.select_in(sql, ids)
    }


def _stays(tx: Transaction, keys: Collection[int]) -> dict[int, list[Stay]]:
    sql = (
        "SELECT person, valid_from, valid_to, unit_path, role, location, manager, account "
        "FROM directory_position WHERE person IN ({keys}) ORDER BY person, valid_from"
    )
    found: dict[int, list[Stay]] = {}
    for key, start, end, *place in tx.select_in(sql, keys):
        found.setdefault(key, []).append(
            Stay(date.fromisoformat(start), as_day(end), Place(*place))
        )
    return found


def _claimed(tx: Transaction, identifiers: Collection[Identifier]) -> dict[Identifier, str]:
    sql = (
        "SELECT i.value, p.person_id FROM directory_identifier i "
        "JOIN directory_person p ON p.person = i.person "
        "WHERE i.kind = '{kind}' AND i.value IN ({keys})"
    )
    return {
        values[value]: person_id
        for kind, values in _by_kind(identifiers).items()
        for value, person_id in tx.select_in(sql.replace("{kind}", kind), values)
    }


def _managers(tx: Transaction) -> dict[str, str]:
    sql = (
        "SELECT p.person_id, m.person_id FROM directory_position s "
        "JOIN directory_person p ON p.person = s.person "
        "JOIN directory_person m ON m.person = s.manager WHERE s.valid_to IS NULL"
    )
    return dict(tx.execute(sql))


def _by_kind(identifiers: Iterable[Identifier]) -> dict[str, dict[str, Identifier]]:
    """By kind and kept text; SQLite reads the whole table for `(kind, value) IN (VALUES …)`."""
    kinds: dict[str, dict[str, Identifier]] = {}
    for identifier in identifiers:
        kinds.setdefault(identifier.kind, {})[kept(identifier.value)] = identifier
    return kinds
