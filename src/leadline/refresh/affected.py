"""Whose facts must be computed anew, and who is who by then.

The connection holds `fresh` (events since the commit) and `link` (actor, person) as committed. An
actor that nobody claims is its own person and not in `link`."""

from collections.abc import Sequence
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends import BaseBackend

from leadline.events import EVENT
from leadline.refresh.definitions import LINK
from leadline.refresh.query import count, query

PERSON = pa.schema([LINK.field("person")])
CHANGED = pa.schema([*LINK, ("before", pa.int64())])


@query(told_link=LINK, link=LINK)
def changed_links(told_link: ir.Table, link: ir.Table) -> ir.Table:
    """Actors with another person than at the commit, who is `before`."""
    both = told_link.left_join(link, "actor").select(
        told_link.actor, told_link.person, before=ibis.coalesce(link.person, told_link.actor)
    )
    return both.filter(both.before != both.person)


@query(link=LINK, changed_link=CHANGED)
def links_now(link: ir.Table, changed_link: ir.Table) -> ir.Table:
    claimed = changed_link.filter(changed_link.actor != changed_link.person)
    kept = link.anti_join(changed_link, "actor")
    return kept.union(claimed.select("actor", "person"))


@query(fresh=EVENT, linked=LINK, changed_link=CHANGED)
def affected_people(fresh: ir.Table, linked: ir.Table, changed_link: ir.Table) -> ir.Table:
    """Persons of the actors of fresh events, of those whose statements fresh events void, and

    whoever lost or got an actor."""
    actors = fresh.select("actor").union(fresh.select(actor=fresh.voids_actor))
    actors = actors.filter(actors.actor.notnull()).distinct()
    people = actors.left_join(linked, "actor").select(
        person=ibis.coalesce(linked.person, actors.actor)
    )
    moved = changed_link.select("person").union(changed_link.select(person=changed_link.before))
    return people.union(moved).distinct()


class Affected(NamedTuple):
    """keys: rows of `affected`, also keys that are nobody's any more, whose facts must go;
    people: the persons among them; relinked: whether `linked` differs from `link`."""

    keys: int
    people: int
    relinked: bool


def find_affected(connection: BaseBackend, changed: Sequence[tuple[int, int]]) -> Affected:
    """Make the tables `linked` (actor, person) as of now and `affected` (person).

    changed: (actor, person) told by the directory since the commit."""
    columns = [pa.array(column, pa.int64()) for column in zip(*changed, strict=True)]
    told = pa.Table.from_arrays(columns, schema=LINK) if columns else LINK.empty_table()
    connection.create_table("told_link", told, temp=True)
    changed_links.into(connection, "changed_link")
    links_now.into(connection, "linked")
    affected_people.into(connection, "affected")
    return Affected(
        keys=count(connection, "affected"),
        people=count(connection, "affected ANTI JOIN linked ON linked.actor = affected.person"),
        relinked=count(connection, "changed_link") > 0,
    )
