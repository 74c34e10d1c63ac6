"""The video's curve (METHODS B2): who watched which second, where people stopped, what was
unreadable."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
from ibis import _

from leadline.metrics.metric import Facts
from leadline.metrics.population import instant
from leadline.metrics.watched import starts
from leadline.stats.drops import (
    FALSE_DISCOVERY_MAX,
    STARTERS_MIN_PEOPLE,
    Bin,
    Drop,
    Stops,
    abnormal_drops,
    bins,
)
from leadline.stats.multiplicity import benjamini_hochberg

VERSION = 1
STILL_WATCHING_DAYS = 14  # who was seen in the video this recently may come back: censored
LENGTH_MAX_S = 24 * 3600
VIDEOS_MAX = 500


@dataclass(frozen=True)
class Curve:
    """One video as of `as_of`. Second s is index s of `viewers` (distinct people) and `plays`.

    `watches` are learner × cycle; each is finished, stopped, still watching, or of unknown position
    (left out of `stops`). `length_s` is None where nobody sent one and nobody played anything.
    The `segments_…` counts say how the watching is known: see the fact `watch`."""

    video: str
    as_of: datetime
    length_s: float | None
    starters: int
    watches: int
    finished: int
    still_watching: int
    unknown_position: int
    viewers: tuple[int, ...]
    plays: tuple[int, ...]
    stops: tuple[Stops, ...]
    bins: tuple[Bin, ...]
    drops: tuple[Drop, ...]
    segments_states: Mapping[str, int]  # read, rebuilt, malformed, absent: watches
    segments_open: int
    segments_malformed: int
    version: int = VERSION


def curve(facts: Facts, video: str) -> Curve:
    """The curve of one video. At most three times its length in rows leave the engine."""
    watch = _fates(starts(facts).filter(_.video == video), facts)
    totals, stops = _totals(watch), _stops_by_video(watch).get(video, [])
    played = facts.segment.filter(_.video == video)
    length = totals["length_s"]
    viewers = _per_second(_once_per_person(played), length)
    plays = _per_second(played.filter(_.layer == "every"), length)
    if length is None and plays:
        length = float(len(plays))
    return Curve(
        video=video,
        as_of=facts.now,
        length_s=length,
        starters=totals["starters"],
        watches=totals["watches"],
        finished=totals["finished"],
        still_watching=totals["still"],
        unknown_position=totals["unknown"],
        viewers=viewers,
        plays=plays,
        stops=tuple(stops),
        bins=tuple(bins(stops, length)) if length else (),
        drops=tuple(abnormal_drops(stops, length)) if length else (),
        segments_states=_states(watch),
        segments_open=totals["open"],
        segments_malformed=totals["malformed"],
    )


@dataclass(frozen=True)
class Cliff:
    """An abnormal drop of one video, found by looking at all of them.

    `q_value` holds over the `looked_at` videos; `since` is the first start among its watches."""

    video: str
    course: str | None
    module: str | None
    drop: Drop
    starters: int
    length_s: float
    since: datetime
    q_value: float
    looked_at: int
    bins: int


def cliffs(facts: Facts, course: str | None = None) -> list[Cliff]:
    """The abnormal drops of every video (of a course), strongest first. Two queries.

    Each video's smallest q-value is a valid test of "no drop anywhere in it" (Simes); over videos
    these are held to the same false discovery rate, so that looking at more finds no more by
    chance."""
    watch = _fates(starts(facts), facts)
    if course is not None:
        watch = watch.filter(_.course == course)
    videos = {line["video"]: line for line in _screenable(watch)}
    stops = _stops_by_video(watch.filter(_.video.isin(list(videos)))) if videos else {}
    found = {name: abnormal_drops(stops[name], videos[name]["length_s"]) for name in stops}
    smallest = {name: min((drop.q_value for drop in found[name]), default=1.0) for name in found}
    adjusted = dict(zip(smallest, benjamini_hochberg(list(smallest.values())), strict=True))
    cliffs = [
        Cliff(
            video=name,
            course=videos[name]["course"],
            module=videos[name]["module"],
            drop=drop,
            starters=videos[name]["starters"],
            length_s=videos[name]["length_s"],
            since=videos[name]["since"],
            q_value=adjusted[name],
            looked_at=len(found),
            bins=len(bins(stops[name], videos[name]["length_s"])),
        )
        for name, drops in found.items()
        if adjusted[name] <= FALSE_DISCOVERY_MAX
        for drop in drops
    ]
    return sorted(cliffs, key=lambda each: (-each.drop.share.low, each.video))


def _screenable(watch: ir.Table) -> list[dict[str, Any]]:
    """Videos with enough starters to be judged, the most watched first."""
    table = watch.group_by("video").aggregate(
        starters=_.person.nunique(),
        course=_.course.min(),
        module=_.module.min(),
        length_s=_.whole_s.max(),
        since=_.started_at.min(),
    )
    table = table.filter(_.starters >= STARTERS_MIN_PEOPLE, _.length_s > 0)
    ordered = table.order_by([_.starters.desc(), _.video]).limit(VIDEOS_MAX)
    lines: list[dict[str, Any]] = ordered.to_pyarrow().to_pylist()
    return lines


def _fates(watch: ir.Table, facts: Facts) -> ir.Table:
    """Started watches with `position`, whole seconds, and `fate`; `whole_s` is the video's
    length."""
    recent = watch.last_at > instant(facts.now - timedelta(days=STILL_WATCHING_DAYS))
    length = watch.length_s.max().over(ibis.window(group_by="video"))
    end = ibis.coalesce(length, watch.max_s, watch.exit_s)
    position = ibis.ifelse(watch.finished, end, watch.exit_s)
    fate = ibis.cases(
        (watch.finished, "finished"),
        (position.isnull(), "unknown"),
        (recent, "still"),
        else_="stopped",
    )
    return watch.mutate(fate=fate, position=position.floor().cast("int64"), whole_s=length)


def _totals(watch: ir.Table) -> dict[str, Any]:
    def fate(name: str) -> ir.IntegerScalar:
        return (watch.fate == name).sum().fill_null(0)

    table = watch.aggregate(
        starters=watch.person.nunique(),
        watches=watch.count(),
        finished=fate("finished"),
        still=fate("still"),
        unknown=fate("unknown"),
        length_s=watch.whole_s.max(),
        open=watch.segments_open.sum().fill_null(0),
        malformed=watch.segments_malformed.sum().fill_null(0),
    )
    (line,) = table.to_pyarrow().to_pylist()
    totals: dict[str, Any] = line
    return totals


def _stops_by_video(watch: ir.Table) -> dict[str, list[Stops]]:
    counted = (
        watch.filter(watch.position.notnull())
        .group_by(["video", "position"])
        .aggregate(exits=(_.fate == "stopped").sum(), censored=(_.fate != "stopped").sum())
        .order_by(["video", "position"])
    )
    found: dict[str, list[Stops]] = {}
    for line in counted.to_pyarrow().to_pylist():
        stop = Stops(float(line["position"]), line["exits"], line["censored"])
        found.setdefault(line["video"], []).append(stop)
    return found


def _states(watch: ir.Table) -> dict[str, int]:
    table = watch.group_by("segments_state").aggregate(watches=watch.count())
    lines = table.order_by("segments_state").to_pyarrow().to_pylist()
    return {line["segments_state"]: line["watches"] for line in lines}


def _once_per_person(played: ir.Table) -> ir.Table:
    """The unique segments united over a person's cycles and courses: one person counts once."""
    unique = played.filter(_.layer == "unique")
    before = ibis.window(group_by="person", order_by=["start_s", "end_s"], preceding=(None, 1))
    along = ibis.window(group_by="person", order_by=["start_s", "end_s"], preceding=(None, 0))
    reached = unique.mutate(reach_s=_.end_s.max().over(before))
    islands = reached.mutate(new=ibis.ifelse(_.start_s <= _.reach_s, 0, 1))
    islands = islands.mutate(island=_.new.sum().over(along))
    return islands.group_by(["person", "island"]).aggregate(
        start_s=_.start_s.min(), end_s=_.end_s.max()
    )


def _per_second(segments: ir.Table, length_s: float | None) -> tuple[int, ...]:
    """How many segments cover each second s (start_s ≤ s < end_s), from the changes only."""
    whole = segments.select(
        start=_.start_s.ceil().cast("int64"), end=_.end_s.ceil().cast("int64")
    ).filter(_.start < _.end, _.start < LENGTH_MAX_S)
    begin = whole.group_by(second="start").aggregate(change=_.count())
    end = whole.group_by(second="end").aggregate(change=-_.count())
    changes = begin.union(end).group_by("second").aggregate(change=_.change.sum())
    lines = changes.to_pyarrow().to_pylist()
    last = max((line["second"] for line in lines), default=0)
    size = int(min(max(last, np.ceil(length_s or 0.0)), LENGTH_MAX_S))
    change = np.zeros(size + 1, dtype=np.int64)
    for line in lines:
        change[min(line["second"], size)] += line["change"]
    return tuple(int(count) for count in np.cumsum(change)[:size])
