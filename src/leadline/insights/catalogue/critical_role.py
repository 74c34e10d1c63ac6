"""Retention in a critical role is below what the role needs: a compliance risk (MISSION S043)."""

from collections.abc import Iterator

from leadline.insights.finding import Finding, Hypothesis, Looking, insight, weighed
from leadline.insights.wording import called, date, percent, sure, titles
from leadline.metrics.critical import CriticalRole
from leadline.metrics.retention import VERSION
from leadline.privacy.shapes import ShownLasting
from leadline.stats.intervals import Interval


@insight
def critical_role(lens: Looking, course: str | None) -> Iterator[Finding]:
    """In which critical role has too little of what was learned lasted?

    Claimed where of the scores of the day, among those who held the role then, surely less is left
    at the delayed check than the role needs, and 70 % of those due took the check."""
    for (role, _), each in lens.critical().items():
        told = course in (None, each.course) and each.complete
        if told and isinstance(each.ratio, Interval) and each.ratio.high < role.keeps:
            yield _finding(lens, role, each, each.ratio)


def _finding(lens: Looking, role: CriticalRole, lasting: ShownLasting, left: Interval) -> Finding:
    of = lasting.declared.of
    name = called(of, titles(lens))
    response = lasting.response
    tested = (
        f"{percent(response.estimate)} of those due" if response else "at least 70 % of those due"
    )
    first, last = lasting.declared.from_day, lasting.declared.to_day
    return Finding(
        insight="critical_role",
        version=1,
        sentence=f"Compliance risk: retention among {role.role} fell below the "
        f"{percent(role.keeps)} that this critical role needs. After {first} to {last} days "
        f"{percent(left.estimate)} of what they knew in {name} is left ({sure(left)}, "
        f"{lasting.tested} people, {tested}"
        f"{f', since {date(lasting.since)}' if lasting.since else ''}).",
        course=lasting.course,
        about=of,
        metric_id="retention",
        definition_version=VERSION,
        share=left,
        n=lasting.tested,
        since=lasting.since,
        as_of=lens.now,
        hypotheses=_hypotheses(lens, role, lasting, left),
        checked=(
            "the same people both times, in the role that they held when they learned",
            "how many of those due took the delayed check",
            f"that surely less than {percent(role.keeps)} is left",
        ),
        next_step=f"Have {role.role} refresh {name} now, and check again two weeks later.",
        strength=(role.keeps - left.high) * lasting.tested,
        part=role.role,
    )


def _hypotheses(
    lens: Looking, role: CriticalRole, lasting: ShownLasting, left: Interval
) -> tuple[Hypothesis, ...]:
    """Whether it is the role or the course, by everybody who took the same check."""
    everybody = lens.lasting().get(lasting.declared)
    whole = everybody.ratio if everybody else None
    told: tuple[str, ...] = ()
    alike = lower = False
    if isinstance(whole, Interval):
        told = (f"Of everybody {percent(whole.estimate)} is left.",)
        alike, lower = whole.high < role.keeps, whole.low > left.high
    return weighed(
        Hypothesis(
            cause="content",
            claim="Everybody forgets it: the training does not last.",
            evidence_for=told if alike else (),
            evidence_against=() if alike else told,
            settle="Repeat it for everybody after two weeks, and compare.",
        ),
        Hypothesis(
            cause="audience",
            claim=f"It is used too rarely in the work of {role.role} to be kept.",
            evidence_for=told if lower else (),
            evidence_against=() if lower else told,
            settle="Ask some of them when they last needed it.",
        ),
    )
