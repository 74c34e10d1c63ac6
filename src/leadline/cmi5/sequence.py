"""When a unit may say what (sections 7.1, 9.3 and 11 of cmi5): the state of a session.

Order is that of the timestamps (9.3); where they are equal, that of arrival. One session's come
from one clock and are compared with each other, never with the clock of the LMS."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from leadline.cmi5.rules import ALLOWED, JUDGED, violation

Standing = Literal["open", "terminated", "abandoned"]


class OnRecord(msgspec.Struct, frozen=True):
    """What is on record of one unit in one registration, over all sessions: when each happened."""

    completed_at: datetime | None = None
    passed_at: datetime | None = None
    waived_at: datetime | None = None


class Session(msgspec.Struct, frozen=True):
    """What is on record of one session.

    preferences: whether the learner's preferences were asked for. said: ids of the cmi5 defined
    statements by word. first, last: timestamps of `initialized` and of the latest statement."""

    standing: Standing = "open"
    preferences: bool = False
    said: Mapping[str, str] = {}
    first: datetime | None = None
    last: datetime | None = None


def heard(
    session: Session, unit: OnRecord, word: str, statement: str, at: datetime
) -> tuple[Session, OnRecord]:
    """Session and unit after a statement; word: as in `Said`, statement: its id, at: timestamp.

    A statement that is sent again changes nothing: whether it is the same is xAPI's question.
    Raises Refusal (403)."""
    check_open(session)
    if word != ALLOWED and session.said.get(word) == statement:
        return session, unit
    _check_frame(session, word, at)
    _check_once(session, unit, word, at)
    changes: dict[str, object] = {"last": at if session.last is None else max(session.last, at)}
    if word != ALLOWED:
        changes["said"] = {**session.said, word: statement}
    if word == "initialized":
        changes["first"] = at
    if word == "terminated":
        changes["standing"] = "terminated"
    if word in ("completed", "passed"):
        unit = msgspec.structs.replace(unit, **{f"{word}_at": at})
    return msgspec.structs.replace(session, **changes), unit


def check_open(session: Session) -> None:
    """Raises Refusal (403) where the session has ended."""
    if session.standing != "open":
        section = "9.3.8" if session.standing == "terminated" else "9.3.6"
        reason = f"the session has been {session.standing}."
        raise violation(section, "Authorization", reason, "Launch the unit again.")


def _check_frame(session: Session, word: str, at: datetime) -> None:
    """Preferences, then `initialized`, then everything else, then `terminated`."""
    if word == "initialized":
        if not session.preferences:
            raise violation(
                "11.0",
                "verb.id",
                "the learner's preferences have not been asked for.",
                "Fetch the agent profile cmi5LearnerPreferences first.",
            )
        return
    if session.first is None:
        reason, remedy = "the unit has not said initialized.", "Send initialized first."
        raise violation("7.1.1, 9.3", "verb.id", reason, remedy)
    if at < session.first:
        reason = "it is before that of initialized."
        raise violation("9.3", "timestamp", reason, "Send initialized with the earliest.")
    if word == "terminated" and session.last is not None and at < session.last:
        reason = "a statement with a later one has been stored, and terminated is the last."
        raise violation("9.3", "timestamp", reason, "Send terminated with the latest.")


def _check_once(session: Session, unit: OnRecord, word: str, at: datetime) -> None:
    """What may be said once: in a session, or by all sessions of a unit in a registration."""
    if word in session.said:
        reason, remedy = f"the unit has said {word} in this session.", "Say it once a session."
        raise violation("9.3", "verb.id", reason, remedy)
    if word in JUDGED and not JUDGED.isdisjoint(session.said):
        reason = "the unit has said passed or failed in this session."
        raise violation("9.3", "verb.id", reason, "Judge once a session; launch it again to retry.")
    if word == "completed" and unit.completed_at is not None:
        reason, remedy = "the unit is completed in this registration.", "Say it once."
        raise violation("9.3.3", "verb.id", reason, remedy)
    if word == "passed" and unit.passed_at is not None:
        reason, remedy = "the unit is passed in this registration.", "Say it once."
        raise violation("9.3.4", "verb.id", reason, remedy)
    if word == "failed" and unit.passed_at is not None and at >= unit.passed_at:
        reason = "the unit was passed before in this registration."
        raise violation("9.3", "verb.id", reason, "Nothing is failed once it is passed.")
