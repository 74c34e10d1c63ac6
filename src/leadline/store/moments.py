"""Instants as the tables keep them: whole microseconds since 1970, UTC."""

from datetime import UTC, datetime, timedelta
from typing import overload

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """An aware instant as a number; exact."""
    return (moment - _EPOCH) // _MICROSECOND


@overload
def from_micros(number: int) -> datetime: ...
@overload
def from_micros(number: None) -> None: ...
@overload
def from_micros(number: int | None) -> datetime | None: ...
def from_micros(number: int | None) -> datetime | None:
    """The instant of a number; None stays None."""
    return None if number is None else _EPOCH + timedelta(microseconds=number)
