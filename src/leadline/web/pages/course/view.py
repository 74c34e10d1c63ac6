"""One course: the funnel by module, with learning beside completion."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from leadline.metrics import Result
from leadline.metrics.funnel import FunnelStep
from leadline.privacy.answer import Answer
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.privacy.refusals import Forbidden
from leadline.privacy.shapes import ShownFunnel
from leadline.web import words
from leadline.web.addresses import video_page
from leadline.web.anatomy import Body, Companion
from leadline.web.answers import allowed, companion, foot, measured
from leadline.web.charts import Figure, Step, draw, funnel
from leadline.web.course import CourseShown, shown
from leadline.web.page import page
from leadline.web.places import having
from leadline.web.tables import Cell, Head, Table, asked

TRIES = ("first", "best", "last")


@dataclass(frozen=True, kw_only=True)
class CoursePage(Body):
    """What the answer sentence of a course is made of."""

    course: CourseShown
    worst: FunnelStep | None
    left: str  # share and interval of those who leave at the worst module, in words
    expected: float
    funnel: ShownFunnel | None
    completion: Result | None
    tries: str
    attempts: tuple[str, ...] = TRIES

    @property
    def worst_name(self) -> str:
        return self.course.module(self.worst.module) if self.worst else ""


@page(place=Place.PROGRAMMES, sees=having(Place.PROGRAMMES))
def course(request: HttpRequest, lens: Lens) -> CoursePage:
    """What happened, and where do they stop?"""
    this = shown(request, lens)
    tries = request.GET.get("attempt", TRIES[0])
    tries = tries if tries in TRIES else TRIES[0]
    where = {"course": this.id}
    path = _path(lens, this.id)
    worst = _worst(path)
    passed = allowed(lens, "first_attempt_pass_rate", where=where)
    score = allowed(lens, "average_score", where=where, choices={"attempt": tries})
    done = allowed(lens, "completion_rate", where=where)
    answers = [answer for answer in (passed, score, done) if answer is not None]
    return CoursePage(
        crumbs=this.crumbs(),
        figure=_figure(path, this, worst),
        companions=_companions(passed, score, done, tries),
        notices=(_caveat(passed),) if done and words.shown(done.result) else (),
        twin=_table(request, lens, this, path, tries),
        foot=foot(answers, *_rule(path)),
        course=this,
        worst=worst,
        left=_left(worst),
        expected=_expected(worst),
        funnel=path,
        completion=done.result if done else None,
        tries=tries,
        facts={"tabs": this.tabs()},
    )


def _path(lens: Lens, course: str) -> ShownFunnel | None:
    """The funnel; None where too few learn here or the role may not see activity."""
    try:
        return lens.funnel(course)
    except Forbidden:
        return None


def _worst(path: ShownFunnel | None) -> FunnelStep | None:
    """The module that loses the most learners beyond what the others would lose."""
    odd = [step for step in path.steps if step.judged.abnormal] if path else []
    return max(odd, key=lambda s: s.judged.excess.estimate if s.judged.excess else 0, default=None)


def _expected(worst: FunnelStep | None) -> float:
    if worst is None or worst.judged.expected_rate is None:
        return 0.0
    return worst.judged.expected_rate * worst.judged.counts.at_risk


def _left(worst: FunnelStep | None) -> str:
    """`37 %, 30 to 44 %`: those who leave, of those whose fate at the module is known."""
    if worst is None or (on := worst.judged.continue_rate) is None:
        return ""
    low, high = words.share(1 - on.high), words.share(1 - on.low)
    span = _("%(low)s to %(high)s") % {"low": low.removesuffix(f"{words.THIN}%"), "high": high}
    return f"{words.share(1 - on.estimate)}, {span}"


def _figure(path: ShownFunnel | None, this: CourseShown, worst: FunnelStep | None) -> Figure | None:
    if path is None or not any(step.reached for step in path.steps):
        return None
    steps = [
        Step(
            name=this.module(step.module),
            reached=step.reached,
            active=step.in_progress,
            left=step.abandoned,
            share_left=_share_left(step),
            worst=worst is not None and step.module == worst.module,
            href=_href(this, step.module),
        )
        for step in path.steps
    ]
    return draw(
        lambda width: funnel(steps, width=width),
        title=_("Learners by module"),
        summary=_("%(n)s reach the first module, %(last)s the last.")
        % {"n": words.count(steps[0].reached), "last": words.count(steps[-1].reached)},
        caption=_(
            "Each bar is the learners who reach a module: dark went on, light are still active "
            "there, and grey or red left."
        ),
    )


def _share_left(step: FunnelStep) -> float | None:
    on = step.judged.continue_rate
    return None if on is None else 1 - on.estimate


def _href(this: CourseShown, module: str) -> str:
    return video_page(this.id, module) if this.kinds.get(module) == "video" else ""


def _companions(
    passed: Answer | None, score: Answer | None, done: Answer | None, tries: str
) -> tuple[Companion, ...]:
    """Learning first, then activity (MISSION S036)."""
    titles = {
        "first": _("Average score, first attempt"),
        "best": _("Average score, best attempt"),
        "last": _("Average score, last attempt"),
    }
    named = (
        (passed, _("Pass at the first attempt"), "first-attempt pass"),
        (score, titles[tries], "average score"),
        (done, _("Completed"), "completion"),
    )
    return tuple(companion(a, name, term=term) for a, name, term in named if a is not None)


def _caveat(passed: Answer | None) -> str:
    """Completion is not proof of learning (S018), with how far scores cover the completers."""
    said = _("Completing a course is not proof of having learned it.")
    if passed is None or passed.result.n is None:
        return said + " " + _("No assessment is on record for this course.")
    scored = _("%(people)s have a graded attempt; nobody has been asked again weeks later.")
    return said + " " + scored % {"people": words.sentence(words.people(passed.result.n))}


def _rule(path: ShownFunnel | None) -> tuple[str, ...]:
    if path is None or path.idle_days is None:
        return ()
    left = _("left: unfinished and idle for more than %(n)s days") % {
        "n": words.count(path.idle_days)
    }
    order = () if path.declared else (_("order of the modules taken from how they are used"),)
    held = _("%(n)s modules withheld: too few people") % {"n": len(path.withheld)}
    return (left, *order, *((held,) if path.withheld else ()))


def _table(
    request: HttpRequest, lens: Lens, this: CourseShown, path: ShownFunnel | None, tries: str
) -> Table | None:
    if path is None or not path.steps:
        return None
    where = {"course": this.id}
    passed = _by_module(allowed(lens, "first_attempt_pass_rate", by=("module",), where=where))
    choice = {"attempt": tries}
    score = _by_module(allowed(lens, "average_score", by=("module",), where=where, choices=choice))
    time = _by_module(allowed(lens, "time_per_module", by=("module",), where=where))
    return Table(
        caption=_("Module by module"),
        heads=(
            Head(_("Module")),
            Head(_("Reach it"), number=True, term="reach"),
            Head(_("Still active"), number=True, term="in progress"),
            Head(_("Leave"), number=True, term="abandoned"),
            Head(_("First-attempt pass"), number=True, term="first-attempt pass"),
            Head(_("Average score"), number=True, term="average score"),
            Head(_("Time"), number=True, term="active time"),
        ),
        rows=[
            (
                Cell(this.module(step.module), href=_href(this, step.module)),
                Cell(words.count(step.reached)),
                Cell(words.count(step.in_progress)),
                Cell(words.count(step.abandoned), under=words.share(_share_left(step))),
                _or_dash(passed.get(step.module)),
                _or_dash(score.get(step.module)),
                _or_dash(time.get(step.module)),
            )
            for step in path.steps
        ],
        asked=asked(request, ()),
        total=len(path.steps),
        worst=next((i for i, s in enumerate(path.steps) if s is _worst(path)), None),
    )


def _by_module(answer: Answer | None) -> dict[str | None, Result]:
    return {r.group.get("module"): r for r in answer.results} if answer else {}


def _or_dash(result: Result | None) -> Cell:
    """A module without an assessment has no score: a dash, not a withheld number."""
    return Cell(words.DASH) if result is None else measured(result)
