"""Played segments of the xAPI Video Profile: `a[.]b[,]c[.]d`, seconds (METHODS B2).

Read defensively, because players differ: what can be mended is mended and counted, what is open is
left out and counted, what is neither is not guessed at."""

import math
import re
from typing import Literal, NamedTuple

PART_SEPARATOR = "[,]"
END_SEPARATOR = "[.]"
PLAIN_LIST = re.compile(r"[0-9.\s,-]*[0-9.]\s*-\s*[0-9.][0-9.\s,-]*", re.ASCII)


class Played(NamedTuple):
    """What a list of played segments says.

    segments: (start, end) in seconds, start < end, as sent in order, overlaps kept; state: absent
    (nothing was sent), read, malformed (segments is empty then); open: parts without an end, left
    out; mended: parts that were swapped or clipped."""

    segments: list[tuple[float, float]]
    state: Literal["absent", "read", "malformed"]
    open: int = 0
    mended: int = 0


ABSENT = Played([], "absent")
MALFORMED = Played([], "malformed")


def parse(value: object, length_s: float | None = None) -> Played:
    """Read the value of the extension `played-segments`.

    Empty: read, nothing played. a = b: nothing. a > b: swapped. Beyond `length_s`: clipped. No end:
    open. One part with an exponent, a sign, NaN or junk makes the whole list malformed, since what
    is missing from it cannot be known. Source: xAPI Video Profile 1.0, "played-segments"."""
    if value is None:
        return ABSENT
    if not isinstance(value, str):
        return MALFORMED
    segments: list[tuple[float, float]] = []
    left_open = mended = 0
    for part in _parts(value):
        start, _, end = part.partition(END_SEPARATOR)
        first = _seconds(start)
        if first is None:
            return MALFORMED
        if not end.strip():
            left_open += 1
            continue
        last = _seconds(end)
        if last is None:
            return MALFORMED
        segment, was_mended = _mend(first, last, length_s)
        mended += was_mended
        if segment[0] < segment[1]:
            segments.append(segment)
    return Played(segments, "read", left_open, mended)


def _parts(value: str) -> list[str]:
    """The parts of the list; strings like "0 - 12, 15 - 20", seen in the wild, are adapted."""
    if END_SEPARATOR not in value and PLAIN_LIST.fullmatch(value):
        value = value.replace(",", PART_SEPARATOR).replace("-", END_SEPARATOR)
    return [part for part in value.split(PART_SEPARATOR) if part.strip()]


def _seconds(text: str) -> float | None:
    text = text.strip()
    if not (text.isascii() and text.replace(".", "", 1).isdigit()):  # no sign, no exponent
        return None
    seconds = float(text)
    return seconds if math.isfinite(seconds) else None


def _mend(start: float, end: float, length_s: float | None) -> tuple[tuple[float, float], bool]:
    low, high = min(start, end), max(start, end)
    if length_s is not None and length_s > 0:
        low, high = min(low, length_s), min(high, length_s)
    return (low, high), (low, high) != (start, end)
