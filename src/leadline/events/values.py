"""Single values of a statement, read without guessing: what cannot be read is null."""

import math
import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadline.statements import forms

DURATION = re.compile(
    r"P(?:(?P<weeks>\d+(?:[.,]\d+)?)W"
    r"|(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<days>\d+(?:[.,]\d+)?)D)?"
    r"(?:T(?:(?P<hours>\d+(?:[.,]\d+)?)H)?(?:(?P<minutes>\d+(?:[.,]\d+)?)M)?"
    r"(?:(?P<seconds>\d+(?:[.,]\d+)?)S)?)?)",
    re.ASCII,
)
UNIT_SECONDS = {"weeks": 604_800, "days": 86_400, "hours": 3600, "minutes": 60, "seconds": 1}
CLICKS_MOST = 1_000_000_000


def duration(value: object) -> float | None:
    """Seconds of an ISO 8601 duration; null where it has years or months: no fixed length."""
    if not isinstance(value, str) or not (match := DURATION.fullmatch(value)):
        return None
    parts = {
        name: float(text.replace(",", ".")) for name, text in match.groupdict().items() if text
    }
    if not parts or parts.get("years") or parts.get("months"):
        return None
    return sum(parts.get(unit, 0.0) * seconds for unit, seconds in UNIT_SECONDS.items())


def number(value: object) -> float | None:
    """A finite number, or a string that is one."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, int | float):
        try:
            found = float(value)
        except OverflowError:
            return None
        return found if math.isfinite(found) else None
    return None


def speed(value: object) -> float | None:
    """Playback rate: a number, or "1.5x" as players send it."""
    return number(value[:-1]) if isinstance(value, str) and value.endswith("x") else number(value)


def truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def clicks(value: object) -> int:
    """How many events the statement stands for; 1 unless it says so."""
    found = number(value)
    return int(found) if found is not None and 1 <= found <= CLICKS_MOST else 1


def instant(value: object) -> datetime | None:
    """An ISO 8601 instant as aware UTC datetime; without an offset it is read as UTC."""
    return forms.instant(value, strict=False) if isinstance(value, str) else None


def deadline(value: object, zone: ZoneInfo) -> datetime | None:
    """An instant; a bare day means the start of the next day in `zone` (METHODS §0.2)."""
    if isinstance(value, str) and len(value) == len("2026-06-30"):
        try:
            day = date.fromisoformat(value) + timedelta(days=1)
        except (ValueError, OverflowError):
            return None
        return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
    return instant(value)
