"""Places along a line (a recording, say) where far more people stop than nearby."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from leadline.stats.intervals import Interval, wilson
from leadline.stats.multiplicity import benjamini_hochberg

BIN_MIN_S = 5.0
BINS_MAX = 60
NEIGHBOURS_BINS = 7  # on each side
TOP_LEFT_OUT = 0.2  # of the neighbours, so that one cliff does not hide the next
STRENGTH_MAX_ROWS = 200.0  # how far the neighbourhood may be trusted: hazards differ by nature
EDGE = 0.05  # first and last part of the length: people who looked in, and end credits
AT_RISK_MIN_PEOPLE = 20
AT_RISK_MIN_SHARE = 0.1  # of starters: where nearly everyone has left, hazards rise by themselves
EXITS_MIN_PEOPLE = 5
TIMES_BASELINE_MIN = 2.0
STARTERS_MIN_PEOPLE = 30
FALSE_DISCOVERY_MAX = 0.01
INNER = (0.05, 0.95)  # of the exits in merged bins: where a reader is told to look


@dataclass(frozen=True)
class Stops:
    """At second `at_s`: `exits` people stopped there, `censored` were last seen there but may go on
    or have finished."""

    at_s: float
    exits: int
    censored: int


@dataclass(frozen=True)
class Bin:
    """One stretch [start_s, end_s): people at risk on entering it, exits in it, hazard d/r."""

    start_s: float
    end_s: float
    at_risk: int
    exits: int

    @property
    def hazard(self) -> float:
        return self.exits / self.at_risk if self.at_risk else 0.0


@dataclass(frozen=True)
class Drop:
    """A stretch where people stop abnormally often.

    `share` is of all starters (Wilson); `expected_share` is what the neighbourhood's hazard would
    have cost there; `q_value` the smallest over the merged bins."""

    start_s: float
    end_s: float
    peak_s: float
    exits: int
    share: Interval
    expected_share: float
    q_value: float


@dataclass(frozen=True)
class _Suspect:
    place: int
    baseline: float
    q_value: float


def bin_width(length_s: float) -> float:
    return max(BIN_MIN_S, length_s / BINS_MAX)


def bins(stops: Sequence[Stops], length_s: float) -> list[Bin]:
    """The risk set along the line. With no censoring Π(1 − d/r) is the product-limit curve.

    Stops past the end count in the last bin. Those censored in a bin are at risk in it."""
    if length_s <= 0:
        raise ValueError("The length must be above 0 seconds.")
    width = bin_width(length_s)
    count = max(1, ceil(length_s / width - 1e-9))
    exits, censored = [0] * count, [0] * count
    for stop in stops:
        place = min(count - 1, max(0, floor(stop.at_s / width)))
        exits[place] += stop.exits
        censored[place] += stop.censored
    at_risk, table = sum(exits) + sum(censored), []
    for place in range(count):
        end = min((place + 1) * width, length_s)
        table.append(Bin(place * width, end, at_risk, exits[place]))
        at_risk -= exits[place] + censored[place]
    return table


def baseline(table: Sequence[Bin], place: int) -> tuple[float, float]:
    """Pooled hazard of the ±7 bins without the bin itself and the top 20 %, and its weight in rows.

    Half an exit is added, so that a quiet neighbourhood does not claim a hazard of exactly 0."""
    around = [
        table[other]
        for other in range(max(0, place - NEIGHBOURS_BINS), place + NEIGHBOURS_BINS + 1)
        if other != place and other < len(table) and table[other].at_risk > 0
    ]
    kept = sorted(around, key=lambda each: each.hazard)
    kept = kept[: len(kept) - ceil(TOP_LEFT_OUT * len(kept))]
    rows = sum(each.at_risk for each in kept)
    return (sum(each.exits for each in kept) + 0.5) / (rows + 1), float(rows)


def abnormal_drops(stops: Sequence[Stops], length_s: float) -> list[Drop]:
    """Stretches where the exit hazard is far above its neighbourhood; none below 30 starters.

    Per bin p = P(BetaBin(r, μM, (1−μ)M) ≥ d) with μ the local baseline and M its weight, capped; BH
    at 1 % over the tested bins; and a floor on the effect (h > 2μ and d ≥ 5). Neighbouring bins are
    merged and narrowed to where their exits lie. Assumes smooth background hazards: a real change
    of pace longer than ±7 bins is not a drop, and two cliffs close together may hide each other.
    Source: METHODS B2 (this project), operating characteristics in benchmarks/detectors.py."""
    starters = sum(stop.exits + stop.censored for stop in stops)
    if starters < STARTERS_MIN_PEOPLE:
        return []
    table = bins(stops, length_s)
    return [_drop(run, table, stops, starters) for run in _runs(_suspects(table, length_s))]


def _suspects(table: Sequence[Bin], length_s: float) -> list[_Suspect]:
    tested = [
        place
        for place, each in enumerate(table)
        if each.at_risk >= max(AT_RISK_MIN_PEOPLE, AT_RISK_MIN_SHARE * table[0].at_risk)
        and each.start_s >= EDGE * length_s
        and each.end_s <= (1 - EDGE) * length_s
    ]
    if not tested:
        return []
    from scipy import stats  # takes longer to load than most answers to compute

    means, rows = np.array([baseline(table, place) for place in tested]).T
    strength = np.clip(rows, 1.0, STRENGTH_MAX_ROWS)
    exits = np.array([table[place].exits for place in tested])
    at_risk = np.array([table[place].at_risk for place in tested])
    tails = stats.betabinom.sf(exits - 1, at_risk, means * strength, (1 - means) * strength)
    q_values = benjamini_hochberg(np.asarray(tails).tolist())
    return [
        _Suspect(place, mean, q)
        for place, mean, q in zip(tested, means.tolist(), q_values, strict=True)
        if q <= FALSE_DISCOVERY_MAX
        and table[place].exits >= EXITS_MIN_PEOPLE
        and table[place].hazard > TIMES_BASELINE_MIN * mean
    ]


def _runs(suspects: Iterable[_Suspect]) -> list[list[_Suspect]]:
    runs: list[list[_Suspect]] = []
    for suspect in suspects:
        if runs and suspect.place == runs[-1][-1].place + 1:
            runs[-1].append(suspect)
        else:
            runs.append([suspect])
    return runs


def _drop(
    run: Sequence[_Suspect], table: Sequence[Bin], stops: Sequence[Stops], starters: int
) -> Drop:
    start, end = table[run[0].place].start_s, table[run[-1].place].end_s
    inside = sorted(
        (stop.at_s, stop.exits) for stop in stops if start <= stop.at_s < end and stop.exits
    )
    exits = sum(count for _, count in inside)
    expected = sum(each.baseline * table[each.place].at_risk for each in run)
    return Drop(
        start_s=float(floor(_position(inside, INNER[0]))),
        end_s=float(floor(_position(inside, INNER[1])) + 1),
        peak_s=_position(inside, 0.5),
        exits=exits,
        share=wilson(exits, starters),
        expected_share=expected / starters,
        q_value=min(each.q_value for each in run),
    )


def _position(stops: Sequence[tuple[float, int]], level: float) -> float:
    """The position below which this share of the exits lies."""
    wanted, seen = level * sum(count for _, count in stops), 0
    for at_s, count in stops:
        seen += count
        if seen >= wanted:
            return at_s
    return stops[-1][0]
