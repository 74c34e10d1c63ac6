"""What the directory knew at an earlier instant, so that an old statement of it can be made again.

A person without a line here has not changed since the directory began to keep them, and counts as
known for ever; the first change writes down what held before it as well."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import msgspec

from leadline.directory.checks import KnownPerson
from leadline.directory.rows import Position
from leadline.store import Database, Transaction
from leadline.store.moments import micros

AREA = "directory_past"
SCHEMA = (
    """
    CREATE TABLE directory_past (
        person {big} NOT NULL, known_from {big} NOT NULL, known_to {big}, value TEXT NOT NULL,
        PRIMARY KEY (person, known_from));
    CREATE TABLE directory_past_link (
        actor {big} PRIMARY KEY, person {big} NOT NULL, known_from {big} NOT NULL)
    """,
)
HELD = "known_from <= ? AND (known_to IS NULL OR known_to > ?)"


def remember(
    tx: Transaction, before: Mapping[int, KnownPerson], after: Iterable[KnownPerson]
) -> None:
    """Write down people who change now, inside the transaction that changes them.

    before: by key, as they were; who is absent is new."""
    now = micros(datetime.now(UTC))
    columns = ("person", "known_from", "value")
    changed = list(after)
    sql = "SELECT DISTINCT person FROM directory_past WHERE person IN ({keys})"
    told = {person for (person,) in tx.select_in(sql, [person.key for person in changed])}
    first = [p.key for p in changed if p.key in before and p.key not in told]
    tx.insert("directory_past", columns, [(key, 0, _text(before[key])) for key in first])
    for key in {*told, *first}:
        ended = "UPDATE directory_past SET known_to = ? WHERE person = ? AND known_to IS NULL"
        tx.execute(ended, (now, key))
    tx.insert("directory_past", columns, [(p.key, now, _text(p)) for p in changed])


def remember_links(tx: Transaction, revision: int) -> None:
    """Write down the identifiers that a revision gave to people, inside its transaction."""
    tx.execute(
        "INSERT INTO directory_past_link (actor, person, known_from) "
        "SELECT actor, person, ? FROM directory_identifier "
        "WHERE revision = ? AND person IS NOT NULL ON CONFLICT (actor) DO NOTHING",
        (micros(datetime.now(UTC)), revision),
    )


def people(database: Database, known_at: datetime) -> dict[int, KnownPerson | None]:
    """Those who have changed since they were first kept, by key, as they were known at an instant;
    None: not known yet."""
    then = micros(known_at)
    everybody = database.execute("SELECT DISTINCT person FROM directory_past")
    sql = f"SELECT person, value FROM directory_past WHERE {HELD}"
    held = {
        person: msgspec.json.decode(value, type=KnownPerson)
        for person, value in database.execute(sql, (then, then))
    }
    return {person: held.get(person) for (person,) in everybody}


def unlinked(database: Database, known_at: datetime) -> set[int]:
    """Actors whom their person claimed only later."""
    sql = "SELECT actor FROM directory_past_link WHERE known_from > ?"
    return {actor for (actor,) in database.execute(sql, (micros(known_at),))}


def positions(person: KnownPerson) -> list[Position]:
    """Everywhere a person sat, as known then."""
    return [
        Position(
            person=person.key,
            unit=stay.place.unit_path and stay.place.unit_path.rpartition("/")[2],
            unit_path=stay.place.unit_path,
            role=stay.place.role,
            location=stay.place.location,
            manager=stay.place.manager,
            valid_from=stay.start,
            valid_to=stay.end,
            hire_date=person.hire_date,
            left_on=person.left_on,
            zone=person.zone,
            account=stay.place.account,
        )
        for stay in person.stays
    ]


def _text(person: KnownPerson) -> str:
    return msgspec.json.encode(person).decode()
