"""A test that many fail at the first try: is it the content, the questions, or nobody having
looked?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from leadline.insights.finding import Finding, Hypothesis, Looking, asked, insight, weighed
from leadline.insights.wording import Titles, called, date, percent, sure, titles
from leadline.metrics.estimate import COMPARE_MIN_PEOPLE
from leadline.metrics.result import Result
from leadline.privacy.refusals import Forbidden, TooFine
from leadline.stats.intervals import Interval, newcombe
from leadline.stats.refusal import Refused
from leadline.stats.segments import Scan, Segment

FAILING_SHARE_MIN = 0.25  # surely above it: worth a review
HARD_QUESTION_SHARE = 0.30  # METHODS B3: fewer right than this and the question is suspect
EXPOSED_MIN_PEOPLE = 20
PERIOD_DAYS = 365
WHERE = ("course", "module", "assessment")

Group = dict[str, str | None]


@dataclass(frozen=True)
class _Exposure:
    """Failures among those who had opened the content before (x of n), and those who had not."""

    opened: tuple[int, int]
    unopened: tuple[int, int]

    @property
    def gap(self) -> Interval | None:
        if min(self.opened[1], self.unopened[1]) < EXPOSED_MIN_PEOPLE:
            return None
        return newcombe(self.unopened, self.opened)


@insight
def first_attempt_failure(lens: Looking, course: str | None) -> Iterator[Finding]:
    """Which assessment do too many people fail at the first attempt, and is it the content?

    Flagged where the share failing is surely above 25 %. Weighs the content, the assessment, and
    that those who failed had not opened the content."""
    since = lens.now - timedelta(days=PERIOD_DAYS)
    names: Titles | None = None
    for result in _rates(lens, course, since):
        failing = _failing(result)
        if failing is not None and failing.low > FAILING_SHARE_MIN:
            names = titles(lens) if names is None else names
            yield _finding(lens, result, failing, names)


def _rates(lens: Looking, course: str | None, since: datetime) -> Iterator[Result]:
    """The pass rate of every assessment; course by course where all at once are too many."""
    where = {"course": course} if course else {}
    try:
        yield from lens.measure(
            "first_attempt_pass_rate", by=WHERE, where=where, since=since
        ).results
    except TooFine:
        if course is None:
            for each in lens.activities(kind="course"):
                yield from _rates(lens, each["activity"], since)


def _failing(result: Result) -> Interval | None:
    if result.estimate is None or (result.n or 0) < COMPARE_MIN_PEOPLE:
        return None
    if result.ci_low is None or result.ci_high is None:
        return None
    return Interval(
        1 - result.estimate, 1 - result.ci_high, 1 - result.ci_low, result.ci_method or ""
    )


def _finding(lens: Looking, result: Result, failing: Interval, names: Titles) -> Finding:
    group = {column: result.group[column] for column in WHERE}
    about = group["assessment"] or group["module"] or ""
    since = lens.now - timedelta(days=PERIOD_DAYS)
    around = group["module"] if group["module"] != about else group["course"]
    place = f" in {called(around, names)}" if around else ""
    hypotheses = _hypotheses(lens, group, since)
    return Finding(
        insight="first_attempt_failure",
        version=1,
        sentence=f"{percent(failing.estimate)} fail {called(about, names)}{place} at the first "
        f"attempt ({sure(failing)}, {result.n} people, since {date(since)}).",
        course=group["course"],
        about=about,
        metric_id=result.metric_id,
        definition_version=result.definition_version,
        share=failing,
        n=result.n or 0,
        since=since,
        as_of=lens.now,
        hypotheses=hypotheses,
        checked=(
            "whether those who failed had opened the content before",
            "how many pass in the end",
            "whether single questions are missed by most",
        ),
        next_step=_next_step(hypotheses[0]),
        strength=max(0.0, failing.low - FAILING_SHARE_MIN) * (result.n or 0),
        part=group["module"] if group["module"] != about else None,
    )


def _next_step(first: Hypothesis) -> str:
    if first.cause == "exposure" and first.supported:
        return "Lead people through the content before the test opens; then measure again."
    return "Review the content and the questions side by side with its author; change one of them."


def _hypotheses(lens: Looking, group: Group, since: datetime) -> tuple[Hypothesis, ...]:
    exposure = _exposure(lens, group, since)
    unseen_for, unseen_against = _unseen(exposure)
    questions_for, questions_against = _questions(lens, group, since)
    taught_for, taught_against = _taught(exposure)
    # A pass at the second try speaks for the test's fault only where reading in between is ruled in
    # or out; who may not see what was opened is told nothing.
    retries = _retries(lens, group, since) if exposure is not None else ()
    return weighed(
        Hypothesis(
            cause="content",
            claim="The content does not teach what the test asks.",
            evidence_for=taught_for,
            evidence_against=taught_against,
            settle="Compare the failures of those who used most of the content with the rest.",
        ),
        Hypothesis(
            cause="assessment",
            claim="The test asks wrongly: unclear questions, a wrong key, too high a mark.",
            evidence_for=(*questions_for, *retries),
            evidence_against=(*questions_against, *taught_against),
            settle="Look at the answers question by question.",
        ),
        Hypothesis(
            cause="exposure",
            claim="Those who fail had not opened the content.",
            evidence_for=unseen_for,
            evidence_against=unseen_against,
            settle="See who came to the test without the content, and why.",
        ),
        _audience(lens, group),
    )


def _audience(lens: Looking, group: Group) -> Hypothesis:
    """Whether failing is concentrated in a group, searched with false findings held down (B4)."""
    where = {"assessment": group["assessment"]}
    try:
        found = lens.concentrated("first_attempt_pass_rate", where)
    except (Forbidden, TooFine):
        found = Refused("not_identified", "")
    segments = found.segments if isinstance(found, Scan) else ()
    against = f"Of {found.tests} groups none stands out." if isinstance(found, Scan) else ""
    return Hypothesis(
        cause="audience",
        claim="It is concentrated in one group of people whom the course does not fit.",
        evidence_for=tuple(_concentrated(segment) for segment in segments[:3]),
        evidence_against=() if segments or not against else (against,),
        settle="See whether the same group stands out in the next period.",
    )


def _concentrated(segment: Segment) -> str:
    who = " and ".join(f"{dimension} “{level}”" for dimension, level in segment.levels)
    return (
        f"Failing is statistically concentrated in {who}: {percent(segment.share.estimate)} "
        f"({sure(segment.share)}, {segment.n} people), {percent(segment.rest.estimate)} elsewhere."
    )


def _exposure(lens: Looking, group: Group, since: datetime) -> _Exposure | None:
    results = asked(lens, "content_opened", ("passed",), group, since)
    shown = {each.group["passed"]: each for each in results if each.estimate is not None}
    failed, passed = shown.get("False"), shown.get("True")
    if failed is None or passed is None:
        return None
    (fail_opened, fail_not), (pass_opened, pass_not) = _split(failed), _split(passed)
    return _Exposure((fail_opened, fail_opened + pass_opened), (fail_not, fail_not + pass_not))


def _split(result: Result) -> tuple[int, int]:
    rows = result.n_events or 0
    opened = round((result.estimate or 0.0) * rows)
    return opened, rows - opened


def _unseen(exposure: _Exposure | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if exposure is None:
        return (), ()
    failed_unseen, failed = exposure.unopened[0], exposure.unopened[0] + exposure.opened[0]
    share = f"{failed_unseen} of the {failed} who failed had not opened the content before"
    gap = exposure.gap
    if gap is None:
        few = exposure.unopened[1] < EXPOSED_MIN_PEOPLE
        return ((), (f"Nearly everyone had opened the content: {share}.",)) if few else ((), ())
    if gap.low > 0:
        more = percent(gap.estimate)
        return (f"{share}; without it {more} more of them fail ({sure(gap)}).",), ()
    return (), (f"Failing is not seen to differ by having opened the content; {share}.",)


def _taught(exposure: _Exposure | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Whether people fail in spite of the content: then it, or the test, is the suspect."""
    if exposure is None or exposure.opened[1] < EXPOSED_MIN_PEOPLE:
        return (), ()
    failed, opened = exposure.opened
    said = f"{failed} of {opened} who had opened the content failed"
    if failed / opened > FAILING_SHARE_MIN:
        return (f"{said}: it did not keep them from failing.",), ()
    return (), (f"Only {said}.",)


def _questions(
    lens: Looking, group: Group, since: datetime
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    where = {"assessment": group["assessment"]}
    results = asked(lens, "answers_correct", ("question",), where, since)
    shown = [each for each in results if each.estimate is not None]
    hard = [each for each in shown if (each.estimate or 0.0) < HARD_QUESTION_SHARE]
    if not shown:
        return (), ()
    if hard:
        return (f"{len(hard)} of {len(shown)} questions are answered right by under 30 %.",), ()
    return (), (f"None of {len(shown)} questions is missed by most.",)


def _retries(lens: Looking, group: Group, since: datetime) -> tuple[str, ...]:
    for result in asked(lens, "any_attempt_pass_rate", (), group, since):
        if result.estimate is not None and (result.ci_low or 0.0) >= 1 - FAILING_SHARE_MIN:
            share = percent(result.estimate)
            return (f"{share} pass in the end: a second try is enough for most.",)
    return ()
