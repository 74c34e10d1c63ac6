"""Fix, keep or build: what the evidence says of every course, and which outcomes nothing moves.

By what was learned, what lasted and what it changed; never by how many took it or liked it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from leadline.insights.finding import Finding
from leadline.metrics.impact import Impact, Outcome
from leadline.metrics.retention import Declared
from leadline.privacy.shapes import ShownLasting
from leadline.privacy.shown_impact import ShownImpact
from leadline.stats.forgetting import CRITICALITY
from leadline.stats.intervals import Interval

# Checks that fail where nothing is seen; the placebo's too, being as large as that nothing.
CHANCE = {"difference", "unmeasured", "several courses", "placebo"}
RETAINED = CRITICALITY["standard"]


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


@dataclass(frozen=True)
class Programme:
    """A course with its evidence: outcomes, delayed checks, and findings about where it breaks."""

    course: str
    impacts: tuple[ShownImpact, ...]
    lasting: tuple[ShownLasting, ...]
    findings: tuple[Finding, ...]

    @property
    def decision(self) -> Decision:
        """Outcomes first, then what lasted, then where it breaks: a dry course that works is kept,
        a busy one that changes nothing is not."""
        for says, decision in (
            (any(map(improved, self.impacts)), Decision.KEEP),
            (any(map(moves_nothing, self.impacts)), Decision.FIX),
            (any(map(gone, self.lasting)), Decision.FIX),
            (any(map(retained, self.lasting)), Decision.KEEP),
            (bool(self.findings), Decision.FIX),
        ):
            if says:
                return decision
        return Decision.UNKNOWN

    @property
    def level(self) -> int:
        """The highest step of the ladder of claims on which it improved something; −1: none."""
        return max((i.claim.level for i in self.impacts if improved(i) and i.claim), default=-1)


@dataclass(frozen=True)
class Portfolio:
    """Courses, those with the strongest outcomes first, and outcomes that no course is known to
    improve: something may have to be built."""

    programmes: tuple[Programme, ...]
    build: tuple[Outcome, ...]


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
    return Portfolio(tuple(found), tuple(each for each in outcomes if each not in moved))


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
