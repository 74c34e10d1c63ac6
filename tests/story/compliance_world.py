"""Requirements, certificates and the days between them, for a story world."""

from datetime import date
from typing import Any

from leadline.curriculum import Exemption, Leave, Requirement
from story.world import World, iri

FIRST_AID = "certificate/first-aid"


def day(text: str) -> date:
    return date.fromisoformat(text)


def requires(world: World, *rows: Requirement) -> None:
    world.app.curriculum.replace(Requirement, rows)
    world._fresh = False


def first_aid(since: str = "2024-01-01", **rules: Any) -> Requirement:
    """First aid for everybody, valid 12 months, due 30 days after somebody comes."""
    told: dict[str, Any] = {"valid_months": 12, "things": (iri(FIRST_AID),)}
    return Requirement("first-aid", "First aid", day(since), **{**told, **rules})


def lets_off(world: World, who: str, since: str, until: str | None = None) -> None:
    row = Exemption(
        "first-aid", world.key(who), day(since), "paramedic", (until and day(until)) or None
    )
    world.app.curriculum.replace(Exemption, [row])


def away(world: World, who: str, since: str, until: str | None = None) -> None:
    row = Leave(world.key(who), day(since), (until and day(until)) or None)
    world.app.curriculum.replace(Leave, [row])


def earns(world: World, who: str, at: str, expires: str | None = None, **more: Any) -> str:
    """A certificate of first aid; gives the statement's id."""
    context = {"extensions": {"urn:leadline:extension:expires-at": expires}} if expires else None
    return world.says(who, "earned", FIRST_AID, at=at, context=context, **more)


def states(world: World, now: str, known_at: Any = None) -> dict[str, str]:
    """Everybody's state by login, first-aid alone."""
    return {who: row["state"] for who, row in standing(world, now, known_at).items()}


def standing(world: World, now: str, known_at: Any = None) -> dict[str, dict[str, Any]]:
    from leadline.privacy.viewer import Role
    from story.world import instant

    lens = world.lens(Role.COMPLIANCE_OFFICER, now=instant(now))
    page = lens.standing(known_at=known_at)
    return {page.names[row["person"]].employee_id: dict(row) for row in page.rows}
