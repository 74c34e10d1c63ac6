"""Which rows of a people import cannot be taken in, and why. Pure: rows against what is known."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import UNSET

from leadline.directory.rows import PersonRow, Refused
from leadline.directory.timeline import Stay
from leadline.statements.agents import Identifier

COLUMN = {  # identifier kind: the column in which HR can put it right
    "mbox": "email",
    "mbox_sha1sum": "mbox_sha1sum",
    "openid": "openid",
    "account": "account_name",
}
LONGEST_TEXT_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person as the directory has them. left_on equals the end of the last stay, if any."""

    key: int
    person_id: str
    name: str | None = None
    email: str | None = None
    hire_date: date | None = None
    left_on: date | None = None
    zone: str | None = None
    stays: tuple[Stay, ...] = ()


@dataclass(frozen=True)
class Known:
    """What the directory says before an import about everybody whom the import touches.

    claimed: identifier -> person_id. managers: person_id -> person_id, of everybody, newest.
    names: key -> person_id of people whom only a position mentions."""

    people: Mapping[str, KnownPerson] = field(default_factory=dict)
    claimed: Mapping[Identifier, str] = field(default_factory=dict)
    managers: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)


Rule = Callable[[Known, Sequence[PersonRow]], Iterator[tuple[PersonRow, Refused]]]


def acceptable(known: Known, rows: Sequence[PersonRow]) -> tuple[list[PersonRow], list[Refused]]:
    """The rows that can be applied together, and a line about each other one.

    Rules run until none objects: a refused row may have been the manager of another."""
    good, errors = list(rows), list[Refused]()
    objected = True
    while objected:
        objected = False
        for rule in RULES:
            found = {id(row): refusal for row, refusal in rule(known, good)}
            if found:
                objected = True
                errors += found.values()
                good = [row for row in good if id(row) not in found]
    return good, errors


def newest(rows: Sequence[PersonRow]) -> dict[str, PersonRow]:
    """The last word on each person: the row with the latest valid_from (undated: the latest)."""
    return {row.person_id: row for row in sorted(rows, key=start_of)}


def start_of(row: PersonRow) -> date:
    """For sorting: an undated row speaks of today and comes last."""
    return row.valid_from if isinstance(row.valid_from, date) else date.max


def _no(row: PersonRow, column: str, reason: str, remedy: str) -> tuple[PersonRow, Refused]:
    return row, Refused(row.origin, row.person_id, column, reason, remedy)


def _fields(known: Known, rows: Sequence[PersonRow]) -> Iterator[tuple[PersonRow, Refused]]:
    for row in rows:
        if not row.person_id:
            yield _no(row, "person_id", "is empty", "Give the employee number.")
        elif isinstance(row.zone, str) and not _is_zone(row.zone):
            reason = f"{row.zone!r} is not an IANA time zone"
            yield _no(row, "zone", reason, "Write it like Europe/Amsterdam.")
        elif column := _too_long(row):
            reason = f"is longer than {LONGEST_TEXT_CHARACTERS} characters"
            yield _no(row, column, reason, "Look for a missing quote or delimiter in this line.")
        elif isinstance(row.left_on, date):
            for column in ("valid_from", "hire_date"):
                start = getattr(row, column)
                if isinstance(start, date) and start >= row.left_on:
                    reason = f"{row.left_on} is not after {column} {start}"
                    yield _no(row, "left_on", reason, "Correct one of the two dates.")
                    break


def _too_long(row: PersonRow) -> str | None:
    for column in ("person_id", "name", "email", "unit", "role", "manager", "location", "account"):
        value = getattr(row, column)
        if isinstance(value, str) and len(value) > LONGEST_TEXT_CHARACTERS:
            return column
    return None


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # names of folders raise OSError
        return False
    return True


def _once(known: Known, rows: Sequence[PersonRow]) -> Iterator[tuple[PersonRow, Refused]]:
    first: dict[tuple[str, date], PersonRow] = {}
    for row in rows:
        other = first.setdefault((row.person_id, start_of(row)), row)
        if _says(row) != _says(other):
            reason = f"says something else than {other.origin} for the same valid_from"
            remedy = "Keep one of the rows, or give them different valid_from dates or ids."
            yield _no(row, "person_id", reason, remedy)


def _says(row: PersonRow) -> tuple[object, ...]:
    """Everything but identifiers: further rows may add accounts."""
    place = (row.unit, row.role, row.manager, row.location, row.account)
    return (row.name, row.email, row.hire_date, row.left_on, row.zone, *place)


def _identifiers(known: Known, rows: Sequence[PersonRow]) -> Iterator[tuple[PersonRow, Refused]]:
    claimed = dict(known.claimed)
    for row in rows:
        for identifier in row.claims():
            owner = claimed.setdefault(identifier, row.person_id)
            if owner != row.person_id:
                reason = f"{identifier.value} belongs to person_id {owner} already"
                remedy = (
                    f"If both are one person, keep person_id {owner}; if the address changed "
                    "hands, leave it out: what was recorded under it stays with its first owner."
                )
                yield _no(row, COLUMN[identifier.kind], reason, remedy)
                break


def _leaving(known: Known, rows: Sequence[PersonRow]) -> Iterator[tuple[PersonRow, Refused]]:
    for row in newest(rows).values():
        person = known.people.get(row.person_id)
        if person and person.stays and isinstance(row.left_on, date):
            start = person.stays[-1].start
            if start >= row.left_on:
                reason = f"{row.left_on} is before the position that starts on {start}"
                remedy = "Leave left_on empty if the person came back; else correct the date."
                yield _no(row, "left_on", reason, remedy)


def _managers(known: Known, rows: Sequence[PersonRow]) -> Iterator[tuple[PersonRow, Refused]]:
    there = {row.person_id for row in rows}
    for row in rows:
        if not isinstance(row.manager, str):
            continue
        if row.manager not in there and row.manager not in known.people:
            reason = f"{row.manager} is neither in the directory nor in a good row of this import"
            yield _no(
                row, "manager", reason, "Add that person, or correct the manager's person_id."
            )


def _chain(known: Known, rows: Sequence[PersonRow]) -> Iterator[tuple[PersonRow, Refused]]:
    above: dict[str, str] = dict(known.managers)
    last = {row.person_id: row for row in sorted(rows, key=start_of) if row.manager is not UNSET}
    for person_id, row in last.items():
        if isinstance(row.manager, str):
            above[person_id] = row.manager
        else:
            above.pop(person_id, None)
    for cycle in _cycles(above):
        for person_id in cycle:
            if person_id in last:
                reason = "the chain of managers runs in a circle: " + " > ".join([*cycle, cycle[0]])
                remedy = "Correct the manager in one of these rows; the topmost has none."
                yield _no(last[person_id], "manager", reason, remedy)


def _cycles(above: Mapping[str, str]) -> Iterator[list[str]]:
    done: set[str] = set()
    for start in above:
        path: dict[str, None] = {}
        at: str | None = start
        while at is not None and at not in done and at not in path:
            path[at] = None
            at = above.get(at)
        if at is not None and at in path:
            walk = list(path)
            yield walk[walk.index(at) :]
        done.update(path)


RULES: tuple[Rule, ...] = (_fields, _once, _identifiers, _leaving, _managers, _chain)
