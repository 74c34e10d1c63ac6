"""Sufficient statistics of a metric's rows, by SQL: the tables that leave the engine are tiny."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
from ibis import _

from leadline.metrics.metric import IMMATURE, Summary
from leadline.stats.bootstrap import Floats
from leadline.stats.intervals import ClusterSums

BCA_PEOPLE_MAX = 200  # above it the cluster-robust interval is as good and needs no draws
BCA_ROWS_MAX = 5_000
BCA_GROUPS_MAX = 60
QUANTILES = {"p25": 0.25, "p75": 0.75, "p90": 0.9}
# Levels at which the engine reports quantiles for Woodruff's interval of a median.
LEVELS = tuple(round(0.2 + 0.01 * step, 2) for step in range(61))

BESIDE = "beside_"

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Group:
    """One group of rows: what counts as sums over people, what does not as reasons."""

    key: Key
    counted: ClusterSums | None
    excluded: Mapping[str, int]
    mature_at: datetime | None  # when the first of the immature rows will count


def groups(rows: ir.Table, by: Sequence[str], summary: Summary) -> list[Group]:
    """All groups of `by`, in the order of their keys (empty last). One query."""
    weight = _.exposure.sum() if summary is Summary.RATE else _.count()
    maturity = _.mature_at.min() if "mature_at" in rows.columns else ibis.null("timestamp('UTC')")
    people = rows.group_by([*by, "excluded", "person"]).agg(
        y=_.value.sum().cast("float64").fill_null(0.0),
        n=weight.cast("float64"),
        rows=_.count(),
        mature_at=maturity,
    )
    table = people.group_by([*by, "excluded"]).agg(
        clusters=_.count(),
        rows=_.rows.sum(),
        y=_.y.sum(),
        n=_.n.sum(),
        yy=(_.y * _.y).sum(),
        yn=(_.y * _.n).sum(),
        nn=(_.n * _.n).sum(),
        mature_at=_.mature_at.min(),
    )
    found: dict[Key, list[dict[str, Any]]] = {}
    for line in table.to_pyarrow().to_pylist():
        found.setdefault(tuple(line[column] for column in by), []).append(line)
    return [_group(key, found[key]) for key in sorted(found, key=_order)]


def per_person(
    rows: ir.Table, by: Sequence[str], summary: Summary
) -> dict[Key, tuple[Floats, Floats]]:
    """The (y, n) of every counted person, of the groups small enough to resample."""
    weight = _.exposure.sum() if summary is Summary.RATE else _.count()
    people = (
        rows.filter(_.excluded.isnull())
        .group_by([*by, "person"])
        .agg(y=_.value.sum().cast("float64"), n=weight.cast("float64"))
    )
    small = _small(people, by, BCA_PEOPLE_MAX).order_by([*by, "person"])
    return {
        key: (_floats(lines, "y"), _floats(lines, "n"))
        for key, lines in _collect(small, by).items()
    }


def row_values(rows: ir.Table, by: Sequence[str]) -> dict[Key, tuple[Floats, np.ndarray[Any, Any]]]:
    """Values and person numbers (0..G−1) of the counted rows, of the groups small enough."""
    counted = rows.filter(_.excluded.isnull()).select(*by, "person", value=_.value.cast("float64"))
    small = _small(counted, by, BCA_ROWS_MAX).order_by([*by, "person", "value"])
    return {
        key: (
            _floats(lines, "value"),
            np.unique([line["person"] for line in lines], return_inverse=True)[1].astype(np.int64),
        )
        for key, lines in _collect(small, by).items()
    }


@dataclass(frozen=True)
class Quantiles:
    """Of one group: the value at each level (0.5 and LEVELS among them), and what stands beside
    it."""

    at: Mapping[float, float]
    beside: Mapping[str, float]


def quantiles(rows: ir.Table, by: Sequence[str]) -> dict[Key, Quantiles]:
    """Interpolated quantiles of every group with counted rows, with the medians of `beside_…`."""
    counted = rows.filter(_.excluded.isnull())
    others = [column for column in rows.columns if column.startswith(BESIDE)]
    levels = sorted({0.5, *QUANTILES.values(), *LEVELS})
    grouped = counted.group_by(list(by)) if by else counted
    table = grouped.agg(
        at=_.value.cast("float64").quantile(levels),
        **{name: counted[name].cast("float64").quantile(0.5) for name in others},
    )
    found = {}
    for line in table.to_pyarrow().to_pylist():
        if line["at"] is not None:
            at = dict(zip(levels, line["at"], strict=True))
            beside = {name: at[level] for name, level in QUANTILES.items()}
            beside |= {name.removeprefix(BESIDE): line[name] for name in others}
            found[tuple(line[column] for column in by)] = Quantiles(at, beside)
    return found


def below_median(rows: ir.Table, by: Sequence[str]) -> dict[Key, ClusterSums]:
    """Sums of the 0/1 "at or below the group's median", for Woodruff's interval."""
    counted = rows.filter(_.excluded.isnull()).select(
        *by, "person", excluded=ibis.null("string"), value=_.value.cast("float64")
    )
    median = counted.value.quantile(0.5).over(ibis.window(group_by=list(by) or None))
    marked = counted.mutate(median=median).mutate(value=(_.value <= _.median).cast("float64"))
    return {
        group.key: group.counted
        for group in groups(marked, by, Summary.SHARE)
        if group.counted is not None
    }


def _group(key: Key, lines: Iterable[Mapping[str, Any]]) -> Group:
    counted, excluded, mature_at = None, {}, None
    for line in lines:
        if line["excluded"] is None:
            fields = ("clusters", "rows", "y", "n", "yy", "yn", "nn")
            counted = ClusterSums(**{name: line[name] for name in fields})
        else:
            excluded[line["excluded"]] = line["rows"]
            if line["excluded"] == IMMATURE:
                mature_at = line["mature_at"]
    return Group(key, counted, excluded, mature_at)


def _small(table: ir.Table, by: Sequence[str], most: int) -> ir.Table:
    whole = ibis.window(group_by=list(by) or None)
    return table.mutate(in_group=_.count().over(whole)).filter(_.in_group <= most).drop("in_group")


def _collect(table: ir.Table, by: Sequence[str]) -> dict[Key, list[dict[str, Any]]]:
    found: dict[Key, list[dict[str, Any]]] = {}
    for line in table.to_pyarrow().to_pylist():
        found.setdefault(tuple(line[column] for column in by), []).append(line)
    return found


def _floats(lines: Sequence[Mapping[str, Any]], column: str) -> Floats:
    return np.array([line[column] for line in lines], dtype=np.float64)


def _order(key: Key) -> tuple[tuple[bool, Any], ...]:
    return tuple((part is None, "" if part is None else part) for part in key)
