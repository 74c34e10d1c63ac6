"""Who people are, with dates: persons, identifiers, positions. Names live here and nowhere else."""

from leadline.directory.directory import Directory, TooManyRows
from leadline.directory.rows import (
    Change,
    Changes,
    Name,
    PersonRow,
    Position,
    Refused,
    Unmatched,
)

__all__ = [
    "Change",
    "Changes",
    "Directory",
    "Name",
    "PersonRow",
    "Position",
    "Refused",
    "TooManyRows",
    "Unmatched",
]
