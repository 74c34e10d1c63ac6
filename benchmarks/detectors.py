"""Power and false alarms of the detectors, in seeded worlds made by chance (METHODS B1, B2, B4).

A video of 600 s in which a share of people stops at 3:20 while others stop anywhere; courses of
eight modules; and staff of four dimensions, of whom 5 % may fail more often. The numbers belong to
these scenarios, not to every video, course or company."""

from collections.abc import Callable

import numpy as np

from benchmarks import comparisons
from leadline.stats.drops import Stops, abnormal_drops
from leadline.stats.funnel import StepCounts, judge
from leadline.stats.refusal import Refused
from leadline.stats.segments import Cell, Segment, scan

WORLDS = 200
LENGTH_S = 600
CLIFF_S = 200.0
NEAR_S = 5.0
SEED = 2026
LEVELS_OF = {"department": 5, "site": 4, "role": 8, "tenure": 4}
DIMENSIONS = tuple(LEVELS_OF)
PLANTED = (("department", "0"), ("site", "0"))
BASE = 0.25


def main() -> int:
    generator = np.random.default_rng(SEED)
    print(f"{WORLDS} worlds each; background: 35 % stop anywhere")
    for share in (0.6, 0.3, 0.15, 0.1):
        found = {n: _rate(lambda n=n, s=share: _found(generator, n, s)) for n in (30, 60, 100, 200)}
        said = ", ".join(f"n={n}: {rate:.3f}" for n, rate in found.items())
        print(f"drop of {share:.0%} found within {NEAR_S:.0f} s  {said}")
    for name, make in _clean(generator).items():
        alarms = _rate(lambda make=make: bool(abnormal_drops(make(), LENGTH_S)))
        print(f"false alarms, {name}: {alarms:.3f}")
    worst = {n: _rate(lambda n=n: _blamed(generator, n, 0.3) == [3]) for n in (60, 100, 300)}
    print("module losing 30 % among 5 %:", ", ".join(f"n={n}: {r:.3f}" for n, r in worst.items()))
    even = {n: _rate(lambda n=n: bool(_blamed(generator, n, 0.05))) for n in (100, 300, 1000)}
    print("false alarms, even funnel:", ", ".join(f"n={n}: {r:.3f}" for n, r in even.items()))
    _scans(generator)
    for line in comparisons.lines(generator, WORLDS):
        print(line)
    return 0


def _scans(generator: np.random.Generator) -> None:
    for n in (500, 1500, 5000):
        found = {e: _rate(lambda n=n, e=e: _first(generator, n, e)) for e in (1.5, 1.0, 0.6)}
        said = ", ".join(f"logit {effect:+.1f}: {rate:.3f}" for effect, rate in found.items())
        print(f"a segment of 5 % of n={n} found and ranked first  {said}")
    clean = {n: _rate(lambda n=n: bool(_segments(generator, n, 0.0))) for n in (500, 1500, 5000)}
    said = ", ".join(f"n={n}: {rate:.3f}" for n, rate in clean.items())
    print(f"false alarms, any segment in clean staff: {said}")


def _rate(happens: Callable[[], bool]) -> float:
    return sum(happens() for _ in range(WORLDS)) / WORLDS


def _clean(generator: np.random.Generator) -> dict[str, Callable[[], list[Stops]]]:
    return {
        "35 % stop anywhere, n=100": lambda: _watching(generator, 100, 0.0, 0.35),
        "all stop anywhere, n=100": lambda: _watching(generator, 100, 0.0, 1.0),
        "all stop anywhere, n=1000": lambda: _watching(generator, 1000, 0.0, 1.0),
        "60 % stop in the end credits, n=100": lambda: _credits(generator),
    }


def _found(generator: np.random.Generator, people: int, share: float) -> bool:
    drops = abnormal_drops(_watching(generator, people, share, 0.35), LENGTH_S)
    return any(abs(drop.peak_s - CLIFF_S) <= NEAR_S for drop in drops)


def _watching(
    generator: np.random.Generator, people: int, share: float, background: float
) -> list[Stops]:
    at = np.full(people, float(LENGTH_S))
    elsewhere = generator.random(people) < background
    at[elsewhere] = np.floor(generator.uniform(0, LENGTH_S, elsewhere.sum()))
    at[generator.random(people) < share] = CLIFF_S
    return [Stops(float(s), int(s < LENGTH_S), int(s == LENGTH_S)) for s in at]


def _credits(generator: np.random.Generator) -> list[Stops]:
    leaving = [Stops(float(s), 1, 0) for s in generator.uniform(575, LENGTH_S - 1, 60)]
    return [*leaving, *_watching(generator, 40, 0.0, 0.35)]


def _blamed(generator: np.random.Generator, people: int, worst: float) -> list[int]:
    steps, reached = [], people
    for place in range(8):
        rate = worst if place == 3 else 0.05
        stopped = int(generator.binomial(reached, rate))
        steps.append(StepCounts(reached, reached - stopped, stopped))
        reached -= stopped
    return [place for place, each in enumerate(judge(steps)) if each.abnormal]


def _first(generator: np.random.Generator, people: int, effect: float) -> bool:
    """The planted segment, or one of its two halves that hold it, leads the list."""
    found = _segments(generator, people, effect)
    return bool(found) and set(found[0].levels) <= {*PLANTED}


def _segments(generator: np.random.Generator, people: int, effect: float) -> tuple[Segment, ...]:
    sizes = [LEVELS_OF[name] for name in DIMENSIONS]
    levels = np.column_stack([generator.integers(0, size, people) for size in sizes])
    odd = (levels[:, 0] == 0) & (levels[:, 1] == 0)
    chance = 1 / (1 + np.exp(-(np.log(BASE / (1 - BASE)) + effect * odd)))
    failed = generator.random(people) < chance
    kinds, place = np.unique(levels, axis=0, return_inverse=True)
    n, x = np.bincount(place.reshape(-1)), np.bincount(place.reshape(-1), weights=failed)
    cells = [
        Cell(tuple(map(str, kind)), int(hits), int(size))
        for kind, hits, size in zip(kinds, x, n, strict=True)
    ]
    found = scan(DIMENSIONS, cells)
    return () if isinstance(found, Refused) else found.segments
