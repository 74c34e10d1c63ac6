"""The courses that one was sent on, and the way into each of their units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header

from leadline.cmi5.launches import Manner
from leadline.cmi5.lms import Progress, UnitProgress
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Deed
from leadline.privacy.refusals import NotThere
from leadline.statements.forms import is_language_tag
from leadline.web import words
from leadline.web.coursework import blocks_around, coursework, criterion, doing, said, title
from leadline.web.page import action
from leadline.web.tables import Cell

LANGUAGES_MAX = 10


@dataclass(frozen=True)
class UnitToTake:
    """One unit: its name, the block around it, when it counts as done, and how it stands."""

    index: int
    name: str
    block: str
    criterion: str
    state: Cell
    met: bool


@dataclass(frozen=True)
class CourseToTake:
    """One course that one was sent on. due: the day in words; empty: none, or completed."""

    registration: str
    name: str
    about: str
    state: Cell
    done: bool
    due: str
    units: tuple[UnitToTake, ...]


def to_take(progress: Sequence[Progress], due: Mapping[str, datetime | None]) -> list[CourseToTake]:
    """What is not completed first, then the newest. due: by activity id of the course."""
    open_first = sorted(progress, key=lambda each: each.satisfied_at is not None)
    return [_course(each, due.get(each.course.lms_id)) for each in open_first]


def _course(found: Progress, due_at: datetime | None) -> CourseToTake:
    return CourseToTake(
        registration=found.registration.id,
        name=title(found.course),
        about=said(found.course.structure.description),
        state=_state(found),
        done=found.satisfied_at is not None,
        due=words.short_day(due_at) if due_at and found.satisfied_at is None else "",
        units=tuple(_unit(found, each) for each in found.units),
    )


def _state(found: Progress) -> Cell:
    if found.satisfied_at is not None:
        day = words.short_day(found.satisfied_at)
        return Cell(_("completed on %(day)s") % {"day": day}, state="done")
    told = _("%(done)s of %(all)s units done")
    done = sum(each.met for each in found.units)
    return Cell(told % {"done": done, "all": len(found.units)}, state="unknown")


def _unit(found: Progress, each: UnitProgress) -> UnitToTake:
    return UnitToTake(
        index=each.unit.index,
        name=said(each.unit.unit.title),
        block=blocks_around(found.course, each.unit),
        criterion=criterion(each.unit),
        state=_stands(each),
        met=each.met,
    )


def _stands(each: UnitProgress) -> Cell:
    record = each.record
    if record.waived_at is not None:
        return Cell(_("waived"), state="done")
    if record.passed_at is not None:
        return Cell(_("passed"), state="done" if each.met else "soon")
    if record.completed_at is not None:
        return Cell(_("completed"), state="done" if each.met else "soon")
    return Cell(_("nothing to do"), state="done") if each.met else Cell(_("open"), state="unknown")


@action(sees=doing(Deed.TAKE))
def launch(request: HttpRequest, lens: Lens) -> HttpResponse:
    """Open a unit in this window; it leads back to My learning when it ends.

    The browser is sent on by a page and not by a redirect: our content policy lets forms lead
    nowhere but to ourselves, and a unit lives on another origin."""
    place = request.POST.get("unit", "")
    if not (place.isascii() and place.isdecimal()):
        raise NotThere
    manner = Manner(
        return_url=request.build_absolute_uri(reverse("my-learning")),
        languages=_languages(request),
    )
    door = coursework(lens)
    address = door.launch(request.POST.get("registration", ""), int(place[:9]), manner)
    response = render(request, "my_learning/launching.html", {"address": address})
    response["Refresh"] = f"0; url={address}"
    return response


def _languages(request: HttpRequest) -> tuple[str, ...]:
    """What the browser says its reader understands, in their order."""
    told = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    tags = [tag for tag, _weight in told if is_language_tag(tag)]
    return tuple(tags[:LANGUAGES_MAX]) or ("en",)
