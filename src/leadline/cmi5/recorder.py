"""What the LMS writes into the log because of a registration, a unit's statement or an end.

Every method is called in the log's turn, so that what it reads still holds when it is committed."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

import msgspec

from leadline.cmi5.course import Course
from leadline.cmi5.gate import SOURCE
from leadline.cmi5.library import Library
from leadline.cmi5.moveon import satisfied
from leadline.cmi5.problem import NoSuch
from leadline.cmi5.records import Kept, Records, Registration
from leadline.cmi5.sequence import OnRecord, heard
from leadline.cmi5.speech import Voice
from leadline.statements import Statement
from leadline.store import Log
from leadline.store.log import LARGEST_BATCH_STATEMENTS

COURSES_KEPT = 64


class Recorder:
    """Speaks for the LMS. home: home page of the account that vouches, which is `authority`."""

    def __init__(self, log: Log, library: Library, records: Records, home: str) -> None:
        self._log, self._library, self._records = log, library, records
        self.authority = {"objectType": "Agent", "account": {"homePage": home, "name": SOURCE}}
        self.course = lru_cache(COURSES_KEPT)(self._course)

    def voice(self, enrolled: Registration) -> Voice:
        """The LMS speaking about a registration."""
        course = self.course(enrolled.course_id)
        return Voice(self.authority, course, enrolled.actor, enrolled.id)

    def append(self, statements: Sequence[Statement]) -> None:
        """Store statements of the LMS itself."""
        for first in range(0, len(statements), LARGEST_BATCH_STATEMENTS):
            some = statements[first : first + LARGEST_BATCH_STATEMENTS]
            self._log.append(some, source=SOURCE)

    def judged(self, kept: Kept, said: Sequence[tuple[Statement, str]]) -> Sequence[Statement]:
        """What is stored of a session's statements: in the order of their timestamps, and each
        `satisfied` right after its cause. Raises Refusal, having changed nothing."""
        session, unit = self._records.on_record(kept.id)
        ordered = sorted(said, key=lambda each: each[0].timestamp)
        changes: list[OnRecord | None] = []
        for statement, word in ordered:
            before = unit
            session, unit = heard(session, unit, word, statement.id, statement.timestamp)
            changes.append(None if unit == before else unit)
        self._records.set_state(kept.id, session)
        stored: list[Statement] = []
        for (statement, _), change in zip(ordered, changes, strict=True):
            stored.append(statement)
            if change is not None:
                self._records.set_unit(kept.registration.id, kept.unit, change)
                stored += self.satisfied(kept.registration, kept.id, statement.timestamp)
        return stored

    def satisfied(self, enrolled: Registration, session: str, at: datetime) -> list[Statement]:
        """Statements about what has become satisfied, noted as said, but not stored yet.

        at: when their cause happened; they follow it at once."""
        done = self._records.satisfied(enrolled.id)
        units = self._records.units(enrolled.id)
        goals = satisfied(self.course(enrolled.course_id), units, done)
        self._records.add_satisfied(enrolled.id, {goal.lms_id: at for goal in goals})
        voice = self.voice(enrolled)
        return [voice.satisfied(goal, session, at) for goal in goals]

    def abandon(self, kept: Kept, now: datetime) -> None:
        """Write that an open session has ended (9.3.6).

        It lasted from its launch to the last statement of its unit (9.5.4.2)."""
        last = kept.launched_at if kept.state.last is None else kept.state.last
        unit = self.course(kept.registration.course_id).units[kept.unit]
        lasted = last - kept.launched_at
        said = self.voice(kept.registration).abandoned(unit, kept.id, lasted, max(now, last))
        self.append([said])
        ended = msgspec.structs.replace(kept.state, standing="abandoned")
        self._records.set_state(kept.id, ended)

    def _course(self, course_id: str) -> Course:
        course = self._library.course(course_id)
        if course is None:
            raise NoSuch(f"There is no course {course_id}.")
        return course
