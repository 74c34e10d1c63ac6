"""Module by module: who came, who left, what they scored and how long it took (S038, S061)."""

from django.utils.translation import gettext as _

from leadline.metrics import Result
from leadline.metrics.funnel import FunnelStep
from leadline.privacy.answer import Answer
from leadline.privacy.lens import Lens
from leadline.privacy.shapes import ShownFunnel
from leadline.web import words
from leadline.web.addresses import video_page
from leadline.web.answers import allowed, measured
from leadline.web.course import CourseShown
from leadline.web.tables import Asked, Cell, Head, Table


def table(
    lens: Lens,
    this: CourseShown,
    path: ShownFunnel | None,
    tries: str,
    worst: FunnelStep | None,
) -> Table | None:
    """The funnel's table twin; None without modules. tries: whose scores, first, best or last."""
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
                Cell(this.module(step.module), href=href(this, step.module)),
                Cell(words.count(step.reached)),
                Cell(words.count(step.in_progress)),
                Cell(words.count(step.abandoned), under=words.share(share_left(step))),
                _or_dash(passed.get(step.module)),
                _or_dash(score.get(step.module)),
                _or_dash(time.get(step.module)),
            )
            for step in path.steps
        ],
        asked=Asked(kept={"course": this.id, "attempt": tries}),
        total=len(path.steps),
        worst=next((i for i, s in enumerate(path.steps) if s is worst), None),
    )


def _by_module(answer: Answer | None) -> dict[str | None, Result]:
    return {r.group.get("module"): r for r in answer.results} if answer else {}


def _or_dash(result: Result | None) -> Cell:
    """A module without an assessment has no score: a dash, not a withheld number."""
    return Cell(words.DASH) if result is None else measured(result)


def share_left(step: FunnelStep) -> float | None:
    """Those who leave, of those whose fate at the module is known."""
    on = step.judged.continue_rate
    return None if on is None else 1 - on.estimate


def href(this: CourseShown, module: str) -> str:
    """A module that is a video has a page of its own."""
    return video_page(this.id, module) if this.kinds.get(module) == "video" else ""
