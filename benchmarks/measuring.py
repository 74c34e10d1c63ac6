"""Small things that every benchmark needs."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter


@contextmanager
def temporary_home() -> Iterator[Path]:
    """A LEADLINE_HOME of its own, taken away afterwards. Set before Django reads its settings."""
    folder = Path(tempfile.mkdtemp(prefix="leadline-bench-"))
    os.environ["LEADLINE_HOME"] = str(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def p50_p95(work: Callable[[], object], runs: int) -> tuple[float, float]:
    """Milliseconds of `runs` runs after one that is not counted."""
    work()
    return spread([seconds(work) * 1000 for _ in range(runs)])


def spread(taken: Sequence[float]) -> tuple[float, float]:
    """Median and 95th percentile (of few runs the slowest)."""
    return median(taken), sorted(taken)[min(len(taken) - 1, int(0.95 * len(taken)))]
