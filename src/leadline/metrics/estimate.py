"""From a metric's rows to Results: the statistic, its interval, and the gates (METHODS 0.3,
0.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import ibis.expr.types as ir
import numpy as np

from leadline.metrics import sums
from leadline.metrics.metric import IMMATURE, Metric, Summary
from leadline.metrics.result import Gate, Result
from leadline.stats.bootstrap import bca_median, bca_ratio, seed_of
from leadline.stats.intervals import (
    ClusterSums,
    Interval,
    clustered_ratio,
    clustered_share,
    design_effect,
    quantile_levels,
    wilson,
)

SUPPRESS_BELOW_PEOPLE = 5
RATE_MIN_PEOPLE = 20
COMPARE_MIN_PEOPLE = 50
COUNTS = (Summary.TOTAL, Summary.PEOPLE)


@dataclass(frozen=True)
class Context:
    """What surrounds the question and is printed with the answer.

    `suppress_below` is the display gate only; disclosure (minimum group, complements) is the
    lens's. The lens passes 1 for a person's own record and for rosters cut by policy."""

    as_of: datetime
    watermark: datetime | None = None
    tz: str = "UTC"
    population_filter: Mapping[str, str] = field(default_factory=dict)
    suppress_below: int = SUPPRESS_BELOW_PEOPLE


def summarise(
    rows: ir.Table, metric: Metric, by: Sequence[str] = (), *, context: Context
) -> list[Result]:
    """One Result per group of `by` (columns of `rows`), ordered by key; one in all without `by`.

    `rows` is what `metric.rows` gave, filtered and with any slicing columns joined."""
    found = sums.groups(rows, by, metric.summary)
    if not found and not by:
        found = [sums.Group((), None, {}, None)]
    bare = [_bare(metric, context, by, group) for group in found]
    open_keys = {
        group.key for group, result in zip(found, bare, strict=True) if result.gate is Gate.OK
    }
    intervals = _Intervals(rows, metric, by).of(
        [group for group in found if group.key in open_keys]
    )
    return [
        _filled(metric, result, group, intervals.get(group.key))
        for group, result in zip(found, bare, strict=True)
    ]


def withheld(result: Result, note: str) -> Result:
    """The same question with every number taken out."""
    return replace(
        result,
        estimate=None,
        ci_low=None,
        ci_high=None,
        ci_method=None,
        beside={},
        n=None,
        n_events=None,
        n_excluded={},
        checks={},
        q_value=None,
        verdict=None,
        gate=Gate.SUPPRESSED,
        note=note,
    )


def _bare(metric: Metric, context: Context, by: Sequence[str], group: sums.Group) -> Result:
    """The result before any statistic: counts, and the gate that decides whether there is one."""
    people = group.counted.clusters if group.counted else 0
    result = Result(
        metric_id=metric.name,
        definition_version=metric.version,
        estimand=metric.estimand,
        unit=metric.unit,
        group={
            column: None if value is None else str(value)
            for column, value in zip(by, group.key, strict=True)
        },
        n=people,
        n_events=group.counted.rows if group.counted else 0,
        n_excluded=group.excluded,
        population_filter=context.population_filter,
        as_of=context.as_of,
        watermark=context.watermark,
        tz=context.tz,
        assumptions=metric.assumptions,
    )
    if people == 0:
        return _empty(result, group)
    if people < context.suppress_below:
        return withheld(result, f"Fewer than {context.suppress_below} people.")
    if metric.summary in COUNTS:
        return result
    if people < RATE_MIN_PEOPLE:
        note = f"{people} people: too few for a rate, which needs {RATE_MIN_PEOPLE}."
        return replace(result, gate=Gate.LOW_N, note=note)
    if people < COMPARE_MIN_PEOPLE:
        note = f"{people} people: too few to compare groups, which needs {COMPARE_MIN_PEOPLE}."
        return replace(result, note=note)
    return result


def _empty(result: Result, group: sums.Group) -> Result:
    if IMMATURE in group.excluded:
        when = f"from {group.mature_at:%Y-%m-%d}" if group.mature_at else "wait for the cohort"
        return replace(result, gate=Gate.IMMATURE, note=f"Too early: {when}.")
    if group.excluded:
        return replace(result, gate=Gate.LOW_N, note="Everyone is excluded; see the reasons.")
    return replace(result, gate=Gate.LOW_N, note="Nothing to count yet.")


def _filled(metric: Metric, result: Result, group: sums.Group, found: "_Found | None") -> Result:
    if result.gate is not Gate.OK or group.counted is None:
        return result
    if metric.summary is Summary.TOTAL:
        return replace(result, estimate=group.counted.y)
    if metric.summary is Summary.PEOPLE:
        return replace(result, estimate=float(group.counted.clusters))
    if found is None:
        raise ValueError(f"{metric.name}: no interval was made for {result.group}.")
    assumptions = result.assumptions
    if metric.summary is Summary.SHARE and group.counted.rows > group.counted.clusters:
        effect = design_effect(group.counted)
        if effect is not None:
            repeated = f"People have several rows: design effect {effect:.2f}."
            assumptions = (*assumptions, repeated)
    return replace(
        result,
        estimate=found.interval.estimate,
        ci_low=found.interval.low,
        ci_high=found.interval.high,
        ci_method=found.interval.method,
        beside=found.beside,
        assumptions=assumptions,
    )


@dataclass(frozen=True)
class _Found:
    interval: Interval
    beside: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class _Intervals:
    """The statistic and its interval for each open group; queries only what those groups need."""

    rows: ir.Table
    metric: Metric
    by: Sequence[str]

    def of(self, groups: Sequence[sums.Group]) -> dict[sums.Key, _Found]:
        if not groups or self.metric.summary in COUNTS:
            return {}
        if self.metric.summary is Summary.MEDIAN:
            return self._medians(groups)
        if self.metric.summary is Summary.SHARE:
            return {group.key: _Found(_share(group)) for group in groups}
        return self._means(groups)

    def _means(self, groups: Sequence[sums.Group]) -> dict[sums.Key, _Found]:
        small = [group for group in groups if _people(group) <= sums.BCA_PEOPLE_MAX]
        people = {}
        if 0 < len(small) <= sums.BCA_GROUPS_MAX:
            people = sums.per_person(self.rows, self.by, self.metric.summary)
        seed = seed_of(self.metric.name)
        return {
            group.key: _Found(
                bca_ratio(*people[group.key], seed)
                if group.key in people
                else clustered_ratio(_counted(group))
            )
            for group in groups
        }

    def _medians(self, groups: Sequence[sums.Group]) -> dict[sums.Key, _Found]:
        quantiles = sums.quantiles(self.rows, self.by)
        small = {group.key for group in groups if _resampled(group)}
        small = small if len(small) <= sums.BCA_GROUPS_MAX else set()
        values = sums.row_values(self.rows, self.by) if small else {}
        large = {group.key for group in groups} - small
        below = sums.below_median(self.rows, self.by) if large else {}
        found = {}
        for group in groups:
            if group.key in small:
                interval = bca_median(*values[group.key], seed_of(self.metric.name))
            else:
                interval = _woodruff(quantiles[group.key].at, quantile_levels(below[group.key]))
            found[group.key] = _Found(interval, quantiles[group.key].beside)
        return found


def _share(group: sums.Group) -> Interval:
    counted = _counted(group)
    if counted.rows == counted.clusters:
        return wilson(counted.y, counted.n)
    return clustered_share(counted)


def _woodruff(at: Mapping[float, float], levels: tuple[float, float]) -> Interval:
    low, high = np.interp(levels, list(at), list(at.values()))
    return Interval(at[0.5], float(low), float(high), "Woodruff, cluster-robust")


def _resampled(group: sums.Group) -> bool:
    few_rows = _counted(group).rows <= sums.BCA_ROWS_MAX
    return few_rows and _people(group) <= sums.BCA_PEOPLE_MAX


def _people(group: sums.Group) -> int:
    return _counted(group).clusters


def _counted(group: sums.Group) -> ClusterSums:
    if group.counted is None:
        raise ValueError("A group without counted rows has no statistic.")
    return group.counted
