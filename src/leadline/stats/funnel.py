"""Steps in a row: who goes on, who stops, and which step loses more than its neighbours explain."""

from collections.abc import Sequence
from dataclasses import dataclass

from leadline.stats.intervals import Interval, newcombe, wilson
from leadline.stats.multiplicity import benjamini_hochberg

AT_RISK_MIN_PEOPLE = 30
FALSE_DISCOVERY_MAX = 0.05
STRENGTH_MAX_ROWS = 200.0  # steps differ by nature; no number of people makes them exchangeable


@dataclass(frozen=True)
class StepCounts:
    """Of those who reached a step: how many went on, stopped for good, or are still deciding."""

    reached: int
    continued: int
    stopped: int

    @property
    def undecided(self) -> int:
        return self.reached - self.continued - self.stopped

    @property
    def at_risk(self) -> int:
        """Those whose fate at this step is known."""
        return self.continued + self.stopped


@dataclass(frozen=True)
class StepJudged:
    """A step with its continue rate and whether its exits are abnormal.

    `excess` is exits beyond what the other steps' rate would cost here, with its interval; None
    where fewer than 30 are at risk or there is no other step. `abnormal` needs q ≤ 5 % and a
    lower limit above 0."""

    counts: StepCounts
    continue_rate: Interval | None
    expected_rate: float | None
    excess: Interval | None
    q_value: float | None
    abnormal: bool


def judge(steps: Sequence[StepCounts]) -> list[StepJudged]:
    """Continue rate of each step (Wilson) and its exits against the other steps'.

    Expected exit rate μ = pooled rate of the other steps; p = P(BetaBin(r, μM, (1−μ)M) ≥ d) with
    M the moment estimate of how alike the other steps are, at most 200; BH at 5 % over the steps.
    Excess = (d/r − μ)·r with the Newcombe interval. Assumes steps of comparable length and
    difficulty: a known long step should be judged against its like. Source: METHODS B1 (this
    project)."""
    tested = [place for place, step in enumerate(steps) if _testable(steps, place)]
    q_values = benjamini_hochberg([_tail(steps, place) for place in tested])
    found = dict(zip(tested, q_values, strict=True))
    return [_judged(steps, place, found.get(place)) for place in range(len(steps))]


def _others(steps: Sequence[StepCounts], place: int) -> list[StepCounts]:
    return [step for other, step in enumerate(steps) if other != place and step.at_risk > 0]


def _testable(steps: Sequence[StepCounts], place: int) -> bool:
    return steps[place].at_risk >= AT_RISK_MIN_PEOPLE and bool(_others(steps, place))


def _tail(steps: Sequence[StepCounts], place: int) -> float:
    from scipy import stats  # takes longer to load than most answers to compute

    others = _others(steps, place)
    rows = sum(step.at_risk for step in others)
    mean = (sum(step.stopped for step in others) + 0.5) / (rows + 1)
    strength = _strength(others, mean)
    step = steps[place]
    return float(
        stats.betabinom.sf(step.stopped - 1, step.at_risk, mean * strength, (1 - mean) * strength)
    )


def _strength(others: Sequence[StepCounts], mean: float) -> float:
    """Moment estimate of the beta-binomial's α+β (Kleinman, JASA 68 (1973) 46-54), bounded."""
    rows = float(sum(step.at_risk for step in others))
    between = sum(step.at_risk * (step.stopped / step.at_risk - mean) ** 2 for step in others)
    noise = mean * (1 - mean)
    free = rows - sum(step.at_risk**2 for step in others) / rows
    if free <= 0:
        return max(1.0, min(rows, STRENGTH_MAX_ROWS))
    variance = (between - (len(others) - 1) * noise) / free
    if variance <= 0:
        return STRENGTH_MAX_ROWS
    return max(1.0, min(noise / variance - 1, STRENGTH_MAX_ROWS))


def _judged(steps: Sequence[StepCounts], place: int, q_value: float | None) -> StepJudged:
    step = steps[place]
    rate = wilson(step.continued, step.at_risk) if step.at_risk else None
    if q_value is None:
        return StepJudged(step, rate, None, None, None, abnormal=False)
    others = _others(steps, place)
    stopped, at_risk = sum(each.stopped for each in others), sum(each.at_risk for each in others)
    gap = newcombe((step.stopped, step.at_risk), (stopped, at_risk))
    excess = Interval(
        gap.estimate * step.at_risk, gap.low * step.at_risk, gap.high * step.at_risk, gap.method
    )
    return StepJudged(
        counts=step,
        continue_rate=rate,
        expected_rate=stopped / at_risk,
        excess=excess,
        q_value=q_value,
        abnormal=q_value <= FALSE_DISCOVERY_MAX and excess.low > 0,
    )
