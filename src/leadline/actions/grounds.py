"""What a decision may rest on, asked anew through the lens of who decides."""

from msgspec.structs import replace

from leadline.actions.decisions import Evidence
from leadline.actions.frozen import Figure, figures
from leadline.insights.stored import Seen, Status
from leadline.metrics import Gate
from leadline.metrics.competency import Change, Cohort
from leadline.metrics.impact import Outcome
from leadline.privacy.lens import Lens
from leadline.privacy.refusals import Forbidden, NotThere
from leadline.privacy.shapes import ShownCompetency
from leadline.privacy.shown_impact import ShownImpact
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused

# Where a finding's own name for what it counts is not the archive's.
ARCHIVED_AS = {"retention": "lasting"}
_CAUSES = {Status.CONFIRMED: "Confirmed cause", Status.REJECTED: "Rejected cause"}
COURSE_METRICS = ("first_attempt_pass_rate", "completion_rate")


def of_finding(seen: Seen, address: str) -> Evidence:
    """What was found, and what speaks for and against each of its causes."""
    found = seen.finding
    asked = {
        "insight": found.insight,
        "course": found.course,
        "about": found.about,
        "part": found.part,
        "since": found.since.isoformat() if found.since else None,
        "found as of": found.as_of.isoformat(),
        "insight version": str(found.version),
    }
    figure = Figure(
        metric=ARCHIVED_AS.get(found.metric_id, found.metric_id),
        definition=found.definition_version,
        unit="share",
        asked={name: value for name, value in asked.items() if value},
        estimate=found.share.estimate,
        low=found.share.low,
        high=found.share.high,
        n=found.n,
        method=found.share.method,
    )
    told = [found.sentence, *found.doubts]
    for each in found.hypotheses:
        status = seen.standing.causes.get(each.cause, Status.OPEN)
        told.append(f"{_CAUSES.get(status, 'Possible cause')}: {each.claim}")
        told += [f"For it: {said}" for said in each.evidence_for]
        told += [f"Against it: {said}" for said in each.evidence_against]
    return Evidence(
        question="What was found, and what speaks for and against it?",
        address=address,
        figures=(figure,),
        sentences=tuple(told),
        course=found.course,
        finding=seen.key,
    )


def of_effect(
    lens: Lens, course: str, outcome: Outcome, address: str, *, joined: bool = False
) -> Evidence:
    """What a course changed in an outcome. NotThere: too few people, or none such."""
    shown = lens.since_joining(course, outcome) if joined else lens.impacts(outcome).get(course)
    if shown is None:
        raise NotThere("Too few people to say anything of this course and outcome.")
    lines = (
        ("among comparable people", shown.weighted),
        ("before anybody took it", shown.placebo),
        ("plain difference", shown.plain),
    )
    asked = {"course": course, "outcome": outcome.outcome, "landmark": str(shown.on or "joining")}
    said = shown.claim.wording if shown.claim else "too little is known"
    return Evidence(
        question="Did this course change an outcome that matters?",
        address=address,
        figures=tuple(_impact(name, each, shown, asked) for name, each in lines if each),
        sentences=(f"{said}; {shown.verdict or 'no verdict'}.",),
        course=course,
    )


def _impact(
    name: str, found: Interval | Refused, shown: ShownImpact, asked: dict[str, str]
) -> Figure:
    return _figure("impact", shown.version, name, found, asked, shown.exposed.people)


def of_competency(role: str, found: ShownCompetency, address: str) -> Evidence:
    """How long a role takes, and what changed on the day asked about, if one was."""
    change = found.change
    asked = {"role": role, "horizon": f"{found.horizon_days} days"}
    shown = [_cohort("everybody", found.whole, found, asked)]
    sentences: tuple[str, ...] = ()
    if isinstance(change, Change):
        asked |= {"change on": change.on.isoformat()}
        shown += [
            _cohort("came before", change.before, found, asked),
            _cohort("came on the day or later", change.after, found, asked),
            _figure(
                *("competency", found.version, "days faster", change.faster, asked),
                change.after.people,
            ),
        ]
        sentences = (f"The change {change.claim.wording} the days to competency.",)
    return Evidence(
        question="How long until people in this role are competent?",
        address=address,
        figures=tuple(shown),
        sentences=sentences,
    )


def _cohort(name: str, cohort: Cohort, found: ShownCompetency, asked: dict[str, str]) -> Figure:
    return _figure("competency", found.version, name, cohort.mean, asked, cohort.people)


def of_course(lens: Lens, course: str, address: str) -> Evidence:
    """How many pass and complete a course, and what is left of it weeks later."""
    answers = []
    for metric in COURSE_METRICS:
        try:
            answers.append(lens.measure(metric, where={"course": course}))
        except Forbidden:
            continue
    shown = list(figures(answers))
    try:
        lasting = [each for each in lens.lasting().values() if each.course == course]
    except Forbidden:
        lasting = []
    for each in lasting:
        asked = {"course": course, "check": each.declared.check, "of": each.declared.of}
        shown.append(_figure("lasting", each.version, "left", each.ratio, asked, each.tested))
    if not shown:
        raise NotThere("Nothing is known of this course.")
    question = "What is known of this course?"
    return Evidence(question, address, tuple(shown), (), course=course)


def _figure(  # noqa: PLR0913, PLR0917 - the parts of one line
    metric: str,
    version: int,
    name: str,
    found: Interval | Refused,
    asked: dict[str, str],
    people: int,
) -> Figure:
    """A line of a shape; what is not known keeps its reason."""
    line = Figure(
        metric=metric,
        definition=version,
        unit="measured",
        asked=dict(asked),
        group={"what": name},
        n=people,
    )
    if isinstance(found, Refused):
        return replace(line, gate=Gate.NOT_IDENTIFIED, note=found.reason)
    return replace(
        line, estimate=found.estimate, low=found.low, high=found.high, method=found.method
    )
