"""Trials in a CSV file: who was assigned by lot to which arm, before results are known.

One row is one person, or one unit that was drawn as a whole. Columns (csv_table.py):

    person_id     who was drawn: employee number, or one of the next two
    email
    account_home  with account_name: the account in some system
    account_name
    unit          or, in place of a person, a unit: everybody who sits there on that day
    arm           which arm: treatment or control, offered or not, 1 or 0, or as the options say
    assigned_at   day of the draw; else the day given for the whole file
    stratum       within which lots were drawn: site, month, pair
    cluster       what was drawn together: team, class; of a row of a unit it is the unit
    chance        of being offered the course, where it differs from row to row

Each person becomes a statement. The first draw of a person stands; another one changes nothing."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from leadline.directory import PERSON_HOME
from leadline.sources.columns import column_name
from leadline.sources.csv_table import BadCell, Line, Table, day, number, unit_path
from leadline.sources.records import Broken, Record, Unreadable

COLUMNS = (
    *("person_id", "email", "account_home", "account_name", "unit"),
    *("arm", "assigned_at", "stratum", "cluster", "chance"),
)
SUBJECTS = ("person_id", "email", "account_name", "unit")
OFFERED = frozenset({"1", "treatment", "treated", "treat", "offered", "trained", "yes", "true"})
OTHERS = frozenset({"0", "control", "controls", "not offered", "untreated", "no", "false"})
VERB = {"id": "urn:leadline:verb:drawn", "display": {"en": "drawn"}}
TYPE = "urn:leadline:activity-type:trial"
EXTENSION = "urn:leadline:extension:"
AT = "T00:00:00Z"

Members = Callable[[str, date], Sequence[str]]


@dataclass(frozen=True)
class Lots:
    """What a file of draws is about. name: the trial's; course: activity id of what was offered.

    who, arm: the columns of employee numbers and of arms, where they have other names.
    treated, control: how the file calls the arms; rows of other arms are not read. chance: of being
    offered it. on: day of the draw, where the file has no column assigned_at. members: employee
    numbers of who sits in a unit on a day."""

    name: str
    members: Members
    course: str | None = None
    treated: str | None = None
    control: str | None = None
    chance: float | None = None
    on: date | None = None
    who: str | None = None
    arm: str = "arm"


class TrialFile:
    """An iterable of records, one a person drawn. Raises Unreadable where a column is missing.

    others: rows of arms that are neither of the two, so far."""

    def __init__(self, path: Path, lots: Lots) -> None:
        self._arm, self._person = (column_name(c) for c in (lots.arm, lots.who or "person_id"))
        required = (self._arm, self._person) if lots.who else (self._arm,)
        self._table = Table(path, tuple(dict.fromkeys((*COLUMNS, *required))), required)
        self._lots = lots
        self.ignored = self._table.ignored
        self.others = 0
        if "assigned_at" not in self._table and lots.on is None:
            raise Unreadable(f"{path}:1: there is no column assigned_at; say when lots were drawn.")

    def __iter__(self) -> Iterator[Record | Broken]:
        for line in self._table.lines():
            try:
                line.check()
                for statement in self._statements(line):
                    yield Record(line.origin, msgspec.json.encode(statement))
            except BadCell as bad:
                yield Broken(line.origin, line.text.encode(), bad.column, bad.reason, bad.remedy)

    def _statements(self, line: Line) -> list[dict[str, Any]]:
        """One for each person that the row draws; none where it is of another arm."""
        offered = self._offered(line.cells[self._arm])
        if offered is None:
            self.others += 1
            return []
        when = day("assigned_at", line.cells.get("assigned_at", "")) or self._lots.on
        if when is None:
            raise BadCell("assigned_at", "is empty", "Write the day of the draw as YYYY-MM-DD.")
        actors, cluster = self._who(line, when)
        told = {
            "offers": self._lots.course,
            "chance": self._chance(line),
            "stratum": line.cells.get("stratum") or None,
            "cluster": line.cells.get("cluster") or cluster,
        }
        extended = {EXTENSION + name: value for name, value in told.items() if value is not None}
        return [
            {
                "actor": actor,
                "verb": VERB,
                "object": {
                    "id": trial_id(self._lots.name),
                    "definition": {"type": TYPE, "name": {"en": self._lots.name}},
                },
                "result": {"success": offered, "response": line.cells[self._arm]},
                "context": {"extensions": extended},
                "timestamp": when.isoformat() + AT,
            }
            for actor in actors
        ]

    def _offered(self, arm: str) -> bool | None:
        """Whether the arm is that which was offered the course; None: it is a third one."""
        lots, said = self._lots, arm.lower()
        if not said:
            raise BadCell("arm", "is empty", "Write the arm that was drawn.")
        if lots.treated is not None and said == lots.treated.lower():
            return True
        if lots.control is not None:
            return False if said == lots.control.lower() else None
        if lots.treated is None and said in OFFERED | OTHERS:
            return said in OFFERED
        if lots.treated is not None:
            return False
        raise BadCell("arm", f"{arm!r} is no arm known here", "Name it: --treated, --control.")

    def _chance(self, line: Line) -> float | None:
        chance = number("chance", line.cells.get("chance", "")) or self._lots.chance
        if chance is not None and not 0 < chance < 1:
            reason = f"{chance:g} is no chance between 0 and 1"
            raise BadCell("chance", reason, "Write it as a share, such as 0.5.")
        return chance

    def _who(self, line: Line, when: date) -> tuple[list[dict[str, Any]], str | None]:
        """The actors that a row draws, and the unit where it draws one."""
        row = {**line.cells, "person_id": line.cells.get(self._person, "")}
        given = [column for column in SUBJECTS if row.get(column)]
        if len(given) != 1:
            found = ", ".join(given) or "none of them"
            raise BadCell(
                "person_id",
                f"a row draws one person or one unit; this one gives {found}",
                f"Fill exactly one of {', '.join(SUBJECTS)}.",
            )
        (column,) = given
        if column == "email":
            return [{"mbox": f"mailto:{row['email']}"}], None
        if column == "unit":
            path = unit_path("unit", row["unit"])
            people = self._lots.members(path, when)
            if not people:
                reason = f"nobody sits in {path!r} on {when}"
                raise BadCell("unit", reason, "Import the people first; write the whole path.")
            return [_account(PERSON_HOME, person) for person in people], path
        home = PERSON_HOME if column == "person_id" else row.get("account_home", "")
        if not home:
            raise BadCell("account_home", "is empty", "Write where the account is.")
        return [_account(home, row[column])], None


def trial_id(name: str) -> str:
    """The activity id of a trial of this name; capitals and punctuation do not matter."""
    words = re.findall(r"\w+", name.lower())
    return f"urn:leadline:trial:{'-'.join(words)}"


def _account(home: str, name: str) -> dict[str, Any]:
    return {"account": {"homePage": home, "name": name}}
