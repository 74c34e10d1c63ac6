"""What a people import changes: known people and good rows in, new people and a report out."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from msgspec import UNSET

from leadline.directory import timeline
from leadline.directory.checks import Known, KnownPerson, acceptable, start_of
from leadline.directory.rows import Change, Changes, PersonRow, Place
from leadline.directory.timeline import Stay
from leadline.statements.agents import Identifier

KEY_BITS = 62  # fits a signed 64-bit column of every engine with room to spare


def random_key() -> int:
    """A key that says nothing about whom it stands for."""
    return secrets.randbits(KEY_BITS) or 1


@dataclass
class Plan:
    """Everything to write, and the report of it. moved: persons whose positions differ now."""

    changes: Changes
    people: list[KnownPerson] = field(default_factory=list)
    moved: list[KnownPerson] = field(default_factory=list)
    links: dict[Identifier, int] = field(default_factory=dict)


def plan(known: Known, rows: Sequence[PersonRow], today: date) -> Plan:
    """Apply the acceptable rows to the known people. today: the start of undated positions."""
    good, errors = acceptable(known, rows)
    made = Plan(Changes(errors=errors))
    keys = {person_id: person.key for person_id, person in known.people.items()}
    by_person: dict[str, list[PersonRow]] = {}
    for row in sorted(good, key=start_of):
        by_person.setdefault(row.person_id, []).append(row)
        if row.person_id not in keys:
            keys[row.person_id] = random_key()
    names = {**known.names, **{key: person_id for person_id, key in keys.items()}}
    for person_id, own in by_person.items():
        before = known.people.get(person_id)
        after = before or KnownPerson(keys[person_id], person_id)
        for row in own:
            after = _applied(after, row, keys, today)
        after = _departed(after, own[-1])
        news = _linked(known, own, after.key, made)
        if before != after:
            made.people.append(after)
            _report(made, before, after, _Words(own[-1].origin, names))
        elif not news:
            made.changes.unchanged += 1
    return made


def _applied(person: KnownPerson, row: PersonRow, keys: dict[str, int], today: date) -> KnownPerson:
    said = {
        column: value
        for column in ("name", "email", "hire_date", "zone")
        if (value := getattr(row, column)) is not UNSET
    }
    person = replace(person, **said)
    start = _start(person, row, today)
    stays = person.stays
    if start is not None:
        current = timeline.on(stays, start)
        place = _place(row, current.place if current else Place(), keys)
        if current is not None or place != Place():
            stays = timeline.moved(stays, start, place)
    if isinstance(row.left_on, date):
        stays = timeline.ended(stays, row.left_on)
    return replace(person, stays=stays)


def _start(person: KnownPerson, row: PersonRow, today: date) -> date | None:
    """First day of the row's position; None where the row gives none.

    Somebody who has left already sits nowhere today, so an undated row cannot place them."""
    told = (row.unit, row.role, row.manager, row.location, row.account)
    if all(value is UNSET for value in told):
        return None
    if isinstance(row.valid_from, date):
        return row.valid_from
    left = person.left_on if row.left_on is UNSET else row.left_on
    return None if isinstance(left, date) and left <= today else today


def _place(row: PersonRow, current: Place, keys: dict[str, int]) -> Place:
    return Place(
        unit_path=current.unit_path if row.unit is UNSET else row.unit,
        role=current.role if row.role is UNSET else row.role,
        location=current.location if row.location is UNSET else row.location,
        manager=keys[row.manager] if isinstance(row.manager, str) else _kept(row, current),
        account=current.account if row.account is UNSET else row.account,
    )


def _kept(row: PersonRow, current: Place) -> int | None:
    return current.manager if row.manager is UNSET else None


def _departed(person: KnownPerson, last: PersonRow) -> KnownPerson:
    """The newest row has the last word on whether somebody has left."""
    if last.left_on is None:
        return replace(person, left_on=None, stays=timeline.reopened(person.stays))
    if isinstance(last.left_on, date):
        return replace(person, left_on=last.left_on)
    if person.stays:
        return replace(person, left_on=person.stays[-1].end)
    return person


def _linked(known: Known, rows: Sequence[PersonRow], key: int, made: Plan) -> bool:
    """Note the identifiers that become the person's; False where there is no new one."""
    already = len(made.links)
    for row in rows:
        for identifier in row.claims():
            if identifier not in known.claimed and identifier not in made.links:
                made.links[identifier] = key
                change = Change(row.person_id, identifier.kind, None, identifier.value, row.origin)
                made.changes.linked.append(change)
    return len(made.links) > already


@dataclass(frozen=True)
class _Words:
    """What the report needs to speak of a person: where the row stands, who the managers are."""

    origin: str
    names: Mapping[int, str]

    def place(self, stay: Stay | None) -> str | None:
        if stay is None:
            return None
        place = stay.place
        above = place.manager and f"manager {self.names[place.manager]}"
        of = place.account and f"account {place.account}"
        told = (place.unit_path, place.role, place.location, above, of)
        parts = [part for part in told if part]
        return f"{', '.join(parts) or 'nowhere'}, from {stay.start}"


def _report(made: Plan, was: KnownPerson | None, person: KnownPerson, words: _Words) -> None:
    def note(to: list[Change], what: str, old: object, new: object) -> None:
        before, after = (None if value is None else str(value) for value in (old, new))
        to.append(Change(person.person_id, what, before, after, words.origin))

    changes = made.changes
    if was is None:
        note(changes.added, "person", None, person.name)
    else:
        for column in ("name", "email", "hire_date", "zone"):
            old, new = getattr(was, column), getattr(person, column)
            if old != new:
                note(changes.changed, column, old, new)
    past = was.stays if was else ()
    for start in sorted({stay.start for stay in (*past, *person.stays)}):
        old_stay, new_stay = timeline.on(past, start), timeline.on(person.stays, start)
        if (old_stay and old_stay.place) != (new_stay and new_stay.place):
            note(changes.moved, "position", words.place(old_stay), words.place(new_stay))
    left = was.left_on if was else None
    if left != person.left_on:
        note(changes.left, "left_on", left, person.left_on)
    if past != person.stays:
        made.moved.append(person)
