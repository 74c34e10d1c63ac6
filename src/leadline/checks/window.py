"""When somebody is asked: from which instant to which, and whether at all. Pure."""

import hashlib
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

ASKED_FROM = time(9)  # of the person's own day: nobody is written to at midnight


def window(
    learned_at: datetime, days: tuple[int, int], zone: str, reporting_zone: str
) -> tuple[datetime, datetime]:
    """[opens, closes) of the invitation of somebody who learned at an instant.

    Days are those of the calendar after the day of learning. An answer in the window is within the
    days both where the person lives and in the reporting zone, by which results are counted."""
    first, last = days
    own, reporting = ZoneInfo(zone), ZoneInfo(reporting_zone)
    opens = max(_on(learned_at, first, own, ASKED_FROM), _on(learned_at, first, reporting, time()))
    closes = min(_on(learned_at, last + 1, each, time()) for each in (own, reporting))
    return opens, closes


def _on(learned_at: datetime, day: int, zone: ZoneInfo, at: time) -> datetime:
    later = learned_at.astimezone(zone).date() + timedelta(days=day)
    return datetime.combine(later, at, zone)


def drawn(quiz: str, person: int, share: float) -> bool:
    """Whether a person is among the share that is asked; always the same for a quiz."""
    digest = hashlib.sha256(f"{quiz} {person}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64
