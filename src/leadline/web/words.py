"""Numbers, times and states as words one can read aloud; nothing here knows a page."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.formats import number_format as _grouped
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadline.metrics.result import Gate, Result

THIN = "\N{NARROW NO-BREAK SPACE}"
DASH = "\N{EN DASH}"


def sentence(text: str) -> str:
    """The text with its first letter large, the rest as it is (`HR` stays `HR`)."""
    return text[:1].upper() + text[1:]


def count(number: float | None) -> str:
    """A whole number with its thousands grouped; a dash where it is unknown."""
    return DASH if number is None else _grouped(round(number), use_l10n=True, force_grouping=True)


def _rounded(number: float, digits: int) -> str:
    """Django's own formatting cuts digits off; a reader expects them rounded."""
    return _grouped(round(number, digits), decimal_pos=digits, use_l10n=True)


def people(number: int | None) -> str:
    if number is None:
        return _("an unstated number of people")
    return ngettext("%(n)s person", "%(n)s people", number) % {"n": count(number)}


def share(part: float | None, digits: int | None = None) -> str:
    """0.413 as `41 %`; one digit more near 0 and 1, so that 99.6 % never reads as everybody."""
    if part is None:
        return DASH
    percent = 100 * part
    if digits is None:
        digits = 1 if 0 < percent < 1 or 99 < percent < 100 else 0
    return f"{_rounded(percent, digits)}{THIN}%"


def expected(number: float) -> str:
    """How many one would expect: `about 3`, `fewer than one`."""
    return _("fewer than one") if number < 1 else _("about %(n)s") % {"n": count(number)}


def clock(seconds: float) -> str:
    """A place in a video: `3:15`, `1:02:05`."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def length(seconds: float | None) -> str:
    """How long something took: `45 s`, `3 min 20 s`, `12 min`, `1 h 20 min`, `3 days`."""
    if seconds is None:
        return DASH
    if seconds < 90:
        return _("%(n)s s") % {"n": count(seconds)}
    if seconds < 600 and round(seconds) % 60:
        minutes, left = divmod(round(seconds), 60)
        return _("%(m)s min %(s)s s") % {"m": minutes, "s": left}
    minutes = round(seconds / 60)
    if minutes < 60:
        return _("%(n)s min") % {"n": minutes}
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return _("%(h)s h %(m)s min") % {"h": hours, "m": minutes} if minutes else _hours(hours)
    return ngettext("%(n)s day", "%(n)s days", round(hours / 24)) % {"n": count(hours / 24)}


def _hours(hours: int) -> str:
    return _("%(h)s h") % {"h": hours}


def day(when: datetime | date | None, zone: ZoneInfo | None = None) -> str:
    """`23 November 2026`, in the reporting zone."""
    if when is None:
        return _("not yet")
    return date_format(_local(when, zone), "j F Y")


def short_day(when: datetime | date | None, zone: ZoneInfo | None = None) -> str:
    """`23 Nov 2026`, for tables; a dash where there is none."""
    return date_format(_local(when, zone), "j M Y") if when else DASH


def instant(when: datetime | None, zone: ZoneInfo | None = None) -> str:
    """`23 November 2026, 14:05`, in the reporting zone."""
    if when is None:
        return _("not yet")
    return date_format(_local(when, zone), "j F Y, H:i")


def _local(when: datetime | date, zone: ZoneInfo | None) -> datetime | date:
    if isinstance(when, datetime) and when.tzinfo is not None:
        return when.astimezone(zone or get_current_timezone())
    return when


def measured(number: float, beside: float = 0.0) -> str:
    """A measurement whose size nobody can know before: `0.034`, `3.1`, `87.5`, `1,794`; as exact as
    the one that stands beside it, if that is larger."""
    size = max(abs(number), abs(beside))
    return _rounded(number, 3 if size < 1 else 1 if size < 100 else 0).replace(
        "-", "\N{MINUS SIGN}"
    )


def value(number: float | None, unit: str) -> str:
    """A number of a metric in its unit; a share and a score of 0 to 1 become percent."""
    if number is None:
        return DASH
    if unit in {"share", "score"}:
        return share(number)
    if unit == "seconds":
        return length(number)
    if unit == "days":
        return ngettext("%(n)s day", "%(n)s days", round(number)) % {"n": _rounded(number, 1)}
    if unit in {"count", "people"}:
        return count(number)
    return measured(number) if unit == "measured" else _rounded(number, 1)


def estimate(result: Result) -> str:
    """The number of a result, or the reason why there is none."""
    return value(result.estimate, result.unit) if shown(result) else withheld(result)


def shown(result: Result) -> bool:
    return result.gate is Gate.OK and result.estimate is not None


def interval(result: Result) -> str:
    """`36 to 46 %`; empty where the result has no interval."""
    if not shown(result) or result.ci_low is None or result.ci_high is None:
        return ""
    low, high = value(result.ci_low, result.unit), value(result.ci_high, result.unit)
    if low.endswith(f"{THIN}%") and high.endswith(f"{THIN}%"):
        low = low.removesuffix(f"{THIN}%")
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def withheld(result: Result) -> str:
    """Why a number is not shown, in words; never an empty cell, never a zero that means unknown."""
    if result.note:
        return result.note
    reasons = {
        Gate.SUPPRESSED: _("withheld: too few people, or it would reveal a small group"),
        Gate.LOW_N: _("too few people for a number"),
        Gate.IMMATURE: _("too early to say"),
        Gate.NOT_IDENTIFIED: _("cannot be told from these records"),
    }
    return reasons.get(result.gate, _("nothing recorded yet"))
