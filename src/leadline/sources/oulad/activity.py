"""What students did within a presentation: submissions and clicks, as xAPI statements."""

from collections.abc import Iterator
from typing import Any

from leadline.sources.oulad.statements import (
    ACTIVE,
    ADL,
    CLICKS,
    HOME,
    PAGES,
    PASS_MARK,
    TRANSFERRED,
    VERB,
    Course,
    Courses,
    at,
    encode,
    lined,
    stray,
    written,
)
from leadline.sources.oulad.tables import Tables
from leadline.sources.records import Broken, Record

PAGE_TYPE = "http://activitystrea.ms/schema/1.0/page"
TABLE = "studentAssessment"


def submissions(tables: Tables, known: Courses) -> Iterator[Record | Broken]:
    """One statement for each row of studentAssessment: passed, failed, or completed unscored."""
    if not (tables.has("assessments") and tables.has(TABLE)):
        return
    assessments = {
        number: (known[module, presentation], kind)
        for module, presentation, number, kind in tables.rows(
            "assessments", "code_module", "code_presentation", "id_assessment", "assessment_type"
        )
        if (module, presentation) in known
    }
    columns = ("id_assessment", "id_student", "date_submitted", "is_banked", "score")
    for origin, (number, student, day, banked, score) in lined(tables, TABLE, *columns):
        found = assessments.get(number)
        if found is None or student is None:
            yield stray(origin, "id_assessment", "assessments", [number, student, day])
            continue
        course, kind = found
        said = _outcome(score) | ({"extensions": {TRANSFERRED: True}} if banked else {})
        parts = {
            "verb": VERB[_verb(score)],
            "object": encode(_assessment(course, number, kind)),
            "context": course.parent(),
            "timestamp": at(course.day(day), ACTIVE),
            **({"result": encode(said)} if said else {}),
        }
        yield Record(origin, written(parts, student, f"{TABLE}|{number}|{student}"))


def _verb(score: float | None) -> str:
    if score is None:
        return "completed"
    return "passed" if score >= PASS_MARK else "failed"


def _outcome(score: float | None) -> dict[str, Any]:
    if score is None:
        return {}
    marks = {"scaled": score / 100, "raw": score, "min": 0, "max": 100}
    return {"score": marks, "success": score >= PASS_MARK}


def _assessment(course: Course, number: int, kind: str) -> dict[str, Any]:
    definition = {"type": f"{ADL}/activities/assessment", "name": {"en": f"{kind} {number}"}}
    iri = f"{course.iri}/assessment/{number}"
    return {"objectType": "Activity", "id": iri, "definition": definition}


def clicks(tables: Tables, known: Courses) -> Iterator[Record | Broken]:
    """One `experienced` for each row of the click log; it stands for sum_click clicks of a day.

    The log has several rows for the same student, site and day; the place among them is part of
    the key, so that each has an id of its own, the same in every import."""
    kinds = _kinds(tables)
    keys = ("code_module", "code_presentation", "id_student", "id_site", "date")
    ready: dict[tuple[str, str, int], bytes] = {}
    for stem in tables.clicks():
        ordinals = tables.ordinals(stem, *keys[2:]).tolist()
        rows = lined(tables, stem, *keys, "sum_click")
        for ordinal, (origin, row) in zip(ordinals, rows, strict=True):
            module, presentation, student, site, day, count = row
            course = known.get((module, presentation))
            if course is None or student is None or site is None:
                yield stray(origin, "code_presentation", "courses", list(row))
                continue
            middle = ready.get((module, presentation, site))
            if middle is None:
                middle = _visit(course, site, kinds.get(site, "unknown"))
                ready[module, presentation, site] = middle
            parts = {
                "verb": middle,
                "result": b'{"extensions":{"%s":%d}}' % (CLICKS.encode(), count or 0),
                "timestamp": at(course.day(day), ACTIVE),
            }
            key = f"studentVle|{module}|{presentation}|{student}|{site}|{day}|{ordinal}"
            yield Record(origin, written(parts, student, key))


def _kinds(tables: Tables) -> dict[int, str]:
    if not tables.has("vle"):
        return {}
    return dict(tables.rows("vle", "id_site", "activity_type"))


def _visit(course: Course, site: int, kind: str) -> bytes:
    """Verb, object and context of every click on a site, as they stand in a statement."""
    iri = PAGE_TYPE if kind in PAGES else f"{HOME}/activity-type/{kind}"
    activity = {
        "objectType": "Activity",
        "id": f"{course.iri}/vle/{site}",
        "definition": {"type": iri, "name": {"en": f"{kind} {site}"}},
    }
    return b'%s,"object":%s,"context":%s' % (
        VERB["experienced"],
        encode(activity),
        course.parent(),
    )
