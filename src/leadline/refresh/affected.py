"""Whose facts must be computed anew, and who is who by then."""

from collections.abc import Sequence

import ibis
import pyarrow as pa
from ibis.backends import BaseBackend

from leadline.refresh.definitions import LINK


def relink(connection: BaseBackend, changed: Sequence[tuple[int, int]]) -> bool:
    """Make the tables `linked` (actor, person) and `moved` (person) of the committed `link`.

    changed: (actor, person) since that commit; an actor that nobody claims is its own person and
    not in `linked`. moved: whoever lost or got an actor. Returns whether anybody did."""
    link = connection.table("link")
    rows = pa.Table.from_pylist([dict(zip(LINK.names, row, strict=True)) for row in changed], LINK)
    told = connection.create_table("told_link", rows, temp=True)
    before = told.left_join(link, "actor").select(
        told.actor, told.person, old=ibis.coalesce(link.person, told.actor)
    )
    before = connection.create_table(
        "changed_link", before.filter(before.old != before.person), temp=True
    )
    claimed = before.filter(before.actor != before.person).select("actor", "person")
    connection.create_table("linked", link.anti_join(before, "actor").union(claimed), temp=True)
    people = before.select("person").union(before.select(person=before.old))
    connection.create_table("moved", people.distinct(), temp=True)
    return bool(before.count().to_pyarrow().as_py())


def find_affected(connection: BaseBackend, after: int) -> int:
    """Make the table `affected` (person) and say how many they are.

    Affected: persons of the actors of events with seq > after, persons of actors whose statements
    those events void, and whoever lost or got an actor."""
    event, linked = connection.table("event"), connection.table("linked")
    new = event.filter(event.seq > after)
    actors = new.select("actor").union(new.select(actor=new.voids_actor))
    actors = actors.filter(actors.actor.notnull()).distinct()
    people = actors.left_join(linked, "actor").select(
        person=ibis.coalesce(linked.person, actors.actor)
    )
    affected = connection.create_table(
        "affected", people.union(connection.table("moved")).distinct(), temp=True
    )
    return int(affected.count().to_pyarrow().as_py())
