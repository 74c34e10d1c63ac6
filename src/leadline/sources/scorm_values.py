"""The runtime data model of SCORM 1.2 (RTE 3.4) and SCORM 2004 (RTE 4): what its values mean.

1.2 says with one word, `lesson_status`, what 2004 parts in completion and success. By 1.2, who has
passed or failed is considered to have completed; a score is out of 100 where it names no bounds;
times are HHHH:MM:SS.SS, in 2004 durations of ISO 8601."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from leadline.events.values import duration as seconds
from leadline.sources.csv_table import BadCell, number
from leadline.statements.forms import instant, is_duration

STATUSES = {
    "cmi.core.lesson_status": frozenset(
        {"passed", "failed", "completed", "incomplete", "browsed", "not attempted"}
    ),
    "cmi.completion_status": frozenset({"completed", "incomplete", "not attempted", "unknown"}),
    "cmi.success_status": frozenset({"passed", "failed", "unknown"}),
}
SCORE = re.compile(r"cmi\.(?:core\.)?score\.(scaled|raw|min|max)")
TIME = re.compile(r"cmi\.(?:core\.)?(session_time|total_time)")
ANSWER = re.compile(r"cmi\.interactions\.(\d+)\.(.+)")
TOUCHING = re.compile(
    r"cmi\.(?:core\.)?(?:score\.|session_time|exit)|cmi\.interactions\.\d|x\.start\.time"
)
UNTOUCHED = frozenset({"not attempted", "unknown"})
PATTERN = re.compile(r"correct_responses\.(\d+)\.pattern")
TIMESPAN = re.compile(r"(\d{1,4}):(\d{2}):(\d{2}(?:\.\d{1,2})?)")
KINDS = frozenset(
    {"true-false", "choice", "fill-in", "long-fill-in", "matching", "performance"}
    | {"sequencing", "likert", "numeric", "other"}
)
SUCCESS = {"correct": True, "incorrect": False, "wrong": False}
NO_VERDICT = ("unanticipated", "neutral")
TRUTH = {"t": "true", "true": "true", "1": "true", "f": "false", "false": "false", "0": "false"}
STARTED = "x.start.time"  # Moodle's own: when the attempt was begun, in seconds since 1970

Json = dict[str, Any]
Told = tuple[str, Json, datetime]


@dataclass(frozen=True)
class Answer:
    """An answer to one interaction. name: its id in the package; text: what it asks, or its id."""

    name: str
    text: str
    definition: Json
    result: Json
    at: datetime


class Runtime:
    """The values of one attempt. Told again, an element has its latest value."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[str, datetime]] = {}

    def tell(self, element: str, value: str, at: datetime) -> None:
        """Note a value. Raises BadCell where it is none that the element can have."""
        known = self._values.get(element)
        if value and (known is None or known[1] <= at):
            _check(element, value)
            self._values[element] = value, at

    @property
    def is_test(self) -> bool:
        """Whether it tells of a score, of success or of answers, or might."""
        return any(
            SCORE.fullmatch(name) or ANSWER.fullmatch(name) or name == "cmi.success_status"
            for name in self._values
        ) or self._said("cmi.core.lesson_status") in ("passed", "failed")

    @property
    def completed_at(self) -> datetime | None:
        for name, statuses in (
            ("cmi.completion_status", ("completed",)),
            ("cmi.core.lesson_status", ("completed", "passed", "failed")),
        ):
            if self._said(name) in statuses:
                return self._values[name][1]
        return None

    def began(self) -> Iterator[Told]:
        """That it was begun, unless nothing ever came of it: when, as far as that is told, else so
        long before its end as the sitting lasted."""
        if not self._touched():
            return
        if started := self._said(STARTED):
            yield "initialized", {}, datetime.fromtimestamp(int(started), UTC)
            return
        sitting = timedelta(seconds=seconds(self._sitting()) or 0)
        first = min(at for _, at in self._values.values())
        yield "initialized", {}, min(first, self._last() - sitting)

    def answers(self) -> Iterator[Answer]:
        """What was answered, in the order of the package."""
        numbers = {int(m[1]) for name in self._values if (m := ANSWER.fullmatch(name))}
        for n in sorted(numbers):
            name = self._said(f"cmi.interactions.{n}.id")
            response = self._response(n)
            if name and response:
                yield self._answer(n, name, *response)

    def ended(self) -> Iterator[Told]:
        """What it came to, and how the sitting ended."""
        if not self._touched():
            return
        total = self._time("total_time") or self._time("session_time")
        lasted = {"duration": total} if total else {}
        status, success = self._said("cmi.core.lesson_status"), self._said("cmi.success_status")
        passed = status if status in ("passed", "failed") else success
        score = {"score": found} if (found := self._score()) else {}
        graded = passed in ("passed", "failed")
        done = self.completed_at
        if done is not None and status not in ("passed", "failed"):
            yield "completed", {"completion": True, **({} if graded else score), **lasted}, done
        if passed in ("passed", "failed"):
            complete = {"completion": True} if status == passed else {}
            at = self._values[
                "cmi.core.lesson_status" if status == passed else "cmi.success_status"
            ][1]
            yield passed, {"success": passed == "passed", **complete, **score, **lasted}, at
        elif score and done is None:
            yield "scored", score, self._last()
        sitting = self._sitting()
        left = self._said("cmi.core.exit") or self._said("cmi.exit")
        verb = "suspended" if left == "suspend" else "terminated"
        yield verb, {"duration": sitting} if sitting else {}, self._last()

    def _touched(self) -> bool:
        """Whether anybody was there; LMSs write names and a total of 0 for those who never came."""
        return any(
            value not in UNTOUCHED if name in STATUSES else TOUCHING.match(name) is not None
            for name, (value, _) in self._values.items()
        )

    def _answer(self, n: int, name: str, response: str, at: datetime) -> Answer:
        kind = self._said(f"cmi.interactions.{n}.type") or "other"
        first = f"cmi.interactions.{n}.student_response" in self._values
        verdict = self._said(f"cmi.interactions.{n}.result") or ""
        patterns = [
            _written(kind, value, first)
            for element, (value, _) in sorted(self._values.items())
            if (m := ANSWER.fullmatch(element)) and int(m[1]) == n and PATTERN.fullmatch(m[2])
        ]
        result: Json = {"response": _written(kind, response, first)}
        if verdict in SUCCESS:
            result["success"] = SUCCESS[verdict]
        elif verdict not in ("", *NO_VERDICT):
            result["score"] = {"raw": number("value", verdict)}
        if latency := self._said(f"cmi.interactions.{n}.latency"):
            result["duration"] = _duration(latency)
        definition = {"interactionType": kind if kind in KINDS else "other"}
        known = {"correctResponsesPattern": patterns} if patterns else {}
        text = self._said(f"cmi.interactions.{n}.description") or name
        told = instant(self._said(f"cmi.interactions.{n}.timestamp") or "", strict=False)
        return Answer(name, text, {**definition, **known}, result, told or at)

    def _response(self, n: int) -> tuple[str, datetime] | None:
        for last in ("learner_response", "student_response"):
            if found := self._values.get(f"cmi.interactions.{n}.{last}"):
                return found
        return None

    def _score(self) -> Json:
        found = {
            m[1]: number("value", value)
            for name, (value, _) in self._values.items()
            if (m := SCORE.fullmatch(name))
        }
        raw = found.get("raw")
        out_of_100 = "cmi.core.score.raw" in self._values and not {"min", "max"} & found.keys()
        if out_of_100 and raw is not None and 0 <= raw <= 100:
            found |= {"min": 0, "max": 100}
        return found

    def _sitting(self) -> str | None:
        return self._time("session_time") or self._time("total_time")

    def _time(self, last: str) -> str | None:
        value = self._said(f"cmi.{last}") or self._said(f"cmi.core.{last}")
        return _duration(value) if value else None

    def _said(self, element: str) -> str | None:
        found = self._values.get(element)
        return found[0] if found else None

    def _last(self) -> datetime:
        return max(at for _, at in self._values.values())


def element_name(written: str) -> str:
    """An element as SCORM writes it; some LMSs write `interactions_0`, or the words otherwise."""
    return re.sub(r"_(\d+)(?=\.|$)", r".\1", written.strip())


def _check(element: str, value: str) -> None:
    allowed = STATUSES.get(element)
    if allowed is not None and value not in allowed:
        named = ", ".join(sorted(allowed))
        raise BadCell("value", f"{value!r} is no {element}", f"It may be one of {named}.")
    of_answer = found[2] if (found := ANSWER.fullmatch(element)) else ""
    verdict = of_answer == "result" and value not in (*SUCCESS, *NO_VERDICT)
    if SCORE.fullmatch(element) or verdict:
        number("value", value)
    if TIME.fullmatch(element) or of_answer == "latency":
        _duration(value)
    if element == STARTED and not value.isdecimal():
        raise BadCell("value", f"{value!r} is no time", "Write seconds since 1970.")


def _duration(value: str) -> str:
    """A timespan of either version as ISO 8601 has it."""
    if found := TIMESPAN.fullmatch(value):
        return f"PT{int(found[1])}H{int(found[2])}M{float(found[3]):g}S"
    if is_duration(value):
        return value
    reason, remedy = f"{value!r} is no timespan", "Write 00:20:00 or PT20M."
    raise BadCell("value", reason, remedy)


def _written(kind: str, response: str, first: bool) -> str:
    """A response or pattern as xAPI writes it; that of SCORM 2004 is the same."""
    if kind == "true-false":
        return TRUTH.get(response.lower(), response)
    if not first or kind not in ("choice", "sequencing", "matching"):
        return response
    parts = response.strip("{}").split(",")
    return "[,]".join(part.replace(".", "[.]", 1) if kind == "matching" else part for part in parts)
