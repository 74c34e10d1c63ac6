"""Statements as the three demo systems send them: the LMS, the video platform, the test tool."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from leadline.demo.courses import FADED, Course, Lesson
from leadline.demo.organisation import Person

ADL = "http://adlnet.gov/expapi/verbs/"
VIDEO = "https://w3id.org/xapi/video/"
VERBS = {
    "registered": f"{ADL}registered",
    "initialized": f"{ADL}initialized",
    "experienced": f"{ADL}experienced",
    "completed": f"{ADL}completed",
    "passed": f"{ADL}passed",
    "failed": f"{ADL}failed",
    "scored": f"{ADL}scored",
    "answered": f"{ADL}answered",
    "terminated": f"{ADL}terminated",
    "played": f"{VIDEO}verbs/played",
    "paused": f"{VIDEO}verbs/paused",
    "seeked": f"{VIDEO}verbs/seeked",
    "earned": "http://id.tincanapi.com/verb/earned",
    "logged-in": "https://w3id.org/xapi/adl/verbs/logged-in",
}
TYPES = {
    "course": "http://adlnet.gov/expapi/activities/course",
    "page": "http://adlnet.gov/expapi/activities/lesson",
    "video": f"{VIDEO}activity-type/video",
    "quiz": "http://adlnet.gov/expapi/activities/assessment",
    "question": "http://adlnet.gov/expapi/activities/cmi.interaction",
    "certificate": "https://www.opigno.org/en/tincan_registry/activity_type/certificate",
}
LEADLINE = "urn:leadline:extension:"
QUESTIONS = 5
OPTIONS = ("a", "b", "c", "d")
UNREADABLE_SHARE = 0.01  # video sessions of a player version that sends no readable segments

Record = dict[str, Any]


@dataclass(frozen=True)
class Said:
    """One statement and the system that sent it: lms, video or tests."""

    at: datetime
    system: str
    statement: Record


class Voice:
    """Writes the statements of one person in one course, in the order in which they happen."""

    def __init__(
        self, rng: random.Random, person: Person, course: Course, pace: float = 1.0
    ) -> None:
        self.rng = rng
        self.person = person
        self.course = course
        self.pace = pace  # of the pauses between lessons

    def course_object(self) -> Record:
        definition = {"type": TYPES["course"], "name": {"en": self.course.name}}
        return {"id": self.course.id, "definition": definition}

    def lesson_object(self, lesson: Lesson) -> Record:
        position = self.course.lessons.index(lesson) + 1
        definition = {
            "type": TYPES[lesson.kind],
            "name": {"en": lesson.name},
            "extensions": {f"{LEADLINE}position": position},
        }
        return {"id": self.course.lesson_id(lesson), "definition": definition}

    def said(self, at: datetime, system: str, verb: str, **rest: Any) -> Said:
        actor = {
            "lms": self.person.mailbox,
            "video": self.person.account,
            "tests": self.person.mailbox_digest,
        }[system]()
        statement: Record = {
            "id": str(uuid.UUID(int=self.rng.getrandbits(128), version=4)),
            "actor": actor,
            "verb": {"id": VERBS[verb], "display": {"en": verb}},
            "timestamp": at.isoformat(timespec="milliseconds"),
        }
        return Said(at, system, statement | rest)

    def about_course(self, at: datetime, verb: str, **rest: Any) -> Said:
        return self.said(at, "lms", verb, object=self.course_object(), **rest)

    def about_lesson(self, at: datetime, verb: str, lesson: Lesson, **rest: Any) -> Said:
        system = {"video": "video", "quiz": "tests"}.get(lesson.kind, "lms")
        context = {"contextActivities": {"parent": [self.course_object()]}}
        context |= rest.pop("context", {})
        shown = self.lesson_object(lesson)
        return self.said(at, system, verb, object=shown, context=context, **rest)

    def reads(self, at: datetime, lesson: Lesson) -> Iterator[Said]:
        """A page: opened, then finished after reading time with everyday spread."""
        yield self.about_lesson(at, "initialized", lesson)
        later = at + timedelta(seconds=lesson.length_s * self.rng.uniform(0.5, 1.8))
        yield self.about_lesson(later, "completed", lesson, result={"completion": True})

    def watches(self, at: datetime, lesson: Lesson, leave_s: float) -> Iterator[Said]:
        """A video, left at `leave_s`; some pause, some go back ten seconds and watch again."""
        rng, length = self.rng, lesson.length_s
        session = str(uuid.UUID(int=rng.getrandbits(128), version=4))
        readable = rng.random() > UNREADABLE_SHARE
        cuts = sorted(rng.uniform(5, leave_s) for _ in range(rng.choice((0, 0, 1, 2))))
        played: list[tuple[float, float]] = []
        clock, here = at, 0.0
        yield self._video(clock, "initialized", lesson, session, {})
        for stop in [*(c for c in cuts if c < leave_s - 3), leave_s]:
            yield self._video(clock, "played", lesson, session, {"time": round(here, 3)})
            clock += timedelta(seconds=stop - here)
            played.append((round(here, 3), round(stop, 3)))
            here = stop
            if stop < leave_s:
                yield self._video(
                    clock, "paused", lesson, session, self._seen(lesson, played, here, readable)
                )
                clock += timedelta(seconds=rng.uniform(2, 90))
                if rng.random() < 0.3:
                    back = max(0.0, here - 10)
                    moved = {"time-from": round(here, 3), "time-to": round(back, 3)}
                    yield self._video(clock, "seeked", lesson, session, moved)
                    here = back
        verb = "completed" if leave_s >= 0.95 * length else "terminated"
        seen = self._seen(lesson, played, here, readable)
        yield self._video(clock, verb, lesson, session, seen)

    def _seen(
        self, lesson: Lesson, played: list[tuple[float, float]], here: float, readable: bool
    ) -> Record:
        segments = "[,]".join(f"{a:g}[.]{b:g}" for a, b in played) if readable else "undefined"
        reach = min(1.0, max(b for _, b in played) / lesson.length_s)
        return {"time": round(here, 3), "progress": round(reach, 3), "played-segments": segments}

    def _video(
        self, at: datetime, verb: str, lesson: Lesson, session: str, extensions: Record
    ) -> Said:
        named = {f"{VIDEO}extensions/{k}": v for k, v in extensions.items()}
        context = {
            "extensions": {
                f"{VIDEO}extensions/session-id": session,
                f"{VIDEO}extensions/length": lesson.length_s,
                f"{VIDEO}extensions/completion-threshold": 0.95,
            }
        }
        rest: Record = {"context": context}
        if named:
            rest["result"] = {"extensions": named}
        return self.about_lesson(at, verb, lesson, **rest)

    def sits(self, at: datetime, lesson: Lesson, passed: bool) -> Iterator[Said]:
        """One attempt at a test: opened, five questions answered, graded."""
        rng = self.rng
        yield self.about_lesson(at, "initialized", lesson)
        right = rng.choice((4, 4, 5, 5, 5)) if passed else rng.choice((1, 2, 2, 3, 3))
        marks = [True] * right + [False] * (QUESTIONS - right)
        rng.shuffle(marks)
        if self.course.planted.miskeyed:
            marks = _miskeyed(marks, self.course.planted.miskeyed - 1, passed)
            right = sum(marks)
        clock = at
        for number, mark in enumerate(marks, start=1):
            clock += timedelta(seconds=rng.uniform(20, 70))
            yield self._answer(clock, lesson, number, mark)
        result = {
            "score": {"scaled": right / QUESTIONS, "raw": right, "min": 0, "max": QUESTIONS},
            "success": passed,
        }
        clock += timedelta(seconds=5)
        yield self.about_lesson(clock, "passed" if passed else "failed", lesson, result=result)

    def sits_again(self, at: datetime, right: int) -> Said:
        """The delayed check, weeks after a test with so many right answers: a score alone."""
        planted = self.course.planted
        lasting = FADED if self.person.role == planted.fades else planted.kept
        kept = sum(self.rng.random() < lasting for _ in range(right))
        definition = {"type": TYPES["quiz"], "name": {"en": f"{self.course.name}, weeks later"}}
        result = {"score": {"scaled": kept / QUESTIONS}}
        about = {"id": self.course.again_id, "definition": definition}
        return self.said(at, "tests", "scored", object=about, result=result)

    def _answer(self, at: datetime, lesson: Lesson, number: int, mark: bool) -> Said:
        key = OPTIONS[(number + len(lesson.name)) % 4]
        wrong = [o for o in OPTIONS if o != key]
        if number == self.course.planted.miskeyed:
            wrong = wrong[:1]  # the answer that is right in truth
        chosen = key if mark else self.rng.choice(wrong)
        definition = {
            "type": TYPES["question"],
            "name": {"en": f"{lesson.name}, question {number}"},
            "interactionType": "choice",
            "correctResponsesPattern": [key],
            "choices": [{"id": o, "description": {"en": f"Answer {o}"}} for o in OPTIONS],
        }
        question = {"id": f"{self.course.lesson_id(lesson)}/q{number}", "definition": definition}
        parents = [self.lesson_object(lesson)]
        context = {"contextActivities": {"parent": parents, "grouping": [self.course_object()]}}
        result = {"response": chosen, "success": mark}
        return self.said(at, "tests", "answered", object=question, context=context, result=result)


def _miskeyed(marks: list[bool], at: int, able: bool) -> list[bool]:
    """Whoever knows the subject is marked wrong at this question, and whoever does not right."""
    mended = list(marks)
    if mended[at] is able:
        others = [n for n, mark in enumerate(mended) if mark is not able]
        if others:
            mended[others[0]] = able
        mended[at] = not able
    return mended
