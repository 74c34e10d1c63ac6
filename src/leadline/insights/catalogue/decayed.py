"""What was learned is not there weeks later: of the same people's scores too little is left."""

from collections.abc import Iterator
from typing import NamedTuple

from leadline.insights.finding import Finding, Hypothesis, Looking, insight, weighed
from leadline.insights.wording import called, date, percent, sure, titles
from leadline.metrics.retention import VERSION
from leadline.privacy.shapes import ShownLasting
from leadline.stats.forgetting import CRITICALITY, Curve, refresher
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused


class _Sure(NamedTuple):
    """A check of which surely less is left than should be; critical: a certificate rests on it."""

    lasting: ShownLasting
    left: Interval
    wanted: float
    critical: bool


@insight
def decayed(lens: Looking, course: str | None) -> Iterator[Finding]:
    """In which course is what was learned not there any more weeks later?

    Claimed where of the scores of the day surely less than 80 % is left at the delayed check, 90 %
    where the course gives a certificate, and 70 % of those due took the check."""
    for each in lens.lasting().values():
        if course in (None, each.course) and each.complete and isinstance(each.ratio, Interval):
            critical = _critical(lens, each)
            wanted = CRITICALITY["safety" if critical else "standard"]
            if each.ratio.high < wanted:
                yield _finding(lens, _Sure(each, each.ratio, wanted, critical))


def _critical(lens: Looking, lasting: ShownLasting) -> bool:
    """Whether the course gives a certificate."""
    course = lasting.course
    return course is not None and bool(lens.activities(kind="certificate", course=course))


def _finding(lens: Looking, found: _Sure) -> Finding:
    lasting, left = found.lasting, found.left
    of = lasting.declared.of
    name = called(of, titles(lens))
    response = lasting.response
    tested = (
        f"{percent(response.estimate)} of those due" if response else "at least 70 % of those due"
    )
    means = lasting.means or (0.0, 0.0)
    return Finding(
        insight="decayed",
        version=1,
        sentence=f"{_when(lasting)} only {percent(left.estimate)} of what was known in {name} is "
        f"left ({sure(left)}, {lasting.tested} people, {tested}"
        f"{f', since {date(lasting.since)}' if lasting.since else ''}): {percent(means[0])} on the "
        f"day, {percent(means[1])} later, in the same people."
        f"{' A certificate rests on it: a compliance risk.' if found.critical else ''}",
        course=lasting.course,
        about=of,
        metric_id="retention",
        definition_version=VERSION,
        share=left,
        n=lasting.tested,
        since=lasting.since,
        as_of=lens.now,
        hypotheses=_hypotheses(lasting),
        checked=(
            "the same people both times, also those who had failed",
            "how many of those due took the delayed check",
            f"that surely less than {percent(found.wanted)} is left",
        ),
        next_step=_next_step(found, name),
        strength=(found.wanted - left.high) * lasting.tested,
        part=lasting.declared.check,
    )


def _when(lasting: ShownLasting) -> str:
    return f"After {lasting.declared.from_day} to {lasting.declared.to_day} days"


def _hypotheses(lasting: ShownLasting) -> tuple[Hypothesis, ...]:
    falling = isinstance(lasting.curve, Curve) and not lasting.curve.pooled
    steeper = falling and isinstance(lasting.curve, Curve) and lasting.curve.rate.low > 0
    same = lasting.declared.check == lasting.declared.of
    return weighed(
        Hypothesis(
            cause="content",
            claim="It was taught once and never recalled since.",
            evidence_for=("Scores keep falling from week to week.",) if steeper else (),
            evidence_against=(),
            settle="Ask half of the next learners a few questions after a week, and compare.",
        ),
        Hypothesis(
            cause="assessment",
            claim="The delayed check is harder than the test of the day.",
            evidence_for=(),
            evidence_against=("It is the same test.",) if same else (),
            settle="Give both forms to people who have just learned it.",
        ),
    )


def _next_step(found: _Sure, name: str) -> str:
    curve = found.lasting.curve
    due = curve if isinstance(curve, Refused) else refresher(curve, found.wanted)
    if isinstance(due, Refused) or due.bound == "below at once":
        return f"Plan a short refresher of {name} before day {found.lasting.declared.from_day}."
    return f"Plan a short refresher of {name} {due.days:.0f} days after it was learned."
