"""Addresses of pages about things with an IRI: ids travel in the query, never in the path."""

from urllib.parse import urlencode

from django.urls import reverse

from leadline.metrics.retention import Declared


def course_page(course: str) -> str:
    return f"{reverse('course')}?{urlencode({'course': course})}"


def questions_page(course: str, assessment: str, *, modelled: bool = False) -> str:
    asked = {"course": course, "assessment": assessment} | ({"scale": "1"} if modelled else {})
    return f"{reverse('questions')}?{urlencode(asked)}"


def retention_page(course: str, check: Declared | None = None) -> str:
    """What lasted of a course; of one of its delayed checks, or of the first."""
    of = {"check": check.check, "of": check.of} if check else {}
    return f"{reverse('retention')}?{urlencode({'course': course, **of})}"


def video_page(course: str | None, video: str) -> str:
    asked = {"video": video} | ({"course": course} if course else {})
    return f"{reverse('video')}?{urlencode(asked)}"


def outcomes_page(outcome: str) -> str:
    return f"{reverse('outcomes')}?{urlencode({'outcome': outcome})}"


def effect_page(outcome: str, course: str, *, joined: bool = False) -> str:
    asked = {"outcome": outcome, "course": course} | ({"since": "joining"} if joined else {})
    return f"{reverse('outcome-effect')}?{urlencode(asked)}"


def finding_page(key: str) -> str:
    return f"{reverse('finding')}?{urlencode({'finding': key})}"


def decision_page(number: int) -> str:
    return f"{reverse('decision')}?{urlencode({'number': number})}"


def competency_page(role: str, change: str = "") -> str:
    asked = {"role": role} | ({"change": change} if change else {})
    return f"{reverse('competency')}?{urlencode(asked)}"


def incidents_page(outcome: str, course: str) -> str:
    return f"{reverse('incidents')}?{urlencode({'outcome': outcome, 'course': course})}"


def trial_page(trial: str, outcome: str) -> str:
    return f"{reverse('outcome-trial')}?{urlencode({'trial': trial, 'outcome': outcome})}"


def person_page(person: int) -> str:
    return reverse("person", args=[person])


def short(iri: str) -> str:
    """The end of an activity id, for activities whose author gave no name."""
    return iri.rstrip("/").rpartition("/")[2] or iri
