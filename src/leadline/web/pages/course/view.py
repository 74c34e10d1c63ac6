"""One course: the funnel by module, with learning beside completion."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from leadline.facts.fact import Sensitivity
from leadline.insights import Finding
from leadline.metrics import Result
from leadline.metrics.funnel import FunnelStep
from leadline.privacy.answer import Answer
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.privacy.shapes import ShownFunnel, ShownLasting
from leadline.stats.refusal import Refused
from leadline.web import found, words
from leadline.web.addresses import course_page
from leadline.web.anatomy import Body, Companion
from leadline.web.answers import allowed, companion, foot
from leadline.web.changing import changing, moved
from leadline.web.charts import Figure, Step, draw, funnel
from leadline.web.course import CourseShown, shown
from leadline.web.deciding import deciding
from leadline.web.page import page
from leadline.web.pages.course import modules
from leadline.web.places import having

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
    closed: bool
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
    known = [f for f in found.known(lens) if f.course == this.id]
    worst = _worst(path, known)
    passed = allowed(lens, "first_attempt_pass_rate", where=where)
    score = allowed(lens, "average_score", where=where, choices={"attempt": tries})
    done = allowed(lens, "completion_rate", where=where)
    lasted = _lasted(lens, this)
    answers = [answer for answer in (passed, score, done) if answer is not None]
    return CoursePage(
        crumbs=this.crumbs(),
        figure=_figure(path, this, worst),
        companions=(
            *_kept(lasted, this),
            *_companions(passed, score, done, tries, this.page("questions")),
        ),
        notices=(_caveat(passed, lasted),) if done and words.shown(done.result) else (),
        why=found.why(known[0] if known else None),
        checked=found.checked(known[0] if known else None),
        next_step=found.next_step(known[0] if known else None),
        twin=modules.table(lens, this, path, tries, worst),
        foot=foot(answers, *_rule(path)),
        course=this,
        worst=worst,
        left=_left(worst),
        expected=_expected(worst),
        funnel=path,
        completion=done.result if done else None,
        tries=tries,
        closed=Sensitivity.ACTIVITY not in lens.rules.columns,
        facts={
            "tabs": this.tabs(),
            "findings": _others(known, worst),
            "moved": moved(lens, this.id),
            "changing": changing(lens, this.id),
            "deciding": deciding(lens, {"of": "course", "course": this.id}),
        },
    )


def _path(lens: Lens, course: str) -> ShownFunnel | None:
    """The funnel; None where too few learn here or the role may not see activity."""
    return None if Sensitivity.ACTIVITY not in lens.rules.columns else lens.funnel(course)


def _worst(path: ShownFunnel | None, known: list[Finding]) -> FunnelStep | None:
    """The module that a finding names: what Home does not claim, no page claims."""
    named = {finding.about for finding in known if finding.insight == "worst_module"}
    return next((step for step in path.steps if step.module in named), None) if path else None


def _others(known: list[Finding], worst: FunnelStep | None) -> list[tuple[Finding, str]]:
    """What else was found here, with the page that shows it, if that is another one."""
    answered = worst.module if worst else None
    return [
        (f, "" if (page := found.page_of(f)) == course_page(f.course or "") else page)
        for f in known
        if not (f.insight == "worst_module" and f.about == answered)
    ]


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
            share_left=modules.share_left(step),
            worst=worst is not None and step.module == worst.module,
            href=modules.href(this, step.module),
        )
        for step in path.steps
    ]
    return draw(
        funnel,
        tuple(steps),
        title=_("Learners by module"),
        summary=_("%(n)s reach the first module, %(last)s the last.")
        % {"n": words.count(steps[0].reached), "last": words.count(steps[-1].reached)},
        caption=_(
            "Each bar is the learners who reach a module: dark went on, light are still active "
            "there, and grey or red left."
        ),
    )


def _lasted(lens: Lens, this: CourseShown) -> ShownLasting | None:
    """The delayed check of the course that most people took."""
    if not this.page("retention"):
        return None
    here = [each for each in lens.lasting().values() if each.course == this.id]
    return max(here, key=lambda each: each.tested, default=None)


def _kept(lasted: ShownLasting | None, this: CourseShown) -> tuple[Companion, ...]:
    """How much of it is left weeks later, before all that was reached on the day."""
    if lasted is None:
        return ()
    name = _("Left after %(first)s to %(last)s days") % {
        "first": lasted.declared.from_day,
        "last": lasted.declared.to_day,
    }
    here = this.page("retention")
    if isinstance(lasted.ratio, Refused):
        return (Companion(name, lasted.ratio.reason, held=True, href=here),)
    low, high = words.share(lasted.ratio.low), words.share(lasted.ratio.high)
    span = _("%(low)s to %(high)s") % {"low": low.removesuffix(f"{words.THIN}%"), "high": high}
    sure = f"{span}, {words.people(lasted.tested)}"
    sure = sure if lasted.complete else f"{sure}, {_('indicative only')}"
    return (Companion(name, words.share(lasted.ratio.estimate), sure, href=here),)


def _companions(
    passed: Answer | None,
    score: Answer | None,
    done: Answer | None,
    tries: str,
    diagnosis: str,
) -> tuple[Companion, ...]:
    """Learning first, then activity; the pass rate leads to its diagnosis."""
    titles = {
        "first": _("Average score, first attempt"),
        "best": _("Average score, best attempt"),
        "last": _("Average score, last attempt"),
    }
    named = (
        (passed, _("Pass at the first attempt"), "first-attempt pass", diagnosis),
        (score, titles[tries], "average score", ""),
        (done, _("Completed"), "completion", ""),
    )
    return tuple(
        companion(answer, name, term=term, href=href)
        for answer, name, term, href in named
        if answer is not None
    )


def _caveat(passed: Answer | None, lasted: ShownLasting | None) -> str:
    """Completion is not proof of learning (S018), with how far scores cover the completers."""
    said = _("Completing a course is not proof of having learned it.")
    if passed is None or passed.result.n is None:
        return said + " " + _("No assessment is on record for this course.")
    scored = _("%(people)s have a graded attempt; nobody is known to have been asked again later.")
    if lasted:
        scored = _("%(people)s have a graded attempt; %(later)s were asked again weeks later.")
    people = words.sentence(words.people(passed.result.n))
    later = words.count(lasted.tested) if lasted else ""
    return said + " " + scored % {"people": people, "later": later}


def _rule(path: ShownFunnel | None) -> tuple[str, ...]:
    if path is None or path.idle_days is None:
        return ()
    left = _("left: unfinished and idle for more than %(n)s days") % {
        "n": words.count(path.idle_days)
    }
    order = () if path.declared else (_("order of the modules taken from how they are used"),)
    held = _("%(n)s modules withheld: too few people") % {"n": len(path.withheld)}
    named = _("funnel, definition %(n)s") % {"n": path.version}
    return (named, left, *order, *((held,) if path.withheld else ()))
