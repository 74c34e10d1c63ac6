"""Who people are, with dates: persons, identifiers, positions. Names live here and nowhere else."""

from leadline.directory.directory import Directory, TooManyRows
from leadline.directory.rows import (
    PERSON_HOME,
    Change,
    Changes,
    Name,
    PersonRow,
    Position,
    Refused,
    Unmatched,
)

__all__ = [
    "PERSON_HOME",
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
