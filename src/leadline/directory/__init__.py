"""Who people are, with dates: persons, identifiers, positions; and the customers that some belong
to. Names live here and nowhere else."""

from leadline.directory.customers import Account, AccountRow, Customers
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
    "Account",
    "AccountRow",
    "Change",
    "Changes",
    "Customers",
    "Directory",
    "Name",
    "PersonRow",
    "Position",
    "Refused",
    "TooManyRows",
    "Unmatched",
]
