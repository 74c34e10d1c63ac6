"""What a finding is, what an insight may ask, and how all insights are asked at once."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from leadline.metrics.critical import CriticalRole
from leadline.metrics.funnel import Funnel
from leadline.metrics.linkage import Verdict
from leadline.metrics.result import Design, Result
from leadline.metrics.retention import Declared
from leadline.metrics.video import Cliff
from leadline.privacy.answer import Answer
from leadline.privacy.refusals import Forbidden, TooFine
from leadline.privacy.shapes import ShownItems, ShownLasting
from leadline.stats.intervals import Interval
from leadline.stats.power import detectable_difference
from leadline.stats.refusal import Refused
from leadline.stats.segments import Scan


class Looking(Protocol):
    """What an insight may ask: the lens, so that scope and suppression always hold.

    Whatever the viewer may not see raises Forbidden; what is withheld is not among the answers."""

    @property
    def now(self) -> datetime: ...

    def measure(  # noqa: PLR0913 - the lens's own question
        self,
        name: str,
        *,
        by: Sequence[str] = (),
        where: Mapping[str, str | None] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        choices: Mapping[str, str] | None = None,
    ) -> Answer:
        """One metric; see privacy.lens."""

    def funnels(self, course: str | None = None) -> Mapping[str, Funnel]:
        """Funnels by course; see metrics.funnel."""

    def cliffs(self, course: str | None = None) -> Sequence[Cliff]:
        """Abnormal drops of all videos; see metrics.video."""

    def concentrated(self, name: str, where: Mapping[str, str | None]) -> Scan | Refused:
        """Groups in which failing is concentrated; see privacy.searching."""

    def questions(self, assessment: str | None = None) -> Mapping[str, ShownItems]:
        """Questions by assessment; see metrics.items."""

    def lasting(self) -> Mapping[Declared, ShownLasting]:
        """What was still known at the delayed checks, by check; see metrics.retention."""

    def critical(self) -> Mapping[tuple[CriticalRole, Declared], ShownLasting]:
        """What was still known in critical roles, by role and check; see metrics.critical."""

    def activities(
        self, kind: str | None = None, course: str | None = None
    ) -> Sequence[Mapping[str, Any]]:
        """Known activities: activity, name, kind, course, module …"""


VERDICTS = {
    "assessment": Verdict.ITEM_DEFECT,
    "content": Verdict.NOT_TAUGHT,
    "exposure": Verdict.NOT_SEEN,
    "audience": Verdict.LANGUAGE,
}


@dataclass(frozen=True)
class Hypothesis:
    """A possible cause, with what speaks for and against it and what would settle it.

    `cause` is one of content, assessment, exposure, technology, audience. `supported`: something
    speaks for it and nothing against it."""

    cause: str
    claim: str
    evidence_for: tuple[str, ...]
    evidence_against: tuple[str, ...]
    settle: str

    @property
    def verdict(self) -> Verdict | None:
        """What follows if it is the one (METHODS B5); None: a fault of the technology."""
        return VERDICTS.get(self.cause)

    @property
    def supported(self) -> bool:
        return bool(self.evidence_for) and not self.evidence_against


@dataclass(frozen=True)
class Finding:
    """One thing worth a person's time. Names content, never a learner.

    `sentence` holds the number, its interval, how many people, since when. `hypotheses` have the
    supported ones first, in each half content before people. `strength` is how many people are
    affected beyond what was to be expected, at the cautious end of the interval; it ranks."""

    insight: str
    version: int
    sentence: str
    course: str | None
    about: str  # activity id of the video, module or assessment
    metric_id: str
    definition_version: int
    share: Interval
    n: int
    since: datetime | None
    as_of: datetime
    hypotheses: tuple[Hypothesis, ...]
    checked: tuple[str, ...]
    next_step: str
    strength: float
    q_value: float | None = None
    start_s: float | None = None  # of the passage, where the finding is about one
    end_s: float | None = None
    design: Design = Design.DESCRIPTIVE
    part: str | None = None  # what of `about` it concerns, where there may be several

    @property
    def doubts(self) -> tuple[str, ...]:
        """What speaks against it as a whole: how often chance alone says as much, and what so few
        people could not show."""
        said = []
        if self.q_value is not None:
            level = max(0.001, self.q_value)
            said.append(f"Of findings as sure as this one, up to {100 * level:.1f} % are chance.")
        smallest = detectable_difference(self.share.estimate, self.n)
        if smallest is not None:
            points = f"{100 * smallest:.0f}"
            said.append(
                f"Two groups of {self.n} people would have to be {points} points apart to be told "
                "apart 4 times in 5."
            )
        return tuple(said)


@dataclass(frozen=True)
class Insight:
    """One kind of finding. `look(lens, course)` yields what there is; course None: everywhere."""

    name: str
    question: str
    look: Callable[[Looking, str | None], Iterable[Finding]]


def insight(look: Callable[[Looking, str | None], Iterable[Finding]]) -> Insight:
    """The Insight named after the function; the docstring's first line is its question."""
    question = inspect.cleandoc(look.__doc__ or "").partition("\n")[0]
    if not question.endswith("?"):
        raise ValueError(f"{look.__name__}: the docstring must begin with the question it answers.")
    return Insight(look.__name__, question, look)


def catalogue() -> dict[str, Insight]:
    """Every insight of insights/catalogue/ by name. One file, one insight."""
    folder = importlib.import_module("leadline.insights.catalogue")
    names = sorted(module.name for module in pkgutil.iter_modules(folder.__path__))
    return {
        name: getattr(importlib.import_module(f"{folder.__name__}.{name}"), name) for name in names
    }


def findings(lens: Looking, course: str | None = None) -> list[Finding]:
    """All findings that this viewer may see, strongest first. What is forbidden is not looked
    for."""
    found: list[Finding] = []
    for each in catalogue().values():
        try:
            found.extend(each.look(lens, course))
        except (Forbidden, TooFine):
            continue
    return sorted(found, key=lambda finding: (-finding.strength, finding.insight, finding.about))


def asked(
    lens: Looking,
    name: str,
    by: Sequence[str],
    where: Mapping[str, str | None],
    since: datetime | None = None,
) -> tuple[Result, ...]:
    """The results that bear on a hypothesis; none where the viewer may not ask, or not so finely.

    A finding stands without its side evidence, so that a refusal must not silence it."""
    try:
        return lens.measure(name, by=by, where=where, since=since).results
    except (Forbidden, TooFine):
        return ()


def weighed(*hypotheses: Hypothesis) -> tuple[Hypothesis, ...]:
    """The supported ones first; otherwise in the order given."""
    return tuple(sorted(hypotheses, key=lambda each: not each.supported))
