"""Fix, keep or build: what the evidence says of every course, and which outcomes nothing moves.

By what was learned, what lasted and what it changed; never by how many took it or liked it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from leadline.insights.finding import Finding
from leadline.metrics.gaps import Gaps, Missing
from leadline.metrics.impact import Impact, Outcome
from leadline.metrics.retention import Declared
from leadline.privacy.refusals import Forbidden
from leadline.privacy.shapes import ShownItems, ShownLasting
from leadline.privacy.shown_impact import ShownImpact
from leadline.stats.forgetting import CRITICALITY
from leadline.stats.intervals import Interval
from leadline.stats.items import ItemJudged

# Checks that fail where nothing is seen; the placebo's too, being as large as that nothing.
CHANCE = {"difference", "unmeasured", "several courses", "placebo"}
RETAINED = CRITICALITY["standard"]
UNTAUGHT_MOST = 0.5  # a question surely missed by most


class Decision(StrEnum):
    """What to do about a course."""

    KEEP = "keep"
    FIX = "fix"
    UNKNOWN = "too little known"


class Weighing(Protocol):
    """What is asked of the lens."""

    def outcomes(self) -> Sequence[Outcome]:
        """What is measured of people."""

    def impacts(self, outcome: Outcome) -> Mapping[str, ShownImpact]:
        """What every course changed in it, by course."""

    def lasting(self) -> Mapping[Declared, ShownLasting]:
        """What was still known at the delayed checks."""

    def gaps(self) -> Gaps:
        """What is declared to be needed and is not there."""

    def questions(self) -> Mapping[str, ShownItems]:
        """The questions of all assessments."""


@dataclass(frozen=True)
class Programme:
    """A course with its evidence: outcomes, delayed checks, and findings about where it breaks."""

    course: str
    impacts: tuple[ShownImpact, ...]
    lasting: tuple[ShownLasting, ...]
    findings: tuple[Finding, ...]

    @property
    def decision(self) -> Decision:
        """What the evidence says is to be done."""
        return self._weighed[0]

    @property
    def because(self) -> ShownImpact | ShownLasting | Finding | None:
        """The piece of evidence that decides; None: too little is known."""
        return self._weighed[1]

    @property
    def _weighed(self) -> tuple[Decision, ShownImpact | ShownLasting | Finding | None]:
        """Outcomes first, then what lasted, then where it breaks: a dry course that works is kept,
        a busy one that changes nothing is not."""
        for decision, found in (
            (Decision.KEEP, filter(improved, self.impacts)),
            (Decision.FIX, filter(moves_nothing, self.impacts)),
            (Decision.FIX, filter(gone, self.lasting)),
            (Decision.KEEP, filter(retained, self.lasting)),
            (Decision.FIX, iter(self.findings)),
        ):
            decisive = next(iter(found), None)
            if decisive is not None:
                return decision, decisive
        return Decision.UNKNOWN, None

    @property
    def level(self) -> int:
        """The highest step of the ladder of claims on which it improved something; −1: none."""
        return max((i.claim.level for i in self.impacts if improved(i) and i.claim), default=-1)


@dataclass(frozen=True)
class Untaught:
    """A question that few get right although nothing is wrong with it, and of which it is not
    declared what teaches it. right: the share."""

    course: str
    assessment: str
    question: str
    right: Interval
    people: int


@dataclass(frozen=True)
class Portfolio:
    """Courses, those with the strongest outcomes first. What may have to be built: for outcomes
    that no course is known to improve; what standards need and is not there; what teaches the
    questions that most miss."""

    programmes: tuple[Programme, ...]
    build: tuple[Outcome, ...]
    missing: tuple[Missing, ...]
    untaught: tuple[Untaught, ...]


def portfolio(lens: Weighing, findings: Iterable[Finding]) -> Portfolio:
    """Every course that something is known of, as far as the viewer covers it."""
    outcomes = lens.outcomes()
    impacts = [each for outcome in outcomes for each in lens.impacts(outcome).values()]
    lasting = list(lens.lasting().values())
    told = list(findings)
    courses = {each.course for group in (impacts, lasting, told) for each in group if each.course}
    found = [
        Programme(
            course,
            tuple(each for each in impacts if each.course == course),
            tuple(each for each in lasting if each.course == course),
            tuple(each for each in told if each.course == course),
        )
        for course in sorted(courses)
    ]
    found.sort(key=lambda each: (-each.level, list(Decision).index(each.decision), each.course))
    moved = {each.outcome for each in impacts if improved(each)}
    gaps = lens.gaps()
    return Portfolio(
        tuple(found),
        tuple(each for each in outcomes if each not in moved),
        gaps.missing,
        tuple(_untaught(lens, gaps.linked)),
    )


def _untaught(lens: Weighing, linked: frozenset[str]) -> Iterator[Untaught]:
    """None where single answers are closed to the viewer."""
    try:
        tests = lens.questions()
    except Forbidden:
        return
    for assessment, items in tests.items():
        for asked in items.questions:
            judged = asked.judged
            sound = isinstance(judged, ItemJudged) and not judged.defective
            if not sound or items.course is None or asked.question in linked:
                continue
            assert isinstance(judged, ItemJudged)
            if judged.difficulty.high < UNTAUGHT_MOST:
                right, people = judged.difficulty, asked.people
                yield Untaught(items.course, assessment, asked.question, right, people)


def improved(each: Impact) -> bool:
    """Whether an effect for the better may be spoken of; to go along with it is not enough."""
    better = each.verdict in ("improved", "improved, size uncertain")
    return better and each.seen and each.claim is not None and each.claim.established


def moves_nothing(each: Impact) -> bool:
    """Whether it changed nothing worth having, or made it worse, among comparable people: shown,
    not merely not seen."""
    vetoes = {check.name for check in each.claim.vetoes} if each.claim else set()
    alike = each.placebo is None or each.placebo.low <= 0 <= each.placebo.high
    comparable = each.design == "weighted" and alike and vetoes <= CHANCE
    return comparable and each.verdict in ("no meaningful change", "worsened")


def retained(each: ShownLasting) -> bool:
    """Whether surely enough of it is left."""
    return each.complete and isinstance(each.ratio, Interval) and each.ratio.low >= RETAINED


def gone(each: ShownLasting) -> bool:
    """Whether surely too little of it is left."""
    return each.complete and isinstance(each.ratio, Interval) and each.ratio.high < RETAINED
