"""Who people are, with dates. Names and addresses live here and nowhere else."""

from collections import OrderedDict
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

from leadline.directory import past, tables
from leadline.directory.plan import plan
from leadline.directory.rows import Changes, Name, PersonRow, Position, Unmatched
from leadline.directory.tables import as_day
from leadline.statements.agents import Identifier
from leadline.store import Database, Log, Seen, System, Systems, Transaction

CACHE_IDENTIFIERS = 200_000  # about 60 MB; keys never change, so the cache cannot grow stale
IMPORT_ROWS = 1_000_000  # an import is one transaction and is planned in memory

POSITION = (
    "SELECT s.person, s.unit_path, s.role, s.location, s.manager, s.valid_from, s.valid_to, "
    "p.hire_date, p.left_on, p.zone, s.account "
    "FROM directory_position s JOIN directory_person p ON p.person = s.person"
)
SITS = "s.valid_from <= ? AND (s.valid_to IS NULL OR s.valid_to > ?)"


class TooManyRows(Exception):
    """A people import is larger than one transaction should be."""

    def __str__(self) -> str:
        return f"More than {IMPORT_ROWS:,} rows in one people import; split the file by unit."


class Directory:
    """People, their identifiers and their dated positions, on the store's database.

    Days are days of the calendar; 'today' is the UTC day unless `on` says otherwise."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cache: OrderedDict[Identifier, int] = OrderedDict()
        self._systems = Systems(database)
        database.evolve(tables.AREA, tables.SCHEMA)
        database.evolve(past.AREA, past.SCHEMA)

    def actors(self, identifiers: Collection[Identifier]) -> dict[Identifier, int]:
        """The random key of each identifier; unseen ones get theirs now, and keep it for good.

        One round trip a kind and 512 identifiers where all are known; none where the cache holds
        them."""
        wanted = set(identifiers)
        found = {i: key for i in wanted if (key := self._cache.get(i)) is not None}
        fresh = tables.actors(self._database, wanted - found.keys())
        unseen = wanted - found.keys() - fresh.keys()
        if unseen:
            with self._database.transaction() as tx:
                revision = tables.next_revision(tx)
                tables.insert_identifiers(tx, [(i, None) for i in unseen], revision)
                fresh |= tables.actors(tx, unseen)
        self._remember(fresh)
        return found | fresh

    def apply(
        self, people: Iterable[PersonRow], *, dry_run: bool = False, on: date | None = None
    ) -> Changes:
        """Take in rows of a people import, all good ones in one transaction.

        Returns what changed (dry_run: would change) and a line for every refused row. Rows
        applied a second time change nothing. on: start of undated positions.
        Raises TooManyRows."""
        rows = list(islice(people, IMPORT_ROWS + 1))
        if len(rows) > IMPORT_ROWS:
            raise TooManyRows
        # Imports wait for each other, so what one reads stays true until it has written; whoever
        # else writes waits only while it writes, not while it plans.
        with self._database.exclusive(tables.AREA):
            known = tables.known(self._database, rows)
            made = plan(known, rows, on or _today())
            made.changes.dry_run = dry_run
            if not dry_run:
                with self._database.transaction() as tx:
                    if made.people or made.links:
                        tables.write(tx, made, known)
                    if any(map(_of_hr, rows)):
                        self._systems.loaded("people", System.HR)
        return made.changes

    def claim(self, person: int, identifier: Identifier) -> None:
        """Make an identifier that was invented for a person theirs; nobody else can have it yet."""
        with self._database.transaction() as tx:
            tables.insert_identifiers(tx, [(identifier, person)], tables.next_revision(tx))

    def links(self, revision: int) -> list[tuple[int, int]]:
        """(actor, person) of every actor that is new or has changed hands after `revision`.

        An actor whom no person claims is its own person."""
        sql = (
            "SELECT actor, COALESCE(person, actor) FROM directory_identifier "
            "WHERE revision > ? ORDER BY actor"
        )
        return [(actor, person) for actor, person in self._database.execute(sql, (revision,))]

    def all_links(self, *, known_at: datetime | None = None) -> list[tuple[int, int]]:
        """(actor, person) of every actor there is; an actor counts as its own person before the
        instant at which somebody's claim of it was known."""
        later = past.unlinked(self._database, known_at) if known_at else frozenset()
        return [(actor, actor if actor in later else person) for actor, person in self.links(0)]

    def positions(self, *, known_at: datetime | None = None) -> list[Position]:
        """Every position of everybody, past ones too, by person and day; as it is known now, or as
        it was known at an instant."""
        now = _positions(self._database.execute(f"{POSITION} ORDER BY s.person, s.valid_from"))
        if known_at is None:
            return now
        then = past.people(self._database, known_at)
        found = [each for each in now if each.person not in then]
        found += [each for person in then.values() if person for each in past.positions(person)]
        return sorted(found, key=lambda each: (each.person, each.valid_from))

    def place_today(self, person: int, *, on: date | None = None) -> Position | None:
        """Where a person sits; None: nowhere (unknown, not yet here, left)."""
        day = (on or _today()).isoformat()
        rows = self._database.execute(
            f"{POSITION} WHERE s.person = ? AND {SITS}", (person, day, day)
        )
        return next(iter(_positions(rows)), None)

    def people_under(self, unit_path: str, *, on: date | None = None) -> set[int]:
        """Persons who sit in the unit or in a unit below it."""
        day = (on or _today()).isoformat()
        below = unit_path + "/"
        sql = (
            "SELECT s.person FROM directory_position s "
            f"WHERE (s.unit_path = ? OR substr(s.unit_path, 1, ?) = ?) AND {SITS}"
        )
        return {
            row[0] for row in self._database.execute(sql, (unit_path, len(below), below, day, day))
        }

    def team_of(self, manager: int, *, on: date | None = None) -> set[int]:
        """Persons who report to the manager, directly or through others; not the manager."""
        day = (on or _today()).isoformat()
        sql = (
            "WITH RECURSIVE team (person) AS ("
            f"SELECT s.person FROM directory_position s WHERE s.manager = ? AND {SITS} "
            "UNION SELECT s.person FROM directory_position s "
            f"JOIN team t ON s.manager = t.person WHERE {SITS}) "
            "SELECT person FROM team WHERE person <> ?"
        )
        return {
            row[0] for row in self._database.execute(sql, (manager, day, day, day, day, manager))
        }

    def key_of(self, person_id: str) -> int | None:
        """The person key behind an employee number."""
        sql = "SELECT person FROM directory_person WHERE person_id = ?"
        return next((row[0] for row in self._database.execute(sql, (person_id,))), None)

    def called(self, words: Collection[str]) -> dict[str, int]:
        """The person key behind each word that is an employee number or an e-mail address."""
        numbers = "SELECT person_id, person FROM directory_person WHERE person_id IN ({keys})"
        found: dict[str, int] = dict(self._database.select_in(numbers, words))
        boxes = {f"mailto:{word.lower()}": word for word in set(words) - found.keys()}
        addresses = (
            "SELECT value, person FROM directory_identifier "
            "WHERE kind = 'mbox' AND person IS NOT NULL AND value IN ({keys})"
        )
        mailed = self._database.select_in(addresses, boxes)
        return found | {boxes[value]: person for value, person in mailed}

    def units(self, *, on: date | None = None) -> dict[str, set[int]]:
        """Who sits in each unit, those in units below it not included."""
        day = (on or _today()).isoformat()
        sql = f"SELECT s.unit_path, s.person FROM directory_position s WHERE {SITS}"
        found: dict[str, set[int]] = {}
        for path, person in self._database.execute(sql, (day, day)):
            if path is not None:
                found.setdefault(path, set()).add(person)
        return found

    def names(self, keys: Collection[int], *, known_at: datetime | None = None) -> dict[int, Name]:
        """Identity of person keys and of actors that nobody claims; now, or as known at an instant.
        For the lens alone."""
        people = (
            "SELECT person, name, person_id, email FROM directory_person WHERE person IN ({keys})"
        )
        strangers = (
            "SELECT actor, value FROM directory_identifier "
            "WHERE person IS NULL AND actor IN ({keys})"
        )
        found = {
            key: Name(name or person_id, person_id, email)
            for key, name, person_id, email in self._database.select_in(people, keys)
        }
        for actor, value in self._database.select_in(strangers, keys):
            found[actor] = Name(value, None, None)
        then = past.people(self._database, known_at) if known_at else {}
        for key in found.keys() & then.keys():
            if person := then[key]:
                found[key] = Name(person.name or person.person_id, person.person_id, person.email)
        return found

    def unmatched(self, limit: int, offset: int = 0) -> list[Unmatched]:
        """Identifiers that no person claims, the newest first, with what was seen of them."""
        rows = self._database.execute(
            "SELECT kind, value, actor FROM directory_identifier WHERE person IS NULL "
            "ORDER BY revision DESC, kind, value LIMIT ? OFFSET ?",
            (limit, offset),
        )
        found = Log(self._database).seen(Identifier(kind, value) for kind, value, _ in rows)
        unmatched = []
        for kind, value, actor in rows:
            identifier = Identifier(kind, value)
            known = found.get(identifier, Seen())
            counts = known.statements, known.first, known.last
            unmatched.append(Unmatched(identifier, actor, *counts))
        return unmatched

    def unmatched_total(self) -> int:
        """How many identifiers no person claims."""
        sql = "SELECT count(*) FROM directory_identifier WHERE person IS NULL"
        return int(self._database.execute(sql)[0][0])

    def next_revision(self, tx: Transaction) -> None:
        """Inside a transaction: let the next refresh know that something declared has changed."""
        tables.next_revision(tx)

    def revision(self) -> int:
        """Grows with every change; see `links`."""
        return int(self._database.execute("SELECT revision FROM directory_revision")[0][0])

    def _remember(self, fresh: dict[Identifier, int]) -> None:
        self._cache.update(fresh)
        while len(self._cache) > CACHE_IDENTIFIERS:
            self._cache.popitem(last=False)


def _today() -> date:
    return datetime.now(UTC).date()


def _positions(rows: Iterable[Any]) -> list[Position]:
    return [
        Position(
            person=person,
            unit=path and path.rpartition("/")[2],
            unit_path=path,
            role=role,
            location=location,
            manager=manager,
            valid_from=date.fromisoformat(start),
            valid_to=as_day(end),
            hire_date=as_day(hired),
            left_on=as_day(left),
            zone=zone,
            account=account,
        )
        for person, path, role, location, manager, start, end, hired, left, zone, account in rows
    ]


def _of_hr(row: PersonRow) -> bool:
    """Whether it says where somebody works, as only an HR record does."""
    return any(
        isinstance(getattr(row, column), str | date) for column in ("unit", "role", "hire_date")
    )
