"""One video: who watches which second, and where far more leave than around it."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.facts.fact import Sensitivity
from leadline.privacy.answer import Answer
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.privacy.refusals import NotThere
from leadline.privacy.shapes import ShownCurve
from leadline.stats.drops import STARTERS_MIN_PEOPLE, Drop, bin_width
from leadline.web import found, words
from leadline.web.addresses import course_page, short
from leadline.web.anatomy import Body, Crumb
from leadline.web.answers import allowed, companion, foot
from leadline.web.charts import Cliff, Figure, Stretch, draw, viewers
from leadline.web.page import page
from leadline.web.places import counting, having
from leadline.web.tables import Asked, Cell, Head, Table, asked, cut

STRETCHES_SHOWN = 110


@dataclass(frozen=True, kw_only=True)
class VideoPage(Body):
    """What the answer sentence of a video is made of."""

    name: str
    curve: ShownCurve | None
    drop: Drop | None
    cliff: Cliff | None
    share: str
    finished: Answer | None
    since: datetime | None
    starters_min: int = STARTERS_MIN_PEOPLE


@page(place=Place.PROGRAMMES, sees=having(Place.PROGRAMMES) & counting(Sensitivity.ACTIVITY))
def video(request: HttpRequest, lens: Lens) -> VideoPage:
    """Where do viewers stop?"""
    this = request.GET.get("video", "")
    known = {row["activity"]: row for row in lens.activities(kind="video")}
    if this not in known:
        raise NotThere
    name = known[this]["name"] or short(this)
    course = known[this]["course"]
    curve = lens.curve(this)
    finding = found.about(found.known(lens), this)
    drop = _drop(curve) if finding else None
    cliff = _cliff(curve, drop)
    numbers = _numbers(lens, this, course)
    stretches = _stretches(curve) if curve else []
    return VideoPage(
        crumbs=_crumbs(lens, course, name),
        figure=_figure(stretches, cliff, curve),
        companions=tuple(companion(answer, title) for title, answer in numbers.items()),
        why=found.why(finding),
        checked=found.checked(finding),
        next_step=found.next_step(finding),
        twin=_table(stretches, asked(request, ())) if stretches else None,
        foot=foot(list(numbers.values()), *_depth(curve)),
        name=name,
        curve=curve,
        drop=drop,
        cliff=cliff,
        share=_share(drop),
        finished=numbers.get(_("Reach the end")),
        since=finding.since if finding else None,
    )


def _numbers(lens: Lens, video: str, course: str | None) -> dict[str, Answer]:
    """What stands beside the curve; learning too, where the video belongs to a course (S013)."""
    asked_of = [
        (_("Reach the end"), "video_finishers", {"video": video}),
        (_("Half of them watch at least"), "watched_time", {"video": video}),
    ]
    if course:
        passes = _("Pass the course's tests at the first attempt")
        asked_of.append((passes, "first_attempt_pass_rate", {"course": course}))
    found_here = {title: allowed(lens, name, where=where) for title, name, where in asked_of}
    return {title: answer for title, answer in found_here.items() if answer is not None}


def _crumbs(lens: Lens, course: str | None, name: str) -> tuple[Crumb, ...]:
    first = Crumb(_("Programmes"), reverse("programmes"))
    if not course:
        return (first, Crumb(name))
    titles = {row["activity"]: row["name"] for row in lens.activities(kind="course")}
    return (first, Crumb(titles.get(course) or short(course), course_page(course)), Crumb(name))


def _drop(curve: ShownCurve | None) -> Drop | None:
    return max(curve.drops, key=lambda d: d.exits, default=None) if curve else None


def _cliff(curve: ShownCurve | None, drop: Drop | None) -> Cliff | None:
    if curve is None or drop is None:
        return None
    return Cliff(drop.start_s, drop.end_s, drop.exits, drop.expected_share * curve.starters)


def _share(drop: Drop | None) -> str:
    if drop is None:
        return ""
    low, high = words.share(drop.share.low), words.share(drop.share.high)
    span = _("%(low)s to %(high)s") % {"low": low.removesuffix(f"{words.THIN}%"), "high": high}
    return f"{words.share(drop.share.estimate)}, {span}"


def _stretches(curve: ShownCurve) -> list[Stretch]:
    """The curve at equal steps of whole seconds: who watches the step's first second."""
    seconds = len(curve.viewers)
    step = max(1, round(bin_width(seconds) / 2), -(-seconds // STRETCHES_SHOWN)) if seconds else 1
    return [
        Stretch(
            start=at,
            end=min(at + step, seconds),
            first=curve.viewers[at],
            again=max(curve.plays[at] - curve.viewers[at], 0) if at < len(curve.plays) else 0,
            held=any(first <= at < last for first, last in curve.withheld),
        )
        for at in range(0, seconds, step)
    ]


def _figure(
    stretches: list[Stretch], cliff: Cliff | None, curve: ShownCurve | None
) -> Figure | None:
    if not stretches or curve is None:
        return None
    summary = _("%(n)s started; %(end)s watch the last stretch.") % {
        "n": words.people(curve.starters),
        "end": words.count(stretches[-1].first),
    }
    return draw(
        viewers,
        tuple(stretches),
        cliff,
        title=_("People watching, by second of the video"),
        summary=summary,
        caption=_("People watching each part of the video, as of %(when)s.")
        % {"when": words.day(curve.as_of)},
    )


def _table(stretches: list[Stretch], wanted: Asked) -> Table:
    return Table(
        caption=_("People watching, by second of the video"),
        heads=(
            Head(_("From")),
            Head(_("To")),
            Head(_("For the first time"), number=True),
            Head(_("Again"), number=True),
        ),
        rows=[
            (
                Cell(words.clock(stretch.start)),
                Cell(words.clock(stretch.end)),
                _people(stretch.first, stretch),
                _people(stretch.again, stretch),
            )
            for stretch in cut(stretches, wanted)
        ],
        asked=wanted,
        total=len(stretches),
    )


def _people(number: int, stretch: Stretch) -> Cell:
    return Cell(_("withheld"), held=True) if stretch.held else Cell(words.count(number))


def _depth(curve: ShownCurve | None) -> tuple[str, ...]:
    """How the watching is known: what was read, rebuilt, or could not be read (METHODS B2)."""
    if curve is None:
        return ()
    said = {
        "read": _("%(n)s viewings as the player reported them"),
        "rebuilt": _("%(n)s rebuilt from play and pause"),
        "malformed": _("%(n)s with unreadable segments left out"),
        "absent": _("%(n)s without any trace of what was watched"),
    }
    found = [
        text % {"n": words.count(curve.segments_states[state])}
        for state, text in said.items()
        if curve.segments_states.get(state)
    ]
    named = _("video curve, definition %(n)s") % {"n": curve.version}
    return (*found, named, _("names nobody"))
