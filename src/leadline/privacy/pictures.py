"""The part of the lens that answers in shapes of several numbers: funnels, curves, questions."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

from leadline.facts import Sensitivity
from leadline.metrics.changed import changed
from leadline.metrics.competency import competency, roles
from leadline.metrics.critical import CriticalRole, lasting_in_roles
from leadline.metrics.drawn import Lots, trials, tried
from leadline.metrics.funnel import funnels
from leadline.metrics.gaps import Gaps, gaps
from leadline.metrics.impact import Outcome, impact, impacts, outcomes
from leadline.metrics.items import items
from leadline.metrics.linkage import Taught, taught
from leadline.metrics.programme import AsOneCourse
from leadline.metrics.rates import counted, rates
from leadline.metrics.retention import Declared, Lasting, declared, lasting
from leadline.metrics.scale import Alike, Scale, alike, scale
from leadline.metrics.video import Cliff, cliffs, curve
from leadline.privacy.collectives import Collectives
from leadline.privacy.policy import Rows
from leadline.privacy.refusals import Forbidden
from leadline.privacy.shapes import (
    ShownCompetency,
    ShownCurve,
    ShownFunnel,
    ShownItems,
    ShownLasting,
    safe_alike,
    safe_competency,
    safe_curve,
    safe_funnel,
    safe_items,
    safe_lasting,
    safe_taught,
)
from leadline.privacy.shown_changed import ShownChanged, safe_changed
from leadline.privacy.shown_critical import safe_roles
from leadline.privacy.shown_impact import ShownImpact, safe_impact
from leadline.privacy.shown_rates import ShownRates, safe_rates
from leadline.privacy.shown_trial import ShownTrial, safe_trial
from leadline.stats.refusal import Refused

COMPETENCY = frozenset(
    {Sensitivity.HR, Sensitivity.CERTIFICATE, Sensitivity.ASSESSMENT, Sensitivity.OUTCOME}
)
RATES = frozenset({Sensitivity.HR, Sensitivity.CERTIFICATE, Sensitivity.OUTCOME})
IMPACT = frozenset(
    {Sensitivity.HR, Sensitivity.CERTIFICATE, Sensitivity.ACTIVITY, Sensitivity.OUTCOME}
)
T = TypeVar("T")


class Pictures(Collectives):
    """What one viewer is shown of each shape. Forbidden where its facts are closed to the role."""

    @property
    @abstractmethod
    def now(self) -> datetime:
        """The instant that everything is asked as of."""

    def funnel(self, course: str) -> ShownFunnel | None:
        """Where learners leave a course, module by module (METHODS B1); None: too few reached it.

        Forbidden where the role may not use activity even in numbers."""
        return self.funnels(course).get(course)

    def funnels(self, course: str | None = None) -> Mapping[str, ShownFunnel]:
        """The same for every course, or for one, by course; a course with too few is absent."""
        with self._looking("funnels", course=course or "all") as look:
            self._use("reach")
            found = self._kept(("funnels", course), lambda: funnels(self._facts(), course))
            safe = {name: safe_funnel(each, self.smallest) for name, each in found.items()}
            shown = {name: each for name, each in safe.items() if each is not None}
            look.shown, look.withheld = len(shown), len(safe) - len(shown)
        return shown

    def cliffs(self, course: str | None = None) -> Sequence[Cliff]:
        """Where far more people leave a video than around it, over all videos (METHODS B2)."""
        with self._looking("cliffs", course=course or "all") as look:
            self._use("watch")
            found = self._kept(("cliffs", course), lambda: cliffs(self._facts(), course))
            shown = [cliff for cliff in found if cliff.starters >= self.smallest]
            look.shown, look.withheld = len(shown), len(found) - len(shown)
        return shown

    def curve(self, video: str) -> ShownCurve | None:
        """Viewers by second of a video (METHODS B2); None: too few started it. As for `funnel`."""
        with self._looking("curve", video=video) as look:
            self._use("segment")
            shown = self._kept(
                ("curve", video), lambda: safe_curve(curve(self._facts(), video), self.smallest)
            )
            look.shown = 1 if shown else 0
            look.withheld = len(shown.withheld) if shown else 1
        return shown

    def questions(self, assessment: str | None = None) -> Mapping[str, ShownItems]:
        """The questions of all assessments, or of one, by assessment (METHODS B3); one that too few
        took is absent."""
        with self._looking("questions", assessment=assessment or "all") as look:
            self._use("response")
            found = self._kept(("questions", assessment), lambda: items(self._facts(), assessment))
            safe = {name: safe_items(each, self.smallest) for name, each in found.items()}
            shown = {name: each for name, each in safe.items() if each is not None}
            look.shown, look.withheld = len(shown), len(safe) - len(shown)
        return shown

    def scale(self, assessment: str) -> Scale | None:
        """How hard and how telling each question is for people of one ability (METHODS B3); None:
        too few took the test."""
        with self._looking("scale", assessment=assessment) as look:
            self._use("response")
            found = self._kept(("scale", assessment), lambda: scale(self._facts(), assessment))
            shown = found if found and found.people >= self.smallest else None
            look.shown, look.withheld = (1, 0) if shown else (0, 1)
        return shown

    def alike(self, assessment: str) -> Alike | Refused:
        """Which questions groups of equal totals do not answer alike (METHODS B3, B5). Groups with
        too few people are not compared."""
        with self._looking("alike", assessment=assessment) as look:
            self._use("response")
            self._made_of(frozenset({Sensitivity.HR}))
            found = self._kept(("alike", assessment), lambda: alike(self._facts(), assessment))
            if isinstance(found, Refused):
                return found
            shown = safe_alike(found, self.smallest)
            look.shown = len(shown.compared)
            look.withheld = len(found.compared) - look.shown
        return shown

    def taught(self, assessment: str) -> Mapping[str, Sequence[Taught]]:
        """By question, how those fare who had used the content that teaches it (METHODS B5)."""
        with self._looking("taught", assessment=assessment) as look:
            for fact in ("response", "watch", "reach"):
                self._use(fact)
            found = self._kept(("taught", assessment), lambda: taught(self._facts(), assessment))
            shown = {question: safe_taught(told, self.smallest) for question, told in found.items()}
            look.shown = sum(map(len, shown.values()))
            look.withheld = sum(map(len, found.values())) - look.shown
        return shown

    def checks(self) -> Sequence[Declared]:
        """The delayed checks: declared, so that they tell of nobody."""
        return self._kept(("checks",), lambda: declared(self._facts()))

    def gaps(self) -> Gaps:
        """What is declared to be needed and is not there: it tells of nobody."""
        return self._kept(("gaps",), lambda: gaps(self._facts()))

    def lasting(self) -> Mapping[Declared, ShownLasting]:
        """What was still known at the delayed checks (METHODS C), by check; one that too few people
        took is absent."""
        with self._looking("lasting") as look:
            self._scores()
            found = self._lasted()
            safe = {check: safe_lasting(each, self.smallest) for check, each in found.items()}
            shown = {check: each for check, each in safe.items() if each is not None}
            look.shown, look.withheld = len(shown), len(safe) - len(shown)
        return shown

    def critical(self) -> Mapping[tuple[CriticalRole, Declared], ShownLasting]:
        """The same among those who held a critical role when they learned, by role and check."""
        with self._looking("lasting in critical roles") as look:
            self._scores()
            if Sensitivity.HR not in self.rules.columns:
                raise Forbidden(f"Who held which role is closed to {self.viewer.role}.")
            found = self._kept(("critical",), lambda: lasting_in_roles(self._facts()))
            shown, look.withheld = safe_roles(found, self._lasted(), self.smallest)
            look.shown = len(shown)
        return shown

    def _lasted(self) -> Mapping[Declared, Lasting]:
        return self._kept(("lasting",), lambda: lasting(self._facts()))

    def _scores(self) -> None:
        if Sensitivity.ASSESSMENT not in self.rules.columns or self.rules.rows is Rows.NOBODY:
            raise Forbidden(f"It is made of scores, which are closed to {self.viewer.role}.")

    def roles(self) -> Sequence[str]:
        """The roles that have a standard: declared, so that it tells of nobody."""
        with self._looking("roles with a standard"):
            return self._kept(("roles",), lambda: roles(self._facts()))

    def competency(self, role: str, change: date | None = None) -> ShownCompetency | None:
        """How long a role takes to become competent (METHODS D); None: too few came into it."""
        with self._looking("competency", role=role, change=str(change or "none")) as look:
            self._made_of(COMPETENCY)
            found = self._kept(
                ("competency", role, change), lambda: competency(self._facts(), role, change)
            )
            shown = safe_competency(found, self.smallest) if found else None
            look.shown, look.withheld = (1, 0) if shown else (0, 1)
        return shown

    def outcomes(self) -> Sequence[Outcome]:
        """What is measured of enough people whom the viewer covers."""
        with self._looking("outcomes") as look:
            self._made_of(IMPACT)
            found = self._kept(("outcomes",), lambda: outcomes(self._facts()))
            shown = [each for each in found if each.people >= self.smallest]
            look.shown, look.withheld = len(shown), len(found) - len(shown)
        return shown

    def impacts(self, outcome: Outcome) -> Mapping[str, ShownImpact]:
        """What every course changed in an outcome (METHODS E), by course; one with too few who
        completed it, or too few who did not, is absent."""
        with self._looking("impacts", outcome=outcome.outcome) as look:
            self._made_of(IMPACT)
            found = self._kept(("impacts", outcome), lambda: impacts(self._facts(), outcome))
            safe = {each.course: safe_impact(each, self.smallest) for each in found}
            shown = {course: each for course, each in safe.items() if each is not None}
            look.shown, look.withheld = len(shown), len(safe) - len(shown)
        return shown

    def since_joining(self, course: str, outcome: Outcome) -> ShownImpact | None:
        """What a course changed for new hires, each followed from the first day; None: too few."""
        with self._looking("since joining", course=course, outcome=outcome.outcome) as look:
            self._made_of(IMPACT)
            found = self._kept(
                ("since joining", course, outcome),
                lambda: impact(self._facts(), course, outcome, joined=True),
            )
            shown = safe_impact(found, self.smallest) if found else None
            look.shown, look.withheld = (1, 0) if shown else (0, 1)
        return shown

    def programme_effect(self, programme: str, outcome: Outcome) -> ShownImpact | None:
        """What having completed all of a programme changed in an outcome; None: too few."""
        with self._looking("programme", programme=programme, outcome=outcome.outcome) as look:
            self._made_of(IMPACT)
            found = self._kept(
                ("programme", programme, outcome),
                lambda: impact(AsOneCourse(self._facts(), programme), programme, outcome),
            )
            shown = safe_impact(found, self.smallest) if found else None
            look.shown, look.withheld = (1, 0) if shown else (0, 1)
        return shown

    def incidents(self) -> Sequence[Outcome]:
        """Outcomes that count something of enough people, such as violations."""
        with self._looking("incidents") as look:
            self._made_of(RATES)
            told = self._kept(
                ("incidents",), lambda: (outcomes(self._facts()), counted(self._facts()))
            )
            found = [each for each in told[0] if each.outcome in told[1]]
            shown = [each for each in found if each.people >= self.smallest]
            look.shown, look.withheld = len(shown), len(found) - len(shown)
        return shown

    def rates(self, course: str, outcome: Outcome) -> ShownRates | None:
        """Incidents of the trained and of the untrained, by person-months (MISSION S089); None: too
        few people on a side."""
        with self._looking("rates", course=course, outcome=outcome.outcome) as look:
            self._made_of(RATES)
            found = self._kept(
                ("rates", course, outcome), lambda: rates(self._facts(), course, outcome)
            )
            shown = safe_rates(found, self.smallest) if found else None
            look.shown, look.withheld = (1, 0) if shown else (0, 1)
        return shown

    def trials(self) -> Sequence[Lots]:
        """The trials of which enough people whom the viewer covers were drawn, into both arms."""
        with self._looking("trials") as look:
            self._made_of(IMPACT)
            found = self._kept(("trials",), lambda: trials(self._facts()))
            shown = [each for each in found if min(each.offered, each.others) >= self.smallest]
            look.shown, look.withheld = len(shown), len(found) - len(shown)
        return shown

    def tried(self, trial: str, outcome: Outcome) -> ShownTrial | None:
        """What a trial changed in an outcome (METHODS E, G); None: too few of an arm."""
        with self._looking("tried", trial=trial, outcome=outcome.outcome) as look:
            self._made_of(IMPACT)
            found = self._kept(
                ("tried", trial, outcome), lambda: tried(self._facts(), trial, outcome)
            )
            shown = safe_trial(found, self.smallest) if found else None
            look.shown, look.withheld = (1, 0) if shown else (0, 1)
        return shown

    def changed(self, course: str, on: date) -> ShownChanged | None:
        """A course before and after a change on a day; None: nobody began it before, or since."""
        with self._looking("changed", course=course, on=on.isoformat()) as look:
            self._made_of(frozenset({Sensitivity.CERTIFICATE, Sensitivity.ASSESSMENT}))
            made = lambda: changed(self._facts(), course, on)  # noqa: E731
            found = self._kept(("changed", course, on), made)
            shown = safe_changed(found, self.smallest) if found else None
            look.shown, look.withheld = (1, 0) if shown else (0, 1)
        return shown

    def _made_of(self, needed: frozenset[Sensitivity]) -> None:
        if not self.rules.columns >= needed or self.rules.rows is Rows.NOBODY:
            raise Forbidden(f"It is made of records that are closed to {self.viewer.role}.")

    def _use(self, fact: str) -> None:
        closed = fact in self.rules.closed or Sensitivity.ACTIVITY not in self.rules.columns
        if closed or self.rules.rows is Rows.NOBODY:
            raise Forbidden(f"It is made of activity, which is closed to {self.viewer.role}.")
