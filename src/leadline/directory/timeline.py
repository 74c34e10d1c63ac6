"""A person's positions as a history of half-open days, and what a new row does to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from leadline.directory.rows import Place


@dataclass(frozen=True, slots=True)
class Stay:
    """One place on the days [start, end); end None: until further notice."""

    start: date
    end: date | None
    place: Place

    def covers(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


def on(stays: Sequence[Stay], day: date) -> Stay | None:
    """The stay that covers the day."""
    return next((stay for stay in stays if stay.covers(day)), None)


def moved(stays: Sequence[Stay], start: date, place: Place) -> tuple[Stay, ...]:
    """The history after somebody sits in `place` from `start` on.

    Closes the stay that covers `start` there; a stay that begins later keeps its own beginning
    and ends the new one. The same place again changes nothing, so that an import may be repeated.
    A row for the very day on which a stay begins is a correction of that stay."""
    current = on(stays, start)
    if current is not None and current.place == place:
        return tuple(stays)
    later = [stay for stay in stays if stay.start > start]
    earlier = [stay for stay in stays if stay.start < start]
    if current is None:
        end = later[0].start if later else None
    else:
        end = current.end
        earlier = [Stay(s.start, start, s.place) if s == current else s for s in earlier]
    return _joined([*earlier, Stay(start, end, place), *later])


def ended(stays: Sequence[Stay], end: date) -> tuple[Stay, ...]:
    """The history after somebody left: the last stay that begins before `end` ends there.

    Stays after it stand: the person came back."""
    before = [stay for stay in stays if stay.start < end]
    if not before:
        return tuple(stays)
    last = before[-1]
    return (*before[:-1], Stay(last.start, end, last.place), *stays[len(before) :])


def reopened(stays: Sequence[Stay]) -> tuple[Stay, ...]:
    """The history of somebody who has not left after all."""
    return (*stays[:-1], Stay(stays[-1].start, None, stays[-1].place)) if stays else ()


def _joined(stays: Sequence[Stay]) -> tuple[Stay, ...]:
    out: list[Stay] = []
    for stay in stays:
        if out and out[-1].end == stay.start and out[-1].place == stay.place:
            out[-1] = Stay(out[-1].start, stay.end, stay.place)
        else:
            out.append(stay)
    return tuple(out)
